"""The test that no rule escapes: what a rule tells the model is what its check finds.

A random schedule is fixed in the programme of one rule alone. It must be infeasible if and only if the check finds a
hard violation, and the least that it can cost must be what the check adds up.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from scheduler.checker import check
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule
from scheduler.measure import measure
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.places import single_places
from scheduler.model.recording import recorders
from scheduler.rules import HARD_RULES, RULES
from scheduler.rules.base import Rule
from scheduler.rules.bookable import BookableRule
from scheduler.rules.minute_takers import MinuteTakersRule
from tests.exhaustive import KNOWN_PREFERENCES
from tests.programmes import least_cost
from tests.random_problems import random_problem, random_problem_of_today, random_schedule, with_a_change, with_weight

PROBLEMS = 250
MOST_PROBLEMS = 2500
OFTEN = 25
BY_NAME = {rule.name: rule for rule in RULES}
WEIGHTED = {name: name for name in PREFERENCE_NAMES}


def keeps(rule: Rule, problem: Problem, schedule: Schedule) -> bool:
    """Whether the check finds no breach; for minute takers, whether there are any whom it accepts."""
    if not rule.is_on(problem.policy):
        return True
    if isinstance(rule, MinuteTakersRule) and problem.minute_takers is not None:
        return can_be_recorded(rule, problem, schedule)
    return not rule.breaches(problem, schedule)


def can_be_recorded(rule: Rule, problem: Problem, schedule: Schedule, settled: int = 0) -> bool:
    """Try every minute taker for every booking."""
    if settled == len(schedule.bookings):
        return True
    before, booking, after = schedule.bookings[:settled], schedule.bookings[settled], schedule.bookings[settled + 1 :]
    if booking.conference in problem.past:
        return can_be_recorded(rule, problem, schedule, settled + 1)
    for taker in problem.minute_takers or ():
        tried = (*before, booking.model_copy(update={"minute_taker": taker.id}))
        past = tuple(other for other in after if other.conference in problem.past)
        is_kept = not rule.breaches(problem, Schedule(bookings=(*tried, *past)))
        if is_kept and can_be_recorded(rule, problem, Schedule(bookings=(*tried, *after)), settled + 1):
            return True
    return False


def units_cost(rule: Rule, problem: Problem, schedule: Schedule) -> int:
    """What the check's units cost."""
    weight = problem.policy.weight(WEIGHTED[rule.name]) if rule.tier == "preferences" else 1
    return weight * sum(unit.amount for unit in rule.check(problem, schedule))


def breaking(problem: Problem, rules: tuple[Rule, ...]) -> Callable[[tuple[Booking, ...], Booking], bool]:
    """Whether one more booking breaks a hard rule that is kept so far."""

    def breaks(before: tuple[Booking, ...], booking: Booking) -> bool:
        without, together = Schedule(bookings=before), Schedule(bookings=(*before, booking))
        return any(keeps(rule, problem, without) and not keeps(rule, problem, together) for rule in rules if rule.tier is None)

    return breaks


