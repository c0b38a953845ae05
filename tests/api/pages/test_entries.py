from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.entries import NearestYear, date_of, reference_of, time_of, whole_of

TODAY = dt.date(2027, 1, 12)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "past", "coming"),
    [
        ("7/1", "2027-01-07", "2028-01-07"),
        ("7 Jan", "2027-01-07", "2028-01-07"),
        ("12.1", "2027-01-12", "2027-01-12"),
        ("20 December", "2026-12-20", "2027-12-20"),
        ("29/2", "2024-02-29", "2028-02-29"),
        ("7/1/27", "2027-01-07", "2027-01-07"),
        ("7-1-2025", "2025-01-07", "2025-01-07"),
        ("2027-01-07", "2027-01-07", "2027-01-07"),
    ],
)
def test_a_date_without_a_year_is_the_nearest(text: str, past: str, coming: str) -> None:
    assert date_of(text, TODAY, NearestYear.PAST) == dt.date.fromisoformat(past)
    assert date_of(text, TODAY, NearestYear.COMING) == dt.date.fromisoformat(coming)


@pytest.mark.parametrize("text", ["", "32/1", "7/13", "30/2", "soon", "7", "1/2/3/4", "7 foo"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert date_of(text, TODAY, NearestYear.PAST) is None


@given(day=DAYS, today=DAYS)
def test_a_day_and_month_mean_the_latest_past_and_the_first_coming_one(day: dt.date, today: dt.date) -> None:
    text = f"{day.day}/{day.month}"
    past, coming = date_of(text, today, NearestYear.PAST), date_of(text, today, NearestYear.COMING)
    assert past is not None
    assert coming is not None
    assert past <= today <= coming
    assert {(one.day, one.month) for one in (past, coming)} == {(day.day, day.month)}


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
