"""Whether any schedule can keep the locks of what is published (contract, R8), and how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scheduler.checker import check
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, Schedule
from scheduler.engines import cp_sat
from scheduler.engines.part import part_of
from scheduler.grouping import Ints
from scheduler.model.programme import Programme, ProgrammeBuilder
from scheduler.wording import in_a_row


def kept_locks(builder: ProgrammeBuilder, programme: Programme) -> Ints:
    """Candidates that keep every lock together, since nothing else has to be booked; none where there are no locks.

    Raises InputError that names the locks which no schedule can keep.
    """
    problem = builder.problem
    locked = [published for published in problem.published if published.locks]
    if not locked or "R8" in problem.policy.off:
        return np.zeros(0, dtype=np.int64)
    alone = [published for published in locked if published.conference in builder.impossible]
    if alone:
        raise InputError([_fault(builder, published, alone) for published in alone])
    chosen = _kept(builder, programme, locked)
    if chosen is None:
        conflict = _least_conflict(builder, programme, locked)
        raise InputError([_fault(builder, published, conflict) for published in conflict])
    return chosen


def _kept(builder: ProgrammeBuilder, programme: Programme, locked: Sequence[PublishedBooking]) -> Ints | None:
    """A way to keep these locks, or None where there is none, which is believed only without presolve too."""
    candidates = builder.candidates
    requests = np.array([candidates.request_index[published.conference] for published in locked])
    lower = np.where(programme.row_lower > 0, 0.0, programme.row_lower)  # only locks force a booking
    lower[requests] = 1
    columns = np.flatnonzero(np.isin(candidates.request, requests))
    columns = np.concatenate([columns, np.arange(len(candidates), programme.columns)])
    part = part_of(replace(programme, row_lower=lower), columns, np.zeros(programme.columns, dtype=np.int64), 0)
    result = cp_sat.search(part)
    if result.point is None:
        result = cp_sat.search(part, presolve=False)
    if result.point is None:
        return None
    chosen = part.columns[result.point > 0]
    return chosen[chosen < len(candidates)]


def _least_conflict(
    builder: ProgrammeBuilder, programme: Programme, locked: Sequence[PublishedBooking]
) -> list[PublishedBooking]:
    """Locks that can't be kept together, of which every one matters."""
    conflict = list(locked)
    for published in locked:
        others = [other for other in conflict if other is not published]
        if others and _kept(builder, programme, others) is None:
            conflict = others
    return conflict


def _fault(builder: ProgrammeBuilder, published: PublishedBooking, conflict: Sequence[PublishedBooking]) -> Fault:
    problem = builder.problem
    others = in_a_row([other.conference for other in conflict if other is not published])
    if published.conference in builder.impossible or not others:
        why = " ".join(_wrong_alone(problem, published)) or "Other rules leave nothing that keeps it."
    else:
        why = f"It can't be kept together with {others}."
    return Fault(
        ("published", problem.published.index(published), "locks"),
        f"no schedule can keep the lock of {published.conference} on its {in_a_row(published.locks)}. {why} "
        "Take the lock off, or move the booking first.",
    )


def _wrong_alone(problem: Problem, published: PublishedBooking) -> list[str]:
    """What the checker says of the published booking if it were the only one, as far as the locks are on it."""
    booking = Booking(
        conference=published.conference,
        start=published.start,
        end=published.start + dt.timedelta(minutes=problem.minutes_by_id[published.conference]),
        room=published.room,
        chair=published.chair,
        minute_taker=published.minute_taker,
    )
    report = check(problem, Schedule(bookings=(booking,)))
    locked_rules = {
        "R1",
        *("R2" for lock in published.locks if lock == "room"),
        *("R3" for lock in published.locks if lock == "chair"),
    }
    return [violation.text for violation in report.violations if violation.rule in locked_rules]
