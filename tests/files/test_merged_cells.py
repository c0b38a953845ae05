import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_workbook_with_errors
from scheduler.files.merged_cells import MergedRange, merged_within
from scheduler.whatif.files.scenarios import read_scenarios
from tests.builders import conference, tiny_problem
from tests.files.workbooks import cell, edit, faults_in, tiny_workbook


def merged_workbook(folder: Path, *merged: tuple[str, str], **cells: Any) -> Path:
    """A workbook of three conferences, the first with a chair, with cells changed and ranges of (sheet, cells) merged."""
    path = tiny_workbook(folder, conferences=[conference("A", chair="C1"), conference("B"), conference("D")])

    def change(workbook: Workbook) -> None:
        for at, value in cells.items():
            workbook["Conferences"][at].value = value
        for title, cells_merged in merged:
            workbook[title].merge_cells(cells_merged)

    return edit(path, change)


def test_hidden_cells_are_a_fault_and_not_blank(tmp_path: Path) -> None:
    assert faults_in(merged_workbook(tmp_path, ("Conferences", "F2:F4"))) == [
        "Conferences, rows 2 to 4, Chair: these cells are merged. Unmerge them and enter a value in each."
    ]


@pytest.mark.parametrize(
    ("merged", "expected"),
    [
        ("E2:F2", "Conferences, row 2: the cells under Site and Chair are merged. Unmerge them and enter a value in each."),
        ("D3:F4", "Conferences, rows 3 to 4: the cells under Of school age, Site and Chair are merged. "),
        ("B2:B4", "Conferences, rows 2 to 4, Kind: these cells are merged. Unmerge them and enter a value in each."),
        ("F1:F3", "Conferences, rows 1 to 3, Chair: these cells are merged. Unmerge them and enter a value in each."),
        ("Q2:R3", "Conferences, rows 2 to 3, Notice waived: these cells are merged. Unmerge them and enter a value in each."),
    ],
)
def test_each_merged_range_is_one_fault(tmp_path: Path, merged: str, expected: str) -> None:
    (fault,) = faults_in(merged_workbook(tmp_path, ("Conferences", merged)))
    assert fault.startswith(expected)


def test_merged_cells_are_listed_with_the_other_faults(tmp_path: Path) -> None:
    path = merged_workbook(
        tmp_path, ("Conferences", "F2:F4"), ("Conferences", "H3:H4"), ("Service", "B2:B3"), ("Travel", "A2:B2"), M2="ninety"
    )
    assert faults_in(path) == [
        "Service, rows 2 to 3, Value: these cells are merged. Unmerge them and enter a value in each.",
        "Conferences, rows 2 to 4, Chair: these cells are merged. Unmerge them and enter a value in each.",
        "Conferences, row 2, Length: 'ninety' is not a whole number of minutes. Enter a number such as 90.",
        "Conferences, rows 3 to 4, Clock starts: these cells are merged. Unmerge them and enter a value in each.",
        "Travel, row 2: the cells under From and To are merged. Unmerge them and enter a value in each.",
    ]


