"""The exceptions of a plan with ``today``: waived rules, dropped locks and omitted bookings (contract, section 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, PlanException, Violation
from scheduler.rules.frozen import near_bookings
from scheduler.rules.published import breaches_of_published
from scheduler.wording import in_a_row, moment_in_words

LONGEST_TEXT = 1000


def exceptions_of(
    problem: Problem, as_planned: Problem, bookings: Sequence[Booking], frozen_until: dt.date | None = None
) -> tuple[PlanException, ...]:
    """Return the exceptions of a plan, in the order of the published bookings; ``as_planned`` has only the remaining locks.

    A repair may freeze more than R9 does: the bookings before ``frozen_until``.
    """
    if problem.today is None and frozen_until is None:
        return ()
    breaches = breaches_of_published(problem)
    booked = {booking.conference: booking for booking in bookings}
    near = {published.conference for published in near_bookings(problem)}
    near |= {p.conference for p in problem.published if frozen_until is not None and p.start.date() < frozen_until}
    exceptions: list[PlanException] = []
    for published in problem.published:
        name = published.conference
        if name in breaches and name not in problem.past:
            remaining = as_planned.published_by_id[name].locks
            dropped = [lock for lock in published.locks if lock not in remaining]
            exceptions += _exceptions(published, breaches[name], booked.get(name), name in near, dropped)
    return tuple(exceptions)


def _exceptions(
    published: PublishedBooking, breaches: Sequence[Violation], booking: Booking | None, is_near: bool, dropped: Sequence[str]
) -> Iterator[PlanException]:
    """Return the exceptions for one published booking, which breaks rules as published."""
    name, outcome = published.conference, _outcome(published, booking)
    why = " ".join(dict.fromkeys(f"{breach.rule}: {breach.text}" for breach in breaches))
    if dropped:
        yield _exception(name, "R8", f"The lock on its {in_a_row(dropped)} can't be kept and is dropped. {outcome} {why}")
    if is_near or (booking is None and not dropped):
        text = f"Published for {moment_in_words(published.start)}, it breaks a rule. {outcome} {why}"
        yield _exception(name, "R9" if is_near else breaches[0].rule, text)


def _outcome(published: PublishedBooking, booking: Booking | None) -> str:
    """Return in a sentence what became of a published booking."""
    if booking is None:
        return "It is not placed."
    changes = [f"start to {moment_in_words(booking.start)}"] if booking.start != published.start else []
    for what, before, after in (("room", published.room, booking.room), ("chair", published.chair, booking.chair)):
        if before != after:
            changes.append(f"{what} from {before or 'virtual'} to {after or 'virtual'}")
    return f"It changes its {in_a_row(changes)}." if changes else "It keeps its start, room and chair."


def _exception(conference: str, rule: str, text: str) -> PlanException:
    shortened = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."
    return PlanException(conference=conference, rule=rule, text=shortened)
