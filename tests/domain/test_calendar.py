import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.calendar import Calendar, bank_holidays_of_england
from scheduler.domain.values import Period

ENGLAND = Calendar()
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31))
COUNTS = st.integers(0, 60)
CALENDARS = st.one_of(
    st.just(ENGLAND),
    st.builds(Calendar, bank_holidays=st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2024, 2, 29)), max_size=40)),
)
NEAR = st.dates(dt.date(2024, 1, 1), dt.date(2024, 3, 31))


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


@pytest.mark.parametrize(
    ("written", "is_working"),
    [
        ("2026-12-24", True),
        ("2026-12-25", False),  # Christmas Day, a Friday
        ("2026-12-26", False),  # Boxing Day, a Saturday
        ("2026-12-28", False),  # its substitute, a Monday
        ("2026-12-29", True),
        ("2027-12-27", False),  # Christmas Day was a Saturday
        ("2027-12-28", False),  # and Boxing Day a Sunday
        ("2027-01-01", False),
        ("2028-01-03", False),  # New Year's Day was a Saturday
        ("2027-03-25", True),
        ("2027-03-26", False),  # Good Friday
        ("2027-03-29", False),  # Easter Monday
        ("2027-03-30", True),
        ("2020-05-04", True),  # the early-May holiday moved
        ("2020-05-08", False),  # to the anniversary of VE Day
        ("2019-05-06", False),
        ("2022-05-30", True),  # the spring holiday moved
        ("2022-06-02", False),
        ("2022-06-03", False),  # Platinum Jubilee
        ("2022-09-19", False),  # state funeral
        ("2023-05-08", False),  # coronation
        ("2026-08-31", False),  # late summer
        ("2026-08-03", True),  # a bank holiday in Scotland
        ("2027-03-17", True),  # and in Northern Ireland
        ("2028-02-29", True),  # leap day, a Tuesday
        ("2027-03-06", False),  # Saturday
        ("2027-03-28", False),  # Sunday, and the clocks go forward
    ],
)
def test_working_days_are_those_of_england(written: str, is_working: bool) -> None:
    assert ENGLAND.is_working_day(day(written)) == is_working


def test_a_year_has_its_bank_holidays_and_no_others() -> None:
    of_2027 = {holiday for holiday in bank_holidays_of_england(2027) if holiday.weekday() < 5}
    expected = ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"]
    assert of_2027 == {day(f"2027-{written}") for written in expected}


def test_bank_holidays_that_are_given_replace_englands() -> None:
    own = Calendar(bank_holidays=(day("2026-12-24"),))
    assert [own.is_working_day(day(f"2026-12-{n}")) for n in (23, 24, 25, 26, 28)] == [True, False, True, False, True]
    assert Calendar(bank_holidays=()).is_working_day(day("2026-12-25"))


def test_a_closure_is_a_working_day_on_which_nothing_is_held() -> None:
    closed = Calendar(closures=(day("2026-12-24"), day("2026-12-25")))
    assert (closed.is_working_day(day("2026-12-24")), closed.is_open(day("2026-12-24"))) == (True, False)
    assert (closed.is_working_day(day("2026-12-25")), closed.is_open(day("2026-12-25"))) == (False, False)
    assert closed.is_open(day("2026-12-23"))


def test_term_time_has_both_its_ends() -> None:
    terms = Calendar.model_validate(
        {"terms": [{"first": "2026-11-02", "last": "2026-12-18"}, {"first": "2027-01-04", "last": "2027-02-12"}]}
    )
    in_term = {"2026-11-01": False, "2026-11-02": True, "2026-12-18": True, "2026-12-19": False, "2027-01-04": True}
    assert {written: terms.is_term_time(day(written)) for written in in_term} == in_term


def test_no_terms_given_is_all_term_time_and_an_empty_list_is_none() -> None:
    assert Calendar().is_term_time(day("2026-08-15"))
    assert not Calendar(terms=()).is_term_time(day("2026-11-10"))


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2027-03-01", "2027-03-01", 0),
        ("2027-03-01", "2027-03-02", 1),
        ("2027-03-02", "2027-03-01", 0),
        ("2027-03-05", "2027-03-08", 1),  # Friday to Monday
        ("2027-03-05", "2027-03-07", 0),  # Friday to Sunday
        ("2027-03-06", "2027-03-08", 1),  # Saturday to Monday
        ("2027-03-25", "2027-03-30", 1),  # over Easter, when the clocks go forward
        ("2026-10-23", "2026-10-26", 1),  # the clocks go back
        ("2026-12-24", "2026-12-29", 1),  # over Christmas
        ("2026-12-31", "2027-01-04", 1),  # over New Year
        ("2028-02-28", "2028-03-01", 2),  # over leap day
        ("2026-12-01", "2026-12-31", 20),
    ],
)
def test_working_days_are_those_after_the_start_up_to_and_with_the_end(start: str, end: str, count: int) -> None:
    assert ENGLAND.working_days(day(start), day(end)) == count


