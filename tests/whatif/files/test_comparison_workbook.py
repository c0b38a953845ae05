import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scheduler.domain.faults import InputError
from scheduler.domain.preferences import PREFERENCES
from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.files import comparison_workbook as workbook
from scheduler.whatif.files.comparison_workbook import comparison_workbook, write_comparison
from tests.whatif.comparison_builders import leaving, small

Row = tuple[Any, ...]
SHEETS = ["Scenarios", "Tiers", "Children", "Not placed", "Late", "Chairs", "Rooms", "Preferences", "Changes"]


def book(comparison: Comparison) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(comparison_workbook(comparison)))


@pytest.fixture(scope="module")
def sheets() -> dict[str, list[Row]]:
    """Return each sheet's rows, including title, note and headings, with dates as dates."""
    return {
        sheet.title: [tuple(map(plain, row)) for row in sheet.iter_rows(values_only=True)] for sheet in book(small()).worksheets
    }


def plain(cell: object) -> object:
    return cell.date() if isinstance(cell, dt.datetime) else cell


def padded(rows: list[Row], width: int) -> list[Row]:
    return [(*row, *(None,) * (width - len(row))) for row in rows]


def test_scenarios_side_by_side(sheets: dict[str, list[Row]]):
    assert list(sheets) == SHEETS
    assert sheets["Scenarios"] == padded(
        [
            ("What if: A & <B>, 8 to 12 March 2027",),
            ("The base first. Verdicts compare the best possible schedules, not only those found.",),
            (),
            ("Scenario", "What changes", "Against the base", "Conferences", "Placed", "Children", "Children in time",
             "Late conferences", "Handed over", "On Fridays", "In the holidays", "At other sites", "Virtual for want of a room",
             "Booked otherwise than in the base", "Seconds to solve"),
            ("base", "Nothing: as things are.", None, 2, 2, 5, 2, 1, 0, 0, 0, 0, 0, None, 1.5),
            ("AYL-1 closes", "AYL-1 is closed.\nAYL-2 opens.", "Proven worse: Conferences not placed",
             2, 1, 5, 0, 1, 0, 1, 0, 0, 0, 2, 1.5),
            ("none", "A lock.", "No schedule is possible.\nA lock can't be kept."),
            ("never", None, "Not solved: the comparison stopped first"),
        ],
        15,
    )  # fmt: skip


def test_tiers_show_only_what_is_proven(sheets: dict[str, list[Row]]):
    condition = ", if the earlier tiers keep these values"
    unknown = "Not known, since an earlier tier is not proven"
    assert sheets["Tiers"][3:] == [
        ("Scenario", "", "What matters most first", "Value", "No schedule has less than", "How good it is", "Against the base"),
        ("base", 1, "Conferences not placed", 0, 0, "proven best", None),
        ("base", 2, "Lateness", 33, 33, "proven best", None),
        ("base", 3, "Changes to what is published", 0, 0, "proven best", None),
        ("base", 4, "Children handed over", 0, 0, "proven best", None),
        ("base", 5, "Children above the caps", 2, 2, "proven best", None),
        ("base", 6, "Preferences", 0, 0, "proven best", None),
        ("AYL-1 closes", 1, "Conferences not placed", 1, 1, "proven best", "Proven worse by 1"),
        ("AYL-1 closes", 2, "Lateness", 45, 40, "at most 5 from the best", "Proven worse by at least 7"),
        ("AYL-1 closes", 3, "Changes to what is published", 0, 0, f"proven best{condition}", unknown),
        ("AYL-1 closes", 4, "Children handed over", 0, 0, f"proven best{condition}", unknown),
        ("AYL-1 closes", 5, "Children above the caps", 0, 0, f"proven best{condition}", unknown),
        ("AYL-1 closes", 6, "Preferences", 48, 39, f"at most 9 from the best{condition}", unknown),
    ]


def test_who_is_late_and_how_many_are_in_time(sheets: dict[str, list[Row]]):
    due = dt.date(2027, 3, 5)
    assert sheets["Late"][3:] == [
        ("Scenario", "Conference", "Children", "Due", "Held on", "Working days late"),
        ("base", "A", 3, due, dt.date(2027, 3, 8), 1),
        ("AYL-1 closes", "A", 3, due, dt.date(2027, 3, 12), 5),
    ]
    assert sheets["Children"][3:] == [
        ("Scenario", "Kind", "Children", "Placed", "In time", "Share in time"),
        ("base", "initial (ICPC)", 3, 3, 0, 0),
        ("base", "review (RCPC)", 2, 2, 2, 1),
        ("AYL-1 closes", "initial (ICPC)", 3, 3, 0, 0),
        ("AYL-1 closes", "review (RCPC)", 2, 0, 0, 0),
    ]


def test_who_is_not_placed_and_why(sheets: dict[str, list[Row]]):
    assert sheets["Not placed"][3:] == [
        ("Scenario", "Conference", "Children", "Due", "Why"),
        ("base", "all are placed", None, None, None),
        ("AYL-1 closes", "B", 2, dt.date(2027, 3, 25), "No room."),
    ]


