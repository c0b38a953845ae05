import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file
from scheduler.files.read_tables import problem_in
from scheduler.files.sheets import SHEETS
from scheduler.files.write_tables import Table, tables_of
from tests.builders import chair, conference, minute_taker, tiny_problem
from tests.files.problems import NASTY, problems
from tests.files.workbooks import SHEET, cell, edit, enter, faults_in, repacked, set_to, tiny_workbook


@pytest.mark.parametrize(
    ("sheet", "values", "expected"),
    [
        ("Conferences", {"Length": "ninety"}, "Length: 'ninety' is not a whole number of minutes. Enter a number such as 90."),
        ("Conferences", {"Length": -5}, "Length: -5 is too small. Enter 1 or more."),
        ("Conferences", {"Length": 721}, "Length: 721 is too large. Enter 720 or less."),
        ("Conferences", {"Site": None}, "Site: nothing is entered. Enter the id of a site."),
        (
            "Conferences",
            {"Site": "AYK"},
            "Site: there is no site 'AYK'. Did you mean 'AYL'? Enter an id that is on the sheet Sites.",
        ),
        ("Conferences", {"Chair": "X"}, "Chair: there is no chair 'X'. Enter an id that is on the sheet Chairs."),
        (
            "Conferences",
            {"Not_these_chairs": "C1, C22"},
            "Not these chairs: there is no chair 'C22'. Did you mean 'C2'? Enter an id that is on the sheet Chairs.",
        ),
        (
            "Conferences",
            {"Clock_starts": "31/02/2027"},
            "Clock starts: '31/02/2027' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
        ),
        (
            "Conferences",
            {"Clock_starts": "03/04/1850"},
            "Clock starts: 03/04/1850 is not a date. Enter a date such as 01/12/2026.",
        ),
        (
            "Conferences",
            {"Children": 2, "Of_school_age": 3},
            "the number of school age is 3, more than the 2 children. Enter how many of them are of school age.",
        ),
        ("Rooms", {"ID": "WYC-1"}, None),
        (
            "Chairs",
            {"First_day": dt.date(2027, 3, 2), "Last_day": dt.date(2027, 3, 1)},
            "the range runs backwards: 02/03/2027 is after 01/03/2027. Enter a first day on or before the last.",
        ),
        ("Chairs", {"FTE": 3}, "FTE: 3 is too large. Enter 2 or less."),
        ("Rooms", {"Starts": None}, "Starts: nothing is entered. Enter times such as 10:00, 14:00 separated by commas."),
    ],
)
def test_a_fault_names_sheet_row_and_column(tmp_path: Path, sheet: str, values: dict[str, Any], expected: str | None) -> None:
    faults = faults_in(enter(tiny_workbook(tmp_path), sheet, 2, **values))
    if expected is None:
        assert faults == ["Rooms, row 3, ID: 'WYC-1' is already the id of Rooms, row 2. Give each its own id."]
    else:
        assert faults == [f"{sheet}, row 2{',' if expected[0].isupper() else ':'} {expected}"]


