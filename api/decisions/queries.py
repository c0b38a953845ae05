"""Queries for requests without a booking, and for initial conferences by week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from api.database.tables import conferences as table
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState, StoredConference
from scheduler.domain.conference import ConferenceKind

UNFORESEEN = (ConferenceKind.INITIAL, ConferenceKind.TRANSFER_IN)
"""The kinds for which slots are kept free; others are known long before they are due."""


@dataclass(frozen=True)
class InitialConference:
    """A site at which an initial conference was due, when, and when it was requested, if that is known."""

    site: str
    due: dt.date
    requested: dt.date | None


_IS_WAITING = table.c.state == ConferenceState.REQUESTED


def due_of(connection: Connection, position: int) -> dt.date | None:
    """Return the due date of the conference at a position, or None if there is none."""
    return connection.execute(select(table.c.due).where(table.c.position == position)).scalar_one_or_none()


def waiting(connection: Connection, first_due: dt.date | None, most: int) -> list[StoredConference]:
    """Return conferences without a booking by due date, from one due date on.

    Return more than ``most`` later than that date, if there are, and every one that is due on the last date returned.
    """
    condition = _IS_WAITING if first_due is None else _IS_WAITING & (table.c.due >= first_due)
    beside = 0
    if first_due is not None:
        beside = connection.execute(select(func.count()).where(_IS_WAITING & (table.c.due == first_due))).scalar_one()
    last = select(table.c.due).where(condition).order_by(table.c.due).offset(most + beside).limit(1)
    last_due = connection.execute(last).scalar_one_or_none()
    if last_due is not None:
        condition &= table.c.due <= last_due
    return conferences.select_conferences(connection, select(table).where(condition).order_by(table.c.due, table.c.position))


def initial_due(connection: Connection, first: dt.date, last: dt.date) -> list[InitialConference]:
    """Return the initial and transfer-in conferences that were due from one day to another and are not cancelled, by due date."""
    site, requested = table.c.value["site"].as_string(), table.c.value["requested"].as_string()
    is_initial = table.c.value["kind"].as_string().in_(UNFORESEEN) & (table.c.state != ConferenceState.CANCELLED)
    query = select(site, table.c.due, requested).where(is_initial & table.c.due.between(first, last)).order_by(table.c.due)
    rows = connection.execute(query).all()
    return [InitialConference(row[0], row[1], None if row[2] is None else dt.date.fromisoformat(row[2])) for row in rows]


def number_waiting(connection: Connection) -> int:
    """Return the number of conferences without a booking."""
    return int(connection.execute(select(func.count()).where(_IS_WAITING)).scalar_one())
