"""Bookings as rows. A row only ever ends: a booking that moves gets a new row, so every earlier promise is still on record."""

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
from api.diary.conferences.queries import ConferenceState
from api.errors import ConflictError, ErrorItem
from scheduler.domain.calendar import ONE_DAY, Calendar
from scheduler.domain.conference import Mode
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking
from scheduler.domain.values import written_moment

ALL_LOCKS = ("time", "chair", "room")


class Ending(StrEnum):
    """Why a booking has ended."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    UNPLACED = "unplaced"
    RELEASED = "released"


@dataclass(frozen=True)
class DiaryBooking:
    """A booking with its conditions: its locks, whether it was made by hand, and the exception that lets it be late.

    The diary stores it as a row, and a publication as a copy.
    """

    booking: Booking
    locks: tuple[str, ...] = ()
    by_hand: bool = False
    exception: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class StoredBooking(DiaryBooking):
    """A row of the diary: a booking under its number, with the publication that created it. It is ``active`` until it ends."""

    number: int
    publication: int | None = None
    active: bool = True

    @property
    def history_entry(self) -> dict[str, Any]:
        """Return the number, start, room and people, as a conference's history records them."""
        return {
            "number": self.number,
            **self.booking.model_dump(mode="json", include={"start", "room", "chair", "minute_taker"}),
        }


def active_in(connection: Connection, first: dt.date, last: dt.date) -> list[StoredBooking]:
    """Return the active bookings from one day to another, both included, by start."""
    midnight = dt.datetime.combine(first, dt.time()), dt.datetime.combine(last + ONE_DAY, dt.time())
    within = bookings.c.active & (bookings.c.start >= midnight[0]) & (bookings.c.start < midnight[1])
    return select_bookings(connection, select(bookings).where(within).order_by(bookings.c.start, bookings.c.number))


def active_of(connection: Connection, conference: str) -> StoredBooking | None:
    """Return the active booking of a conference, if it has one."""
    of_conference = select_bookings(connection, select(bookings).where(bookings.c.active & (bookings.c.conference == conference)))
    return of_conference[0] if of_conference else None


def find(connection: Connection, number: int) -> StoredBooking | None:
    """Return the booking with a number, active or ended."""
    of_number = select_bookings(connection, select(bookings).where(bookings.c.number == number))
    return of_number[0] if of_number else None


def active_slots(connection: Connection, slots: Iterable[str]) -> list[StoredBooking]:
    """Return the active bookings of held slots."""
    return select_bookings(connection, select(bookings).where(bookings.c.active & bookings.c.hold.in_(list(slots))))


def select_bookings(connection: Connection, query: Select[Any]) -> list[StoredBooking]:
    """Return the bookings of a query over their table."""
    return [_stored(row) for row in connection.execute(query)]


def add(
    connection: Connection, new: DiaryBooking, policy: Policy, now: dt.datetime, *, publication: int | None = None
) -> StoredBooking:
    """Store a booking. Raise ConflictError with each clash if the room or somebody is taken at that time."""
    booking = new.booking
    row = {
        "conference": None if booking.held else booking.conference,
        "hold": booking.conference if booking.held else None,
        **taking(booking, policy),
        "locks": list(new.locks),
        "by_hand": new.by_hand,
        "publication": publication,
        "exception": new.exception,
        "active": True,
        "made_at": now,
    }
    with _clashes_listed(connection, row):
        number = int(connection.execute(insert(bookings).values(row).returning(bookings.c.number)).scalar_one())
    return StoredBooking(booking, new.locks, new.by_hand, new.exception, number=number, publication=publication)


def end(connection: Connection, numbers: Iterable[int], ending: Ending, now: dt.datetime) -> None:
    """End bookings, if they are active."""
    of_these = bookings.c.number.in_(list(numbers)) & bookings.c.active
    connection.execute(update(bookings).where(of_these).values(active=False, ended_at=now, ended_by=ending))