def test_all_faults_are_listed_in_the_order_of_the_workbook(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        cell(workbook, "Conferences", 2, "Kind").value = "Reviev"
        cell(workbook, "Conferences", 2, "Children").value = 0
        cell(workbook, "Conferences", 4, "Reference").value = "B"
        cell(workbook, "Rooms", 3, "Site").value = "ABC"
        cell(workbook, "Service", 2, "Value").value = "soon"
        workbook["Absences"].append(["C3", None, dt.date(2027, 3, 1), dt.date(2027, 3, 2)])
        workbook["Absences"].append(["C2", None, dt.date(2027, 3, 3), dt.date(2027, 3, 2)])
        workbook["Busy times"].append(["C1", None, "03/03/2027", "12:00", None, "11:00"])
        workbook["Policy"]["A3"].value = "Transfer-in: days to holdd it"

    assert faults_in(edit(tiny_workbook(tmp_path), change)) == [
        "Service, row 2, First day: 'soon' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
        "Conferences, row 2, Kind: 'Reviev' is not one of the choices. Did you mean 'Review'? "
        "Enter one of: Initial, First review, Review, Transfer-in, Pre-birth.",
        "Conferences, row 2, Children: 0 is too small. Enter 1 or more.",
        "Conferences, row 4, Kind: nothing is entered. Enter one of: Initial, First review, Review, Transfer-in, Pre-birth.",
        "Conferences, row 4, Children: nothing is entered. Enter a whole number of children such as 2.",
        "Conferences, row 4, Site: nothing is entered. Enter the id of a site.",
        "Conferences, row 4, Clock starts: nothing is entered. Enter a date such as 03/04/2027 (3 April 2027).",
        "Absences, row 2, Person: there is no 'C3' on the sheet Chairs or Minute takers. "
        "Enter the id of a chair or minute taker.",
        "Absences, row 3: the range runs backwards: 03/03/2027 is after 02/03/2027. Enter a first day on or before the last.",
        "Busy times, row 2: the range runs backwards: 03/03/2027 12:00 is not before 03/03/2027 11:00. "
        "Enter a start before the end.",
        "Rooms, row 3, Site: there is no site 'ABC'. Enter an id that is on the sheet Sites.",
        "Policy, row 3: there is no setting 'Transfer-in: days to holdd it'. Did you mean 'Transfer-in: days to hold it'?",
    ]


def test_all_faults_of_a_row_are_listed(tmp_path: Path) -> None:
    path = enter(tiny_workbook(tmp_path), "Conferences", 2, Length="ninety", Site="WYX", Chair="C99")
    path = enter(path, "Published", 2, Conference="CPC-9999", Date="02/03/2027", Start="10:00", Chair="C1", Locked="Everything")
    assert faults_in(path) == [
        "Conferences, row 2, Site: there is no site 'WYX'. Did you mean 'WYC'? Enter an id that is on the sheet Sites.",
        "Conferences, row 2, Chair: there is no chair 'C99'. Enter an id that is on the sheet Chairs.",
        "Conferences, row 2, Length: 'ninety' is not a whole number of minutes. Enter a number such as 90.",
        "Published, row 2, Conference: there is no conference 'CPC-9999'. Enter an id that is on the sheet Conferences.",
        "Published, row 2, Locked: 'Everything' is not one of the choices. Enter one of: Time, Chair, Room.",
    ]


def rename(title: str, heading: str, new: str | None) -> Any:
    def change(workbook: Workbook) -> None:
        cell(workbook, title, 1, heading).value = new

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (rename("Conferences", "Length", "Lenght"), ["Conferences: there is no column 'Lenght' here. Did you mean 'Length'?"]),
        (rename("Conferences", "Site", "Stie"), ["Conferences: there is no column 'Stie' here. Did you mean 'Site'?"]),
        (
            rename("Travel", "Minutes", "Duration"),
            [
                "Travel: there is no column 'Duration' here. The columns here are From, To, Minutes.",
                "Travel: the column 'Minutes' is missing. Add it: The time from door to door.",
            ],
        ),
        (
            rename("Chairs", "ID", "Person"),
            [
                "Chairs: there is no column 'Person' here. The columns here are ID, Name, FTE, Base, Works on, First day, "
                "Last day, Caseload, Most a day, Most a week, Most office days, Reserve.",
                "Chairs: the column 'ID' is missing. Add it: A short unique name for the chair, used on the other sheets. "
                "No personal data.",
            ],
        ),
        (
            rename("Conferences", "Due", "Site"),
            ["Conferences: the column 'Site' appears twice. Keep one."],
        ),
        (
            rename("Conferences", "Clock starts", None),
            [
                "Conferences: the column 'Clock starts' is missing. Add it: The day that starts the clock. Initial: the strategy "
                "discussion. Transfer-in: the notification. First review: the initial conference. Review: the previous "
                "conference. Pre-birth: the expected date of birth.",
                "Conferences, row 2, column H: this cell has no heading above it. Enter one, or clear the cell.",
            ],
        ),
        (
            lambda workbook: setattr(workbook["Conferences"], "title", "Conference"),
            ["Conference: there is no sheet 'Conference' in a planner's workbook. Did you mean 'Conferences'? Rename it."],
        ),
        (
            lambda workbook: workbook.remove(workbook["Chairs"]),
            ["Chairs: this sheet is missing. Add it, with its headings, from a blank workbook."],
        ),
        (
            lambda workbook: workbook["Sites"].delete_rows(2, 9),
            ["Sites: nothing is listed. Enter at least one row."],
        ),
        (
            lambda workbook: workbook["Rooms"].delete_rows(1, 9),
            ["Rooms: this sheet is empty. Enter its headings in row 1: ID, Site, Starts."],
        ),
        (
            lambda workbook: workbook["Service"].delete_rows(2),
            ["Service, First day: this row is missing. Add it, with a date such as 03/04/2027 (3 April 2027)."],
        ),
        (
            lambda workbook: workbook["Service"].append(["First day", dt.date(2027, 3, 1)]),
            ["Service, row 12, First day: this setting appears twice. Keep one row."],
        ),
        (
            lambda workbook: workbook.create_sheet("Rota").append(["Monday"]),
            [
                "Rota: there is no sheet 'Rota' in a planner's workbook. "
                "Rename or delete it. Put your own notes on the sheet Notes."
            ],
        ),
    ],
)  # fmt: skip
def test_faulty_sheets_and_headings_are_refused(tmp_path: Path, change: Any, expected: list[str]) -> None:
    assert faults_in(edit(tiny_workbook(tmp_path), change)) == expected


