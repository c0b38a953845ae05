"""Workflow of registers: adding, changing and removing an item, if the diary's references stay valid."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.diary import snapshot
from api.diary.addresses import fault_of_address
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.references import unknown_item
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register, StoredItem
from api.errors import ConflictError, ErrorItem, conflict, error_items, invalid
from scheduler.domain.faults import InputError
from scheduler.domain.identifiers import one_alike
from scheduler.domain.people import Chair
from scheduler.domain.suggestions import too_similar
from scheduler.domain.values import Value

V = TypeVar("V", bound=Value)


def require(connection: Connection, register: Register[V], identifier: str) -> StoredItem[V]:
    """Return an item of a register. Raise NotFoundError if there is none of this id."""
    stored = registers.find(connection, register, identifier)
    if stored is None:
        raise unknown_item(connection, register, identifier)
    return stored


def add(connection: Connection, register: Register[Any], value: Any, now: dt.datetime) -> None:
    """Add an item to a register.

    Raise ConflictError if the id is taken or the diary has no site yet, or InvalidError or InputError if the id is alike
    another or the item has a fault.
    """
    if registers.find(connection, register, value.id) is not None:
        raise conflict(
            "id-taken", f"There is a {register.name} '{value.id}' already. Give this one another id, or change that one."
        )
    other = one_alike(value.id, (stored.id for stored in registers.values(connection, register)))
    if other is not None:
        raise invalid(f"{too_similar(value.id, other, register.name)} Otherwise enter another id.")
    if fault := fault_of_address(value.id):
        raise invalid(fault, [ErrorItem(where="id", message=fault)])
    _refuse_weeks(value)
    registers.add(connection, register, value.id, value, now)
    _hold_to_references(connection)


def replace(
    connection: Connection, register: Register[Any], identifier: str, value: Any, now: dt.datetime
) -> tuple[int, list[BrokenBooking]]:
    """Replace an item. Return its new version, and the bookings that break a rule because of the change.

    Raise InvalidError or InputError if the id changes or the item has a fault.
    """
    if value.id != identifier:
        raise invalid(f"This is {identifier}; an id can't be changed to '{value.id}'. Add a new {register.name} instead.")
    _refuse_weeks(value)
    before = conflicts.broken(connection, now)
    version = registers.replace(connection, register, identifier, value, now)
    _hold_to_references(connection)
    return version, conflicts.newly_broken(before, conflicts.broken(connection, now))


def remove(connection: Connection, register: Register[Any], identifier: str) -> None:
    """Remove an item from a register. Raise ConflictError if others refer to it."""
    try:
        registers.remove(connection, register, identifier)
        _hold_to_references(connection)
    except (InputError, IntegrityError) as error:
        errors = error_items(error.faults) if isinstance(error, InputError) else []
        raise conflict("in-use", f"The {register.name} '{identifier}' is needed by others. Change these first.", errors) from None


def _refuse_weeks(value: Value) -> None:
    """Raise InvalidError if a chair lists bookings beside a plan's days: each plan lists those of the diary itself."""
    if isinstance(value, Chair) and value.beside:
        raise invalid("beside is for problem files: the service lists the bookings beside a plan's days itself. Leave it out.")


def _hold_to_references(connection: Connection) -> None:
    """Raise InputError if a reference is broken, or ConflictError if there are items but no site."""
    if registers.count(connection, registers.SITES):  # an empty diary has no valid problem yet
        snapshot.frame_of(connection)
    elif any(registers.count(connection, register) for register in registers.ALL):
        raise ConflictError("no-site", "There is no site yet. Add a site first.")
