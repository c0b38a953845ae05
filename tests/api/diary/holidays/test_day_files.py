from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.diary.holidays.day_files import (
    ENGLANDS_WERE_KNOWN,
    DaysChange,
    change_of_bank_holidays,
    change_of_terms,
    days_in_table,
    in_words,
    with_englands,
)
from api.free_busy.named_days import NamedDays
from scheduler.domain.calendar import bank_holidays_of_england
from scheduler.domain.faults import InputError
from scheduler.domain.values import Period
from scheduler.files.write_tables import Table

TODAY = dt.date(2027, 1, 4)
ENGLANDS = (
    *("2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28"),
    *("2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28"),
)
NOT_LISTED = "England's bank holidays in these years that the file does not list: "
WORKING_DAYS = "They are working days."
OF_2026_AND_SPRING = (
    "Thursday 1 January 2026; Friday 3 April 2026; Monday 6 April 2026; Monday 4 May 2026; Monday 25 May 2026; "
    "Monday 31 August 2026; Friday 26 March 2027; Monday 29 March 2027; Monday 3 May 2027; Monday 31 May 2027"
)
WITHOUT_EARLY_MAY = (
    "Friday 1 January 2027; Friday 26 March 2027; Monday 29 March 2027; Monday 31 May 2027; Monday 30 August 2027; "
    "Monday 27 December 2027; Tuesday 28 December 2027"
)
SCHOOL_TERMS = Path("fixtures/buckinghamshire_terms.csv")


def englands(year: int) -> set[dt.date]:
    return {day for day in bank_holidays_of_england(year) if day.weekday() < 5}


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
        notes=(f"{NOT_LISTED}{OF_2026_AND_SPRING}; 3 more. {WORKING_DAYS}",),
        missing=tuple(named(day) for day in ENGLANDS if day not in ("2026-12-25", "2026-12-28", "2027-01-01")),
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


def test_englands_bank_holidays_that_the_file_leaves_out_stay() -> None:
    result = [named("2027-05-03", name="Early May"), named("2027-06-07", name="An occasion")]
    change = change_of_bank_holidays(None, result, TODAY)
    missing = tuple(named(day) for day in ENGLANDS if day.startswith("2027") and day != "2027-05-03")
    assert (change.added, change.removed, change.left_out) == ((result[1],), (), ())
    assert (change.missing, change.notes) == (missing, (ENGLANDS_WERE_KNOWN, f"{NOT_LISTED}{WITHOUT_EARLY_MAY}. They stay."))
    assert {one.first for one in change.all} == {one for year in range(2025, 2038) for one in englands(year)} | {
        dt.date(2027, 6, 7)
    }


def test_englands_bank_holidays_that_the_file_leaves_out_are_removed_if_that_is_confirmed() -> None:
    result = [named("2027-05-03", name="Early May"), named("2027-06-07", name="Moved")]
    change = change_of_bank_holidays(None, result, TODAY, replace=True)
    assert (change.added, change.removed) == ((result[1],), (named("2027-05-31"),))
    assert change.notes == (
        ENGLANDS_WERE_KNOWN,
        f"{NOT_LISTED}{WITHOUT_EARLY_MAY.replace('Monday 31 May 2027; ', '')}. They stay.",
        f"{NOT_LISTED}Monday 31 May 2027. {WORKING_DAYS}",
    )
    assert {one.first for one in change.all if one.first.year != 2027} == {
        day for year in range(2025, 2038) if year != 2027 for day in englands(year)
    }

    again = change_of_bank_holidays([one.first for one in change.all], result, TODAY)
    assert (again.added, again.removed, again.notes) == ((), (), change.notes[1:])


def test_what_is_entered_by_hand_is_added_to_the_englands_that_are_known() -> None:
    occasion, christmas = dt.date(2027, 6, 7), dt.date(2027, 12, 27)
    assert with_englands(None, [occasion], TODAY) == tuple(
        sorted({day for year in range(2025, 2038) for day in englands(year)} | {occasion})
    )
    assert with_englands([occasion, christmas], [dt.date(2027, 6, 8)], TODAY) == (dt.date(2027, 6, 8), christmas)
    assert with_englands([], [], TODAY) == ()