@pytest.mark.parametrize(
    ("held", "due", "spare"),
    [("2027-03-05", "2027-03-08", 1), ("2027-03-08", "2027-03-08", 0), ("2027-03-09", "2027-03-05", -2)],
)
def test_the_working_days_to_spare_are_negative_after_the_due_date(held: str, due: str, spare: int) -> None:
    assert ENGLAND.working_days_to_spare(day(held), day(due)) == spare


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2027-03-01", 0, "2027-03-01"),
        ("2027-03-06", 0, "2027-03-06"),
        ("2027-03-01", 1, "2027-03-02"),
        ("2027-03-05", 1, "2027-03-08"),
        ("2027-03-06", 1, "2027-03-08"),
        ("2027-03-25", 1, "2027-03-30"),
        ("2026-12-24", 1, "2026-12-29"),
        ("2028-02-28", 1, "2028-02-29"),
    ],
)
def test_counting_forwards(start: str, count: int, expected: str) -> None:
    assert ENGLAND.working_days_after(day(start), count) == day(expected)


@pytest.mark.parametrize(
    ("end", "count", "expected"),
    [
        ("2027-03-02", 0, "2027-03-02"),
        ("2027-03-06", 0, "2027-03-05"),
        ("2027-03-02", 1, "2027-03-01"),
        ("2027-03-08", 1, "2027-03-05"),
        ("2027-03-07", 1, "2027-03-04"),  # Sunday counts as the Friday before
        ("2027-03-30", 1, "2027-03-25"),
        ("2027-03-31", 20, "2027-03-01"),
    ],
)
def test_counting_backwards(end: str, count: int, expected: str) -> None:
    assert ENGLAND.working_days_before(day(end), count) == day(expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2027-02-26", "2027-02-26"),
        ("2027-02-28", "2027-02-26"),
        ("2027-03-29", "2027-03-25"),  # Easter Monday
        ("2026-12-28", "2026-12-24"),
        ("2027-01-01", "2026-12-31"),
    ],
)
def test_the_last_working_day(written: str, expected: str) -> None:
    assert ENGLAND.on_or_last_working_day_before(day(written)) == day(expected)


@given(CALENDARS, DAYS | NEAR, COUNTS)
def test_counting_forwards_is_the_inverse_of_counting(calendar: Calendar, start: dt.date, count: int) -> None:
    end = calendar.working_days_after(start, count)
    assert calendar.working_days(start, end) == count
    assert end == start if count == 0 else calendar.is_working_day(end)


@given(CALENDARS, DAYS | NEAR, COUNTS)
def test_counting_backwards_is_the_inverse_of_counting(calendar: Calendar, end: dt.date, count: int) -> None:
    start = calendar.working_days_before(end, count)
    assert calendar.is_working_day(start)
    assert calendar.working_days(start, end) == count
    assert calendar.working_days_after(start, count) == calendar.on_or_last_working_day_before(end)


@given(CALENDARS, st.lists(NEAR, min_size=3, max_size=3).map(sorted))
def test_counts_add_up(calendar: Calendar, three: list[dt.date]) -> None:
    first, middle, last = three
    assert calendar.working_days(first, last) == calendar.working_days(first, middle) + calendar.working_days(middle, last)


@given(CALENDARS, DAYS | NEAR)
def test_the_last_working_day_is_one_with_none_between(calendar: Calendar, end: dt.date) -> None:
    last = calendar.on_or_last_working_day_before(end)
    assert last <= end
    assert calendar.is_working_day(last)
    assert calendar.working_days(last, end) == 0


JANUARY_2028 = Period(first=day("2027-12-20"), last=day("2028-01-14"))
TERMS_TO_JULY = (Period(first=day("2027-04-12"), last=day("2027-07-21")),)
TERMS_TO_CHRISTMAS = (*TERMS_TO_JULY, Period(first=day("2027-09-02"), last=day("2027-12-17")))


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        (Calendar(terms=TERMS_TO_CHRISTMAS), ()),
        (Calendar(), ("No school terms are listed: every day counts as term time.",)),
        (
            Calendar(terms=()),
            ("The list of school terms is empty: every day counts as school holidays. List the terms.",),
        ),
        (
            Calendar(terms=TERMS_TO_JULY),
            ("The listed school terms end on 21 July 2027: every later day counts as school holidays.",),
        ),
        (
            Calendar(terms=TERMS_TO_CHRISTMAS, bank_holidays=(day("2027-12-27"), day("2028-01-10"))),
            (
                "28 December 2027 is not among the listed bank holidays: it counts as a working day.",
                "3 January 2028 is not among the listed bank holidays: it counts as a working day.",
            ),
        ),
    ],
)
def test_what_looks_like_another_years_calendar_is_told(calendar: Calendar, expected: tuple[str, ...]):
    assert calendar.assumptions(JANUARY_2028) == expected
