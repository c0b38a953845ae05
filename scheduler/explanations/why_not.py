"""Why a conference is not held in a slot that somebody would prefer, or what that would cost (contract, section 6)."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.explanations.answers import already_in_words, impossible_in_words, possible_in_words, unbooked_facts
from scheduler.explanations.conflict import FactConflict, conflict_of
from scheduler.explanations.costs import Cost, Diary, booking_of, cost_of, costs_by_rule
from scheduler.explanations.cures import as_cures, cures_of, remedies_of, solved
from scheduler.explanations.defaults import TIME_LIMIT
from scheduler.explanations.facts import facts_of
from scheduler.explanations.feasibility import OutOfTimeError, can_be_held, firm_diary
from scheduler.explanations.present import (
    cost_alone,
    waiting_beside,
    with_waiting_counted,
    without_needless_moves,
    without_waiting,
)
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation, NamedFact
from scheduler.explanations.target import Target
from scheduler.offers.results import Cure
from scheduler.published_schedule import with_schedule_published
from scheduler.rules.published import breaches_of_published

SHARE_OF_ANSWER = 0.8
"""The part of the seconds left that the answer itself may take; the cures get the rest."""


def why_not(
    problem: Problem,
    schedule: Schedule,
    question: Question,
    *,
    beside_present: bool = False,
    time_limit: float | None = TIME_LIMIT,
    stop: threading.Event | None = None,
    highs: Highs | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Explanation:
    """Return what forbids the slots of the question, or what the best of them costs. The schedule's bookings are published.

    A slot is possible if some schedule has it and leaves no more conferences without a booking. ``beside_present`` leaves the
    diary as it is: conferences without a booking go on waiting, and a booking moves only if the slot needs its place. All solves
    share ``time_limit`` seconds. Raise InputError if the schedule or the question doesn't fit the problem.
    """
    diary = Diary(with_schedule_published(problem, schedule), schedule, is_kept=beside_present)
    if faults := list(question.faults(diary.problem)):
        raise InputError(faults)
    waiting = waiting_beside(diary.problem, schedule, question.conference) if beside_present else frozenset()
    if waiting:
        diary = replace(diary, problem=without_waiting(diary.problem, waiting))
    started = clock()
    deadline = None if time_limit is None else started + time_limit
    budget = Budget(clock, started, deadline, stop or threading.Event())
    with Highs() if highs is None else nullcontext(highs) as relaxing:
        return with_waiting_counted(explain_slots(diary, question.target, relaxing, budget), len(waiting))


def explain_slots(diary: Diary, target: Target, highs: Highs, budget: Budget) -> Explanation:
    """Return the explanation of a target."""
    booking = booking_of(diary.schedule, target.conference)
    if booking is not None and target.accepts(diary.problem, booking):
        return _already(diary, target)
    firm = firm_diary(diary.problem, target)
    try:
        is_possible = can_be_held(firm.problem, target, budget)
    except OutOfTimeError:
        return _unknown(diary.problem, target)
    if not is_possible:
        conflict = conflict_of(firm, target, budget.share(SHARE_OF_ANSWER))
        cures = cures_of(diary, firm, target, facts_of(firm, target), highs, budget)
        return _impossible(diary.problem, target, conflict, cures)
    try:
        cost = _cost(diary, target, highs, budget.share(SHARE_OF_ANSWER))
    except InputError:  # only if the schedule itself keeps locks that no schedule can
        return _unknown(diary.problem, target)
    return _possible(diary, target, cost, highs, budget)


def _already(diary: Diary, target: Target) -> Explanation:
    """Return that the conference is booked there, with the rules that its booking breaks."""
    broken = breaches_of_published(diary.problem).get(target.conference, ())
    answer = already_in_words(diary.problem, target, [one.text for one in broken])
    return Explanation(answer=answer, tiers=diary.tiers, verified=True, minimal=True)


def _cost(diary: Diary, target: Target, highs: Highs, budget: Budget) -> Cost:
    """Return the cost of the best slot: with a diary that is kept, one for which nobody moves if there is one in time."""
    alone = cost_alone(diary, target) if diary.is_kept else None
    if alone is not None and _day(alone, target) <= diary.problem.due[target.conference]:
        return alone
    cost = cost_of(diary, diary.problem, target, highs, budget)
    if alone is not None and _day(alone, target) <= _day(cost, target):
        return alone
    return without_needless_moves(diary, cost, target) if diary.is_kept else cost


def _day(cost: Cost, target: Target) -> dt.date:
    booking = booking_of(cost.schedule, target.conference)
    assert booking is not None  # a cost has a slot
    return booking.day


def _unknown(problem: Problem, target: Target) -> Explanation:
    answer = f"Whether {target.conference} can be held{target.in_words(problem)} was not found out in time."
    return Explanation(answer=answer, verified=False, minimal=False)


def _impossible(problem: Problem, target: Target, conflict: FactConflict, cures: Sequence[Cure]) -> Explanation:
    facts = tuple(NamedFact(rule=fact.rule, subject=fact.subject, text=fact.text) for fact in conflict.facts)
    return Explanation(
        answer=impossible_in_words(problem, target, conflict, cures),
        facts=facts,
        cures=tuple(cures),
        verified=True,
        minimal=conflict.minimal,
        smallest=conflict.smallest,
    )


def _possible(diary: Diary, target: Target, cost: Cost, highs: Highs, budget: Budget) -> Explanation:
    """Return the cost of a slot; if it leaves more conferences without a booking, also cures for that."""
    now = diary.tiers["unplaced"]
    is_too_dear = cost.tiers["unplaced"] > now
    cures: list[Cure] = []
    if is_too_dear:
        remedies = ((remedy,) for remedy in remedies_of(facts_of(firm_diary(diary.problem, target), target)))
        enough = solved(diary, target, remedies, highs, budget, lambda one: one.tiers["unplaced"] <= now)
        cures = as_cures(diary.problem, enough)
    costs = costs_by_rule(diary, diary.problem, cost, target.conference)
    return Explanation(
        answer=possible_in_words(diary, target, cost, costs, cures),
        facts=unbooked_facts(cost) if is_too_dear else (),
        cures=tuple(cures),
        tiers=cost.tiers,
        moves=cost.moves,
        costs=costs,
        verified=True,
        minimal=cost.proven,
    )
