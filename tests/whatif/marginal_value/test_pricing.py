"""Bounds against exhaustive search: offers proven to change nothing do so, and no bound is above the optimum."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Tier
from scheduler.whatif.marginal_value.pricing import lower_bounds
from scheduler.whatif.marginal_value.units import Group, Market, ResourceUnit
from scheduler.whatif.marginal_value.worth import NOTHING_KNOWN, Values
from tests.exhaustive import TooLargeError, optimum
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem

SOME, MANY = range(4), range(4, 60)


@cache
def _optimum_of(digest: str, problem: Problem) -> Values | None:
    best = optimum(problem)
    return None if best is None else best.tiers


def optimum_of(problem: Problem) -> Values | None:
    """Return the optimum by exhaustive search, cached by the problem's digest."""
    return _optimum_of(problem.digest, problem)


def tiers(values: Values, bounds: Values) -> tuple[Tier, ...]:
    return tuple(
        Tier(name=name, value=value, bound=bound, proven=value == bound)
        for name, value, bound in zip(TIERS, values, bounds, strict=True)
    )


def problems(seeds: range) -> Iterator[tuple[object, Problem, Values]]:
    for seed in seeds:
        for kind, problem in (("usual", random_problem(Random(seed))), ("varied", varied_problem(Random(seed)))):
            try:
                values = optimum_of(problem)
            except TooLargeError:
                continue
            if values is not None:
                yield (seed, kind), problem, values


def optimum_with(problem: Problem, offer: ResourceUnit | Group) -> Values | None:
    """Return the optimum with an offer, or None if exhaustive search would take too long."""
    try:
        return optimum_of(offer.scenario.applied(problem))
    except TooLargeError:
        return None


def assert_sound(seeds: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for which, problem, values in problems(seeds):
        groups = [group for group in Market(problem).groups if group.can_be_priced]
        by_name = lower_bounds(problem, tiers(values, values), groups)
        offers = [offer for group in groups for offer in group.offers]
        assert list(by_name) == [offer.scenario.name for offer in offers]
        for offer in offers:
            optimal, bound = optimum_with(problem, offer), by_name[offer.scenario.name]
            if optimal is None:
                continue
            assert optimal <= values, (which, offer.what)
            assert (optimal == values) if bound is None else (bound <= optimal), (which, offer.what)
            seen["nothing" if bound is None else "gains" if optimal < values else "may gain"] += 1
    return seen


def test_no_bound_is_above_the_optimum() -> None:
    seen = assert_sound(SOME)
    assert seen["nothing"] > 20, seen
    assert seen["gains"] > 5, seen


@pytest.mark.slow
def test_no_bound_is_above_the_optimum_in_many_more_problems() -> None:
    seen = assert_sound(MANY)
    assert min(seen["nothing"], seen["gains"]) > 50, seen
    assert seen["may gain"] < seen["nothing"] / 10, seen


def test_bounds_hold_for_an_unproven_base() -> None:
    random = Random(7)
    seen: Counter[bool] = Counter()
    for which, problem, values in problems(SOME):
        groups = [group for group in Market(problem).groups if group.can_be_priced]
        if not any(group.offers for group in groups):
            continue
        n = random.randrange(len(TIERS))
        incumbent = (*values[:n], values[n] + random.choice((0, 3)), *(value + 9 for value in values[n + 1 :]))
        bounds = (*values[:n], max(0, values[n] - 2), *NOTHING_KNOWN[n + 1 :])
        by_name = lower_bounds(problem, tiers(incumbent, bounds), groups)
        for offer in (offer for group in groups for offer in group.offers):
            optimal, bound = optimum_with(problem, offer), by_name[offer.scenario.name]
            if optimal is not None:
                assert (optimal == values) if bound is None else (bound <= optimal), (which, offer.what)
                seen[bound is None] += 1
    assert min(seen[True], seen[False]) > 5, seen


def test_bounds_are_valid_after_a_stop() -> None:
    stop = threading.Event()
    stop.set()
    _, problem, values = next(problems(range(2, 3)))
    groups = [group for group in Market(problem).groups if group.can_be_priced]
    for name, bound in lower_bounds(problem, tiers(values, values), groups, stop).items():
        offer = next(offer for group in groups for offer in group.offers if offer.scenario.name == name)
        optimal = optimum_with(problem, offer)
        assert optimal is None or (optimal == values if bound is None else bound <= optimal)
