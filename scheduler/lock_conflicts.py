"""Locks of published bookings that no schedule can keep together (contract, R8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scheduler.checker import check
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Schedule
from scheduler.engines import cp_sat
from scheduler.engines.part import part_of
from scheduler.grouping import Ints
from scheduler.model.programme import Programme, ProgrammeBuilder
from scheduler.wording import in_a_row


def candidates_for_locks(builder: ProgrammeBuilder, programme: Programme) -> Ints:
    """Return candidates that together keep every lock, as positions; empty if there are no locks.

    Nothing else has to be booked, so these alone are a feasible schedule.
    Raise InputError if no schedule can keep every lock. It lists the locks that conflict.
    """
    problem = builder.problem
    locked = [published for published in problem.published if published.locks]
    if not locked or "R8" in problem.policy.off:
        return np.zeros(0, dtype=np.int64)
    alone = [published for published in locked if published.conference in builder.impossible]
    if alone:
        raise InputError([_fault(builder, published, alone) for published in alone])
    chosen = _candidates_for(builder, programme, locked)
    if chosen is None:
        conflict = _minimal_conflict(builder, programme, locked)
        raise InputError([_fault(builder, published, conflict) for published in conflict])
    return chosen


def _candidates_for(builder: ProgrammeBuilder, programme: Programme, locked: Sequence[PublishedBooking]) -> Ints | None:
    """Return candidates that keep these locks, or None if a search without presolve confirms that there are none."""
    candidates = builder.candidates
    requests = np.array([candidates.request_index[published.conference] for published in locked])
    lower = np.where(programme.row_lower > 0, 0.0, programme.row_lower)  # only locks require a booking
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


def _minimal_conflict(
    builder: ProgrammeBuilder, programme: Programme, locked: Sequence[PublishedBooking]
) -> list[PublishedBooking]:
    """Return locks that can't be kept together although any proper subset can (deletion filter)."""
    conflict = list(locked)
    for published in locked:
        others = [other for other in conflict if other is not published]
        if others and _candidates_for(builder, programme, others) is None:
            conflict = others
    return conflict


def _fault(builder: ProgrammeBuilder, published: PublishedBooking, conflict: Sequence[PublishedBooking]) -> Fault:
    problem = builder.problem
    others = in_a_row([other.conference for other in conflict if other is not published])
    if published.conference in builder.impossible or not others:
        why = " ".join(_violations_alone(problem, published)) or "Other rules exclude every booking that would keep it."
    else:
        why = f"It can't be kept together with {others}."
    return Fault(
        ("published", problem.published.index(published), "locks"),
        f"no schedule can keep the lock of {published.conference} on its {in_a_row(published.locks)}. {why} "
        "Take the lock off, or move the booking first.",
    )


def _violations_alone(problem: Problem, published: PublishedBooking) -> list[str]:
    """Return the violations of the locked parts of the published booking if nothing else were booked."""
    report = check(problem, Schedule(bookings=(problem.booking_of(published),)))
    locked_rules = {
        "R1",
        *("R2" for lock in published.locks if lock == "room"),
        *("R3" for lock in published.locks if lock == "chair"),
    }
    return [violation.text for violation in report.violations if violation.rule in locked_rules]
