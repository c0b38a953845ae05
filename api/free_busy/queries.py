"""Chairs' own calendars: the times in which they are busy, from a file or from a link that is fetched again and again.

A link is a secret, for whoever has it reads the calendar. It is kept, since it has to be fetched, but only its host is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, select, update

from api.database.json_values import written
from api.database.tables import busy_calendars, chairs
from api.free_busy.busy_times import BusyTimes
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Interval

LEASE = dt.timedelta(minutes=1)
"""How long whoever fetches a link may take, before another takes it over: many times as long as a fetch may last."""
LONGEST_WAIT = dt.timedelta(hours=6)


class Source(StrEnum):
    """Where busy times come from."""

    FILE = "file"
    LINK = "link"


@dataclass(frozen=True)
class StoredCalendar:
    """What is known of a chair's calendar; ``position`` is the chair's, and ``host`` is of its link, which is told nowhere.

    ``version`` counts what people have changed, at ``changed_at``: 0 where there never was a calendar. ``good_at`` is when it was
    last read, ``tried_at`` when that was last tried, ``error`` why it failed then, and ``due_at`` when it is tried next.
    """

    position: int
    chair: str
    version: int
    source: Source | None
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
    """A link that one server fetches, and no other before ``until``; with what was known before."""

    chair: str
    version: int
    link: str = field(repr=False)
    intervals: tuple[Interval, ...] = field(repr=False)
    known_since: dt.datetime
    until: dt.datetime


def stale_before(now: dt.datetime, every: dt.timedelta) -> dt.datetime:
    """A link is stale once its last good reading is older than this: a day, or three times what lies between two fetches."""
    return now - max(ONE_DAY, 3 * every)


def found(connection: Connection, chair: str, stale: dt.datetime) -> StoredCalendar | None:
    """What is known of a chair's calendar; None where there is no such chair. ``stale`` as for ``listed``."""
    row = connection.execute(_known(stale).where(chairs.c.id == chair)).one_or_none()
    return None if row is None else _kept(row)


def listed(
    connection: Connection, stale: dt.datetime, *, is_stale: bool | None = None, after: int = 0, most: int | None = None
) -> list[StoredCalendar]:
    """Every chair's, in the order of chairs, ``after`` a position, at most so many; or only those that are stale, or are not.

    Stale are links whose last good reading is from before ``stale``, and those that were never read and have failed.
    """
    query = _known(stale).where(chairs.c.position > after).order_by(chairs.c.position).limit(most)
    if is_stale is not None:
        query = query.where(_is_stale(stale) if is_stale else ~_is_stale(stale))
    return [_kept(row) for row in connection.execute(query)]


def chairs_with_one(connection: Connection) -> frozenset[str]:
    """The chairs who have a calendar, or had one once."""
    return frozenset(connection.scalars(select(busy_calendars.c.chair)))


def intervals(
    connection: Connection, first: dt.date | None = None, last: dt.date | None = None, chair: str | None = None
) -> dict[str, list[Interval]]:
    """The busy times that touch some days, by chair; of all days and chairs unless told."""
    query = select(busy_calendars.c.chair, busy_calendars.c.intervals).where(busy_calendars.c.source.is_not(None))
    if chair is not None:
        query = query.where(busy_calendars.c.chair == chair)
    since = "" if first is None else _written(first)
    until = "~" if last is None else _written(last + ONE_DAY)  # written so, moments are in order
    return {
        row.chair: [Interval.model_validate(one) for one in row.intervals if one["start"] < until and one["end"] > since]
        for row in connection.execute(query)
    }


def keep_file(connection: Connection, chair: str, read: BusyTimes, now: dt.datetime) -> None:
    """Put what was read of a file in place of all that was known."""
    _put(connection, chair, now, source=Source.FILE, link=None, due_at=None, **_good(read, now))


def keep_link(connection: Connection, chair: str, link: str, now: dt.datetime) -> None:
    """Let a link be fetched from now on; what was known stays until that is read for the first time."""
    _put(connection, chair, now, source=Source.LINK, link=link, tried_at=None, error=None, due_at=now)


