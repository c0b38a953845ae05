"""How many slots to keep free: the quantile, its arithmetic, and when unused slots are released."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.hold_advice import (
    ReleaseAdvice,
    SiteAdvice,
    WeekCount,
    advice_by_history,
    advice_by_mean,
    poisson_above,
    release_advice,
    slots_for,
    slots_for_mean,
)

COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=80)
PERCENT = st.integers(0, 50)


@pytest.mark.parametrize(
    ("counts", "percent", "slots"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 10, 8),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0, 9),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 19, 8),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 20, 7),
        ([4, 4, 4, 4], 25, 4),
        ([0, 0, 0, 5], 25, 0),
        ([3], 50, 3),
    ],
)
def test_the_slots_are_the_quantile_of_the_weeks(counts: list[int], percent: int, slots: int) -> None:
    assert slots_for(counts, percent) == slots


@given(COUNTS, PERCENT)
def test_the_slots_are_the_fewest_with_which_the_share_runs_out_at_most(counts: list[int], percent: int) -> None:
    slots = slots_for(counts, percent)

    def runs_out(number: int) -> bool:
        return 100 * sum(one > number for one in counts) > percent * len(counts)

    assert not runs_out(slots)
    assert slots == 0 or runs_out(slots - 1)


@given(st.floats(0, 60), PERCENT.filter(bool))
def test_the_slots_for_a_mean_are_the_fewest_too(mean: float, percent: int) -> None:
    slots = slots_for_mean(mean, percent)
    assert 100 * poisson_above(slots, mean) <= percent
    assert slots == 0 or 100 * poisson_above(slots - 1, mean) > percent


def test_the_distribution_is_that_of_poisson() -> None:
    assert poisson_above(0, 2.0) == pytest.approx(1 - math.exp(-2))
    assert poisson_above(2, 2.0) == pytest.approx(1 - 5 * math.exp(-2))
    assert poisson_above(3, 0.0) == 0


def test_the_arithmetic_of_a_history_is_shown() -> None:
    mondays = [dt.date(2027, 1, 4) + dt.timedelta(weeks=n) for n in range(4)]
    found = advice_by_history("WYC", dict(zip(mondays, [2, 0, 3, 2], strict=True)), 25)
    assert found == SiteAdvice(
        site="WYC",
        slots=2,
        run_out_percent=25.0,
        mean=1.75,
        weeks=[WeekCount(week=week, conferences=n) for week, n in zip(mondays, [2, 0, 3, 2], strict=True)],
        weeks_by_count={0: 1, 2: 2, 3: 1},
        text="Keep 2 slots free at WYC in each week: of 4 weeks, 1 had more initial conferences due (25.0%; at most 25% may).",
    )


def test_the_arithmetic_of_a_mean_is_shown() -> None:
    assert advice_by_mean("WYC", 2.0, 10) == SiteAdvice(
        site="WYC",
        slots=4,
        run_out_percent=5.3,
        mean=2.0,
        weeks=[],
        weeks_by_count={},
        text="Keep 4 slots free at WYC in each week: with 2.00 initial conferences in a week on average, 5.3% of the weeks have "
        "more (Poisson distribution; at most 10% may).",
    )


def test_a_slot_is_released_when_no_new_family_can_get_its_notice() -> None:
    assert release_advice([12, 4, 9, 10], 5) == ReleaseAdvice(
        working_days_before=4,
        requests=4,
        shortest=4,
        median=9,
        longest=12,
        at_short_notice=1,
        text="Release a slot that is not used 4 working days before its day: a family that asks then can't get 5 working days of "
        "notice any more. Of 4 requests, 1 came with fewer days than that until they were due.",
    )
    nothing = release_advice([], 0)
    assert (nothing.working_days_before, nothing.requests, nothing.median) == (0, 0, None)
