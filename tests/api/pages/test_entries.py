from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.entries import LAG, LONGEST_INTO_NEXT_YEAR, NearestYear, date_of, last_of, reference_of, time_of, whole_of

TODAY = dt.date(2027, 1, 12)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "past", "coming"),
    [
        ("7/1", "2027-01-07", "2027-01-07"),
        ("7 Jan", "2027-01-07", "2027-01-07"),
        ("12.1", "2027-01-12", "2027-01-12"),
        ("20 December", "2026-12-20", "2026-12-20"),
        ("13/1", "2027-01-13", "2027-01-13"),
        ("7/6", "2026-06-07", "2027-06-07"),
        ("29/2", "2028-02-29", "2028-02-29"),
        ("7/1/27", "2027-01-07", "2027-01-07"),
        ("7-1-2025", "2025-01-07", "2025-01-07"),
        ("2027-01-07", "2027-01-07", "2027-01-07"),
    ],
)
def test_a_date_without_a_year_is_the_nearest(text: str, past: str, coming: str) -> None:
    assert date_of(text, TODAY, NearestYear.PAST) == dt.date.fromisoformat(past)
    assert date_of(text, TODAY, NearestYear.COMING) == dt.date.fromisoformat(coming)


@pytest.mark.parametrize(
    "text", ["", "32/1", "7/13", "30/2", "soon", "7", "1/2/3/4", "7 foo", "4/12/2206", "4/12/220", "2206-12-04"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert date_of(text, TODAY, NearestYear.PAST) is None


@given(day=DAYS.filter(lambda day: (day.month, day.day) != (2, 29)), near=DAYS)
def test_a_date_without_a_year_is_within_half_a_year_of_what_is_recorded(day: dt.date, near: dt.date) -> None:
    for nearest, lag in ((NearestYear.PAST, -LAG), (NearestYear.COMING, LAG), (NearestYear.NEAREST, dt.timedelta())):
        found = date_of(f"{day.day}/{day.month}", near, nearest)
        assert found is not None
        assert (found.day, found.month) == (day.day, day.month)
        assert abs(found - near - lag) <= dt.timedelta(days=183)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-12-04", "2/12", "2026-12-02"),
        ("2026-12-04", "1/10", "2026-10-01"),
        ("2026-11-01", "2/11", "2026-11-02"),
        ("2026-12-20", "3/1", "2027-01-03"),
        ("2027-01-04", "30/9", "2027-09-30"),
        ("2026-04-01", "31/3", "2026-03-31"),
        ("2026-04-01", "31/3/2027", "2027-03-31"),
        ("2027-12-04", "29/2", "2028-02-29"),
        ("2027-01-04", "29/2", None),
        ("2199-12-20", "3/1", "2199-01-03"),
    ],
)
def test_a_last_day_is_read_in_relation_to_the_first(first: str, last: str, expected: str | None) -> None:
    found = last_of(last, dt.date.fromisoformat(first))
    assert found == (None if expected is None else dt.date.fromisoformat(expected))


@given(first=DAYS, length=st.integers(0, LONGEST_INTO_NEXT_YEAR.days))
def test_a_period_of_up_to_half_a_year_needs_no_year_at_its_end(first: dt.date, length: int) -> None:
    last = first + dt.timedelta(days=length)
    assert last_of(f"{last.day}/{last.month}", first) == last


@given(day=DAYS, today=DAYS)
def test_a_whole_date_is_itself(day: dt.date, today: dt.date) -> None:
    for text in (day.isoformat(), f"{day.day}/{day.month}/{day.year}", f"{day.day} {day:%b} {day.year}"):
        assert date_of(text, today, NearestYear.PAST) == day


def test_bare_digits_get_their_letters() -> None:
    assert [reference_of(text, "CPC") for text in ("0133", " cpc-7 ", "")] == ["CPC-0133", "cpc-7", ""]
    assert [whole_of(text) for text in ("2", " 03 ", "-1", "two", "")] == [2, 3, None, None, None]


@pytest.mark.parametrize(
    ("text", "time"),
    [("8:00", "08:00"), (" 16.30 ", "16:30"), ("23:59", "23:59"), ("24:00", None), ("8:60", None), ("8", None), ("soon", None)],
)
def test_times_are_typed_with_a_colon_or_a_point(text: str, time: str | None) -> None:
    assert time_of(text) == time
