"""Queries for requests without a booking."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, func, select

from api.database.tables import conferences as table
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState, StoredConference

_IS_WAITING = table.c.state == ConferenceState.REQUESTED


def due_of(connection: Connection, position: int) -> dt.date | None:
    """Return the due date of the conference at a position, or None if there is none."""
    return connection.execute(select(table.c.due).where(table.c.position == position)).scalar_one_or_none()


def waiting(connection: Connection, first_due: dt.date | None, most: int) -> list[StoredConference]:
    """Return conferences without a booking by due date, from one due date on.

    They are more than ``most``, if there are, not counting those due on that date, and all that are due on the last date.
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