def taking(booking: Booking, policy: Policy) -> dict[str, Any]:
    """Return the columns for what a booking takes, and when."""
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
    """Record with a booking who has allowed it to be late, and why."""
    connection.execute(update(bookings).where(bookings.c.number == number).values(exception=exception))


def set_locks(connection: Connection, number: int, locks: list[str], *, by_hand: bool) -> None:
    """Set a booking's locks, and whether it keeps all of them because it was made by hand."""
    connection.execute(update(bookings).where(bookings.c.number == number).values(locks=locks, by_hand=by_hand))


def pad(connection: Connection, active: Iterable[StoredBooking], policy: Policy, now: dt.datetime) -> None:
    """Give active bookings the pre-meet and reset times of the current policy."""
    now_take = {stored.number: taking(stored.booking, policy) for stored in active}
    columns = bookings.c.number, bookings.c.arrival, bookings.c.cleared
    rows = connection.execute(select(*columns).where(bookings.c.number.in_(list(now_take)))).all()
    times = {row.number: {name: now_take[row.number][name] for name in ("arrival", "cleared")} for row in rows}
    old = [row.number for row in rows if times[row.number] != {"arrival": row.arrival, "cleared": row.cleared}]
    if old:  # row by row they could overlap until the last is changed, so none is active meanwhile
        connection.execute(update(bookings).where(bookings.c.number.in_(old)).values(active=False))
    changed = {"active": True, "changed_at": now, "changes": bookings.c.changes + 1}
    for number in old:
        connection.execute(update(bookings).where(bookings.c.number == number).values(**changed, **times[number]))


def clashing(connection: Connection, row: dict[str, Any]) -> list[tuple[str, StoredBooking]]:
    """Return the active bookings that clash with a row, each with what both take: room, chair or minute taker."""
    clashes: list[tuple[str, StoredBooking]] = []
    for what in TAKEN:
        if row[what] is None:
            continue
        until = "cleared" if what == "room" else "end"
        same = bookings.c.active & (bookings.c[what] == row[what])
        overlapping = (bookings.c.arrival < row[until]) & (row["arrival"] < bookings.c[until])
        clashes += [(what, stored) for stored in select_bookings(connection, select(bookings).where(same & overlapping))]
    return clashes


