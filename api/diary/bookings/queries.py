"""Bookings: who is where, when. A row only ever ends; what moves is a new row, so nothing that was promised is forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from api.database.overlaps import TAKEN
from api.database.tables import bookings, rooms
from api.database.tables import conferences as conferences_table
from api.diary.conferences import queries as conferences
from api.errors import ConflictError, ErrorItem
from scheduler.domain.calendar import ONE_DAY, Calendar
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking
from scheduler.domain.values import written_moment


class Ending(StrEnum):
    """Why a booking stands no more."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    UNPLACED = "unplaced"
    RELEASED = "released"


@dataclass(frozen=True)
class StoredBooking:
    """A booking with what the service knows of it; ``exception`` is who allowed it to be late, and why."""

    number: int
    booking: Booking
    locks: tuple[str, ...]
    by_hand: bool
    publication: int | None
    exception: dict[str, Any] | None
    active: bool


def active_in(connection: Connection, first: dt.date, last: dt.date) -> list[StoredBooking]:
    """What stands from one day to another, both included, by start."""
    midnight = dt.datetime.combine(first, dt.time()), dt.datetime.combine(last + ONE_DAY, dt.time())
    within = bookings.c.active & (bookings.c.start >= midnight[0]) & (bookings.c.start < midnight[1])
    return queried(connection, select(bookings).where(within).order_by(bookings.c.start, bookings.c.number))


def active_of(connection: Connection, conference: str) -> StoredBooking | None:
    """What stands for a conference."""
    of_it = queried(connection, select(bookings).where(bookings.c.active & (bookings.c.conference == conference)))
    return of_it[0] if of_it else None


def found(connection: Connection, number: int) -> StoredBooking | None:
    """The booking of that number, whether it stands or not."""
    of_number = queried(connection, select(bookings).where(bookings.c.number == number))
    return of_number[0] if of_number else None


def held_as(connection: Connection, slots: Iterable[str]) -> list[StoredBooking]:
    """What stands for some held slots."""
    return queried(connection, select(bookings).where(bookings.c.active & bookings.c.hold.in_(list(slots))))


def queried(connection: Connection, query: Select[Any]) -> list[StoredBooking]:
    """The bookings of a query over their table."""
    return [_kept(row) for row in connection.execute(query)]


def add(
    connection: Connection,
    booking: Booking,
    policy: Policy,
    now: dt.datetime,
    *,
    locks: Iterable[str] = (),
    by_hand: bool = False,
    publication: int | None = None,
    exception: dict[str, Any] | None = None,
) -> int:
    """Keep a booking; gives its number. ApiError 409 where the room or somebody is taken then, which says by what."""
    row = {
        "conference": None if booking.held else booking.conference,
        "hold": booking.conference if booking.held else None,
        **taking(booking, policy),
        "locks": list(locks),
        "by_hand": by_hand,
        "publication": publication,
        "exception": exception,
        "active": True,
        "made_at": now,
    }
    with _told_as_taken(connection, row):
        return int(connection.execute(insert(bookings).values(row).returning(bookings.c.number)).scalar_one())


def end(connection: Connection, numbers: Iterable[int], ending: Ending, now: dt.datetime) -> None:
    """Let bookings stand no more."""
    of_these = bookings.c.number.in_(list(numbers)) & bookings.c.active
    connection.execute(update(bookings).where(of_these).values(active=False, ended_at=now, ended_by=ending))


def taking(booking: Booking, policy: Policy) -> dict[str, Any]:
    """What a booking takes, and when, as a row says it."""
    return {
        "start": booking.start,
        "end": booking.end,
        "arrival": booking.people_time(policy.pre_meet).start,
        "cleared": booking.room_time(policy.pre_meet, policy.reset).end,
        "room": booking.room,
        "chair": booking.chair,
        "minute_taker": booking.minute_taker,
    }


def allow(connection: Connection, number: int, exception: dict[str, Any] | None) -> None:
    """Record with a booking that stands who has allowed it to be late."""
    connection.execute(update(bookings).where(bookings.c.number == number).values(exception=exception))


def pad(connection: Connection, standing: Iterable[StoredBooking], policy: Policy) -> None:
    """Let bookings that stand take the time before and after that the policy gives them now."""
    now_take = {kept.number: taking(kept.booking, policy) for kept in standing}
    columns = bookings.c.number, bookings.c.arrival, bookings.c.cleared
    rows = connection.execute(select(*columns).where(bookings.c.number.in_(list(now_take)))).all()
    times = {row.number: {name: now_take[row.number][name] for name in ("arrival", "cleared")} for row in rows}
    old = [row.number for row in rows if times[row.number] != {"arrival": row.arrival, "cleared": row.cleared}]
    if old:
        connection.execute(update(bookings).where(bookings.c.number.in_(old)).values(active=False))  # on the way they may overlap
    for number in old:
        connection.execute(update(bookings).where(bookings.c.number == number).values(active=True, **times[number]))


def in_the_way(connection: Connection, row: dict[str, Any]) -> list[tuple[str, StoredBooking]]:
    """What stands in the way of what a row takes, each with what it is: room, chair or minute taker."""
    found: list[tuple[str, StoredBooking]] = []
    for what in TAKEN:
        if row[what] is None:
            continue
        until = "cleared" if what == "room" else "end"
        same = bookings.c.active & (bookings.c[what] == row[what])
        overlapping = (bookings.c.arrival < row[until]) & (row["arrival"] < bookings.c[until])
        found += [(what, kept) for kept in queried(connection, select(bookings).where(same & overlapping))]
    return found


