"""Why a booking is late, on a Friday or elsewhere, or why a conference has none, and what would change it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.explanations.answers import alternative_in_words, binding_facts_in_words, cure_in_words
from scheduler.explanations.aspects import Aspect, aspects_of
from scheduler.explanations.conflict import conflict_of
from scheduler.explanations.costs import Cost, Diary, booking_of, cost_of, costs_by_rule
from scheduler.explanations.cures import LEAST_SECONDS, as_cures, cures_of, remedies_of, solved
from scheduler.explanations.defaults import TIME_LIMIT
from scheduler.explanations.facts import facts_of
from scheduler.explanations.feasibility import FirmDiary, OutOfTimeError, can_be_held, firm_diary
from scheduler.explanations.free_slots import cheapest_free, what_is_taken
from scheduler.explanations.question import conference_faults
from scheduler.explanations.results import Explanation, NamedFact
from scheduler.explanations.target import Target
from scheduler.offers.results import MOST_CURES, Cure
from scheduler.published_schedule import with_schedule_published
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.bookings import Move
from scheduler.whatif.changes.single_days import RoomOpenOn

SHARE_OF_ANSWER = 0.5
"""The part of the seconds left that the best alternative may take; the cures get the rest."""
MOST_SCREENED = 60
"""Changes that are tried beside the diary as it is, some hundredths of a second each."""
MOST_MOVES = 2
"""Moves of other bookings that are proposed as a cure."""


def why(
    problem: Problem,
    schedule: Schedule,
    conference: str,
    *,
    time_limit: float | None = TIME_LIMIT,
    stop: threading.Event | None = None,
    highs: Highs | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Explanation:
    """Return why the conference's booking in the schedule is as it is, or why it has none (contract, section 6).

    The most important reason for a question is explained: no booking, late, moved, another chair, virtual, another site, a
    Friday, the school holidays, close to the due date. All solves share ``time_limit`` seconds. Raise InputError if the
    schedule or the conference doesn't fit the problem.
    """
    diary = Diary(with_schedule_published(problem, schedule), schedule)
    if faults := list(conference_faults(diary.problem, conference)):
        raise InputError(faults)
    started = clock()
    deadline = None if time_limit is None else started + time_limit
    budget = Budget(clock, started, deadline, stop or threading.Event())
    aspects = aspects_of(problem, conference, booking_of(schedule, conference))
    if not aspects:
        answer = f"{conference} is in time, in a room at its own site or as it wishes, with its own chair, and on a usual day."
        return Explanation(answer=answer, tiers=diary.tiers, verified=True, minimal=True)
    with Highs() if highs is None else nullcontext(highs) as relaxing:
        return explain_aspect(diary, aspects[0], relaxing, budget)


def explain_aspect(diary: Diary, aspect: Aspect, highs: Highs, budget: Budget) -> Explanation:
    """Return why no better slot is booked: none is possible, or the best schedule with one costs more."""
    target = aspect.better
    firm = firm_diary(diary.problem, target)
    try:
        is_possible = can_be_held(firm.problem, target, budget)
    except OutOfTimeError:
        return Explanation(answer=f"{aspect.text}. Why was not found out in time.", verified=False, minimal=False)
    if not is_possible:
        return _impossible(diary, firm, aspect, highs, budget)
    try:
        cost = cost_of(diary, diary.problem, target, highs, budget.share(SHARE_OF_ANSWER))
    except InputError:  # only if the schedule itself keeps locks that no schedule can
        return Explanation(answer=f"{aspect.text}. Why was not found out in time.", verified=False, minimal=False)
    cures = _cures(diary, firm, aspect, cost, highs, budget)
    costs = costs_by_rule(diary, diary.problem, cost, target.conference)
    taken = what_is_taken(diary.problem, target)
    where = f"{aspect.otherwise}, " if aspect.otherwise else ""
    first = f"{aspect.text}." if taken is None else f"{aspect.text}: {where}{taken}."
    second = alternative_in_words(diary, aspect.otherwise, target, cost, costs)
    if cures:
        third = cure_in_words(cures[0], aspect.cured)
    else:
        third = "No schedule does it for less (proven)." if cost.proven else "That no schedule does it for less is not proven."
    return Explanation(
        answer=f"{first} {second} {third}",
        cures=tuple(cures),
        tiers=cost.tiers,
        moves=cost.moves,
        costs=costs,
        verified=True,
        minimal=cost.proven,
    )


def _impossible(diary: Diary, firm: FirmDiary, aspect: Aspect, highs: Highs, budget: Budget) -> Explanation:
    conflict = conflict_of(firm, aspect.better, budget.share(SHARE_OF_ANSWER))
    cures = cures_of(diary, firm, aspect.better, facts_of(firm, aspect.better), highs, budget)
    answer = f"{aspect.text}. {binding_facts_in_words(conflict)}"
    if cures:
        answer += f" {cure_in_words(cures[0], f'It would be possible {aspect.otherwise}'.strip())}"
    facts = tuple(NamedFact(rule=fact.rule, subject=fact.subject, text=fact.text) for fact in conflict.facts)
    return Explanation(
        answer=answer, facts=facts, cures=tuple(cures), verified=True, minimal=conflict.minimal, smallest=conflict.smallest
    )


def _cures(diary: Diary, firm: FirmDiary, aspect: Aspect, cost: Cost, highs: Highs, budget: Budget) -> list[Cure]:
    """Return the cheapest single changes, or moves of other bookings, after which a better slot makes nobody's lateness worse."""
    now = diary.tiers
    most = (now["unplaced"] - (aspect.rule == "unplaced"), now["late"] - (aspect.rule == "late"))

    def is_enough(after: Cost) -> bool:
        return (after.tiers["unplaced"], after.tiers["late"]) <= most

    if is_enough(cost) and not cost.moves:
        return []
    moving: list[tuple[ChangeBase, ...]] = []
    if 0 < len(cost.moves) <= MOST_MOVES and is_enough(cost):
        moving.append(
            tuple(Move(conference=one.conference, start=one.start, room=one.room, chair=one.chair) for one in cost.moves)
        )
    single = _helpful(diary.problem, aspect.better, _possible_remedies(diary.problem, firm, aspect.better), budget)
    sets: Iterable[tuple[ChangeBase, ...]] = [*((one,) for one in single), *moving]
    return as_cures(diary.problem, solved(diary, aspect.better, sets, highs, budget, is_enough))


def _possible_remedies(problem: Problem, firm: FirmDiary, target: Target) -> Iterator[ChangeBase]:
    """Yield the remedies of all facts, and each Friday on which a room is said to be open."""
    yield from remedies_of(facts_of(firm, target))
    for day in target.days(problem):
        if day.weekday() == 4 and problem.calendar.is_open(day):
            for room in target.rooms(problem):
                if not room.is_open(day):
                    yield RoomOpenOn(room=room.id, day=day)


def _helpful(problem: Problem, target: Target, remedies: Iterable[ChangeBase], budget: Budget) -> list[ChangeBase]:
    """Return the changes after which a slot is free beside the diary as it is, the cheapest first, while there is time."""
    found: dict[str, tuple[tuple[int, ...], ChangeBase]] = {}
    before = cheapest_free(problem, target)
    for change in list(dict.fromkeys(remedies))[:MOST_SCREENED]:
        if budget.left < LEAST_SECONDS or list(change.faults(problem)):
            continue
        costs = cheapest_free(change.applied(problem), target)
        if costs is not None and (before is None or costs < before):
            found[change.model_dump_json()] = (costs, change)
    return [change for _, change in sorted(found.values(), key=lambda one: one[0])][:MOST_CURES]
