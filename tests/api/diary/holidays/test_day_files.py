from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.diary.holidays.day_files import DaysChange, change_of_bank_holidays, change_of_terms, days_in_table, in_words
from api.free_busy.named_days import NamedDays
from scheduler.domain.calendar import bank_holidays_of_england
from scheduler.domain.faults import InputError
from scheduler.domain.values import Period
from scheduler.files.write_tables import Table

TODAY = dt.date(2027, 1, 4)
SCHOOL_TERMS = Path("fixtures/buckinghamshire_terms.csv")


def named(first: str, last: str | None = None, name: str = "") -> NamedDays:
    return NamedDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first), name)


def table(text: str) -> Table:
    return Table("days", list(csv.reader(io.StringIO(text))))


def faults(text: str) -> list[str]:
    with pytest.raises(InputError) as raised:
        days_in_table(table(text))
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        "date,name\n25/12/2026,Christmas Day\n2026-12-28,Boxing Day\n",
        "Name,Division,Date\nBoxing Day,England,28/12/2026\nChristmas Day,England,25/12/2026\n",
        "\n\nBank holiday,Day,\n\nChristmas Day,25/12/2026,\nBoxing Day,28/12/2026,\nBoxing Day,28/12/2026,\n",
        "Start date,Title,End date\n25/12/2026,Christmas Day,25/12/2026\n28/12/2026,Boxing Day,28/12/2026",
    ],
)
def test_columns_can_have_any_order_and_common_headings(text: str) -> None:
    assert days_in_table(table(text)) == (
        named("2026-12-25", name="Christmas Day"),
        named("2026-12-28", name="Boxing Day"),
    )


def test_the_terms_of_a_school_are_read_from_a_table() -> None:
    days = days_in_table(table(SCHOOL_TERMS.read_text()))
    assert (days[0], days[-1]) == (named("2023-09-05", "2023-10-20"), named("2027-06-07", "2027-07-21"))
    change = change_of_terms(None, days)
    assert (change.added, change.removed, change.unchanged, change.left_out) == (days, (), (), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["days: this file is empty. Enter the headings date and name, and a day a row."]),
        (
            "holiday,when\nChristmas,25/12/2026",
            ["days: there is no column of dates among holiday, when. Enter the headings date and name, or term, first and last."],
        ),
        (
            "date,name\n12/25/2026,US\n25 December,Words\n,Nothing\n31/02/2027,Never",
            [
                "days, row 2, date: '12/25/2026' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
                "days, row 3, date: '25 December' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
                "days, row 4, date: nothing is entered. Enter a date such as 03/04/2027 (3 April 2027).",
                "days, row 5, date: '31/02/2027' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
            ],
        ),
        (
            "term,First,Last day\nAutumn,18/12/2026,02/11/2026\nSpring,05/01/2027",
            [
                "days, row 2, Last day: 02/11/2026 is before the first day, 18/12/2026. Enter a last day on or after it.",
                "days, row 3, Last day: nothing is entered. Enter a date such as 03/04/2027 (3 April 2027).",
            ],
        ),
    ],
)
def test_all_invalid_rows_are_reported_together(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_bank_holidays_are_replaced_within_the_files_days() -> None:
    present = [dt.date(2025, 12, 25), dt.date(2026, 12, 25), dt.date(2026, 12, 29), dt.date(2028, 1, 3)]
    days = [named("2026-12-25", name="Christmas Day"), named("2026-12-28", name="Boxing Day"), named("2027-01-01")]
    assert change_of_bank_holidays(present, days, TODAY) == DaysChange(
        added=(named("2026-12-28", name="Boxing Day"), named("2027-01-01")),
        removed=(named("2026-12-29"),),
        unchanged=(named("2025-12-25"), named("2026-12-25", name="Christmas Day"), named("2028-01-03")),
        left_out=(),
        notes=(),
    )


def test_easter_can_be_one_event_but_a_long_closure_is_ignored() -> None:
    easter, shut = named("2027-03-26", "2027-03-29", "Easter"), named("2027-12-25", "2027-12-31", "Office closed")
    change = change_of_bank_holidays([], [easter, shut], TODAY)
    assert [in_words(one) for one in change.all] == [
        "Friday 26 March 2027, Easter",
        "Saturday 27 March 2027, Easter",
        "Sunday 28 March 2027, Easter",
        "Monday 29 March 2027, Easter",
    ]
    assert change.left_out == ((shut, "bank holidays are 4 days in a row at most"),)


def test_englands_bank_holidays_outside_the_file_stay() -> None:
    change = change_of_bank_holidays(None, [named("2027-05-03", name="Early May"), named("2027-06-07", name="Moved")], TODAY)
    assert change.added == (named("2027-06-07", name="Moved"),)
    assert change.removed == (named("2027-05-31"),)
    assert [note[:66] for note in change.notes] == ["Until now England's bank holidays were known by themselves. Those "]
    afterwards = {one.first for one in change.all}
    for year in (2025, 2026, 2028, 2037):
        assert {day for day in afterwards if day.year == year} == {
            day for day in bank_holidays_of_england(year) if day.weekday() < 5
        }
    assert {day.year for day in afterwards} == set(range(2025, 2038))


AUTUMN, SPRING = named("2026-11-02", "2026-12-18", "Autumn 2"), named("2027-01-05", "2027-02-12", "Spring 1")


def test_terms_replace_those_that_overlap_the_files_days() -> None:
    present = [Period(first=first, last=last) for first, last in (
        (dt.date(2026, 9, 3), dt.date(2026, 10, 22)),
        (dt.date(2026, 11, 2), dt.date(2026, 12, 18)),
        (dt.date(2027, 1, 4), dt.date(2027, 2, 12)),
        (dt.date(2027, 2, 10), dt.date(2027, 3, 25)),
    )]  # fmt: skip
    assert change_of_terms(present, [AUTUMN, SPRING]) == DaysChange(
        added=(SPRING,),
        removed=(named("2027-01-04", "2027-02-12"), named("2027-02-10", "2027-03-25")),
        unchanged=(named("2026-09-03", "2026-10-22"), AUTUMN),
        left_out=(),
        notes=(),
    )


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (named("2026-10-26", "2026-10-30", "Half term"), "terms have 15 days or more"),
        (named("2027-01-04", name="INSET day"), "terms have 15 days or more"),
        (named("2027-03-26", "2027-04-11", "Easter holidays"), "by its name it is no term"),
        (named("2027-07-22", "2027-09-01", "Summer Break"), "by its name it is no term"),
    ],
)
def test_other_events_of_a_schools_calendar_are_left_out(days: NamedDays, why: str) -> None:
    change = change_of_terms((), sorted([AUTUMN, SPRING, days]))
    assert (change.all, change.left_out) == ([AUTUMN, SPRING], ((days, why),))