def of_conferences(connection: Connection, identifiers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What stands for each of some conferences, as the API tells it."""
    of_these = bookings.c.active & bookings.c.conference.in_(list(identifiers))
    return {item["conference"]: item for item, _ in told(connection, of_these)}


def told(
    connection: Connection, *wanted: ColumnElement[bool], after: int = 0, most: int | None = None
) -> list[tuple[dict[str, Any], str]]:
    """Bookings as the API tells them, each with its version, by start; those after the one of a number, at most so many.

    ``site`` is where it is held, none if virtually; ``late`` counts the working days after the conference's due date.
    """
    order = bookings.c.start, bookings.c.number
    if after:
        start = connection.execute(select(bookings.c.start).where(bookings.c.number == after)).scalar_one_or_none()
        if start is None:
            return []
        wanted += (order[0] >= start, or_(order[0] > start, order[1] > after))
    rows = connection.execute(_TELLING.where(*wanted).order_by(*order).limit(most)).all()
    days = conferences.calendar(connection)
    return [(_told(row, days), _version(row)) for row in rows]


def numbered(number: int) -> ColumnElement[bool]:
    """For ``told``: the booking of a number."""
    return bookings.c.number == number


def matching(
    first: dt.date | None,
    last: dt.date | None,
    site: str | None,
    conference: str | None,
    active: bool | None,
    **taken: str | None,
) -> list[ColumnElement[bool]]:
    """For ``told``: the bookings of some days, and of what else is told; ``taken`` are a room, a chair and a minute taker."""
    conditions = [bookings.c[what] == whom for what, whom in taken.items() if whom is not None]
    if first is not None:
        conditions.append(bookings.c.start >= dt.datetime.combine(first, dt.time()))
    if last is not None:
        conditions.append(bookings.c.start < dt.datetime.combine(last + ONE_DAY, dt.time()))
    if site is not None:
        conditions.append(_site_of_room == site)
    if conference is not None:
        conditions.append((bookings.c.conference == conference) | (bookings.c.hold == conference))
    if active is not None:
        conditions.append(bookings.c.active if active else ~bookings.c.active)
    return conditions


_site_of_room: ColumnElement[str] = rooms.c.value["site"].as_string()
_ASKED = conferences_table.c
_TELLING = (
    select(
        bookings,
        func.coalesce(bookings.c.hold, bookings.c.conference).label("reference"),
        _site_of_room.label("site"),
        _ASKED.value["kind"].as_string().label("kind"),
        _ASKED.value["mode"].as_string().label("mode"),
        _ASKED.due,
        func.coalesce(_ASKED.version, 0).label("version"),
    )
    .outerjoin(rooms, rooms.c.id == bookings.c.room)
    .outerjoin(conferences_table, _ASKED.id == bookings.c.conference)
)


def _told(row: Any, days: Calendar) -> dict[str, Any]:
    day = row.start.date()
    return {
        "number": row.number,
        "conference": row.reference,
        "start": written_moment(row.start),
        "end": written_moment(row.end),
        "arrival": written_moment(row.arrival),
        "room": row.room,
        "site": row.site,
        "chair": row.chair,
        "minute_taker": row.minute_taker,
        "mode": row.mode,
        "kind": row.kind,
        "held": row.hold is not None,
        "locks": row.locks,
        "by_hand": row.by_hand,
        "publication": row.publication,
        "exception": row.exception,
        "active": row.active,
        "late": days.working_days(row.due, day) if row.due is not None and day > row.due else 0,
    }


def _version(row: Any) -> str:
    """It changes with the booking, which can only end, and with its conference."""
    return f"{row.number}.{row.version}{'' if row.active else '.ended'}"


@contextmanager
def _told_as_taken(connection: Connection, row: dict[str, Any]) -> Iterator[None]:
    """The database's refusal as an error that says, by reference, what is in the way."""
    savepoint = connection.begin_nested()
    try:
        yield
    except DBAPIError as error:
        savepoint.rollback()
        if not any(name in str(error.orig) for name in (*TAKEN.values(), "uq_bookings_active_conference", "bookings.conference")):
            raise
        taken = in_the_way(connection, row)
        if not taken:
            raise ConflictError("already-booked", f"{row['conference']} is booked already. Move its booking instead.") from None
        wrong = [
            ErrorItem(
                where=what,
                message=f"{row[what]} is taken by {kept.booking.conference} at {kept.booking.start:%Y-%m-%dT%H:%M}.",
            )
            for what, kept in taken
        ]
        message = f"That place is taken: {' '.join(one.message for one in wrong)} Choose another."
        raise ConflictError("slot-taken", message, errors=wrong) from None
    else:
        savepoint.commit()


def _kept(row: Any) -> StoredBooking:
    booking = Booking.model_construct(
        conference=row.hold or row.conference,
        start=row.start,
        end=row.end,
        room=row.room,
        chair=row.chair,
        minute_taker=row.minute_taker,
        held=row.hold is not None,
    )
    return StoredBooking(row.number, booking, tuple(row.locks), row.by_hand, row.publication, row.exception, row.active)
