"""A schedule as the published bookings of its problem: the starting point of offers and repairs."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.faults import Fault, InputError, unknown_id
from scheduler.domain.problem import Problem, PublishedBooking, with_published
from scheduler.domain.schedule import Booking, Schedule


def with_schedule_published(problem: Problem, schedule: Schedule) -> Problem:
    """Return the problem with the schedule's bookings of conferences as its published ones, with the problem's own locks.

    Raise InputError with every fault: bookings of what the problem lacks, and conferences that are booked twice.
    """
    if faults := list(_faults(problem, schedule)):
        raise InputError(faults)
    return with_published(problem, (_published(problem, booking) for booking in schedule.bookings if not booking.held))


def _published(problem: Problem, booking: Booking) -> PublishedBooking:
    before = problem.published_by_id.get(booking.conference)
    return PublishedBooking(
        conference=booking.conference,
        start=booking.start,
        room=booking.room,
        chair=booking.chair,
        minute_taker=booking.minute_taker,
        locks=before.locks if before is not None else (),
    )


def _faults(problem: Problem, schedule: Schedule) -> Iterator[Fault]:
    seen: set[str] = set()
    takers = problem.minute_taker_by_id
    for n, booking in enumerate(schedule.bookings):
        name, known = booking.conference, problem.held_slot_by_id if booking.held else problem.conference_by_id
        place = ("schedule", "bookings", n)
        if name not in known:
            kind, noun = ("holds", "held slot") if booking.held else ("conferences", "conference")
            yield unknown_id(kind, noun, name, known, (*place, "conference"))
        elif name in seen:
            yield Fault((*place, "conference"), f"{name} has more than one booking. Keep one.")
        seen.add(name)
        if booking.room is not None and booking.room not in problem.room_by_id:
            yield unknown_id("rooms", "room", booking.room, problem.room_by_id, (*place, "room"))
        if booking.chair not in problem.chair_by_id:
            yield unknown_id("chairs", "chair", booking.chair, problem.chair_by_id, (*place, "chair"))
        if problem.models_minute_takers and booking.minute_taker is not None and booking.minute_taker not in takers:
            yield unknown_id("minute_takers", "minute taker", booking.minute_taker, takers, (*place, "minute_taker"))
