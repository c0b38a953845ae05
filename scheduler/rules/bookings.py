"""A schedule's bookings as rules use them: with their conferences, in groups, and in overlapping pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Interval

Key = TypeVar("Key", bound=Hashable)


def placed(problem: Problem, schedule: Schedule) -> Iterator[tuple[Conference, Booking]]:
    """Return each booking of a conference of the problem, with that conference; holds are left out."""
    for booking in schedule.bookings:
        conference = problem.conference_by_id.get(booking.conference)
        if conference is not None:
            yield conference, booking


def held(problem: Problem, schedule: Schedule) -> Iterator[Booking]:
    """Return each booking of a held slot of the problem."""
    return (booking for booking in schedule.bookings if booking.conference in problem.held_slot_by_id)


def known(problem: Problem, schedule: Schedule) -> Iterator[Booking]:
    """Return each booking of a conference or held slot of the problem; a schedule from elsewhere may have others."""
    return (booking for booking in schedule.bookings if booking.conference in problem.minutes_by_id)


def first_bookings(schedule: Schedule) -> dict[str, Booking]:
    """Return the booking of each conference and held slot; the first if a faulty schedule has several."""
    return {booking.conference: booking for booking in reversed(schedule.bookings)}


def grouped(bookings: Iterable[Booking], key: Callable[[Booking], Key]) -> dict[Key, list[Booking]]:
    """Group bookings by a key, in order of start; those of one start in the schedule's order."""
    groups: dict[Key, list[Booking]] = {}
    for booking in sorted(bookings, key=lambda booking: booking.start):
        groups.setdefault(key(booking), []).append(booking)
    return groups


def settled_in(problem: Problem, schedule: Schedule) -> set[str]:
    """Return the conferences whose past booking stays as it is in the schedule (contract, section 8)."""
    times = Counter(booking.conference for booking in schedule.bookings)
    return {
        booking.conference
        for booking in schedule.bookings
        if times[booking.conference] == 1 and is_as_published(booking, problem.past.get(booking.conference))
    }


def is_as_published(booking: Booking, published: PublishedBooking | None) -> bool:
    """True if the booking has the published start, room, chair and minute taker."""
    return published is not None and all(
        getattr(booking, field) == getattr(published, field) for field in ("start", "room", "chair", "minute_taker")
    )


def names_of(bookings: Iterable[Booking]) -> tuple[str, ...]:
    """Return the conferences and held slots of bookings, in their order."""
    return tuple(booking.conference for booking in bookings)


def overlapping(bookings: Iterable[Booking], time: Callable[[Booking], Interval]) -> Iterator[tuple[Booking, Booking]]:
    """Return each pair of bookings whose times overlap, the earlier start first; of one start, in the schedule's order."""
    timed = sorted(((time(booking), booking) for booking in bookings), key=lambda pair: pair[0].start)
    for n, (interval, booking) in enumerate(timed):
        for later_interval, later in timed[n + 1 :]:
            if later_interval.start >= interval.end:
                break
            if interval.overlaps(later_interval):
                yield booking, later
