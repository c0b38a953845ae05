import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date, earliest_date, months_after
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.policy import Policy
from tests.builders import conference

ENGLAND = Calendar()
USUAL = Policy()
TRIGGERS = st.dates(dt.date(2019, 1, 1), dt.date(2032, 12, 31))


def conference_of(kind: str, trigger: str, **changes: Any) -> Conference:
    return Conference.model_validate(conference(kind=kind, trigger=trigger, **changes))


def due(kind: str, trigger: str, policy: Policy = USUAL, calendar: Calendar = ENGLAND, **changes: Any) -> str:
    return str(due_date(conference_of(kind, trigger, **changes), calendar, policy))


def earliest(kind: str, trigger: str, horizon_first: str = "2027-01-01", policy: Policy = USUAL, **changes: Any) -> str:
    first = dt.date.fromisoformat(horizon_first)
    return str(earliest_date(conference_of(kind, trigger, **changes), first, ENGLAND, policy))


@pytest.mark.parametrize("kind", ["initial", "transfer_in"])
@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param("2027-01-11", "2027-02-01", id="three plain weeks: day 0 does not count"),
        pytest.param("2026-12-07", "2026-12-30", id="over Christmas"),
        pytest.param("2026-12-05", "2026-12-29", id="from a Saturday"),
        pytest.param("2026-12-25", "2027-01-19", id="from Christmas Day, over New Year"),
        pytest.param("2027-12-06", "2027-12-29", id="Christmas Day a Saturday: two substitutes"),
        pytest.param("2027-03-15", "2027-04-07", id="over Easter"),
        pytest.param("2028-02-08", "2028-02-29", id="onto leap day"),
        pytest.param("2028-02-29", "2028-03-21", id="from leap day"),
        pytest.param("2025-03-14", "2025-04-04", id="the clocks go forward"),
        pytest.param("2026-10-09", "2026-10-30", id="the clocks go back"),
        pytest.param("2020-04-16", "2020-05-07", id="4 May 2020 was a working day"),
        pytest.param("2020-04-17", "2020-05-11", id="8 May 2020 was none"),
        pytest.param("2022-05-16", "2022-06-08", id="the spring holiday moved to June 2022, and one more"),
    ],
)
def test_due_on_the_fifteenth_working_day(kind: str, trigger: str, expected: str) -> None:
    assert due(kind, trigger) == expected


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param("2026-12-09", "2027-03-09", id="a plain day"),
        pytest.param("2026-11-30", "2027-02-26", id="30 November: 28 February is a Sunday"),
        pytest.param("2027-11-30", "2028-02-29", id="30 November before a leap year: 29 February"),
        pytest.param("2027-11-29", "2028-02-29", id="29 November before a leap year: the same day"),
        pytest.param("2028-02-29", "2028-05-26", id="leap day: 29 May is a bank holiday, a Monday"),
        pytest.param("2026-12-31", "2027-03-31", id="31 to 31"),
        pytest.param("2027-03-31", "2027-06-30", id="31 to 30"),
        pytest.param("2026-09-25", "2026-12-24", id="Christmas Day"),
        pytest.param("2026-09-28", "2026-12-24", id="the day that stands for Boxing Day"),
        pytest.param("2026-10-01", "2026-12-31", id="New Year's Day"),
        pytest.param("2026-12-26", "2027-03-25", id="Good Friday"),
        pytest.param("2020-02-08", "2020-05-07", id="8 May 2020"),
    ],
)
def test_a_first_review_is_due_three_months_after(trigger: str, expected: str) -> None:
    assert due("first_review", trigger) == expected


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param("2026-10-08", "2027-04-08", id="a plain day"),
        pytest.param("2026-08-31", "2027-02-26", id="31 August: 28 February is a Sunday"),
        pytest.param("2027-08-31", "2028-02-29", id="31 August before a leap year"),
        pytest.param("2028-02-29", "2028-08-29", id="leap day"),
        pytest.param("2026-09-29", "2027-03-25", id="Easter Monday"),
        pytest.param("2026-09-28", "2027-03-25", id="the Sunday on which the clocks go forward"),
        pytest.param("2026-04-25", "2026-10-23", id="the Sunday on which the clocks go back"),
        pytest.param("2026-06-30", "2026-12-30", id="month end"),
    ],
)
def test_a_review_is_due_six_months_after(trigger: str, expected: str) -> None:
    assert due("review", trigger) == expected


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        pytest.param("2027-03-24", "2026-12-30", id="a Wednesday"),
        pytest.param("2027-06-18", "2027-03-25", id="Good Friday"),
        pytest.param("2027-05-29", "2027-03-05", id="a Saturday"),
        pytest.param("2028-05-23", "2028-02-29", id="leap day"),
    ],
)
def test_a_pre_birth_conference_is_due_twelve_weeks_before(trigger: str, expected: str) -> None:
    assert due("pre_birth", trigger) == expected


@pytest.mark.parametrize("kind", list(ConferenceKind))
def test_a_due_date_that_is_given_wins_even_where_it_is_no_working_day(kind: ConferenceKind) -> None:
    assert due(kind, "2026-12-01", due="2027-03-27") == "2027-03-27"


