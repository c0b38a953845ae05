"""Plan against trying everything: every tier equal and proven, on random small problems that cover the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

import pytest

from scheduler.checker import check
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, PlanException, Schedule
from tests.engines.small_problems import planned
from tests.exhaustive import Optimum, TooLargeError, optimum
from tests.random_problems import random_problem, random_problem_of_today
from tests.varied_problems import replanned, varied_problem

SOME, MANY = range(24), range(24, 400)


def problems(seeds: Iterable[int]) -> Iterator[tuple[object, Problem, Optimum | None]]:
    """For each seed a usual problem, one taken further, that one again when its optimum has been published, and one of today."""
    for seed in seeds:
        varied = Random(seed)
        kinds = {
            "usual": random_problem(Random(seed)),
            "varied": varied_problem(varied),
            "today": random_problem_of_today(Random(seed)),
        }
        for kind, problem in kinds.items():
            try:
                best = optimum(problem)
                yield (seed, kind), problem, best
                if kind == "varied" and best is not None:
                    again = replanned(varied, problem, best.bookings)
                    yield (seed, "replanned"), again, optimum(again)
            except TooLargeError:
                continue


def assert_best(which: object, problem: Problem, best: Optimum | None) -> str:
    """Plan has the optimum, proven; where no schedule keeps the locks it says so."""
    if best is None:
        with pytest.raises(InputError):
            planned(problem)
        return "locks that can't be kept"
    schedule = planned(problem)
    assert [(tier.name, tier.value) for tier in schedule.tiers] == list(zip(TIERS, best.tiers, strict=True)), which
    assert all(tier.proven and tier.bound == tier.value for tier in schedule.tiers), which
    assert {exception.conference for exception in schedule.exceptions if exception.rule == "R8"} == set(best.dropped), which
    assert not check(problem, schedule).remarks or problem.assumptions, which
    return "best"


def assert_all_best(seeds: Iterable[int]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for which, problem, best in problems(seeds):
        seen[assert_best(which, problem, best)] += 1
        if best is not None:
            seen.update(name for name, value in zip(TIERS, best.tiers, strict=True) if value)
    return seen


def test_plan_finds_what_trying_everything_finds() -> None:
    seen = assert_all_best(SOME)
    assert min(seen[name] for name in (*TIERS, "best", "locks that can't be kept")) >= 3, seen


@pytest.mark.slow
def test_plan_finds_what_trying_everything_finds_in_many_more_problems() -> None:
    assert_all_best(MANY)


def test_what_trying_everything_finds_is_as_the_checker_measures_it() -> None:
    for which, problem, best in problems(SOME):
        if best is not None:
            exceptions = tuple(PlanException(conference=name, rule="R8", text="dropped") for name in best.dropped)
            report = check(problem, Schedule(bookings=best.bookings, exceptions=exceptions))
            assert (report.violations, tuple(report.measure.tiers.values())) == ((), best.tiers), which


class Steps:
    """A clock that goes on by a second whenever anybody looks at it, so that time runs out at any place."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.mark.parametrize("seconds", [0, 9, 54])
def test_wherever_time_runs_out_a_schedule_comes_that_claims_nothing_false(seconds: int) -> None:
    for which, problem, best in problems(range(90, 96)):
        if best is not None:
            schedule = planned(problem, time_limit=seconds, workers=1, clock=Steps())
            for tier, least in zip(schedule.tiers, best.tiers, strict=True):
                assert tier.bound <= least <= tier.value, (which, tier)
                if not tier.proven:
                    break
