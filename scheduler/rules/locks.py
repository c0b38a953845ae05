"""R8: the parts of a published booking that must not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Lock, Problem, PublishedBooking, with_published
from scheduler.domain.schedule import Booking, PlanException, Schedule, Violation
from scheduler.grouping import Mask
from scheduler.rules.base import Rule
from scheduler.rules.bookings import first_bookings
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol
from scheduler.wording import moment_in_words


class LocksRule(Rule):
    """A published booking keeps what its locks name, and with any lock stays placed (contract, R8)."""

    name = "R8"
    title = "Lock broken"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        return "A published booking keeps what is locked (its start, its chair, its room), and with any lock stays placed."

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the candidates with another start, chair or room than the locked one."""
        chairs = {chair.id: n for n, chair in enumerate(candidates.problem.chairs)}
        wrong = np.zeros(len(candidates), dtype=np.bool_)
        for published in candidates.problem.published:
            own = candidates.of_request(candidates.request_index[published.conference])
            if "time" in published.locks:
                wrong[own] |= candidates.start[own] != candidates.minute(published.start)
            if "chair" in published.locks:
                wrong[own] |= candidates.chair[own] != chairs[published.chair]
            if "room" in published.locks:
                wrong[own] |= candidates.place[own] != candidates.place_of(published.room)
        return wrong

    def post(self, builder: BuilderProtocol) -> None:
        """Require a booking for each conference with a lock."""
        candidates = builder.candidates
        for published in builder.problem.published:
            if published.locks:
                own = candidates.of_request(candidates.request_index[published.conference])
                builder.limit(np.zeros_like(own), own, at_least=1, rows=1)

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each broken lock, or for a locked conference without a booking.

        With ``today``, a lock that the schedule lists as dropped (``exceptions``) is none (contract, section 8).
        """
        booked = first_bookings(schedule)
        return [
            Violation(rule=self.name, subject=published.conference, text=f"{published.conference} {reason}")
            for published in without_dropped_locks(problem, schedule).published
            if published.locks
            for reason in _reasons(published, booked.get(published.conference))
        ]


def without_dropped_locks(problem: Problem, schedule: Schedule) -> Problem:
    """Return the problem without the locks that the schedule lists as dropped (contract, section 8: only with ``today``)."""
    dropped = dropped_locks(schedule.exceptions)
    if problem.today is None or not dropped:
        return problem
    booked = first_bookings(schedule)
    return with_published(
        problem,
        (
            published.model_copy(update={"locks": held_locks(published, booked.get(published.conference))})
            if published.conference in dropped
            else published
            for published in problem.published
        ),
    )


def dropped_locks(exceptions: Iterable[PlanException]) -> frozenset[str]:
    """Return the conferences of which a schedule lists a lock as dropped."""
    return frozenset(exception.conference for exception in exceptions if exception.rule == LocksRule.name)


def held_locks(published: PublishedBooking, booking: Booking | None) -> tuple[Lock, ...]:
    """Return the locks that the booking keeps."""
    if booking is None:
        return ()
    holds_lock: dict[Lock, bool] = {
        "time": booking.start == published.start,
        "chair": booking.chair == published.chair,
        "room": booking.room == published.room,
    }
    return tuple(lock for lock in published.locks if holds_lock[lock])


def _reasons(published: PublishedBooking, booking: Booking | None) -> Iterator[str]:
    if booking is None:
        yield "is locked, but has no booking."
        return
    if "time" in published.locks and booking.start != published.start:
        yield f"is locked to {moment_in_words(published.start)}, but is booked for {moment_in_words(booking.start)}."
    if "chair" in published.locks and booking.chair != published.chair:
        yield f"is locked to chair {published.chair}, but is chaired by {booking.chair}."
    if "room" in published.locks and booking.room != published.room:
        yield f"is locked to {_place(published.room)}, but is booked for {_place(booking.room)}."


def _place(room: str | None) -> str:
    return "no room (virtual)" if room is None else f"room {room}"