WITHOUT_TODAY = [(rule, random_problem, PROBLEMS) for rule in RULES if rule.name != "R9"]
WITH_TODAY = [(rule, random_problem_of_today, PROBLEMS if rule.name == "R9" else PROBLEMS // 2) for rule in RULES]


@pytest.mark.parametrize(("rule", "drawn", "problems"), [*WITHOUT_TODAY, *WITH_TODAY])
def test_the_model_and_the_check_agree(rule: Rule, drawn: Callable[[Random], Problem], problems: int) -> None:
    seen: Counter[bool] = Counter()
    rests_on = tuple(BY_NAME[name] for name in rule.rests_on)
    for seed in range(MOST_PROBLEMS):
        random = Random(seed)
        problem = drawn(random)
        if rule.tier == "preferences" and rule.name not in KNOWN_PREFERENCES:
            problem = with_weight(problem, WEIGHTED[rule.name], 1 + seed % 20)
        places = single_places(problem)
        builder = build_programme(problem, places, (*rests_on, rule))
        before = build_programme(problem, places, rests_on).candidates
        stored = random_schedule(random, builder.candidates, breaking(problem, (*rests_on, rule)))
        changed = [with_a_change(random, before, stored, breaking(problem, rests_on)) for _ in range(3)]
        free = random_schedule(random, before, breaking(problem, rests_on))
        for schedule in (stored, *changed, free):
            cost = least_cost(builder, schedule, rule.tier)
            if rule.tier is None:
                assert (cost is not None) == keeps(rule, problem, schedule), (seed, schedule)
            else:
                assert cost == units_cost(rule, problem, schedule), (seed, schedule)
            seen[bool(cost) if rule.tier else cost is not None] += 1
        if seed >= problems and min(seen[True], seen[False]) >= OFTEN:
            return
    pytest.fail(f"Not both outcomes were seen often enough: {seen}")


def _in_one_place(one: Booking, other: Booking) -> bool:
    return (one.start, one.room, one.chair) == (other.start, other.room, other.chair)


def test_what_is_no_candidate_is_what_r1_refuses() -> None:
    seen: Counter[bool] = Counter()
    rule = BookableRule()
    for seed in range(2 * PROBLEMS):
        random = Random(seed)
        problem = random_problem(random)
        builder = build_programme(problem, single_places(problem), (rule,))
        schedule = random_schedule(random, builder.candidates)
        if not schedule.bookings:
            continue
        booking = random.choice(schedule.bookings)
        shift = dt.timedelta(days=random.choice((0, 0, 1, 2, 7)), minutes=random.choice((0, 0, -15, 30, 105)))
        longer = dt.timedelta(minutes=random.choice((0, 0, 0, 15)))
        moved = booking.model_copy(update={"start": booking.start + shift, "end": booking.end + shift + longer})
        twice = () if booking.held or random.random() < 0.5 else (booking,)
        others = tuple(other for other in schedule.bookings if other is not booking)
        if any(other.held and booking.held and _in_one_place(other, moved) for other in others):
            continue  # two equal holds would be one candidate twice, which R2 forbids
        changed = Schedule(bookings=(*others, *twice, moved))
        is_possible = least_cost(builder, changed) is not None
        assert is_possible == (rule.check(problem, changed) == []), (seed, changed)
        seen[is_possible] += 1
    assert min(seen[True], seen[False]) >= OFTEN, seen


@pytest.mark.parametrize("drawn", [random_problem, random_problem_of_today])
def test_all_rules_together_agree_with_the_checker_and_their_bookings_pass_it(drawn: Callable[[Random], Problem]) -> None:
    placed = 0
    for seed in range(PROBLEMS):
        random = Random(seed)
        problem = drawn(random)
        builder = build_programme(problem)
        singles = build_programme(problem, single_places(problem), HARD_RULES).candidates
        schedule = random_schedule(random, singles, breaking(problem, HARD_RULES))
        if any(not keeps(rule, problem, schedule) for rule in HARD_RULES):
            assert least_cost(builder, schedule) is None, seed
            continue
        tiers = {tier: least_cost(builder, schedule, tier) for tier in TIERS}
        assert tiers == measure(problem, schedule).tiers, seed
        chosen = np.array(builder.candidates.columns_of(schedule.bookings), dtype=np.int64)
        report = check(problem, Schedule(bookings=bookings_of(builder.candidates, chosen)))
        assert (report.violations, report.measure.tiers) == ((), tiers), seed
        placed += len(schedule.bookings)
    assert placed >= PROBLEMS // 2


def test_somebody_records_whenever_anybody_can() -> None:
    seen: Counter[bool] = Counter()
    rule = MinuteTakersRule()
    for seed in range(MOST_PROBLEMS):
        random = Random(seed)
        problem = random_problem(random)
        if not problem.models_minute_takers:
            continue
        schedule = random_schedule(random, build_programme(problem, single_places(problem), (rule,)).candidates)
        try:
            takers = recorders(problem, schedule.bookings)
        except AssertionError:
            assert not keeps(rule, problem, schedule), seed
            seen[False] += 1
            continue
        bookings = zip(schedule.bookings, takers, strict=True)
        recorded = tuple(booking.model_copy(update={"minute_taker": taker}) for booking, taker in bookings)
        assert rule.check(problem, Schedule(bookings=recorded)) == [], seed
        seen[True] += len(recorded) > 1
    assert min(seen[True], seen[False]) >= OFTEN, seen
