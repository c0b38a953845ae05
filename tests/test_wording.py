import datetime as dt

import pytest

from scheduler.domain.values import Period
from scheduler.wording import children_of, count_is, count_of, date_in_words, period_in_words, seconds_in_words, short_date


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "no conferences"), (1, "1 conference"), (2, "2 conferences"), (1842, "1,842 conferences")]
)
def test_a_count_with_its_noun(count: int, expected: str):
    assert count_of(count, "conference") == expected


def test_an_irregular_plural():
    assert [children_of(count) for count in (0, 1, 2)] == ["no children", "1 child", "2 children"]


def test_the_verb_agrees_with_the_count():
    assert [count_is(count, "booking") for count in (0, 1, 2)] == ["no bookings are", "1 booking is", "2 bookings are"]


def test_a_date_omits_the_given_year():
    day = dt.date(2027, 3, 1)
    assert (date_in_words(day, 2027), date_in_words(day, 2026)) == ("Monday 1 March", "Monday 1 March 2027")
    assert (short_date(day, 2027), short_date(day)) == ("1 March", "1 March 2027")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2027-03-01", "2027-03-31", "1 to 31 March 2027"),
        ("2027-03-01", "2027-05-31", "1 March to 31 May 2027"),
        ("2026-12-01", "2027-01-31", "1 December 2026 to 31 January 2027"),
        ("2027-03-01", "2027-03-01", "1 March 2027"),
    ],
)
def test_a_period_names_a_shared_month_and_year_once(first: str, last: str, expected: str):
    assert period_in_words(Period(first=first, last=last)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.04, "0.0 seconds"),
        (1.0, "1 second"),
        (1.94, "1.9 seconds"),
        (9.96, "10 seconds"),
        (59.6, "1 minute"),
        (61, "1 minute 1 second"),
        (125, "2 minutes 5 seconds"),
    ],
)
def test_durations_in_words(seconds: float, expected: str):
    assert seconds_in_words(seconds) == expected