SECOND_JANUARY, ST_PATRICK = "2nd January (Scotland)", "St Patrick’s Day (Northern Ireland)"
WHY_SCOTLAND = "it is a bank holiday of Scotland, and not of England"
WHY_BOTH = "it is a bank holiday of Scotland and Northern Ireland, and not of England"
WHY_IRELAND = "it is a bank holiday of Northern Ireland, and not of England"


def test_the_governments_list_of_all_divisions_is_read_for_england() -> None:
    result = days_in_table(table(Path("tests/data/inputs/days/bh-uk-all.csv").read_text()))
    change = change_of_bank_holidays(None, result, TODAY)
    assert (change.added, change.removed) == ((), ())
    assert [one for one in change.unchanged if one.name] == [
        named("2027-01-01", name="New Year’s Day"),
        named("2027-03-26", name="Good Friday"),
    ]
    assert change.left_out == (
        (named("2027-01-04", name=SECOND_JANUARY), WHY_SCOTLAND),
        (named("2027-03-17", name=ST_PATRICK), WHY_IRELAND),
    )


def test_a_day_of_several_divisions_is_englands_too() -> None:
    text = (
        "Division,Title,Date\nscotland,New Year’s Day,2027-01-01\nEngland and Wales,New Year’s Day,2027-01-01\n"
        "Scotland,2nd January,2027-01-04\nNorthern Ireland,New Year’s Day,2027-01-01\nUK,Good Friday,26/03/2027\n"
    )
    change = change_of_bank_holidays([], days_in_table(table(text)), TODAY)
    assert change.added == (named("2027-01-01", name="New Year’s Day"), named("2027-03-26", name="Good Friday"))
    assert change.left_out == ((named("2027-01-04", name=SECOND_JANUARY), WHY_SCOTLAND),)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (SECOND_JANUARY, WHY_SCOTLAND),
        ("2nd January", WHY_SCOTLAND),
        ("Scotland: Summer bank holiday", WHY_SCOTLAND),
        ("Summer bank holiday - Scotland", WHY_SCOTLAND),
        ("St Andrew’s Day (Substitute day)", WHY_SCOTLAND),
        (ST_PATRICK, WHY_IRELAND),
        ("Battle of the Boyne (Orangemen’s Day)", WHY_IRELAND),
        (
            "Public holiday (Scotland, Northern Ireland)",
            "it is a bank holiday of Scotland and Northern Ireland, and not of England",
        ),
        ("Easter Monday (England, Wales, Northern Ireland)", None),
        ("Boxing Day (substitute day)", None),
        ("World Cup: Scotland against England", None),
        ("A day for St Patrick (England)", None),
        ("", None),
    ],
)
def test_a_bank_holidays_nation_is_known_from_its_name(name: str, why: str | None) -> None:
    christmas, day = named("2026-12-25", name="Christmas Day"), named("2027-08-02", name=name)
    change = change_of_bank_holidays([], [christmas, day], TODAY)
    assert change.left_out == (() if why is None else ((day, why),))
    assert change.added == ((christmas, day) if why is None else (christmas,))


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


