from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_problem_file, write_workbook_with_errors
from tests.builders import tiny_problem
from tests.files.workbooks import cell, edit, faults_in, tiny_workbook


def spoil(workbook: Workbook) -> None:
    cell(workbook, "Conferences", 2, "Length").value = "ninety"
    cell(workbook, "Conferences", 2, "Kind").value = "=1+1"
    cell(workbook, "Conferences", 2, "Kind").data_type = "s"
    cell(workbook, "Conferences", 1, "Due").value = "Deu"
    workbook["Service"]["B2"].value = "soon"
    workbook["Rooms"].append(["AYL-1"])
    workbook.create_sheet("Rota").append(["Monday"])


KIND = "'=1+1' is not one of the choices. Enter one of: Initial, First review, Review, Transfer-in, Pre-birth."
LENGTH = "'ninety' is not a whole number of minutes. Enter a number such as 90."
ROTA = "there is no sheet 'Rota' in a planner's workbook. Rename or delete it. Put your own notes on the sheet Notes."


def copy_of(source: Path, destination: Path) -> Workbook:
    with pytest.raises(InputError) as raised:
        read_problem_file(source)
    write_workbook_with_errors(source, raised.value.faults, destination)
    return openpyxl.load_workbook(destination)


def values(workbook: Workbook, title: str, column: int = 1) -> list[Any]:
    return [row[column - 1].value for row in workbook[title].iter_rows()]


def test_each_faulty_sheet_begins_with_a_column_of_errors(tmp_path: Path) -> None:
    source = edit(tiny_workbook(tmp_path), spoil)
    copy = copy_of(source, tmp_path / "errors.xlsx")
    assert copy.sheetnames[0] == "Errors"
    assert values(copy, "Conferences") == [
        "Errors\nThere is no column 'Deu' here. Did you mean 'Due'?",
        f"Kind: {KIND}\nLength: {LENGTH}",
    ]
    assert values(copy, "Conferences", 3)[1] == "=1+1"
    assert cell(copy, "Conferences", 2, "Kind").data_type == "s"
    marked = [entry.value for entry in copy["Conferences"][2] if entry.fill.fgColor.rgb == "FFFBD5D5"]
    assert marked == ["=1+1", "ninety"]
    assert values(copy, "Service")[:2] == [
        "Errors",
        "First day: 'soon' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
    ]
    assert values(copy, "Rooms")[3].splitlines()[:2] == [
        "ID: 'AYL-1' is already the id of Rooms, row 2. Give each its own id.",
        "Site: nothing is entered. Enter the id of a site.",
    ]
    assert values(copy, "Chairs") == ["ID", "C1", "C2"]
    assert [entry.value for entry in copy["Errors"][2]] == ["Rota", None, None, ROTA[0].upper() + ROTA[1:]]
    assert len(values(copy, "Errors")) == 1 + len(faults_in(source))


def test_the_corrected_copy_is_the_original_problem(tmp_path: Path) -> None:
    copy_of(edit(tiny_workbook(tmp_path), spoil), tmp_path / "errors.xlsx")
    assert len(faults_in(tmp_path / "errors.xlsx")) == 8

    def mend(workbook: Workbook) -> None:
        cell(workbook, "Conferences", 2, "Length").value = 105
        cell(workbook, "Conferences", 2, "Kind").value = "Initial"
        cell(workbook, "Conferences", 1, "Deu").value = "Due"
        cell(workbook, "Service", 2, "Value").value = "01/03/2027"
        workbook["Rooms"].delete_rows(4)
        workbook.remove(workbook["Rota"])

    assert read_problem_file(edit(tmp_path / "errors.xlsx", mend)) == tiny_problem()


def test_a_copy_of_a_copy_has_one_column_of_errors(tmp_path: Path) -> None:
    first = copy_of(edit(tiny_workbook(tmp_path), spoil), tmp_path / "errors.xlsx")
    second = copy_of(tmp_path / "errors.xlsx", tmp_path / "again.xlsx")
    assert second.sheetnames == first.sheetnames
    assert [values(second, title) for title in second.sheetnames] == [values(first, title) for title in first.sheetnames]


def test_a_csv_folder_is_copied_as_a_workbook(tmp_path: Path) -> None:
    write_problem_file(tiny_problem(), tmp_path / "tiny")
    travel = tmp_path / "tiny" / "Travel.csv"
    travel.write_text(travel.read_text("utf-8-sig").replace("40", "far"), "utf-8")
    copy = copy_of(tmp_path / "tiny", tmp_path / "errors.xlsx")
    expected = "Minutes: 'far' is not a whole number of minutes. Enter a number such as 40."
    assert values(copy, "Travel") == ["Errors", expected]


@pytest.mark.parametrize(
    ("source", "destination", "expected"),
    [
        (
            "a.json",
            "b.xlsx",
            "a.json: only a workbook or a folder of .csv files can be copied with its errors. Enter one of these.",
        ),
        ("a.xlsx", "b.json", "b.json: a copy with errors must be a workbook. Enter a name that ends in .xlsx."),
    ],
)
def test_json_files_are_not_copied_with_errors(source: str, destination: str, expected: str) -> None:
    with pytest.raises(InputError) as raised:
        write_workbook_with_errors(source, [], destination)
    assert str(raised.value) == expected
