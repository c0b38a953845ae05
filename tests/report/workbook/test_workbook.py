import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from scheduler.domain.faults import InputError, read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import PlanException, Remark, Schedule, Unplaced
from scheduler.measure import measure
from scheduler.report.summary import summarise
from scheduler.report.workbook import write_report
from tests.builders import booking, chair, conference, minute_taker, schedule, tiny_problem
from tests.paths import EXAMPLES

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def march() -> tuple[Problem, Schedule]:
    problem = read_problem(json.loads((EXAMPLES / "march.json").read_text()))
    return problem, Schedule.model_validate_json((EXAMPLES / "march.schedule.json").read_text())


@pytest.fixture(scope="module")
def march_book(march: tuple[Problem, Schedule], tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("report") / "march.xlsx"
    write_report(*march, path)
    return openpyxl.load_workbook(path)


def book_of(problem: Problem, result: Schedule, folder: Path) -> openpyxl.Workbook:
    write_report(problem, result, folder / "report.xlsx")
    return openpyxl.load_workbook(folder / "report.xlsx")


def table(sheet: Worksheet) -> list[Row]:
    """Return the rows below the headings, with dates as dates and times as times."""
    return [tuple(map(plain, row)) for row in sheet.iter_rows(min_row=5, values_only=True)]


def plain(cell: object) -> object:
    return cell.date() if isinstance(cell, dt.datetime) else cell


def headings(sheet: Worksheet) -> list[object]:
    return [cell.value for cell in sheet[4]]


def test_the_sheets_of_a_month(march_book: openpyxl.Workbook):
    assert march_book.sheetnames == ["Summary", "Diary", "By chair", "Minute takers", "Late", "Caseloads", "Held slots"]


def test_the_summary_sheet_contains_the_summary(march: tuple[Problem, Schedule], march_book: openpyxl.Workbook):
    summary = summarise(*march, measure(*march))
    cells = [str(cell) for row in march_book["Summary"].values for cell in row if cell is not None]
    assert cells[0] == summary.heading
    texts = {text.lower() for text in cells}
    for section in summary.sections:
        assert {section.title.lower(), section.sentence.lower(), *(detail.lower() for detail in section.details())} <= texts
    tiers = [row for row in march_book["Summary"].values if str(row[0])[:1].isdigit()]
    assert [row[1] for row in tiers] == [tier.value for tier in summary.tiers]


def test_the_summary_sheet_begins_with_remarks_and_exceptions(tmp_path: Path):
    remark = Remark(place="conferences[0].minutes", text="A lasts 2 minutes.")
    exception = PlanException(conference="A", rule="R9", text="It changes its chair.")
    result = schedule(booking(), remarks=(remark,), exceptions=(exception,))
    sheet = book_of(tiny_problem(), result, tmp_path)["Summary"]
    assert [tuple(cell.value for cell in row[:2]) for row in sheet.iter_rows(min_row=3, max_row=6)] == [
        ("Check first", "1 entry of the problem looks wrong."),
        (None, "conferences[0].minutes: A lasts 2 minutes."),
        ("Exceptions", "1 exception was made to rules."),
        (None, "A (R9): It changes its chair."),
    ]


def test_the_diary_shows_every_booking_at_its_day_start_and_room(march: tuple[Problem, Schedule], march_book: openpyxl.Workbook):
    problem, result = march
    sheet = march_book["Diary"]
    assert headings(sheet) == [
        "Day", "Date", "Start", "Aylesbury, AYL room 1", "Amersham, AMR room 1", "Wycombe, WYC room 1", "Virtual", "Notes",
    ]  # fmt: skip
    columns = {room.id: n for n, room in enumerate(problem.rooms, 3)} | {None: 6}
    rows = {(row[1], row[2]): row for row in table(sheet)}
    for placed in result.bookings:
        cell = str(rows[placed.day, placed.start.time()][columns[placed.room]])
        assert placed.conference in cell
        assert problem.chair_by_id[placed.chair].label in cell
    shown = sum(str(cell).count(prefix) for row in rows.values() for cell in row for prefix in ("CPC-", "HOLD-"))
    assert shown == len(result.bookings)


def test_the_diary_repeats_its_colours_in_words(march_book: openpyxl.Workbook):
    rows = table(march_book["Diary"])
    late = [str(cell) for row in rows for cell in row if "LATE" in str(cell)]
    assert [cell.splitlines()[0].split()[0] for cell in late] == ["CPC-0011", "CPC-0110"]
    assert [cell.splitlines()[-1] for cell in late] == ["LATE by 3 working days", "LATE by 2 working days"]
    notes = {(row[1], row[7]) for row in rows}
    assert (dt.date(2027, 3, 5), "Friday") in notes
    assert (dt.date(2027, 3, 26), "Bank holiday") in notes
    assert (dt.date(2027, 3, 30), "Outside term time") in notes


def test_each_chairs_list_is_complete(march: tuple[Problem, Schedule], march_book: openpyxl.Workbook):
    problem, result = march
    rows = table(march_book["By chair"])
    for person in problem.chairs:
        listed = [row[7] for row in rows if row[0] == person.label and row[7] != "no booking"]
        expected = sorted((b.start, b.conference) for b in result.bookings if b.chair == person.id)
        assert listed == [reference for _, reference in expected]


def test_a_row_of_a_chairs_list(march_book: openpyxl.Workbook):
    assert headings(march_book["By chair"]) == [
        "CPA", "Day", "Date", "Families arrive", "Start", "End", "Place", "Conference", "Kind", "Children", "Minute taker",
        "Notes",
    ]  # fmt: skip
    assert next(row for row in table(march_book["By chair"]) if row[7] == "CPC-0011") == (
        "Advisor 2", "Friday", dt.date(2027, 3, 19), dt.time(13, 30), dt.time(14, 0), dt.time(15, 45),
        "Aylesbury, AYL room 1", "CPC-0011", "initial (ICPC)", 6, "Minute taker 1", "LATE by 3 working days, Friday",
    )  # fmt: skip


def test_the_late_sheet_shows_the_cause(march_book: openpyxl.Workbook):
    first, second = table(march_book["Late"])
    assert first == (
        "CPC-0011", "initial (ICPC)", 6, dt.date(2027, 3, 16), dt.date(2027, 3, 19), 3, "Advisor 2", "Aylesbury, AYL room 1",
        "It could not be held before Friday 19 March: it was requested on Friday 12 March, and 5 working days of notice "
        "must be given.",
    )  # fmt: skip
    assert second[0] == "CPC-0110"


def test_the_caseloads_sheet(march_book: openpyxl.Workbook):
    rows = table(march_book["Caseloads"])
    assert rows[0] == ("Advisor 1", 1, 91, 20, 111, 85, 26, "ABOVE THE CAP")
    assert rows[-2] == ("Advisor 7", 1, 0, 0, 0, 0, 0, "reserve")
    assert rows[-1] == ("Together", None, 486, 93, 579, 476, 103, None)


def test_chairs_who_are_gone_and_their_children(tmp_path: Path):
    chairs = [chair("C1", caseload=83, last="2027-03-02"), chair("C2", caseload=87, last="2027-02-26"), chair("C3")]
    written = book_of(tiny_problem(chairs=chairs), schedule(booking("A")), tmp_path)
    assert table(written["Caseloads"]) == [
        ("C1", 1, 83, 2, 85, 85, 0, "GONE, last day 2 March 2027"),
        ("C2", 1, 87, 0, 87, 85, 2, "ABOVE THE CAP, GONE, last day 26 February 2027"),
        ("C3", 1, 0, 0, 0, 85, 0, None),
        ("Together", None, 170, 2, 172, 255, 2, None),
        ("Children without a chair", None, None, None, 172, None, None, None),
    ]
    assert [row[-1] for row in table(written["By chair"])] == [None, "gone, last day 26 February 2027", None]


def test_the_held_slots_sheet_shows_missing_slots(march_book: openpyxl.Workbook):
    rows = table(march_book["Held slots"])
    assert len(rows) == 25
    assert [row[:3] for row in rows if row[-1] == "NOT KEPT FREE"] == [
        ("Aylesbury", dt.date(2027, 3, 8), "HOLD-AYL-2027-03-08-2"),
    ]


def test_dates_and_times_have_british_formats(march_book: openpyxl.Workbook):
    row = march_book["By chair"][5]
    assert (row[2].number_format, row[3].number_format) == ("dd/mm/yyyy", "hh:mm")


@pytest.mark.parametrize("name", ["Diary", "By chair", "Minute takers", "Late", "Caseloads", "Held slots"])
def test_a_sheet_is_set_up_for_screen_and_paper(march_book: openpyxl.Workbook, name: str):
    sheet = march_book[name]
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.freeze_panes is not None
    assert sheet.freeze_panes.endswith("5")


def test_text_from_the_input_never_becomes_a_formula_or_link(tmp_path: Path):
    formula = "=HYPERLINK(1)"
    problem = tiny_problem(
        service={"name": "=1+1 & co", "chair_title": "@SUM(1)"},
        sites=[{"id": "AYL", "name": "+Aylesbury"}, {"id": "WYC"}],
        chairs=[chair("C1", name="https://example.org")],
        minute_takers=[minute_taker("M1", name="-2+3")],
        conferences=[conference(formula), conference("=B1")],
    )
    result = schedule(booking(formula, minute_taker="M1"), unplaced=(Unplaced(conference="=B1", reason="=C1"),))
    book = book_of(problem, result, tmp_path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
    assert formula in {cell.value for cell in cells}


def test_unplaced_conferences_have_their_own_sheet(tmp_path: Path):
    problem = tiny_problem(conferences=[conference("A"), conference("B", requested="2027-03-01")])
    result = schedule(booking("A"), unplaced=(Unplaced(conference="B", reason="No chair is left."),))
    rows = table(book_of(problem, result, tmp_path)["Not placed"])
    assert rows == [("B", "initial (ICPC)", 2, "Aylesbury", dt.date(2027, 3, 8), dt.date(2027, 3, 19), "No chair is left.")]


def test_changed_bookings_have_their_own_sheet(tmp_path: Path):
    published = [
        {"conference": name, "start": f"2027-03-0{day}T10:00", "room": "AYL-1", "chair": "C1"}
        for name, day in (("A", 3), ("B", 2), ("C", 1))
    ]
    problem = tiny_problem(conferences=[conference(name) for name in "ABC"], published=published)
    result = schedule(
        booking("A", "2027-03-03T14:00", room=None, chair="C2"),
        booking("C", "2027-03-01T10:00"),
        unplaced=(Unplaced(conference="B", reason="No chair is left."),),
    )
    sheet = book_of(problem, result, tmp_path)["Changes"]
    ten = dt.time(10)
    details = ["at", "in", "with CPA"]
    assert headings(sheet) == ["Conference", "Children", "Published for", *details, "Now on", *details]
    assert table(sheet) == [
        ("B", 2, dt.date(2027, 3, 2), ten, "Aylesbury, AYL-1", "C1", None, None, "NOT PLACED", None),
        ("A", 2, dt.date(2027, 3, 3), ten, "Aylesbury, AYL-1", "C1", dt.date(2027, 3, 3), dt.time(14), "Virtual", "C2"),
    ]


def test_an_empty_schedule_still_gives_a_workbook(tmp_path: Path):
    book = book_of(tiny_problem(conferences=[]), schedule(), tmp_path)
    assert book.sheetnames == ["Summary", "Diary", "By chair", "Late", "Caseloads"]
    assert book["Late"]["A2"].value == "No booking is after its due date."
    assert [row[7] for row in table(book["By chair"])] == ["no booking", "no booking"]


def test_several_virtual_conferences_at_one_start_share_a_cell(tmp_path: Path):
    problem = tiny_problem(conferences=[conference("A", mode="virtual"), conference("B", mode="virtual")])
    result = schedule(booking("A", room=None), booking("B", room=None, chair="C2"))
    rows = table(book_of(problem, result, tmp_path)["Diary"])
    assert [row[5] for row in rows if row[5] not in (None, "not open")] == ["A  initial (ICPC)\nC1\nB  initial (ICPC)\nC2"]


def test_the_workbook_of_a_schedule_is_reproducible(march: tuple[Problem, Schedule], tmp_path: Path):
    for name in ("one.xlsx", "two.xlsx"):
        write_report(*march, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_path_that_cannot_be_written_is_an_error(tmp_path: Path):
    with pytest.raises(InputError, match="nowhere"):
        write_report(tiny_problem(), schedule(), tmp_path / "nowhere" / "report.xlsx")
