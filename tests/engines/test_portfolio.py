import itertools
import threading
import time

import numpy as np
import pytest

from scheduler.domain.schedule import TIERS, Tier
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.engines.portfolio import Portfolio
from scheduler.engines.progress import Listener, Progress
from scheduler.grouping import Ints
from tests.builders import conference, room, tiny_problem
from tests.engines.small import keeps, no_limit
from tests.engines.small_problems import Case, case_of, cases


def portfolio(
    highs: Highs, one: Case, budget: Budget, listener: Listener | None = None, workers: int = 1, work_limit: float | None = None
) -> Portfolio:
    return Portfolio(highs, one.candidates, one.programme, one.locked, budget, workers, 1, listener, work_limit)


def proven(values: tuple[int, ...]) -> list[Tier]:
    return [Tier(name=name, value=value, bound=value, proven=True) for name, value in zip(TIERS, values, strict=True)]


def assert_goes_forward(heard: list[Progress]) -> None:
    """Tier after tier, and within each the bound never falls and the best never gets worse."""
    for before, after in itertools.pairwise(heard):
        assert TIERS.index(before.tier) <= TIERS.index(after.tier)
        assert before.seconds <= after.seconds
        if before.tier == after.tier:
            assert before.best is not None
            assert after.best is not None
            assert after.best <= before.best
            assert before.bound is None or (after.bound is not None and before.bound <= after.bound)


@pytest.mark.parametrize(("workers", "work_limit"), [(1, None), (2, None), (1, 20.0)])
def test_every_tier_is_proven_at_its_optimum(highs: Highs, workers: int, work_limit: float | None) -> None:
    for one in cases(20):
        heard: list[Progress] = []
        running = portfolio(highs, one, no_limit(), heard.append, workers, work_limit)
        assert running.solve() == proven(one.optimum)
        assert running.standing.values == one.optimum
        assert keeps(one.programme, running.standing.point)
        assert_goes_forward(heard)
        assert (heard[-1].tier, heard[-1].best, heard[-1].bound) == (TIERS[-1], one.optimum[-1], one.optimum[-1])


@pytest.mark.parametrize("workers", [1, 2])
def test_where_halves_would_do_and_whole_ones_do_not_the_aim_is_given_up(highs: Highs, workers: int) -> None:
    """Of three conferences no two can be at once, each two for another reason, and two times are before all are due."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-08", "last": "2027-03-12"},
            rooms=[room("AYL-1", starts=["10:00"], accessible=True), room("WYC-1", starts=["10:00"])],
            policy={"virtual_fallback": False},
            conferences=[
                conference("A", due="2027-03-09", not_chairs=["C2"], social_worker="W"),
                conference("B", due="2027-03-09", not_chairs=["C2"], accessible=True),
                conference("C", due="2027-03-09", accessible=True, social_worker="W"),
            ],
        )
    )
    assert one is not None
    assert one.optimum[0] == 0
    assert one.optimum[1] > 0
    assert portfolio(highs, one, no_limit(), workers=workers).solve() == proven(one.optimum)


def ticking(deadline: float) -> Budget:
    """A budget whose clock goes on by one whenever it is looked at."""
    ticks = itertools.count()
    return Budget(lambda: float(next(ticks)), 0.0, deadline)


@pytest.mark.parametrize("deadline", [4, 12, 25])
def test_whenever_time_runs_out_what_is_said_is_true(highs: Highs, deadline: int) -> None:
    for one in cases(12, first=40):
        running = portfolio(highs, one, ticking(deadline))
        tiers = running.solve()
        assert tuple(tier.value for tier in tiers) == running.standing.values
        assert keeps(one.programme, running.standing.point)
        assert [tier.proven for tier in tiers] == [tier.bound == tier.value for tier in tiers]
        for tier, best in zip(tiers, one.optimum, strict=True):
            assert tier.bound <= best
            if tier.value != best:
                break


def bettered_at_the_end(highs: Highs, one: Case, best: Ints) -> bool:
    """Bring the best point in the last tier's time to a portfolio that had no time; whether an earlier tier gains by it."""
    budget = no_limit()
    budget.stop.set()

    def bring(progress: Progress) -> None:
        if progress.tier == TIERS[-1]:
            running.standing.offer(best)

    running = portfolio(highs, one, budget, bring)
    before = running.standing.values
    tiers = running.solve()
    assert tuple(tier.value for tier in tiers) == running.standing.values == one.optimum
    return before[:-1] != one.optimum[:-1]


def test_no_relaxation_is_begun_once_time_is_up(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    """To make one of a large plan may take longer than all the time that there was."""
    stop, asked = threading.Event(), list[Part]()
    stop.set()
    monkeypatch.setattr(highs, "relaxation", lambda part, *_, **__: asked.append(part))
    for one in cases(15):
        running = portfolio(highs, one, Budget(time.monotonic, time.monotonic(), None, stop))
        running.solve()
        assert keeps(one.programme, running.standing.point)
    assert asked == []


def test_a_point_that_betters_an_earlier_tier_is_told_in_it(highs: Highs) -> None:
    """A thread may bring a point late that is better in a tier which wasn't proven."""
    gained = 0
    for one in cases(12):
        best = portfolio(highs, one, no_limit())
        best.solve()
        gained += bettered_at_the_end(highs, one, best.standing.point)
    assert gained


def test_the_same_work_gives_the_same_point(highs: Highs) -> None:
    one = next(cases(1, first=3))
    points = []
    for _ in range(2):
        running = portfolio(highs, one, no_limit(), work_limit=5.0)
        running.solve()
        points.append(running.standing.point.tolist())
    assert points[0] == points[1]


def test_there_is_a_point_before_anything_is_solved(highs: Highs) -> None:
    for one in cases(5):
        running = portfolio(highs, one, no_limit())
        assert keeps(one.programme, running.standing.point)
        assert running.standing.values >= one.optimum
        assert np.isin(one.locked, np.flatnonzero(running.standing.point)).all()