def items_of_conferences(connection: Connection, identifiers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the active booking of each conference that has one, as the API shows it."""
    of_these = bookings.c.active & bookings.c.conference.in_(list(identifiers))
    return {item["conference"]: item for item, _ in items(connection, of_these)}


def items(
    connection: Connection, *conditions: ColumnElement[bool], after: int = 0, most: int | None = None
) -> list[tuple[dict[str, Any], str]]:
    """Return bookings as the API shows them, each with its version, by start: at most ``most``, after the number ``after``.

    ``site`` is the room's site, None if it is virtual; ``late`` counts the working days after the conference's due date.
    """
    order = bookings.c.start, bookings.c.number
    if after:
        start = connection.execute(select(bookings.c.start).where(bookings.c.number == after)).scalar_one_or_none()
        if start is None:
            return []
        conditions += (order[0] >= start, or_(order[0] > start, order[1] > after))
    rows = connection.execute(_ITEM_COLUMNS.where(*conditions).order_by(*order).limit(most)).all()
    days = conferences.calendar(connection)
    return [(_item(row, days), _version(row)) for row in rows]


def numbered(number: int) -> ColumnElement[bool]:
    """Return the condition for ``items`` that selects the booking with a number."""
    return bookings.c.number == number


def booked_late() -> ColumnElement[bool]:
    """Return the condition for ``items`` that selects conferences booked after their due date and still to be held."""
    return (_CONFERENCE.state == ConferenceState.BOOKED) & (func.date(bookings.c.start) > _CONFERENCE.due)


def without_outcome() -> ColumnElement[bool]:
    """Return the condition for ``items`` that selects conferences whose outcome is not recorded."""
    return _CONFERENCE.state == ConferenceState.BOOKED


def number_of_items(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Return the number of bookings that ``items`` lists."""
    within = _ITEM_COLUMNS.where(*conditions).with_only_columns(func.count())
    return int(connection.execute(within).scalar_one())


def kept_free(connection: Connection, first: dt.date, last: dt.date) -> list[tuple[dt.date, str | None]]:
    """Return the day and site of each held slot that is still free, from one day to another."""
    within = matching(first, last, None, None, active=True)
    query = _ITEM_COLUMNS.where(bookings.c.hold.is_not(None), *within).with_only_columns(
        bookings.c.start, _site_of_room.label("site")
    )
    return [(row.start.date(), row.site) for row in connection.execute(query)]


def matching(
    first: dt.date | None,
    last: dt.date | None,
    site: str | None,
    conference: str | None,
    active: bool | None,
    **taken: str | None,
) -> list[ColumnElement[bool]]:
    """Return the conditions for ``items`` of the given filters; ``taken`` are a room, a chair and a minute taker."""
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
_CONFERENCE = conferences_table.c
_ITEM_COLUMNS = (
    select(
        bookings,
        func.coalesce(bookings.c.hold, bookings.c.conference).label("reference"),
        _site_of_room.label("site"),
        _CONFERENCE.value["kind"].as_string().label("kind"),
        _CONFERENCE.value["mode"].as_string().label("mode"),
        _CONFERENCE.value["chair"].as_string().label("own_chair"),
        _CONFERENCE.due,
        func.coalesce(_CONFERENCE.version, 0).label("version"),
    )
    .outerjoin(rooms, rooms.c.id == bookings.c.room)
    .outerjoin(conferences_table, _CONFERENCE.id == bookings.c.conference)
)


def _item(row: Any, days: Calendar) -> dict[str, Any]:
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
        "held_as": None if row.mode is None else Mode(row.mode).held_in(row.room),
        "kind": row.kind,
        "held": row.hold is not None,
        "locks": list(ALL_LOCKS) if row.by_hand else row.locks,
        "by_hand": row.by_hand,
        "publication": row.publication,
        "exception": row.exception,
        "active": row.active,
        "late": days.working_days(row.due, day) if row.due is not None and day > row.due else 0,
        "cover": row.own_chair is not None and row.own_chair != row.chair,
    }


def _version(row: Any) -> str:
    """Return a version that changes with the booking, which can only end, and with its conference."""
    return f"{row.number}.{row.version}{'' if row.active else '.ended'}"


@contextmanager
def _clashes_listed(connection: Connection, row: dict[str, Any]) -> Iterator[None]:
    """Turn the database's refusal of a row into a ConflictError that lists each clash by reference."""
    savepoint = connection.begin_nested()
    try:
        yield
    except DBAPIError as error:
        savepoint.rollback()
        if not any(name in str(error.orig) for name in (*TAKEN.values(), "uq_bookings_active_conference", "bookings.conference")):
            raise
        clashes = clashing(connection, row)
        if not clashes:
            raise ConflictError("already-booked", f"{row['conference']} is booked already. Move its booking instead.") from None
        errors = [
            ErrorItem(
                where=what,
                message=f"{row[what]} is taken by {stored.booking.conference} at {stored.booking.start:%Y-%m-%dT%H:%M}.",
            )
            for what, stored in clashes
        ]
        message = f"That place is taken: {' '.join(one.message for one in errors)} Choose another."
        raise ConflictError("slot-taken", message, errors=errors) from None
    else:
        savepoint.commit()


def booking_of(row: Any) -> Booking:
    """Return the booking in a row of the table."""
    return Booking.model_construct(
        conference=row.hold or row.conference,
        start=row.start,
        end=row.end,
        room=row.room,
        chair=row.chair,
        minute_taker=row.minute_taker,
        held=row.hold is not None,
    )


def _stored(row: Any) -> StoredBooking:
    return StoredBooking(
        booking_of(row),
        tuple(row.locks),
        row.by_hand,
        row.exception,
        number=row.number,
        publication=row.publication,
        active=row.active,
    )
