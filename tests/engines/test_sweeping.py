from collections.abc import Callable

import numpy as np
import pytest

from scheduler.engines import sweeping
from scheduler.engines.bounds import bound_from
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import part_of
from scheduler.engines.standing import Standing
from scheduler.engines.sweeping import Sweep
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import keeps, no_limit
from tests.engines.small_problems import Case, case_of, cases


def sweep_of(highs: Highs, one: Case, standing: Standing, over: Callable[[], bool]) -> Sweep | None:
    """A sweep for the last tier with the earlier ones at what the standing has; None where nothing is left to relax."""
    programme = one.programme
    caps = one.caps_before("preferences")
    costs = programme.costs["preferences"]
    part = part_of(programme, np.arange(programme.columns), costs, programme.constants["preferences"], caps)
    relaxation = highs.relaxation(part, no_limit(), interior=True)
    if relaxation is None:
        return None
    bound = bound_from(part, relaxation.duals)
    gap = max(1, part.most - part.least)
    return Sweep(highs, one.candidates, programme, standing, bound, costs, caps, lambda: gap, over)


def two_weeks() -> Case:
    """Three conferences that wait, in one room with one start a day."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-01", "last": "2027-03-12"},
            rooms=[room(starts=["10:00"])],
            chairs=[chair()],
            conferences=[conference(name, mode="in_person") for name in "ABC"],
            policy={"weights": {"friday": 7, "wait": 3}, "virtual_fallback": False},
        )
    )
    assert one is not None
    return one


def on_days(one: Case, *days: int) -> Standing:
    """One conference after the other on these days."""
    point = np.zeros(one.programme.columns, dtype=np.int64)
    for request, day in enumerate(days):
        own = one.candidates.of_request(request)
        point[own[one.candidates.day[own] == day][0]] = 1
    assert keeps(one.programme, point)
    return Standing(one.programme, point, no_limit(), None)


def test_what_is_far_from_its_best_day_comes_there_through_many_windows(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "DAYS", 4)
    one = two_weeks()
    standing = on_days(one, 9, 7, 8)
    assert standing.values > one.optimum
    sweep = sweep_of(highs, one, standing, lambda: standing.values == one.optimum)
    assert sweep is not None
    sweep.run(no_limit(), 1)
    assert standing.values == one.optimum


def test_sweeping_never_makes_it_worse(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "DAYS", 2)
    monkeypatch.setattr(sweeping, "FEWEST", 1)
    bettered = 0
    for one in cases(25):
        start = one.start()
        standing = Standing(one.programme, start, no_limit(), None)
        before = standing.values
        sweep = sweep_of(highs, one, standing, lambda: False)
        if before[:-1] == one.optimum[:-1] and keeps(one.programme, start) and sweep is not None:
            sweep.run(no_limit(), 1)
            assert before >= standing.values >= one.optimum
            assert keeps(one.programme, standing.point)
            bettered += standing.values < before
    assert bettered


def test_nothing_changes_without_time_or_where_it_is_over(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "DAYS", 4)
    one, stopped = two_weeks(), no_limit()
    standing = on_days(one, 9, 7, 8)
    before = standing.values
    stopped.stop.set()
    for over, budget in ((False, stopped), (True, no_limit())):
        sweep = sweep_of(highs, one, standing, lambda over=over: over)
        assert sweep is not None
        sweep.run(budget, 1)
    assert standing.values == before