def test_half_of_a_term_is_a_term() -> None:
    half = named("2027-02-22", "2027-03-25", "Half term 4")
    assert change_of_terms((), [AUTUMN, SPRING, half]).all == [AUTUMN, SPRING, half]


def test_terms_that_overlap_are_refused() -> None:
    whole = named("2026-09-03", "2026-12-18", "Autumn term")
    with pytest.raises(InputError) as raised:
        change_of_terms((), [whole, AUTUMN])
    assert str(raised.value) == (
        "Thursday 3 September 2026 to Friday 18 December 2026, Autumn term overlaps "
        "Monday 2 November 2026 to Friday 18 December 2026, Autumn 2. Keep one of them in the file."
    )


def test_a_file_without_days_is_refused_with_the_events_left_out() -> None:
    with pytest.raises(InputError) as raised:
        change_of_terms((), [named("2027-01-04", name="INSET day")])
    assert str(raised.value) == (
        "There are no such days in the file. Monday 4 January 2027, INSET day is left out: terms have 15 days or more."
    )


dates = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


@given(st.sets(dates, max_size=30), st.sets(dates, min_size=1, max_size=30))
def test_a_file_of_bank_holidays_is_complete_between_its_days(present: set[dt.date], given_: set[dt.date]) -> None:
    change = change_of_bank_holidays(present, [NamedDays(day, day, "") for day in sorted(given_)], TODAY)
    afterwards = [one.first for one in change.all]
    assert afterwards == sorted(given_ | {day for day in present if not min(given_) <= day <= max(given_)})
    assert {one.first for one in (*change.removed, *change.unchanged)} == present
    again = change_of_bank_holidays(afterwards, [NamedDays(day, day, "") for day in sorted(given_)], TODAY)
    assert (again.added, again.removed) == ((), ())
