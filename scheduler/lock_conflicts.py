"""Locks of published bookings that no schedule can keep together (contract, R8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scheduler.checker import check
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import LOCKS, Lock, Problem, PublishedBooking, with_published
from scheduler.domain.schedule import Schedule
from scheduler.engines import cp_sat
from scheduler.engines.part import part_of
from scheduler.grouping import Ints, Mask
from scheduler.model.build import build_programme
from scheduler.model.programme import Programme, ProgrammeBuilder
from scheduler.rules.frozen import frozen_bookings
from scheduler.rules.locks import LocksRule
from scheduler.rules.published import breaches_of_published
from scheduler.wording import in_a_row


class LockConflictError(InputError):
    """Published bookings that no schedule can keep together; ``reasons`` says of each conference why."""

    def __init__(self, faults: Sequence[Fault], reasons: Mapping[str, str]) -> None:
        super().__init__(faults)
        self.reasons = reasons


def without_hopeless_locks(problem: Problem) -> Problem:
    """Return the problem without the locks that no schedule can keep; only with ``today`` (contract, section 8).

    Bookings that break no rule as published can keep theirs together. The locks of the others are tried one by one, in the
    problem's order, and of one booking its time, chair and room: each is kept if some schedule keeps it with those before it.
    """
    breaches = breaches_of_published(problem) if problem.today is not None and "R8" not in problem.policy.off else {}
    suspects = [p for p in problem.published if p.locks and p.conference in breaches and p.conference not in problem.past]
    if not suspects:
        return problem
    locks: dict[str, tuple[Lock, ...]] = dict.fromkeys((published.conference for published in suspects), ())
    builder = build_programme(_with_locks(problem, locks))
    programme = builder.programme()
    for published in suspects:
        for lock in LOCKS:
            more = {published.conference: (*locks[published.conference], lock)}
            if lock in published.locks and _can_hold(builder, programme, _with_locks(problem, locks | more)):
                locks |= more
    return _with_locks(problem, locks)


def _with_locks(problem: Problem, locks: Mapping[str, tuple[Lock, ...]]) -> Problem:
    """Return the problem with these locks of some conferences."""
    return with_published(
        problem,
        (
            published.model_copy(update={"locks": locks.get(published.conference, published.locks)})
            for published in problem.published
        ),
    )


def _can_hold(builder: ProgrammeBuilder, programme: Programme, locked: Problem) -> bool:
    """True if some schedule keeps all locks of a problem; the programme has none of those that are tried."""
    allowed = ~LocksRule().forbids(replace(builder.candidates, problem=locked))
    return _candidates_for(builder, programme, _names(_to_book(locked)), allowed) is not None


def candidates_for_locks(builder: ProgrammeBuilder, programme: Programme, required: Collection[str] = ()) -> Ints:
    """Return candidates that keep every lock and every past or frozen booking, as positions; empty if there are none.

    Nothing else has to be booked, unless a rule of the caller's requires a booking of the conferences ``required``, so these
    alone are a feasible schedule. Raise LockConflictError if no schedule can keep every lock; it lists the locks that conflict.
    Raise InputError if one can, but not beside those ``required``.
    """
    problem = builder.problem
    to_book = _to_book(problem)
    if required:
        names = dict.fromkeys((*required, *(published.conference for published in to_book)))
        chosen = None if names.keys() & builder.impossible.keys() else _candidates_for(builder, programme, tuple(names))
        if chosen is not None:
            return chosen
    elif not to_book:
        return np.zeros(0, dtype=np.int64)
    alone = [published for published in to_book if published.conference in builder.impossible]
    if alone:
        raise _error(builder, alone)
    chosen = _candidates_for(builder, programme, _names(to_book))
    if chosen is None:
        raise _error(builder, _minimal_conflict(builder, programme, to_book))
    if required:
        raise InputError([Fault((), f"{in_a_row(sorted(required))} can't be booked beside what has to stay.")])
    return chosen


def _to_book(problem: Problem) -> list[PublishedBooking]:
    """Return the published bookings that stay placed: those with a lock, and with ``today`` the past and the frozen ones."""
    stays = problem.past.keys() | {published.conference for published in frozen_bookings(problem)}
    return [
        published
        for published in problem.published
        if published.conference in stays or (published.locks and "R8" not in problem.policy.off)
    ]


def _names(published: Sequence[PublishedBooking]) -> list[str]:
    return [one.conference for one in published]


def _candidates_for(
    builder: ProgrammeBuilder, programme: Programme, to_book: Sequence[str], allowed: Mask | None = None
) -> Ints | None:
    """Return candidates that book these conferences (only ``allowed`` ones), or None.

    A search without presolve confirms that none do.
    """
    candidates = builder.candidates
    requests = np.array([candidates.request_index[conference] for conference in to_book], dtype=np.int64)
    lower = np.where(programme.row_lower > 0, 0.0, programme.row_lower)  # only these require a booking
    lower[requests] = 1
    columns = np.flatnonzero(np.isin(candidates.request, requests) & (True if allowed is None else allowed))
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
        if others and _candidates_for(builder, programme, _names(others)) is None:
            conflict = others
    return conflict


def _error(builder: ProgrammeBuilder, conflict: Sequence[PublishedBooking]) -> LockConflictError:
    """Return the error of locks that can't be kept, each by itself or all together."""
    reasons = {published.conference: _reason(builder, published, conflict) for published in conflict}
    return LockConflictError(
        [_fault(builder.problem, published, reasons[published.conference]) for published in conflict], reasons
    )


def _reason(builder: ProgrammeBuilder, published: PublishedBooking, conflict: Sequence[PublishedBooking]) -> str:
    others = in_a_row([other.conference for other in conflict if other is not published])
    if published.conference in builder.impossible or not others:
        alone = " ".join(_violations_alone(builder.problem, published))
        return alone or "Other rules exclude every booking that would keep it."
    return f"It can't be kept together with {others}."


def _fault(problem: Problem, published: PublishedBooking, why: str) -> Fault:
    return Fault(
        ("published", problem.published.index(published), "locks"),
        f"no schedule can keep the lock of {published.conference} on its {in_a_row(published.locks)}. {why} "
        f"Remove {in_a_row([repr(lock) for lock in published.locks])} from its locks, "
        "or set today (--today): the plan then drops such locks, and lists them.",
    )


def _violations_alone(problem: Problem, published: PublishedBooking) -> list[str]:
    """Return the violations of the locked parts of the published booking if nothing else were booked."""
    report = check(problem, Schedule(bookings=(problem.as_published(published),)))
    locked_rules = {
        "R1",
        *("R2" for lock in published.locks if lock == "room"),
        *("R3" for lock in published.locks if lock == "chair"),
    }
    return [violation.text for violation in report.violations if violation.rule in locked_rules]
