"""R2: one conference at a time in a room, and only a suitable room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.domain.conference import Mode
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule, Violation
from scheduler.grouping import Mask, table
from scheduler.rules.base import Rule
from scheduler.rules.bookings import grouped, names_of, overlapping
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol, PlaceProtocol, RequestProtocol
from scheduler.wording import count_of, date_in_words, moment_in_words


class RoomsRule(Rule):
    """A room takes one conference at a time, and only one that it suits (contract, R2)."""

    name = "R2"
    title = "Room clash or unsuitable room"

    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence."""
        virtually = "a room or, at a cost, is held virtually" if policy.virtual_fallback else "a room"
        return (
            f"A room takes one conference at a time, from {count_of(policy.pre_meet, 'minute')} before its start to "
            f"{count_of(policy.reset, 'minute')} after its end, on days when it is open; a hybrid conference needs its hybrid "
            "equipment by that day, and a conference that asks for it an accessible room. A virtual conference takes no room; "
            f"any other takes {virtually}; a hold takes a room at its own site."
        )

    def forbids(self, candidates: CandidatesProtocol) -> Mask:
        """Return the candidates whose place does not suit the conference on that day."""
        fallback = candidates.problem.policy.virtual_fallback
        suits = table(candidates.requests, candidates.places, lambda request, place: _suits(request, place, fallback))
        rooms = [place.rooms[0] if place.rooms else None for place in candidates.places]
        is_open = table(rooms, candidates.days, lambda room, day: room is None or room.is_open(day))
        is_hybrid = table(rooms, candidates.days, lambda room, day: room is None or room.is_hybrid(day))
        needs_hybrid = candidates.of_requests(lambda request: request.mode is Mode.HYBRID) == 1
        where = candidates.place, candidates.day
        return np.asarray(~suits[candidates.request, candidates.place] | ~is_open[where] | (needs_hybrid & ~is_hybrid[where]))

    def post(self, builder: BuilderProtocol) -> None:
        """Limit the room times in a place at any moment to its number of rooms."""
        candidates = builder.candidates
        here = np.flatnonzero(candidates.in_room)
        builder.limit_together(
            candidates.place[here],
            here,
            candidates.arrival[here],
            candidates.end[here] + builder.problem.policy.reset,
            most=[len(place.rooms) for place in candidates.places],
        )

    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return one violation for each fault of a booking's room, and for each pair that overlaps in one room."""
        violations = [
            Violation(rule=self.name, subject=booking.conference, text=f"{booking.conference} {reason}")
            for booking in schedule.bookings
            for reason in _reasons(problem, booking)
        ]
        in_rooms = (booking for booking in schedule.bookings if booking.room is not None)
        for room, bookings in grouped(in_rooms, lambda booking: booking.room).items():
            for booking, later in overlapping(bookings, problem.room_time):
                text = f"{later.conference}, {moment_in_words(later.start)}: room {room} is then taken by {booking.conference}."
                among = names_of((booking, later))
                violations.append(Violation(rule=self.name, subject=later.conference, text=text, among=among))
        return violations


def _reasons(problem: Problem, booking: Booking) -> Iterator[str]:
    conference = problem.conference_by_id.get(booking.conference)
    slot = problem.held_slot_by_id.get(booking.conference)
    if booking.room is None:
        if slot is not None:
            yield "is a hold, but has no room."
        elif conference is not None and conference.mode is not Mode.VIRTUAL and not problem.policy.virtual_fallback:
            yield "has no room, and is not to be held virtually."
        return
    room = problem.room_by_id.get(booking.room)
    if room is None:
        yield f"is in room {booking.room}, which is no room of this problem."
        return
    if not room.is_open(booking.day):
        yield f"is in {room.label}, which is closed on {date_in_words(booking.day)}."
    if slot is not None and room.site != slot.site:
        yield f"is in {room.label}, which is not at its own site."
    if conference is not None and conference.mode is Mode.VIRTUAL:
        yield f"is virtual, but takes {room.label}."
    is_hybrid = slot is not None or (conference is not None and conference.mode is Mode.HYBRID)
    if is_hybrid and not room.is_hybrid(booking.day):
        yield f"is hybrid, and {room.label} has no equipment for that on {date_in_words(booking.day)}."
    if conference is not None and conference.accessible and not room.accessible:
        yield f"needs an accessible room, which {room.label} is not."


def _suits(request: RequestProtocol, place: PlaceProtocol, fallback: bool) -> bool:
    """True if the place could suit the request on some day."""
    if not place.rooms:
        return request.mode is Mode.VIRTUAL or (fallback and request.conference is not None)
    if request.conference is None:
        return place.site == request.site
    return request.mode is not Mode.VIRTUAL and (place.rooms[0].accessible or not request.conference.accessible)
