"""What chairs' calendars mean for the diary: when they can't hold another conference, and what stands then nonetheless.

A calendar never unseats a booking that stands: the booking's own time is taken out of what its chair's calendar blocks. Where the
two clash, and not only because the calendar tells of our own bookings (their *echo*), they are listed, for people to decide.
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
"""How old may be what a calendar tells of our own feeds: clients fetch these at least once a day."""
Busy = dict[str, tuple[Interval, ...]]
"""Busy times by chair."""


@dataclass(frozen=True)
class Conflict:
    """A booking that stands, and the ``busy`` times of its chair that it clashes with. A held slot has its own reference."""

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
    """A booking of a chair with a calendar, and the time that it takes of the chair; it stands, or stood until lately."""

    number: int
    conference: str
    held: bool
    chair: str
    start: dt.datetime
    time: Interval
    stands: bool


def blocking(connection: Connection, first: dt.date, last: dt.date) -> Busy:
    """When chairs can't hold another conference from one day to another, both included, by their calendars alone."""
    booked = _booked(connection, first, last)
    standing = [(one.chair, one.time) for one in booked if one.stands and not one.held]
    outside = (
        Interval.model_construct(start=dt.datetime.min, end=_midnight(first)),
        Interval.model_construct(start=_midnight(last + ONE_DAY), end=dt.datetime.max),
    )
    return {
        chair: without(busy, (*(time for whose, time in standing if whose == chair), *outside))
        for chair, busy in _news(busy_calendars.intervals(connection, first, last), booked).items()
    }


def conflicts(connection: Connection, now: dt.datetime, *, after: int = 0) -> list[Conflict]:
    """What stands from a local time on while its chair is busy, by start; or what comes after the booking of a number."""
    booked = _booked(connection, now.date())
    news = _news(busy_calendars.intervals(connection, now.date()), booked)
    seen = connection.execute(select(bookings.c.start, bookings.c.number).where(bookings.c.number == after)).one_or_none()
    left = [one for one in booked if one.stands and one.time.end > now and (seen is None or _place(one) > tuple(seen))]
    clashing = [(one, tuple(time for time in news[one.chair] if time.overlaps(one.time))) for one in left]
    return [
        Conflict(one.number, one.conference, one.held, one.chair, one.time.start, one.start, one.time.end, busy)
        for one, busy in clashing
        if busy
    ]


def _news(told: dict[str, list[Interval]], booked: list[_Booked]) -> Busy:
    """The busy times that are no echo: that are not just the time of a conference that stands, or stood until lately."""
    echoes = {(one.chair, one.time) for one in booked if not one.held}
    return {chair: tuple(time for time in times if (chair, time) not in echoes) for chair, times in told.items()}


def _booked(connection: Connection, first: dt.date, last: dt.date | None = None) -> list[_Booked]:
    """What is booked on some days, by start; of what stands no more, that of which the chair's calendar may still tell."""
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
            stands=row.active,
        )
        for row in connection.execute(query.order_by(bookings.c.start, bookings.c.number))
        if row.active or (row.good_at is not None and row.ended_at > row.good_at - OLDEST_ECHO)
    ]


def _place(one: _Booked) -> tuple[dt.datetime, int]:
    return one.start, one.number


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())
