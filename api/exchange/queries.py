"""Queries of an import: the diary's fingerprint, the age of its items, and the values last agreed with files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from api.database.tables import bookings, conferences, documents
from api.diary.registers.queries import ALL

AGREED = "agreed_with_files"
"""The name of the row with the values on which the diary and imported files last agreed, by kind, id and field."""
REGISTERS = {register.table.name: register.table for register in ALL}


def fingerprint(connection: Connection) -> str:
    """Return a text that changes with every change of the diary's documents, registers, conferences and bookings."""
    parts: list[Any] = []
    for table in (*REGISTERS.values(), conferences):
        parts.append([list(row) for row in connection.execute(select(table.c.id, table.c.version).order_by(table.c.position))])
    stored = select(documents.c.name, documents.c.version).where(documents.c.name != AGREED).order_by(documents.c.name)
    parts.append([list(row) for row in connection.execute(stored)])
    active = select(bookings.c.number).where(bookings.c.active).order_by(bookings.c.number)
    parts.append(list(connection.scalars(active)))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def latest_change(connection: Connection) -> dt.datetime | None:
    """Return the instant of the diary's latest change; None if it is empty."""
    columns = [table.c.changed_at for table in (*REGISTERS.values(), conferences)]
    columns += [bookings.c.made_at, bookings.c.ended_at]
    latest = [connection.execute(select(func.max(column))).scalar_one() for column in columns]
    latest.append(connection.execute(select(func.max(documents.c.changed_at)).where(documents.c.name != AGREED)).scalar_one())
    return max((instant for instant in latest if instant is not None), default=None)


def changed_at(connection: Connection, table: Table) -> dict[str, dt.datetime]:
    """Return when each item of a register, or each conference, was last changed."""
    return {row.id: row.changed_at for row in connection.execute(select(table.c.id, table.c.changed_at))}


def documents_changed_at(connection: Connection) -> dict[str, dt.datetime]:
    """Return when each stored document was last changed."""
    return {row.name: row.changed_at for row in connection.execute(select(documents.c.name, documents.c.changed_at))}


def bookings_changed_at(connection: Connection, conference: str) -> dt.datetime | None:
    """Return when a conference's bookings were last stored, moved or cancelled; None if it never had one."""
    of_conference = bookings.c.conference == conference
    row = connection.execute(select(func.max(bookings.c.made_at), func.max(bookings.c.ended_at)).where(of_conference)).one()
    return max((instant for instant in row if instant is not None), default=None)


def was_booked_at(connection: Connection, conference: str, start: dt.datetime) -> bool:
    """True if a conference had a booking at a start that has ended."""
    ended = (bookings.c.conference == conference) & (bookings.c.start == start) & ~bookings.c.active
    return connection.execute(select(bookings.c.number).where(ended).limit(1)).one_or_none() is not None


def agreed_values(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return the values on which the diary and imported files last agreed, by kind and id."""
    value = connection.execute(select(documents.c.value).where(documents.c.name == AGREED)).scalar_one_or_none()
    return dict(value) if value else {}


def store_agreed(connection: Connection, agreed: dict[str, dict[str, Any]], now: dt.datetime) -> None:
    """Store the values on which the diary and imported files agree."""
    row = {"value": agreed, "changed_at": now}
    query = update(documents).where(documents.c.name == AGREED).values(**row, version=documents.c.version + 1)
    if connection.execute(query).rowcount == 0:
        connection.execute(insert(documents).values(name=AGREED, version=1, **row))
