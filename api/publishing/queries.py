"""Publications: numbered, each with a copy of all that stood in its days. A publication is kept once, and never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from api.database.tables import publications
from api.diary.bookings.queries import StoredBooking
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Period


class BookingCopy(Booking):
    """A booking as it stands: what of it is locked, whether it was made by hand, and who allowed it to be late, and why."""

    locks: tuple[Literal["time", "chair", "room"], ...] = ()
    by_hand: bool = False
    exception: dict[str, Any] | None = None

    @property
    def plain(self) -> Booking:
        """The booking alone."""
        return Booking.model_construct(**{name: getattr(self, name) for name in Booking.model_fields})


@dataclass(frozen=True)
class PublicationSummary:
    """A publication without its bookings, of which it has so many. It ``restores`` another, or publishes a plan."""

    number: int
    plan: str | None
    restores: int | None
    horizon: Period
    booked: int
    actor: str
    published_at: dt.datetime


@dataclass(frozen=True)
class StoredPublication:
    """A publication: its summary, and all that stood in its days once it was published."""

    summary: PublicationSummary
    bookings: tuple[BookingCopy, ...]


def standing_as(kept: StoredBooking) -> BookingCopy:
    """What stands, as a publication copies it."""
    return published(kept.booking, locks=kept.locks, by_hand=kept.by_hand, exception=kept.exception)


def published(booking: Booking, **more: Any) -> BookingCopy:
    """A booking as a publication copies it."""
    fields = {name: getattr(booking, name) for name in Booking.model_fields}
    return BookingCopy.model_validate(fields | more)


def next_number(connection: Connection) -> int:
    """The number that the next publication gets; they are numbered without a gap, since nobody else writes meanwhile."""
    return int(connection.execute(select(func.coalesce(func.max(publications.c.number), 0) + 1)).scalar_one())


def add(
    connection: Connection,
    number: int,
    horizon: Period,
    bookings: Sequence[BookingCopy],
    now: dt.datetime,
    actor: str,
    *,
    plan: str | None = None,
    restores: int | None = None,
) -> None:
    """Keep a publication."""
    row = {
        "number": number,
        "plan": plan,
        "restores": restores,
        "first": horizon.first,
        "last": horizon.last,
        "bookings": [booking.model_dump(mode="json") for booking in bookings],
        "actor": actor,
        "published_at": now,
    }
    connection.execute(insert(publications).values(row))


def found(connection: Connection, number: int) -> StoredPublication | None:
    """The publication of that number."""
    query = select(*_SUMMARY, publications.c.bookings).where(publications.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return StoredPublication(_summary(row), tuple(BookingCopy.model_validate(booking) for booking in row.bookings))


def listed(connection: Connection, *, after: int = 0, most: int | None = None) -> list[PublicationSummary]:
    """Publications in the order of their numbers; those ``after`` one, at most so many."""
    query = select(*_SUMMARY).where(publications.c.number > after).order_by(publications.c.number).limit(most)
    return [_summary(row) for row in connection.execute(query)]


def latest_of_plan(connection: Connection, plan: str) -> int | None:
    """The number of the last publication of a plan, if it was ever published."""
    query = select(func.max(publications.c.number)).where(publications.c.plan == plan)
    number: int | None = connection.execute(query).scalar_one()
    return number


_SUMMARY = (
    *(publications.c[name] for name in ("number", "plan", "restores", "first", "last", "actor", "published_at")),
    func.json_array_length(publications.c.bookings).label("booked"),
)


def _summary(row: Any) -> PublicationSummary:
    horizon = Period(first=row.first, last=row.last)
    return PublicationSummary(row.number, row.plan, row.restores, horizon, row.booked, row.actor, row.published_at)
