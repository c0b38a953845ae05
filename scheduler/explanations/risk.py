"""Conferences at risk: late ones, and ones without a booking that have few slots left in time, each with cause and cure."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.explanations.aspects import aspects_of
from scheduler.explanations.costs import Diary
from scheduler.explanations.cures import LEAST_SECONDS
from scheduler.explanations.results import AtRisk, Explanation
from scheduler.explanations.why import explain_aspect
from scheduler.offers.board import board_of
from scheduler.offers.counting import slots_in_time
from scheduler.published_schedule import with_schedule_published

FEWEST_SLOTS = 2
"""A conference without a booking that has fewer slots left in time is at risk."""
TIME_LIMIT = 30.0
"""Seconds for the causes and cures of all conferences at risk."""
SHARE_OF_EACH = 0.25
"""The part of the seconds left that one conference may take, so that the first doesn't take them all."""


@dataclass(frozen=True)
class RiskCase:
    """A conference at risk, before it is explained. ``booking`` is its late booking, if it has one.

    ``slots_left`` are the starts in time, in a room or virtually, that are free beside the schedule.
    """

    conference: str
    due: dt.date
    booking: Booking | None
    slots_left: int


def at_risk(
    problem: Problem,
    schedule: Schedule,
    *,
    time_limit: float | None = TIME_LIMIT,
    stop: threading.Event | None = None,
    highs: Highs | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[AtRisk, ...]:
    """Return the conferences that are late, or without a booking with fewer than two slots left in time, the soonest due first.

    Past bookings are left out. All solves share ``time_limit`` seconds; a cause that is cut short says so. Raise InputError if
    the schedule doesn't fit the problem.
    """
    diary = Diary(with_schedule_published(problem, schedule), schedule)
    started = clock()
    deadline = None if time_limit is None else started + time_limit
    budget = Budget(clock, started, deadline, stop or threading.Event())
    cases = cases_at_risk(problem, schedule)
    if not cases:
        return ()
    with Highs() if highs is None else nullcontext(highs) as relaxing:
        return tuple(_explained(diary, problem, case, relaxing, budget) for case in cases)


def cases_at_risk(problem: Problem, schedule: Schedule) -> tuple[RiskCase, ...]:
    """Return the conferences at risk, the soonest due first, without their causes.

    No solver is needed, but each late booking takes some hundredths of a second.
    """
    booked = {booking.conference: booking for booking in schedule.bookings}
    waiting = [one.id for one in problem.conferences if one.id not in booked]
    left = slots_in_time(board_of(problem, schedule), waiting) if waiting else {}
    cases = [RiskCase(name, problem.due[name], None, left[name]) for name in waiting if left[name] < FEWEST_SLOTS]
    for name, booking in booked.items():
        if name in problem.conference_by_id and name not in problem.past and booking.day > problem.due[name]:
            others = tuple(one for one in schedule.bookings if one is not booking)
            without = schedule.model_copy(update={"bookings": others})
            slots = slots_in_time(board_of(problem, without), [name])[name]
            cases.append(RiskCase(name, problem.due[name], booking, slots))
    return tuple(sorted(cases, key=lambda one: (one.due, one.conference)))


def _explained(diary: Diary, problem: Problem, case: RiskCase, highs: Highs, budget: Budget) -> AtRisk:
    """Return a case with its cause and cheapest cure. One without a booking is asked why it has none in time."""
    aspect = aspects_of(problem, case.conference, case.booking)[0]
    if case.booking is None:
        in_time = replace(aspect.better, last=case.due)
        aspect = replace(aspect, otherwise="in time", better=in_time)
    if budget.left < LEAST_SECONDS:
        why = Explanation(answer=f"{aspect.text}. Why was not found out in time.", verified=False, minimal=False)
    else:
        why = explain_aspect(diary, aspect, highs, budget.share(SHARE_OF_EACH))
    return AtRisk(
        conference=case.conference,
        due=case.due,
        booked=None if case.booking is None else case.booking.start,
        slots_left=case.slots_left,
        cause=why.answer,
        cure=why.cures[0] if why.cures else None,
        verified=why.verified,
    )
