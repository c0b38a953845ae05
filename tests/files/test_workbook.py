import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_blank_workbook, write_problem_file
from scheduler.files.__main__ import main
from scheduler.files.schema import Sheet
from scheduler.files.sheets import INSTRUCTIONS, SHEETS
from tests.builders import chair, conference, tiny_problem
from tests.files.workbooks import cell, faults_in, tiny_workbook

FORMULAS_AND_LINKS = ("=1+1", "+1", "-1", "@SUM(A1)", "http://example.org", "mailto:a@example.org", "{=1}", "=HYPERLINK(1)")


def test_text_never_becomes_a_formula_or_link(tmp_path: Path) -> None:
    problem = tiny_problem(chairs=[chair(f"C{n}", name=name) for n, name in enumerate(FORMULAS_AND_LINKS)])
    write_problem_file(problem, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert not any(re.search(rb"<f[ >]|<hyperlink", part) for name, part in parts.items() if "worksheets/sheet" in name)
    assert not any(b"hyperlink" in part for name, part in parts.items() if name.endswith(".rels"))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Chairs"]
    assert [(row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=2)] == [
        (name, "s") for name in FORMULAS_AND_LINKS
    ]


def test_dates_times_and_numbers_keep_their_types(tmp_path: Path) -> None:
    spans = [{"start": "2027-03-04T09:30", "end": "2027-03-04T11:00"}]
    workbook = openpyxl.load_workbook(tiny_workbook(tmp_path, conferences=[conference("A", unavailable=spans)]))
    trigger, length = cell(workbook, "Conferences", 2, "Clock starts"), cell(workbook, "Conferences", 2, "Length")
    time = cell(workbook, "Unavailable times", 2, "From time")
    assert (trigger.value, trigger.number_format) == (dt.datetime(2027, 2, 26), "dd/mm/yyyy")
    assert (time.value, time.number_format) == (dt.time(9, 30), "hh:mm")
    assert (length.value, length.data_type) == (105, "n")


def test_every_sheet_has_notes_filters_and_frozen_headings(tmp_path: Path) -> None:
    write_blank_workbook(tmp_path / "blank.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "blank.xlsx")
    assert workbook.sheetnames == [INSTRUCTIONS, *(sheet.title for sheet in SHEETS)]
    for sheet in SHEETS:
        page = workbook[sheet.title]
        headings = [cell.value for cell in page[1]]
        assert headings == [column.heading for column in sheet.columns]
        assert all(cell.comment is not None for cell in page[1])
        assert page.freeze_panes == "B2"
        if isinstance(sheet, Sheet):
            assert page.auto_filter.ref is not None
            assert page.max_row == 1


def drop_downs(workbook: Any, title: str) -> dict[str, str]:
    page = workbook[title]
    return {
        page.cell(1, next(iter(rule.sqref.ranges)).min_col).value: rule.formula1
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
    }


def test_columns_have_drop_downs(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(tiny_workbook(tmp_path))
    assert drop_downs(workbook, "Conferences") == {
        "Kind": '"Initial,First review,Review,Transfer-in,Pre-birth"',
        "Site": "'Sites'!$A$2:$A$501",
        "Chair": "'Chairs'!$A$2:$A$501",
        "How held": '"Hybrid,In person,Virtual"',
        "Step-free room": '"yes,no"',
        "Notice waived": '"yes,no"',
    }
    assert drop_downs(workbook, "Absences") == {"Role": '"Chair,Minute taker"'}


def test_the_instructions_name_every_sheet_and_column(tmp_path: Path) -> None:
    write_blank_workbook(tmp_path / "blank.xlsx")
    page = openpyxl.load_workbook(tmp_path / "blank.xlsx")[INSTRUCTIONS]
    guide = [tuple(cell.value for cell in row) for row in page.iter_rows()]
    for sheet in SHEETS:
        assert (sheet.title, None, "yes" if sheet.required else "if it applies", sheet.help, None) in guide
    assert (
        None,
        "Length",
        "no",
        "Minutes, excluding the time before. Blank means 105.",
        "Enter a whole number of minutes such as 90.",
    ) in guide


def test_a_blank_workbook_lists_the_required_entries(tmp_path: Path) -> None:
    write_blank_workbook(tmp_path / "blank.xlsx")
    assert faults_in(tmp_path / "blank.xlsx") == [
        "Service, row 2, First day: nothing is entered. Enter a date such as 03/04/2027 (3 April 2027).",
        "Service, row 3, Last day: nothing is entered. Enter a date such as 03/04/2027 (3 April 2027).",
        "Sites: nothing is listed. Enter at least one row.",
    ]


def test_a_completed_blank_workbook_is_read(tmp_path: Path) -> None:
    write_blank_workbook(tmp_path / "month.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "month.xlsx")
    workbook["Service"]["B2"], workbook["Service"]["B3"] = dt.date(2027, 3, 1), "31/03/2027"
    workbook["Sites"].append(["AYL", "Aylesbury"])
    workbook["Sites"].append(["WYC", "Wycombe"])
    workbook["Travel"].append(["AYL", "WYC", 40])
    workbook["Terms"].append([dt.date(2027, 2, 22), "25/03/2027"])
    for site in ("AYL", "WYC"):
        workbook["Rooms"].append([f"{site}-1", None, site, "10:00, 14:00", "01/09/2022"])
    for person in ("C1", "C2"):
        workbook["Chairs"].append([person])
    workbook["Conferences"].append(["A", "initial", 2, None, "AYL", None, None, dt.date(2027, 2, 26)])
    workbook.save(tmp_path / "month.xlsx")
    assert read_problem_file(tmp_path / "month.xlsx") == tiny_problem(policy={"virtual_fallback": "hybrid"})


def test_the_same_problem_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_problem_file(tiny_problem(), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("name", ["a.xlsx", "folder"])
def test_a_text_too_long_for_a_cell_is_refused(tmp_path: Path, name: str) -> None:
    chairs = [chair(f"{n:03}" + "x" * 190) for n in range(200)]
    problem = tiny_problem(chairs=chairs, conferences=[conference("A", not_chairs=[c["id"] for c in chairs])])
    with pytest.raises(InputError, match="Conferences: a text is longer than the 32767 characters that a cell holds"):
        write_problem_file(problem, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_a_blank_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "month.xlsx")]) == 0
    assert openpyxl.load_workbook(tmp_path / "month.xlsx").sheetnames[0] == INSTRUCTIONS
    assert [main([]), main(["month.json"]), main([str(tmp_path / "nowhere" / "month.xlsx")])] == [2, 2, 2]
    assert capsys.readouterr().err.splitlines()[0] == "Enter the name of the workbook to write, such as my-month.xlsx."
    assert [path.name for path in tmp_path.iterdir()] == ["month.xlsx"]
