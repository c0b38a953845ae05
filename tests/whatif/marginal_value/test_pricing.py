"""Screening against trying everything: what it says can gain nothing gains nothing, and no bound is above the truth."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Tier
from scheduler.whatif.marginal_value.pricing import at_best
from scheduler.whatif.marginal_value.units import Group, Market, ResourceUnit
from scheduler.whatif.marginal_value.worth import NOTHING_KNOWN, Values
from tests.exhaustive import TooLargeError, optimum
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem

SOME, MANY = range(4), range(4, 60)


@cache
def best_of(digest: str, problem: Problem) -> Values | None:
    found = optimum(problem)
    return None if found is None else found.tiers


def best(problem: Problem) -> Values | None:
    return best_of(problem.digest, problem)


def tiers(values: Values, bounds: Values) -> tuple[Tier, ...]:
    return tuple(
        Tier(name=name, value=value, bound=bound, proven=value == bound)
        for name, value, bound in zip(TIERS, values, bounds, strict=True)
    )


def problems(seeds: range) -> Iterator[tuple[object, Problem, Values]]:
    for seed in seeds:
        for kind, problem in (("usual", random_problem(Random(seed))), ("varied", varied_problem(Random(seed)))):
            try:
                values = best(problem)
            except TooLargeError:
                continue
            if values is not None:
                yield (seed, kind), problem, values


def truth(problem: Problem, offer: ResourceUnit | Group) -> Values | None:
    """The best that there is with an offer; None where there is too much to try."""
    try:
        return best(offer.scenario.applied(problem))
    except TooLargeError:
        return None


def assert_sound(seeds: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for which, problem, values in problems(seeds):
        groups = [group for group in Market(problem).groups if group.can_be_priced]
        least = at_best(problem, tiers(values, values), groups)
        offers = [offer for group in groups for offer in group.offers]
        assert list(least) == [offer.scenario.name for offer in offers]
        for offer in offers:
            found, key = truth(problem, offer), least[offer.scenario.name]
            if found is None:
                continue
            assert found <= values, (which, offer.what)
            assert (found == values) if key is None else (key <= found), (which, offer.what)
            seen["nothing" if key is None else "gains" if found < values else "may gain"] += 1
    return seen


def test_no_bound_is_above_the_truth() -> None:
    seen = assert_sound(SOME)
    assert seen["nothing"] > 20, seen
    assert seen["gains"] > 5, seen


@pytest.mark.slow
def test_no_bound_is_above_the_truth_in_many_more_problems() -> None:
    seen = assert_sound(MANY)
    assert min(seen["nothing"], seen["gains"]) > 50, seen
    assert seen["may gain"] < seen["nothing"] / 10, seen


def test_beside_a_base_that_is_not_proven_no_bound_is_above_the_truth_either() -> None:
    random = Random(7)
    seen: Counter[bool] = Counter()
    for which, problem, values in problems(SOME):
        groups = [group for group in Market(problem).groups if group.can_be_priced]
        if not any(group.offers for group in groups):
            continue
        n = random.randrange(len(TIERS))
        found_so_far = (*values[:n], values[n] + random.choice((0, 3)), *(value + 9 for value in values[n + 1 :]))
        bounds = (*values[:n], max(0, values[n] - 2), *NOTHING_KNOWN[n + 1 :])
        least = at_best(problem, tiers(found_so_far, bounds), groups)
        for offer in (offer for group in groups for offer in group.offers):
            found, key = truth(problem, offer), least[offer.scenario.name]
            if found is not None:
                assert (found == values) if key is None else (key <= found), (which, offer.what)
                seen[key is None] += 1
    assert min(seen[True], seen[False]) > 5, seen


def test_stopped_it_says_nothing_false() -> None:
    stop = threading.Event()
    stop.set()
    _, problem, values = next(problems(range(2, 3)))
    groups = [group for group in Market(problem).groups if group.can_be_priced]
    for name, key in at_best(problem, tiers(values, values), groups, stop).items():
        offer = next(offer for group in groups for offer in group.offers if offer.scenario.name == name)
        found = truth(problem, offer)
        assert found is None or (found == values if key is None else key <= found)