def remove(connection: Connection, chair: str, now: dt.datetime) -> None:
    """Forget a calendar and its link."""
    nothing = dict.fromkeys(("source", "link", "good_at", "tried_at", "error", "due_at"))
    _put(connection, chair, now, intervals=[], notes=[], **nothing)


def refresh(connection: Connection, chair: str, now: dt.datetime) -> None:
    """Let a link be fetched at once."""
    connection.execute(update(busy_calendars).where(busy_calendars.c.chair == chair).values(due_at=now))


def is_due(connection: Connection, now: dt.datetime) -> bool:
    """Whether any link waits to be fetched."""
    return connection.execute(select(busy_calendars.c.chair).where(busy_calendars.c.due_at <= now).limit(1)).first() is not None


def claim(connection: Connection, now: dt.datetime) -> Claim | None:
    """Take the link that waits longest; None where none waits, or another server was quicker.

    Nobody else takes it for a minute. So a server that ends in between holds nothing up for longer, and loses nothing.
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
    known = tuple(Interval.model_validate(one) for one in row.intervals)
    return Claim(row.chair, row.version, row.link, known, known_since, row.due_at)


def keep_reading(connection: Connection, of: Claim, read: BusyTimes, now: dt.datetime, every: dt.timedelta) -> None:
    """Keep what was read of a link, unless somebody has changed it meanwhile; it is fetched again after ``every``."""
    _end(connection, of, due_at=now + every, **_good(read, now))


def keep_failure(connection: Connection, of: Claim, error: str, now: dt.datetime, every: dt.timedelta) -> None:
    """Keep why a link could not be read, beside what was known.

    It is tried again after as long as it has failed by now, but at least ``every`` and (unless that is longer) at most 6 hours.
    """
    wait = max(every, min(now - of.known_since, LONGEST_WAIT))
    _end(connection, of, tried_at=now, error=error, due_at=now + wait)


def _end(connection: Connection, of: Claim, **columns: Any) -> None:
    table = busy_calendars.c
    is_present = (table.chair == of.chair) & (table.version == of.version) & (table.due_at == of.until)
    connection.execute(update(busy_calendars).where(is_present).values(**columns))


def _good(read: BusyTimes, now: dt.datetime) -> dict[str, Any]:
    intervals_ = [written(one) for one in read.intervals]
    return {"intervals": intervals_, "notes": list(read.notes), "good_at": now, "tried_at": now, "error": None}


def _put(connection: Connection, chair: str, now: dt.datetime, **columns: Any) -> None:
    """Change a row, or make it; the caller is the only one who writes."""
    table = busy_calendars
    changed = {"version": table.c.version + 1, "changed_at": now, **columns}
    if connection.execute(update(table).where(table.c.chair == chair).values(changed)).rowcount == 0:
        new: dict[str, Any] = {"version": 1, "intervals": [], "notes": []} | columns
        connection.execute(insert(table).values(chair=chair, changed_at=now, **new))


def _is_stale(stale: dt.datetime) -> ColumnElement[bool]:
    table = busy_calendars.c
    since = func.coalesce(table.good_at, table.changed_at)
    never = table.good_at.is_(None) & table.error.is_not(None)
    return func.coalesce(and_(table.source == Source.LINK, never | (since < stale)), False)


def _known(stale: dt.datetime) -> Select[Any]:
    table = busy_calendars.c
    names = "source", "link", "notes", "changed_at", "good_at", "tried_at", "error", "due_at"
    columns = func.coalesce(table.version, 0).label("version"), *(table[name] for name in names)
    query = select(chairs.c.position, chairs.c.id, *columns, _is_stale(stale).label("stale"))
    return query.outerjoin(busy_calendars, table.chair == chairs.c.id)


def _kept(row: Row[Any]) -> StoredCalendar:
    return StoredCalendar(
        position=row.position,
        chair=row.id,
        version=row.version,
        source=None if row.source is None else Source(row.source),
        host=None if row.link is None else urlsplit(row.link).hostname,
        notes=tuple(row.notes or ()),
        changed_at=row.changed_at,
        good_at=row.good_at,
        tried_at=row.tried_at,
        error=row.error,
        due_at=row.due_at,
        stale=bool(row.stale),
    )


def _written(day: dt.date) -> str:
    return f"{day}T00:00"