@pytest.mark.parametrize(
    ("kind", "clock", "expected"),
    [
        ("initial", {"initial_days": 1}, "2026-12-08"),
        ("initial", {"initial_days": 0}, "2026-12-07"),
        ("initial", {"transfer_days": 1}, "2026-12-30"),
        ("transfer_in", {"transfer_days": 2}, "2026-12-09"),
        ("first_review", {"first_review_months": 1}, "2027-01-07"),
        ("review", {"review_months": 12}, "2027-12-07"),
        ("pre_birth", {"pre_birth_weeks": 1}, "2026-11-30"),
    ],
)
def test_every_clock_is_a_setting(kind: str, clock: dict[str, int], expected: str) -> None:
    assert due(kind, "2026-12-07", Policy.model_validate({"clock": clock})) == expected


def test_the_clock_runs_by_the_services_own_bank_holidays() -> None:
    assert due("initial", "2026-12-07", calendar=Calendar(bank_holidays=())) == "2026-12-28"
    assert due("initial", "2026-12-07", calendar=Calendar(bank_holidays=(dt.date(2026, 12, 8),))) == "2026-12-29"


def test_a_closure_does_not_stop_the_clock() -> None:
    assert due("initial", "2026-12-07", calendar=Calendar(closures=(dt.date(2026, 12, 24),))) == "2026-12-30"


@pytest.mark.parametrize(
    ("kind", "trigger", "changes", "expected"),
    [
        pytest.param("initial", "2027-02-26", {}, "2027-05-01", id="the horizon's first day, though a Saturday"),
        pytest.param("initial", "2027-02-26", {"earliest": "2027-04-30"}, "2027-05-01", id="its own earliest date before that"),
        pytest.param("initial", "2027-02-26", {"earliest": "2027-05-08"}, "2027-05-08", id="its own earliest date, a Saturday"),
        pytest.param("initial", "2027-02-26", {"requested": "2027-04-27"}, "2027-05-05", id="notice over the early-May holiday"),
        pytest.param("initial", "2027-02-26", {"requested": "2027-05-01"}, "2027-05-10", id="notice from a Saturday"),
        pytest.param(
            "initial", "2027-02-26", {"requested": "2027-04-22"}, "2027-05-01", id="notice that ends before the horizon"
        ),
        pytest.param(
            "initial", "2027-02-26", {"requested": "2027-05-04", "earliest": "2027-05-20"}, "2027-05-20", id="the later of two"
        ),
        pytest.param("first_review", "2027-03-10", {}, "2027-05-12", id="20 working days before 10 June, over a holiday"),
        pytest.param("review", "2026-12-10", {}, "2027-05-12", id="the same before a later review"),
        pytest.param("review", "2026-12-10", {"due": "2027-06-12"}, "2027-05-13", id="before a due date on a Saturday"),
        pytest.param("review", "2026-12-10", {"requested": "2027-05-10"}, "2027-05-17", id="a review's notice, if later"),
        pytest.param("review", "2026-11-04", {}, "2027-05-01", id="a review that could have come before the horizon"),
        pytest.param("transfer_in", "2027-06-01", {}, "2027-05-01", id="a transfer has no such window"),
        pytest.param("pre_birth", "2027-12-01", {}, "2027-05-01", id="nor has a birth"),
        pytest.param("initial", "2027-04-12", {"requested": "2027-06-01"}, "2027-06-08", id="after its due date: it is late"),
    ],
)
def test_the_earliest_date_is_the_latest_of_its_bounds(kind: str, trigger: str, changes: dict[str, Any], expected: str) -> None:
    assert earliest(kind, trigger, "2027-05-01", **changes) == expected


def test_notice_and_the_review_window_are_settings() -> None:
    policy = Policy(notice_days=0, review_early_days=1)
    assert earliest("initial", "2027-02-26", requested="2027-03-06", policy=policy) == "2027-03-06"
    assert earliest("review", "2026-12-10", policy=policy) == "2027-06-09"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-31", 0, "2026-12-31"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-01-31", 120, "2036-01-31"),
    ],
)
def test_months_after(day: str, months: int, expected: str) -> None:
    assert str(months_after(dt.date.fromisoformat(day), months)) == expected


@given(TRIGGERS, st.integers(0, 120))
def test_months_after_moves_the_month_and_keeps_the_day_where_it_can(day: dt.date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


@given(st.sampled_from(["initial", "transfer_in", "first_review", "review", "pre_birth"]), TRIGGERS)
def test_every_clock_ends_on_a_working_day_of_its_side_of_the_trigger(kind: str, trigger: dt.date) -> None:
    end = due_date(conference_of(kind, str(trigger)), ENGLAND, USUAL)
    assert ENGLAND.is_working_day(end)
    assert (end < trigger) == (kind == "pre_birth")
    if kind in ("initial", "transfer_in"):
        assert ENGLAND.working_days(trigger, end) == 15


@given(st.sampled_from(["first_review", "review"]), TRIGGERS)
def test_a_review_window_has_twenty_working_days(kind: str, trigger: dt.date) -> None:
    review = conference_of(kind, str(trigger))
    first = earliest_date(review, dt.date(2000, 1, 1), ENGLAND, USUAL)
    assert ENGLAND.working_days(first, due_date(review, ENGLAND, USUAL)) == 20
