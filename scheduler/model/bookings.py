"""Bookings from chosen candidates. They assign a room, a hold and a minute taker from those that are equally good."""

from __future__ import annotations

from collections import defaultdict

from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.schedule import Booking
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.recording import recorders


def bookings_of(candidates: Candidates, chosen: Ints) -> tuple[Booking, ...]:
    """Return the bookings of the candidates at the ``chosen`` positions, in order of start, room and chair.

    Raise AssertionError if a place has too few rooms or a booking has no minute taker. R2 and R5 exclude both.
    """
    rooms = _rooms(candidates, chosen)
    problem = candidates.problem
    bookings = [booking_of_candidate(candidates, n).model_copy(update={"room": rooms[n]}) for n in chosen.tolist()]
    order = sorted(range(len(bookings)), key=lambda n: (bookings[n].start, bookings[n].room or "", bookings[n].chair))
    in_order = [bookings[n] for n in order]
    names = _names(candidates, chosen[order] if order else chosen)
    in_order = [booking.model_copy(update={"conference": name}) for booking, name in zip(in_order, names, strict=True)]
    to_record = [booking for booking in in_order if booking.conference not in problem.past]
    takers = dict(zip((booking.conference for booking in to_record), recorders(problem, to_record), strict=True))
    takers |= {name: published.minute_taker for name, published in problem.past.items()}
    return tuple(booking.model_copy(update={"minute_taker": takers[booking.conference]}) for booking in in_order)


def booking_of_candidate(candidates: Candidates, position: int) -> Booking:
    """Return a candidate as a booking in the first room of its place, without a minute taker. A held slot has an empty id."""
    conference = candidates.requests[candidates.request[position]].conference
    rooms = candidates.places[candidates.place[position]].rooms
    chair = candidates.problem.chairs[candidates.chair[position]]
    return Booking.model_construct(
        conference=conference.id if conference else "",
        start=candidates.moment(int(candidates.start[position])),
        end=candidates.moment(int(candidates.end[position])),
        room=rooms[0].id if rooms else None,
        chair=chair.id,
        minute_taker=None,
        held=conference is None,
        cover=is_cover(conference, chair),
    )


def is_cover(conference: Conference | None, chair: Chair) -> bool:
    """True if the family has a chair of its own and this is another (contract, section 8)."""
    return conference is not None and conference.chair not in (None, chair.id)


def _rooms(candidates: Candidates, chosen: Ints) -> dict[int, str | None]:
    """Return a room for each chosen candidate: in order of time, the first of its place that is free again.

    Past bookings stay in theirs, which no other place includes; two of them may overlap.
    """
    free_again: dict[str, int] = defaultdict(lambda: -(10**9))
    rooms: dict[int, str | None] = {}
    for position in sorted(chosen.tolist(), key=lambda position: (candidates.arrival[position], position)):
        place = candidates.places[candidates.place[position]]
        is_settled = candidates.is_settled[position]
        free = [room.id for room in place.rooms if is_settled or free_again[room.id] <= candidates.arrival[position]]
        if place.rooms and not free:
            raise AssertionError(f"{', '.join(room.id for room in place.rooms)}: more bookings than rooms at one time.")
        rooms[position] = free[0] if free else None
        if free:
            free_again[free[0]] = max(free_again[free[0]], int(candidates.end[position]) + candidates.problem.policy.reset)
    return rooms


def _names(candidates: Candidates, chosen: Ints) -> list[str]:
    """Return each conference's id, or the next of the request's holds."""
    given: dict[int, int] = defaultdict(int)
    names: list[str] = []
    for n in candidates.request[chosen].tolist():
        request = candidates.requests[n]
        names.append(request.conference.id if request.conference else request.slots[given[n]].id)
        given[n] += 1
    return names
