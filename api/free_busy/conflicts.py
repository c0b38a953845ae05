"""Conflicts between the diary and chairs' calendars, and the times that these calendars block.

A calendar never removes an active booking: the booking's own time is cut out of what its chair's calendar blocks. If the two
overlap, they are listed as a conflict for people to resolve, unless the calendar only repeats our own booking (its *echo*).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from api.database.tables import bookings
from api.database.tables import busy_calendars as calendars
from api.free_busy import queries as busy_calendars
from api.free_busy.intervals import without
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Interval

OLDEST_ECHO = dt.timedelta(days=1)
"""The maximum age of our own bookings in a calendar: calendar clients fetch our feeds at least once a day."""
Busy = dict[str, tuple[Interval, ...]]
"""Busy times by chair."""


@dataclass(frozen=True)
class Conflict:
    """An active booking, and the ``busy`` times of its chair that overlap it. A hold has its own reference."""

    number: int
    conference: str
    held: bool
    chair: str
    arrival: dt.datetime
    start: dt.datetime
    end: dt.datetime
    busy: tuple[Interval, ...]


@dataclass(frozen=True)
class _Booked:
    """A booking of a chair with a calendar, and the ``time`` that it takes of the chair. It is active, or ended recently."""

    number: int
    conference: str
    held: bool
    chair: str
    start: dt.datetime
    time: Interval
    active: bool


def blocking(connection: Connection, first: dt.date, last: dt.date) -> Busy:
    """Return the times blocked by chairs' calendars, by chair, from ``first`` to ``last``, both included."""
    booked = _booked(connection, first, last)
    conferences = [(one.chair, one.time) for one in booked if one.active and not one.held]
    outside = (
        Interval.model_construct(start=dt.datetime.min, end=_midnight(first)),
        Interval.model_construct(start=_midnight(last + ONE_DAY), end=dt.datetime.max),
    )
    return {
        chair: without(busy, (*(time for whose, time in conferences if whose == chair), *outside))
        for chair, busy in _without_echoes(busy_calendars.intervals(connection, first, last), booked).items()
    }


def conflicts(connection: Connection, now: dt.datetime, *, after: int = 0) -> list[Conflict]:
    """Return the conflicts from a local time on, ordered by start, only those after booking number ``after`` if it is not 0."""
    booked = _booked(connection, now.date())
    busy_by_chair = _without_echoes(busy_calendars.intervals(connection, now.date()), booked)
    seen = connection.execute(select(bookings.c.start, bookings.c.number).where(bookings.c.number == after)).one_or_none()
    left = [one for one in booked if one.active and one.time.end > now and (seen is None or _place(one) > tuple(seen))]
    clashing = [(one, tuple(time for time in busy_by_chair[one.chair] if time.overlaps(one.time))) for one in left]
    return [
        Conflict(one.number, one.conference, one.held, one.chair, one.time.start, one.start, one.time.end, busy)
        for one, busy in clashing
        if busy
    ]


def _without_echoes(calendars_: dict[str, list[Interval]], booked: list[_Booked]) -> Busy:
    """Return the busy times without echoes, which equal the time of a conference that is active or ended recently."""
    echoes = {(one.chair, one.time) for one in booked if not one.held}
    return {chair: tuple(time for time in times if (chair, time) not in echoes) for chair, times in calendars_.items()}


def _booked(connection: Connection, first: dt.date, last: dt.date | None = None) -> list[_Booked]:
    """Return the bookings on some days, by start, with those ended bookings that the chair's calendar may still show."""
    query = select(bookings, calendars.c.good_at).join(calendars, calendars.c.chair == bookings.c.chair)
    query = query.where(calendars.c.source.is_not(None), bookings.c.start >= _midnight(first))
    if last is not None:
        query = query.where(bookings.c.start < _midnight(last + ONE_DAY))
    return [
        _Booked(
            number=row.number,
            conference=row.hold or row.conference,
            held=row.hold is not None,
            chair=row.chair,
            start=row.start,
            time=Interval.model_construct(start=row.arrival, end=row.end),
            active=row.active,
        )
        for row in connection.execute(query.order_by(bookings.c.start, bookings.c.number))
        if row.active or (row.good_at is not None and row.ended_at > row.good_at - OLDEST_ECHO)
    ]


def _place(one: _Booked) -> tuple[dt.datetime, int]:
    return one.start, one.number


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())
