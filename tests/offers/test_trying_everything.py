"""Offers against trying every booking: no slot is left out, none is impossible, and each costs the least that it can."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from scheduler import Offers, Schedule, check, offer
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.measure import measure
from tests.offers.trying_everything import Key, Request, contested_problem, random_request, slots
from tests.random_problems import random_problem, random_problem_of_today

DRAWN = (contested_problem, random_problem_of_today, contested_problem, random_problem)


def request_of(seed: int) -> Request:
    """Return a random request, from the first problem drawn that has a conference to book."""
    random = Random(seed)
    while True:
        problem: Problem = DRAWN[seed % len(DRAWN)](random)
        if any(conference.id not in problem.past for conference in problem.conferences):
            return random_request(random, problem)


def tiers_by_slot(offers: Offers) -> dict[Key, tuple[int, ...]]:
    return {(one.booking.start, one.booking.room, one.booking.chair): tuple(one.tiers.values()) for one in offers.offers}


def kinds_of(offers: Offers) -> Counter[str]:
    """Count the offers of the kinds that the tests must see."""
    return Counter(
        {
            "free": sum(not one.withdrawn_holds for one in offers.offers),
            "in place of a hold": sum(len(one.withdrawn_holds) == 1 for one in offers.offers),
            "in place of several holds": sum(len(one.withdrawn_holds) > 1 for one in offers.offers),
            "with an exchange of minute takers": sum(bool(one.minute_takers) for one in offers.offers),
            "none": not offers.offers,
        }
    )


def assert_equal_to_trying_everything(seeds: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed in seeds:
        request = request_of(seed)
        offers = offer(request.problem, request.schedule, request.conference, every=True)
        assert tiers_by_slot(offers) == slots(request), seed
        costs = [(tuple(one.tiers.values()), one.booking.start) for one in offers.offers]
        assert costs == sorted(costs)
        seen += kinds_of(offers)
    return seen


def test_no_slot_is_left_out_and_each_costs_its_least() -> None:
    seen = assert_equal_to_trying_everything(range(3000, 3030))
    assert {"free", "in place of a hold", "none"} <= set(+seen)


@pytest.mark.slow
def test_no_slot_is_left_out_on_200_problems() -> None:
    assert len(+assert_equal_to_trying_everything(range(1000, 1200))) == len(
        kinds_of(Offers(offers=(), in_time=False, proven=True))
    )


def booked(request: Request, offers: Offers, n: int) -> Schedule:
    """Return the schedule with an offer booked."""
    one = offers.offers[n]
    takers = {new.conference: new.minute_taker for new in one.minute_takers}
    gone = {one.booking.conference, *one.withdrawn_holds}
    others = (
        other.model_copy(update={"minute_taker": takers.get(other.conference, other.minute_taker)})
        for other in request.schedule.bookings
        if other.conference not in gone
    )
    return Schedule(bookings=(*others, one.booking))


def assert_first_offers_are_as_stated(seeds: range) -> int:
    """Book each of the first five offers; return the number of offers."""
    count = 0
    for seed in seeds:
        request = request_of(seed)
        problem = request.complete
        offers = offer(request.problem, request.schedule, request.conference)
        before = measure(problem, request.schedule).tiers
        for n, one in enumerate(offers.offers):
            report = check(problem, booked(request, offers, n))
            assert report.ok, (seed, report.violations)
            assert report.measure.tiers == one.tiers
            stated = Counter(dict.fromkeys(TIERS, 0))
            for cost in one.costs:
                stated[cost.rule if cost.rule in TIERS else "preferences"] += cost.amount  # type: ignore[index]  # a tier
            differences = {tier: report.measure.tiers[tier] - before[tier] for tier in TIERS}
            assert differences == stated | {"unplaced": -1}
            assert all(cost.text.endswith(".") for cost in one.costs)
            count += 1
    return count


def test_booked_offers_pass_the_check_and_cost_what_they_state() -> None:
    assert assert_first_offers_are_as_stated(range(5000, 5040)) > 30


@pytest.mark.slow
def test_booked_offers_of_1000_cases_cost_what_they_state() -> None:
    assert assert_first_offers_are_as_stated(range(6000, 7000)) > 900
