"""Chairs' own calendars: their busy times, from an uploaded file or from a link that is fetched regularly.

A link is a secret, because anybody who has it can read the calendar. It is stored for fetching, but only its host is shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, select, update

from api.database.json_values import to_json
from api.database.tables import busy_calendars, chairs
from api.free_busy.busy_times import BusyTimes
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Interval

LEASE = dt.timedelta(minutes=1)
"""The time after which another server takes over a claimed link: many times longer than a fetch may last."""
MAX_WAIT = dt.timedelta(hours=6)
"""The longest wait after a failure, unless the interval between fetches is longer."""


class CalendarSource(StrEnum):
    """The source of a chair's busy times."""

    FILE = "file"
    LINK = "link"


@dataclass(frozen=True)
class StoredCalendar:
    """A chair's calendar as stored; ``position`` is the chair's, and ``host`` that of the link, which is not shown.

    ``version`` counts the changes by people, the last at ``changed_at``; it is 0 if there never was a calendar. ``good_at`` is
    the time of the last successful reading, ``tried_at`` of the last attempt, ``error`` the reason if that attempt failed,
    and ``due_at`` the time of the next one.
    """

    position: int
    chair: str
    version: int
    source: CalendarSource | None
    host: str | None
    notes: tuple[str, ...]
    changed_at: dt.datetime | None
    good_at: dt.datetime | None
    tried_at: dt.datetime | None
    error: str | None
    due_at: dt.datetime | None
    stale: bool


@dataclass(frozen=True)
class Claim:
    """A link that one server fetches, and no other server before ``until``, with the busy times stored so far."""

    chair: str
    version: int
    link: str = field(repr=False)
    intervals: tuple[Interval, ...] = field(repr=False)
    known_since: dt.datetime
    until: dt.datetime


def stale_before(now: dt.datetime, every: dt.timedelta) -> dt.datetime:
    """Return the time before which a link's last successful reading is stale: a day ago, or three fetches if that is longer."""
    return now - max(ONE_DAY, 3 * every)


def find(connection: Connection, chair: str, stale: dt.datetime) -> StoredCalendar | None:
    """Return a chair's calendar, or None if there is no such chair. ``stale`` is as for ``listed``."""
    row = connection.execute(_select(stale).where(chairs.c.id == chair)).one_or_none()
    return None if row is None else _calendar(row)


def listed(
    connection: Connection, stale: dt.datetime, *, is_stale: bool | None = None, after: int = 0, most: int | None = None
) -> list[StoredCalendar]:
    """Return at most ``most`` calendars of chairs after a position, in the order of chairs; ``is_stale`` filters them.

    A link is stale if its last successful reading was before ``stale``, or if it has failed and was never read.
    """
    query = _select(stale).where(chairs.c.position > after).order_by(chairs.c.position).limit(most)
    if is_stale is not None:
        query = query.where(_is_stale(stale) if is_stale else ~_is_stale(stale))
    return [_calendar(row) for row in connection.execute(query)]


def chairs_with_one(connection: Connection) -> frozenset[str]:
    """Return the chairs that have or had a calendar."""
    return frozenset(connection.scalars(select(busy_calendars.c.chair)))


def intervals(
    connection: Connection, first: dt.date | None = None, last: dt.date | None = None, chair: str | None = None
) -> dict[str, list[Interval]]:
    """Return the busy times that touch the days, by chair. Without days or a chair, return all."""
    query = select(busy_calendars.c.chair, busy_calendars.c.intervals).where(busy_calendars.c.source.is_not(None))
    if chair is not None:
        query = query.where(busy_calendars.c.chair == chair)
    since = "" if first is None else _midnight(first)
    until = "~" if last is None else _midnight(last + ONE_DAY)  # moments in ISO format sort by time
    return {
        row.chair: [Interval.model_validate(one) for one in row.intervals if one["start"] < until and one["end"] > since]
        for row in connection.execute(query)
    }


def store_file(connection: Connection, chair: str, read: BusyTimes, now: dt.datetime) -> None:
    """Replace a chair's calendar with the busy times of a file."""
    _put(connection, chair, now, source=CalendarSource.FILE, link=None, due_at=None, **_good(read, now))


def store_link(connection: Connection, chair: str, link: str, now: dt.datetime) -> None:
    """Set the link to fetch. The stored busy times stay until it is read for the first time."""
    _put(connection, chair, now, source=CalendarSource.LINK, link=link, tried_at=None, error=None, due_at=now)


