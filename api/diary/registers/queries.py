"""What there are many of: sites, rooms, chairs, minute takers, conferences and holds, each kept as the contract writes it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import Field
from sqlalchemy import Connection, Table, delete, func, insert, select, update

from api.database import tables
from api.database.json_values import written
from scheduler.domain.conference import Hold
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room, Site
from scheduler.domain.values import Identifier, Value

V = TypeVar("V", bound=Value)


class NamedHold(Hold):
    """A hold under an id of its own, which it is given where none is told."""

    id: Identifier = Field(default_factory=lambda: f"H-{secrets.token_hex(4)}")


@dataclass(frozen=True)
class Register(Generic[V]):
    """A kind of thing: what one is called, where it is kept, and the value that it is."""

    name: str
    table: Table
    model: type[V]


@dataclass(frozen=True)
class StoredItem(Generic[V]):
    """A value as it is kept. ``position`` is its place in the order in which they came; ``version`` counts its changes."""

    position: int
    value: V
    version: int


SITES = Register("site", tables.sites, Site)
ROOMS = Register("room", tables.rooms, Room)
CHAIRS = Register("chair", tables.chairs, Chair)
MINUTE_TAKERS = Register("minute taker", tables.minute_takers, MinuteTaker)
HOLDS = Register("hold", tables.holds, NamedHold)


def listed(connection: Connection, noun: Register[V], *, after: int = 0, most: int | None = None) -> list[StoredItem[V]]:
    """All, in the order in which they came; or those ``after`` a position, at most so many."""
    table = noun.table
    rows = connection.execute(select(table).where(table.c.position > after).order_by(table.c.position).limit(most))
    return [_kept(noun, row) for row in rows]


def found(connection: Connection, noun: Register[V], identifier: str) -> StoredItem[V] | None:
    """The one with that id."""
    row = connection.execute(select(noun.table).where(noun.table.c.id == identifier)).one_or_none()
    return None if row is None else _kept(noun, row)


def add(connection: Connection, noun: Register[V], identifier: Identifier, value: V, now: dt.datetime, **columns: Any) -> int:
    """Keep a new one; gives its position. ``columns`` are what the table has of its own."""
    row = {"id": identifier, "value": written(value), "version": 1, "changed_at": now, **columns}
    return int(connection.execute(insert(noun.table).values(row).returning(noun.table.c.position)).scalar_one())


def replace(connection: Connection, noun: Register[V], identifier: str, value: V, now: dt.datetime, **columns: Any) -> int:
    """Put another value in its place; gives its version."""
    table = noun.table
    changed = {"value": written(value), "version": table.c.version + 1, "changed_at": now, **columns}
    query = update(table).where(table.c.id == identifier).values(changed).returning(table.c.version)
    return int(connection.execute(query).scalar_one())


def remove(connection: Connection, noun: Register[V], identifier: str) -> None:
    """Forget it. IntegrityError where a booking needs it."""
    connection.execute(delete(noun.table).where(noun.table.c.id == identifier))


def values(connection: Connection, noun: Register[V]) -> tuple[V, ...]:
    """All values, in the order in which they came."""
    return tuple(kept.value for kept in listed(connection, noun))


def count(connection: Connection, noun: Register[V]) -> int:
    """How many there are."""
    return int(connection.execute(select(func.count()).select_from(noun.table)).scalar_one())


def _kept(noun: Register[V], row: Any) -> StoredItem[V]:
    return StoredItem(row.position, noun.model.model_validate(row.value), row.version)


ALL: Sequence[Register[Any]] = (SITES, ROOMS, CHAIRS, MINUTE_TAKERS, HOLDS)