def test_changes_are_empty_if_the_base_has_no_schedule():
    one = small()
    base = one.base.model_copy(update={"outlook": None, "refused": ("A lock can't be kept.",)})
    alone = one.scenarios[0].model_copy(update={"differences": (), "judgement": None, "moved": ()})
    written = book(one.model_copy(update={"base": base, "scenarios": (alone,)}))
    assert [row[13] for row in written["Scenarios"].iter_rows(min_row=5, values_only=True)] == [None, None, None]


def test_chairs_who_leave_are_gone_and_their_children_counted():
    rows = [tuple(row) for row in book(leaving())["Chairs"].iter_rows(min_row=5, values_only=True)]
    assert [tuple(value for value in row) for row in rows] == [
        ("base", "C1", 83, 83, 85, 0, 5, 1, None),
        ("base", "Advisor 2", 87, 87, 85, 2, 5, 0, "ABOVE THE CAP"),
        ("base", "Manager", 2, 5, 0, 5, 5, 1, "ABOVE THE CAP"),
        ("two leave", "C1", 83, None, None, 0, 0, 0, "GONE"),
        ("two leave", "Advisor 2", 87, None, None, 2, 2, 0, "GONE"),
        ("two leave", "Manager", 2, 5, 0, 5, 5, 2, "ABOVE THE CAP"),
        ("two leave", "Children without a chair", None, 170, None, None, None, None, None),
    ]


def test_chairs_and_rooms(sheets: dict[str, list[Row]]):
    assert sheets["Chairs"][3:] == [
        ("Scenario", "CPA", "Children before", "Children after", "Cap", "Above the cap", "Days worked", "Days with a conference",
         ""),
        ("base", "C1", 84, 87, 85, 2, 5, 2, "ABOVE THE CAP"),
        ("base", "Advisor 2", 0, 0, 85, 0, 5, 0, None),
        ("base", "Manager", 0, 0, 0, 0, 5, 0, None),
        ("AYL-1 closes", "C1", 84, 84, 85, 0, 5, 0, None),
        ("AYL-1 closes", "Advisor 2", 0, 3, 85, 0, 5, 1, None),
        ("AYL-1 closes", "Manager", 0, 0, 0, 0, 5, 0, None),
    ]  # fmt: skip
    assert sheets["Rooms"][3:] == [
        ("Scenario", "Room", "Starts used", "Starts there are", "Share"),
        ("base", "Aylesbury, AYL-1", 1, 10, 0.1),
        ("base", "Wycombe, WYC-1", 0, 10, 0),
        ("AYL-1 closes", "Aylesbury, AYL-1", 0, 4, 0),
        ("AYL-1 closes", "Aylesbury, AYL-2", 1, 5, 0.2),
    ]


def test_what_the_preferences_count(sheets: dict[str, list[Row]]):
    assert sheets["Preferences"][3] == ("Scenario", "What is avoided where possible", "How many")
    assert len(sheets["Preferences"]) == 4 + 2 * len(PREFERENCES)
    assert [row for row in sheets["Preferences"][4:] if row[2]] == [
        ("AYL-1 closes", "Fridays", 1),
        ("AYL-1 closes", "Waiting", 4),
    ]


def test_bookings_that_differ_from_the_base(sheets: dict[str, list[Row]]):
    assert sheets["Changes"][3:] == [
        ("Scenario", "Conference", "What differs", "Date in the base", "Start in the base", "Room in the base", "CPA in the base",
         "Date here", "Start here", "Room here", "CPA here"),
        ("AYL-1 closes", "A", "date, room, chair", dt.date(2027, 3, 8), dt.time(10), "Aylesbury, AYL-1", "C1",
         dt.date(2027, 3, 12), dt.time(10), "Aylesbury, AYL-2", "Advisor 2"),
        ("AYL-1 closes", "B", "not placed here", dt.date(2027, 3, 9), dt.time(14), "Virtual", "C1", *[None] * 4),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "@SUM(1)", "https://x.test", "0042", "W" * 200])
def test_a_name_is_uncut_text_in_every_sheet(name: str):
    for sheet in book(small(name)).worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == name]
        assert cells, sheet.title
        assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}


def test_a_scenario_without_late_conferences_has_a_row():
    late = small().base.outlook.model_copy(update={"late": ()})  # type: ignore[union-attr] - the base has an outlook
    comparison = small().model_copy(update={"base": small().base.model_copy(update={"outlook": late})})
    assert [cell.value for cell in book(comparison)["Late"][5]] == ["base", "none is late", None, None, None, None]


def test_rows_beyond_the_limit_are_left_out_with_a_note(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    rows = list(book(small())["Tiers"].iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in rows] == [1, 2, 3, None]
    assert rows[3][0] == "This sheet has only the first 3 rows. Compare fewer scenarios at once, or use the JSON file."


def test_the_same_comparison_makes_the_same_file(tmp_path: Path):
    write_comparison(small(), tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == comparison_workbook(small())


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path):
    with pytest.raises(InputError) as error:
        write_comparison(small(), tmp_path / "nowhere" / "a.xlsx")
    assert str(error.value) == (
        f"{tmp_path / 'nowhere' / 'a.xlsx'}: this can't be written: there is no folder {tmp_path / 'nowhere'}. "
        "Create it first, or enter another."
    )
