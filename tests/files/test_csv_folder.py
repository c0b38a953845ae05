from pathlib import Path

import pytest

from scheduler.domain.faults import InputError
from scheduler.files import read_problem_file, write_problem_file
from scheduler.files.sheets import INSTRUCTIONS, SHEETS
from tests.builders import chair, tiny_problem
from tests.files.workbooks import faults_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_problem_file(tiny_problem(), tmp_path / "tiny")
    return tmp_path / "tiny"


def test_each_sheet_has_a_file(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{title}.csv" for title in (INSTRUCTIONS, *(sheet.title for sheet in SHEETS))
    )
    assert (folder / "Travel.csv").read_bytes() == b"\xef\xbb\xbfFrom,To,Minutes\r\nAYL,WYC,40\r\n"
    assert (folder / "Terms.csv").read_bytes() == b"\xef\xbb\xbfFirst day,Last day\r\n22/02/2027,25/03/2027\r\n"


@pytest.mark.parametrize(
    ("name", "cell"), [("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("'=x", "''=x"), ("a=1", "a=1")]
)
def test_a_name_that_looks_like_a_formula_gets_an_apostrophe(tmp_path: Path, name: str, cell: str) -> None:
    problem = tiny_problem(chairs=[chair("C1", name=name)])
    write_problem_file(problem, tmp_path / "tiny")
    assert (tmp_path / "tiny" / "Chairs.csv").read_text("utf-8-sig").splitlines()[1].startswith(f"C1,{cell},")
    assert read_problem_file(tmp_path / "tiny") == problem


def test_csv_files_of_other_programs_are_read(folder: Path) -> None:
    (folder / "Conferences.csv").rename(folder / "conferences.CSV")
    (folder / "conferences.CSV").write_bytes(
        b'"Clock starts",Site,Reference,Children,Kind\n2027-02-26,AYL,"A",2.0,INITIAL\n,,,,\n\n'
    )
    (folder / "Travel.csv").write_bytes(b"")
    (folder / "readme.txt").write_bytes(b"\xff")
    assert read_problem_file(folder) == tiny_problem(travel=[])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"From,To,Minutes\nAYL,W\xffC,40\n",
            "line 2: this is not UTF-8 text, but Windows-1252 or the like. In Excel, save it as CSV UTF-8.",
        ),
        (
            b"From,To,Minutes\nAYL,W\0C,40\n",
            "line 2: there is a NUL character, which a CSV file can't hold. In Excel, save it as CSV UTF-8.",
        ),
        (
            b'From,To,Minutes\nAYL,"WYC"x,40\n',
            "row 2: this is not valid CSV (',' expected after '\"'). Check its quotes, or save it again in Excel.",
        ),
        (
            b'From,To,Minutes\nAYL,"WYC,40\n',
            "row 2: this is not valid CSV (unexpected end of data). Check its quotes, or save it again in Excel.",
        ),
        (b"PK\x03\x04", "this is not a CSV file, but a workbook or an archive. If it is a workbook, name it .xlsx."),
    ],
)
def test_a_file_that_is_not_csv_is_refused(folder: Path, content: bytes, expected: str) -> None:
    (folder / "Travel.csv").write_bytes(content)
    (folder / "Holds.csv").write_bytes(b"\xff")
    assert faults_in(folder) == [
        f"{folder / 'Holds.csv'}: line 1: this is not UTF-8 text, but Windows-1252 or the like. In Excel, save it as CSV UTF-8.",
        f"{folder / 'Travel.csv'}: {expected}",
    ]


def test_faults_name_sheet_row_and_column(folder: Path) -> None:
    rows = (folder / "Travel.csv").read_text("utf-8-sig").replace("40", "far")
    (folder / "Travel.csv").write_text(rows + '\n"AYL","W\nYC",5\nAYL,,5\n', "utf-8")
    (folder / "Romos.csv").write_bytes((folder / "Rooms.csv").read_bytes())
    (folder / "Rooms.csv").unlink()
    assert faults_in(folder) == [
        "Romos: there is no sheet 'Romos' in a planner's workbook. Did you mean 'Rooms'? Rename it.",
        "Travel, row 2, Minutes: 'far' is not a whole number of minutes. Enter a number such as 40.",
        "Travel, row 4, To: 'W\\nYC' can't be entered here. Enter 1 to 200 characters without spaces at either end.",
        "Travel, row 5, To: nothing is entered. Enter the id of a site.",
    ]


def test_a_folder_without_csv_files_is_refused(tmp_path: Path) -> None:
    expected = "there are no .csv files in this folder. Enter a folder with Service.csv, Conferences.csv, …"
    assert faults_in(tmp_path) == [f"{tmp_path}: {expected}"]


def test_a_folder_with_other_files_is_not_replaced(folder: Path) -> None:
    write_problem_file(tiny_problem(travel=[]), folder)
    assert read_problem_file(folder) == tiny_problem(travel=[])
    (folder / "holiday.jpg").write_bytes(b"")
    with pytest.raises(InputError, match=r"this folder also contains holiday\.jpg\. Enter a new or empty folder\."):
        write_problem_file(tiny_problem(), folder)
    assert read_problem_file(folder) == tiny_problem(travel=[])
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