def test_references_to_merged_ids_are_not_faults(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["Published"].append(["D", dt.date(2027, 3, 2), "10:00", "AYL-1", "C1"])
        workbook["Unavailable times"].append(["D", dt.date(2027, 3, 2)])

    assert faults_in(edit(merged_workbook(tmp_path, ("Conferences", "A2:A4")), change)) == [
        "Conferences, rows 2 to 4, Reference: these cells are merged. Unmerge them and enter a value in each.",
    ]


def test_a_merged_setting_is_not_read(tmp_path: Path) -> None:
    assert faults_in(merged_workbook(tmp_path, ("Service", "A2:A3"))) == [
        "Service, Last day: this row is missing. Add it, with a date such as 03/04/2027 (3 April 2027).",
        "Service, rows 2 to 3, Setting: these cells are merged. Unmerge them and enter a value in each.",
    ]


def test_merged_cells_outside_the_data_do_no_harm(tmp_path: Path) -> None:
    path = merged_workbook(tmp_path)
    before = read_problem_file(path)

    def change(workbook: Workbook) -> None:
        page = workbook["Conferences"]
        page["R1"].value = "Errors"
        page.insert_rows(1, 2)
        for cells in ("A1:Q2", "R4:R6", "S4:T6", "F6:F9", "A8:E9"):
            page.merge_cells(cells)
        for cells in ("B3:C3", "C4:C6"):
            workbook["Service"].merge_cells(cells)
        workbook["Instructions"].merge_cells("A1:E1")

    assert read_problem_file(edit(path, change)) == before


def test_the_copy_with_errors_stays_merged_until_corrected(tmp_path: Path) -> None:
    source = merged_workbook(
        tmp_path, ("Conferences", "F2:F4"), ("Conferences", "L3:M3"), ("Service", "B2:B3"), ("Travel", "A2:B2")
    )
    expected = [
        "Service, rows 2 to 3, Value: these cells are merged. Unmerge them and enter a value in each.",
        "Conferences, rows 2 to 4, Chair: these cells are merged. Unmerge them and enter a value in each.",
        "Conferences, row 3: the cells under How held and Length are merged. Unmerge them and enter a value in each.",
        "Travel, row 2: the cells under From and To are merged. Unmerge them and enter a value in each.",
    ]
    with pytest.raises(InputError) as raised:
        read_problem_file(source)
    assert [str(fault) for fault in raised.value.faults] == expected
    write_workbook_with_errors(source, raised.value.faults, tmp_path / "errors.xlsx")
    assert faults_in(tmp_path / "errors.xlsx") == expected
    page = openpyxl.load_workbook(tmp_path / "errors.xlsx")["Conferences"]
    assert [row[0].value for row in page.iter_rows()] == [
        "Errors",
        "Chair: these cells are merged. Unmerge them and enter a value in each.",
        "The cells under How held and Length are merged. Unmerge them and enter a value in each.",
        None,
    ]
    assert page["G2"].fill.fgColor.rgb == "FFFBD5D5"

    def correct(workbook: Workbook) -> None:
        for title in ("Service", "Conferences", "Travel"):
            for merged in list(workbook[title].merged_cells.ranges):
                workbook[title].unmerge_cells(str(merged))
        workbook["Service"]["C3"].value = "31/03/2027"
        workbook["Travel"]["C2"].value = "WYC"
        cell(workbook, "Conferences", 4, "Chair").value = "C2"

    assert read_problem_file(edit(tmp_path / "errors.xlsx", correct)) == tiny_problem(
        conferences=[conference("A", chair="C1"), conference("B"), conference("D", chair="C2")]
    )


def test_merged_scenarios_are_refused(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        page = workbook.create_sheet("Scenarios")
        page.append(["Scenario", "Change", "Chair"])
        page.append(["Fewer", "Chair leaves", "C1"])
        page.append([None, "Chair leaves", "C2"])
        page.merge_cells("A2:A3")

    with pytest.raises(InputError) as raised:
        read_scenarios(edit(tiny_workbook(tmp_path), change))
    assert [str(fault) for fault in raised.value.faults] == [
        "Scenarios, rows 2 to 3, Scenario: these cells are merged. Unmerge them and enter a value in each."
    ]


def test_merged_ranges_are_cut_to_the_table() -> None:
    far = [((0, 1), (1_048_575, 0 + 1)), ((0, 2), (0, 16_383)), ((2, 0), (2, 0)), ((9, 0), (12, 0)), ((0, 7), (1, 8))]
    assert merged_within(4, 4, far) == [MergedRange(0, 1, 3, 1), MergedRange(0, 2, 0, 3)]
    assert list(MergedRange(0, 2, 1, 3).hidden) == [(0, 3), (1, 2), (1, 3)]
    with pytest.raises(ValueError, match="overlap"):
        merged_within(4, 4, [((0, 0), (1, 1)), ((1, 1), (2, 2))])