def tidy(workbook: Workbook) -> None:
    """Make changes that are harmless."""
    workbook.create_sheet("Notes").append(["My own"])
    workbook.create_sheet("Sheet1")
    for title in ("Travel", "Terms", "Closures", "Policy", "Holds", "Instructions"):
        if title != "Terms":
            workbook.remove(workbook[title])
    conferences = workbook["Conferences"]
    conferences.insert_rows(2, 3)
    cell(workbook, "Conferences", 1, "Reference").value = " reference "
    conferences.delete_cols(10, 2)
    chairs = workbook["Chairs"]
    chairs.insert_cols(1)
    for row in range(1, 4):
        chairs.cell(row, 1).value = chairs.cell(row, 7).value
    chairs.delete_cols(7)
    workbook["Rooms"].append([None, " ", None])


def test_harmless_changes_to_the_layout(tmp_path: Path) -> None:
    path = edit(tiny_workbook(tmp_path), tidy)
    assert read_problem_file(path) == tiny_problem(travel=[])


def test_row_numbers_are_those_of_the_spreadsheet(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["Conferences"].insert_rows(1, 2)
        workbook["Conferences"].insert_rows(4, 5)
        workbook["Conferences"].cell(9, 3).value = "two"

    assert faults_in(edit(tiny_workbook(tmp_path), change)) == [
        "Conferences, row 9, Children: 'two' is not a whole number of children. Enter a number such as 2."
    ]


@pytest.mark.parametrize(
    ("values", "interval"),
    [
        ({}, ("2027-03-04T00:00", "2027-03-05T00:00")),
        ({"To_date": "05/03/2027"}, ("2027-03-04T00:00", "2027-03-06T00:00")),
        ({"From_time": "12:30"}, ("2027-03-04T12:30", "2027-03-05T00:00")),
        ({"From_time": 0.5, "To_time": dt.time(15)}, ("2027-03-04T12:00", "2027-03-04T15:00")),
    ],
)
def test_blank_times_mean_the_whole_day(tmp_path: Path, values: dict[str, Any], interval: tuple[str, str]) -> None:
    path = enter(tiny_workbook(tmp_path), "Unavailable times", 2, Conference="A", From_date=dt.date(2027, 3, 4), **values)
    expected = conference("A", unavailable=[dict(zip(("start", "end"), interval, strict=True))])
    assert read_problem_file(path) == tiny_problem(conferences=[expected])


def with_takers(tmp_path: Path) -> Path:
    return tiny_workbook(tmp_path, chairs=[chair("P1")], minute_takers=[minute_taker("P1"), minute_taker("P2")])


def test_the_role_distinguishes_people_with_the_same_id(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["Absences"].append(["P2", None, "01/03/2027", "01/03/2027"])
        workbook["Absences"].append(["P1", "minute taker", "02/03/2027", "02/03/2027"])

    absent = [{"first": "2027-03-01", "last": "2027-03-01"}], [{"first": "2027-03-02", "last": "2027-03-02"}]
    takers = [minute_taker("P1", absences=absent[1]), minute_taker("P2", absences=absent[0])]
    assert read_problem_file(edit(with_takers(tmp_path), change)) == tiny_problem(chairs=[chair("P1")], minute_takers=takers)


def test_a_missing_role_is_a_fault_if_the_id_is_ambiguous(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["Absences"].append(["P1", None, "01/03/2027", "01/03/2027"])
        workbook["Absences"].append(["P2", "chair", "01/03/2027", "01/03/2027"])

    assert faults_in(edit(with_takers(tmp_path), change)) == [
        "Absences, row 2, Role: 'P1' is both a chair and a minute taker. Enter Chair or Minute taker in the column Role.",
        "Absences, row 3, Person: there is no 'P2' on the sheet Chairs. Enter the id of a chair or minute taker.",
    ]


@pytest.mark.parametrize(
    ("label", "value", "changes"),
    [
        ("School terms", None, {}),
        ("School terms", "as listed", {}),
        ("Bank holidays", None, {}),
        ("Bank holidays", "As listed", {"calendar": {"bank_holidays": [], "terms": tiny_problem().calendar.terms}}),
        ("Minute takers", "As listed", {"minute_takers": []}),
        ("Virtual starts", "none", {"virtual_starts": []}),
        ("Virtual starts", "9:30", {"virtual_starts": ["09:30"]}),
        ("Title of a chair", None, {}),
        ("Title of a chair", '""', {"service": {"chair_title": ""}}),
    ],
)
def test_the_sheet_service_switches_optional_lists(tmp_path: Path, label: str, value: Any, changes: dict[str, Any]) -> None:
    assert read_problem_file(set_to(tiny_workbook(tmp_path), "Service", label, value)) == tiny_problem(**changes)


def test_an_unused_list_must_have_no_rows(tmp_path: Path) -> None:
    assert faults_in(set_to(tiny_workbook(tmp_path), "Service", "School terms", "Always term time")) == [
        "Service, row 9, School terms: this says that no list is used, but the sheet Terms has rows. "
        "Enter As listed, or delete the rows."
    ]


cells = st.sampled_from(
    [None, "", " ", "x", 0, 1, -1, 1.5, 1e300, True, "31/12/9999", "{U+D800}", "A", "C1", "AYL", "Chair", "yes", "none", *NASTY]
) | st.sampled_from(
    [dt.datetime(2027, 4, 3), dt.datetime(9999, 12, 31), dt.time(10), dt.date(1900, 1, 1), dt.timedelta(days=400)]
)


@given(problem=problems(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_arbitrary_cells_raise_only_input_errors(problem: Problem, data: st.DataObject) -> None:
    tables = [Table(table.title, [list(row) for row in table.rows]) for table in tables_of(problem)]
    for _ in range(data.draw(st.integers(1, 5))):
        rows = data.draw(st.sampled_from(tables)).rows
        row = data.draw(st.sampled_from(rows))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(cells)
    try:
        problem_in(tables)
    except InputError as error:
        titles = {sheet.title for sheet in SHEETS}
        assert error.faults
        assert all(str(fault).split(",")[0].split(":")[0] in titles for fault in error.faults)


def test_a_formula_without_a_value_is_not_blank(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        cell(workbook, "Conferences", 2, "Due").value = "=H2+21"
        cell(workbook, "Chairs", 2, "Name").value = "#DIV/0!"
        cell(workbook, "Chairs", 2, "Name").data_type = "e"
        cell(workbook, "Chairs", 3, "Name").value = "#N/A"
        cell(workbook, "Chairs", 3, "Name").data_type = "s"

    assert faults_in(edit(tiny_workbook(tmp_path), change)) == [
        "Conferences, row 2, Due: the formula here has no calculated value. Save the file in Excel, or enter the value itself.",
        "Chairs, row 2, Name: the formula here returns #DIV/0!. Correct it, or enter the value itself.",
    ]


def test_a_formula_is_read_as_its_value(tmp_path: Path) -> None:
    path = repacked(tiny_workbook(tmp_path), SHEET, lambda part: re.sub(rb"<v>105</v>", b"<f>100+20</f><v>120</v>", part))
    assert read_problem_file(path) == tiny_problem(conferences=[conference("A", minutes=120)])
