"""R8: what of a published booking must not change."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem, Published
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.rules.base import Rule
from scheduler.rules.bookings import first_bookings
from scheduler.wording import moment_in_words


class Locks(Rule):
    """A published booking keeps what its locks name, and with any lock stays placed (contract, R8)."""

    name = "R8"
    title = "Lock broken"

    def says(self, policy: Policy) -> str:  # noqa: ARG002
        """The rule in a plain sentence."""
        return "A published booking keeps what is locked (its start, its chair, its room), and with any lock stays placed."

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """One violation for each lock that is not kept, or for a locked conference without a booking."""
        booked = first_bookings(schedule)
        return [
            Violation(rule=self.name, subject=published.conference, text=f"{published.conference} {reason}")
            for published in problem.published
            if published.locks
            for reason in _reasons(published, booked.get(published.conference))
        ]


def _reasons(published: Published, booking: Booking | None) -> Iterator[str]:
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
