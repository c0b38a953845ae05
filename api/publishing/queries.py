"""Queries for publications. Each has a number and a copy of every booking in its days, and never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from api.database.json_values import to_json
from api.database.tables import publications
from api.diary.bookings.queries import DiaryBooking
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Period


@dataclass(frozen=True)
class PublicationSummary:
    """A publication of a ``plan``, or one that ``restores`` another. It has no bookings, but ``booked`` counts them."""

    number: int
    plan: str | None
    restores: int | None
    horizon: Period
    booked: int
    actor: str
    published_at: dt.datetime


@dataclass(frozen=True)
class StoredPublication:
    """A publication's summary, and every booking in its days at the time of publishing."""

    summary: PublicationSummary
    bookings: tuple[DiaryBooking, ...]


def flattened(copy: DiaryBooking) -> dict[str, Any]:
    """Return a booking and its conditions as one JSON object, which the database stores and the API shows."""
    return {**to_json(copy.booking), "locks": list(copy.locks), "by_hand": copy.by_hand, "exception": copy.exception}


def next_number(connection: Connection) -> int:
    """Return the next publication's number. There are no gaps, because writers take turns."""
    return int(connection.execute(select(func.coalesce(func.max(publications.c.number), 0) + 1)).scalar_one())


def add(
    connection: Connection,
    number: int,
    horizon: Period,
    bookings: Iterable[DiaryBooking],
    now: dt.datetime,
    actor: str,
    *,
    plan: str | None = None,
    restores: int | None = None,
) -> None:
    """Store a publication."""
    row = {
        "number": number,
        "plan": plan,
        "restores": restores,
        "first": horizon.first,
        "last": horizon.last,
        "bookings": [flattened(booking) for booking in bookings],
        "actor": actor,
        "published_at": now,
    }
    connection.execute(insert(publications).values(row))


def find(connection: Connection, number: int) -> StoredPublication | None:
    """Return a publication by its number."""
    query = select(*_SUMMARY, publications.c.bookings).where(publications.c.number == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else StoredPublication(_summary(row), tuple(map(_copy, row.bookings)))


def list_publications(connection: Connection, *, after: int = 0, most: int | None = None) -> list[PublicationSummary]:
    """Return publications in order of number: at most ``most``, after the number ``after``."""
    query = select(*_SUMMARY).where(publications.c.number > after).order_by(publications.c.number).limit(most)
    return [_summary(row) for row in connection.execute(query)]


def latest(connection: Connection, most: int) -> list[PublicationSummary]:
    """Return the latest publications, latest first."""
    query = select(*_SUMMARY).order_by(publications.c.number.desc()).limit(most)
    return [_summary(row) for row in connection.execute(query)]


def latest_of_plan(connection: Connection, plan: str) -> int | None:
    """Return the number of a plan's latest publication, if it has one."""
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


def _copy(flat: dict[str, Any]) -> DiaryBooking:
    """Return the booking that ``flattened`` wrote, with its conditions."""
    return DiaryBooking(Booking.model_validate(flat), tuple(flat["locks"]), flat["by_hand"], flat["exception"])
