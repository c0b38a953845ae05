"""A stored month as a full diary: its problem and schedule as rows, with ten years of history before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.exchange.workflow import import_problem
from benchmarks.serving import HISTORY, STARTS
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule


def fill_month(store: Store, problem: Problem, schedule: Schedule, now: dt.datetime, history: int = HISTORY) -> None:
    """Fill the store with a month's data and bookings, and ``history`` conferences that were held before ``now``."""
    with store.writing() as connection:
        import_problem(connection, problem, lambda fault: fault, now)
        for booking in schedule.bookings:
            _book(connection, problem, booking, now)
        for conference, booking in _held_before(problem, history):
            conferences.add(connection, conference, now)
            _book(connection, problem, booking, now, conference, ConferenceState.HELD)


def _book(
    connection: Connection,
    problem: Problem,
    booking: Booking,
    now: dt.datetime,
    conference: Conference | None = None,
    state: ConferenceState = ConferenceState.BOOKED,
) -> None:
    value = conference or problem.conference_by_id.get(booking.conference)
    if value is not None:  # a held slot has no conference
        conferences.change(connection, value, now, state=state)
    bookings.add(connection, DiaryBooking(booking), problem.policy, now)


def _held_before(problem: Problem, count: int) -> Iterator[tuple[Conference, Booking]]:
    """Yield conferences with their bookings, back from the month's first day: one in each room at each start of a working day."""
    number, day = 0, problem.horizon.first
    while number < count:
        day -= dt.timedelta(days=1)
        if not problem.calendar.is_open(day):
            continue
        for room, chair in zip(problem.rooms, problem.chairs, strict=False):
            for start in STARTS:
                number += 1
                one = Conference(
                    id=f"OLD-{number:05}", kind=ConferenceKind.REVIEW, children=2, site=room.site, trigger=day, due=day
                )
                begin = dt.datetime.combine(day, start)
                end = begin + dt.timedelta(minutes=one.minutes)
                yield one, Booking(conference=one.id, start=begin, end=end, room=room.id, chair=chair.id)