def remove(connection: Connection, chair: str, now: dt.datetime) -> None:
    """Remove a calendar's busy times and its link."""
    nothing = dict.fromkeys(("source", "link", "good_at", "tried_at", "error", "due_at"))
    _put(connection, chair, now, intervals=[], notes=[], **nothing)


def refresh(connection: Connection, chair: str, now: dt.datetime) -> None:
    """Make a link due now."""
    connection.execute(update(busy_calendars).where(busy_calendars.c.chair == chair).values(due_at=now))


def is_due(connection: Connection, now: dt.datetime) -> bool:
    """True if a link is due to be fetched."""
    return connection.execute(select(busy_calendars.c.chair).where(busy_calendars.c.due_at <= now).limit(1)).first() is not None


def claim(connection: Connection, now: dt.datetime) -> Claim | None:
    """Claim the link that has been due longest, or return None if none is due or another server was quicker.

    No other server claims it for a minute, so a server that stops in between delays the fetch by no more than that.
    """
    table = busy_calendars.c
    due = table.due_at <= now
    order = table.due_at, table.chair
    longest = select(table.chair).where(due).order_by(*order).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    query = update(busy_calendars).where(due & (table.chair == longest)).values(due_at=now + LEASE)
    row = connection.execute(query.returning(*busy_calendars.c)).one_or_none()
    if row is None:
        return None
    known_since = max(row.good_at or row.changed_at, row.changed_at)
    stored = tuple(Interval.model_validate(one) for one in row.intervals)
    return Claim(row.chair, row.version, row.link, stored, known_since, row.due_at)


def store_reading(connection: Connection, of: Claim, read: BusyTimes, now: dt.datetime, every: dt.timedelta) -> None:
    """Store the busy times of a link, unless it has changed since the claim. It is due again after ``every``."""
    _end(connection, of, due_at=now + every, **_good(read, now))


def store_failure(connection: Connection, of: Claim, error: str, now: dt.datetime, every: dt.timedelta) -> None:
    """Store why a link could not be read, and keep its busy times.

    It is due again after as long as it has been failing, but at least ``every`` and at most 6 hours (or ``every``, if longer).
    """
    wait = max(every, min(now - of.known_since, MAX_WAIT))
    _end(connection, of, tried_at=now, error=error, due_at=now + wait)


def _end(connection: Connection, of: Claim, **columns: Any) -> None:
    table = busy_calendars.c
    is_present = (table.chair == of.chair) & (table.version == of.version) & (table.due_at == of.until)
    connection.execute(update(busy_calendars).where(is_present).values(**columns))


def _good(read: BusyTimes, now: dt.datetime) -> dict[str, Any]:
    intervals_ = [to_json(one) for one in read.intervals]
    return {"intervals": intervals_, "notes": list(read.notes), "good_at": now, "tried_at": now, "error": None}


def _put(connection: Connection, chair: str, now: dt.datetime, **columns: Any) -> None:
    """Update or insert a row. The caller's transaction excludes other writers."""
    table = busy_calendars
    changed = {"version": table.c.version + 1, "changed_at": now, **columns}
    if connection.execute(update(table).where(table.c.chair == chair).values(changed)).rowcount == 0:
        new: dict[str, Any] = {"version": 1, "intervals": [], "notes": []} | columns
        connection.execute(insert(table).values(chair=chair, changed_at=now, **new))


def _is_stale(stale: dt.datetime) -> ColumnElement[bool]:
    table = busy_calendars.c
    since = func.coalesce(table.good_at, table.changed_at)
    never = table.good_at.is_(None) & table.error.is_not(None)
    return func.coalesce(and_(table.source == CalendarSource.LINK, never | (since < stale)), False)


def _select(stale: dt.datetime) -> Select[Any]:
    table = busy_calendars.c
    names = "source", "link", "notes", "changed_at", "good_at", "tried_at", "error", "due_at"
    columns = func.coalesce(table.version, 0).label("version"), *(table[name] for name in names)
    query = select(chairs.c.position, chairs.c.id, *columns, _is_stale(stale).label("stale"))
    return query.outerjoin(busy_calendars, table.chair == chairs.c.id)


def _calendar(row: Row[Any]) -> StoredCalendar:
    return StoredCalendar(
        position=row.position,
        chair=row.id,
        version=row.version,
        source=None if row.source is None else CalendarSource(row.source),
        host=None if row.link is None else urlsplit(row.link).hostname,
        notes=tuple(row.notes or ()),
        changed_at=row.changed_at,
        good_at=row.good_at,
        tried_at=row.tried_at,
        error=row.error,
        due_at=row.due_at,
        stale=bool(row.stale),
    )


def _midnight(day: dt.date) -> str:
    return f"{day}T00:00"