def test_half_terms_within_a_term_are_cut_out_of_it() -> None:
    result = days_in_table(table(Path("tests/data/inputs/days/terms-halfterms.csv").read_text()))
    change = change_of_terms(None, result)
    spring, summer = "Spring term", "Summer term"
    assert change.added == (
        named("2027-01-05", "2027-02-14", spring),
        named("2027-02-20", "2027-03-26", spring),
        named("2027-04-12", "2027-05-30", summer),
        named("2027-06-05", "2027-07-21", summer),
    )
    assert change.left_out == (
        (named("2027-01-04", name="INSET day"), "terms have 15 days or more"),
        (
            named("2027-02-15", "2027-02-19", "Half term"),
            "it is cut out of the term Tuesday 5 January 2027 to Friday 26 March 2027, Spring term",
        ),
        (named("2027-03-29", "2027-04-09", "Easter"), "terms have 15 days or more"),
        (
            named("2027-05-31", "2027-06-04", "Half term"),
            "it is cut out of the term Monday 12 April 2027 to Wednesday 21 July 2027, Summer term",
        ),
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (named("2026-11-16", "2026-11-20", "Half-term break"), [("2026-11-02", "2026-11-15"), ("2026-11-21", "2026-12-18")]),
        (named("2026-11-02", "2026-11-06", "HALFTERM"), [("2026-11-07", "2026-12-18")]),
        (named("2026-12-14", "2026-12-18", "Christmas holidays"), [("2026-11-02", "2026-12-13")]),
        (named("2026-12-14", "2026-12-31", "Christmas holidays"), [("2026-11-02", "2026-12-18")]),
        (named("2026-11-16", name="INSET day"), [("2026-11-02", "2026-12-18")]),
        (named("2026-11-16", "2026-11-20"), [("2026-11-02", "2026-12-18")]),
    ],
)
def test_only_holidays_within_a_term_are_cut_out_of_it(days: NamedDays, expected: list[tuple[str, str]]) -> None:
    change = change_of_terms((), sorted([AUTUMN, SPRING, days]))
    assert change.all == [*(named(first, last, "Autumn 2") for first, last in expected), SPRING]
    assert [one for one, _ in change.left_out] == [days]


def test_two_half_terms_are_cut_out_of_one_term() -> None:
    year = named("2026-09-02", "2027-07-21", "School year")
    half_terms = named("2026-10-26", "2026-10-30", "Half term"), named("2027-02-15", "2027-02-19", "Half term")
    assert [(one.first, one.last) for one in change_of_terms((), [year, *half_terms]).all] == [
        (dt.date(2026, 9, 2), dt.date(2026, 10, 25)),
        (dt.date(2026, 10, 31), dt.date(2027, 2, 14)),
        (dt.date(2027, 2, 20), dt.date(2027, 7, 21)),
    ]


def test_a_half_term_that_is_half_of_a_term_is_one() -> None:
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


def test_all_terms_that_overlap_are_listed() -> None:
    year = named("2026-09-03", "2027-07-21", "Year")
    with pytest.raises(InputError) as raised:
        change_of_terms((), [year, AUTUMN, SPRING])
    assert [str(fault).partition(" overlaps ")[2].partition(", ")[2] for fault in raised.value.faults] == [
        "Autumn 2. Keep one of them in the file.",
        "Spring 1. Keep one of them in the file.",
    ]


def test_a_file_without_such_days_is_refused_and_says_what_it_left_out() -> None:
    with pytest.raises(InputError) as raised:
        change_of_terms((), [named("2027-01-04", name="INSET day")])
    assert str(raised.value) == (
        "There are no such days in the file. Monday 4 January 2027, INSET day is left out: terms have 15 days or more."
    )


dates = st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31))


@given(st.sets(dates, max_size=30), st.sets(dates, min_size=1, max_size=30))
def test_after_a_file_its_bank_holidays_and_englands_are_known_between_its_days(
    present: set[dt.date], given_: set[dt.date]
) -> None:
    change = change_of_bank_holidays(present, [NamedDays(day, day, "") for day in sorted(given_)], TODAY)
    afterwards = [one.first for one in change.all]
    stay = {day for day in present if not min(given_) <= day <= max(given_) or day in englands(day.year)}
    assert afterwards == sorted(given_ | stay)
    assert {one.first for one in (*change.removed, *change.unchanged)} == present
    replaced = change_of_bank_holidays(present, [NamedDays(day, day, "") for day in sorted(given_)], TODAY, replace=True)
    assert [one.first for one in replaced.all] == sorted(
        given_ | {day for day in present if not min(given_) <= day <= max(given_)}
    )
    again = change_of_bank_holidays(afterwards, [NamedDays(day, day, "") for day in sorted(given_)], TODAY)
    assert (again.added, again.removed) == ((), ())
