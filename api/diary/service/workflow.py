"""Storing the service's documents, with what follows from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection

from api.diary import apart, snapshot
from api.diary.conferences import queries as conferences
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import conflict
from scheduler.domain.faults import InputError


def store(connection: Connection, name: str, value: Any, now: dt.datetime) -> int:
    """Store a document and recompute the clocks; return its version. Raise InputError if other data contradict it."""
    if name == "apart":
        present = documents.get(connection, name)[0]
        if faults := [*apart.faults_of_pairs(connection, value, present)]:
            raise InputError(faults)
        apart.name_families(connection, [pair for pair in value if pair not in present], now)
    version = documents.put(connection, name, value, now)
    if registers.count(connection, registers.SITES):
        snapshot.frame_of(connection)
    conferences.reset_clocks(connection, now)
    return version


def store_and_compare(connection: Connection, name: str, value: Any, now: dt.datetime) -> tuple[int, list[BrokenBooking]]:
    """Store a document as ``store`` does; return its version, and the bookings that break a rule because of the change."""
    before = conflicts.broken(connection, now)
    version = store(connection, name, value, now)
    return version, conflicts.newly_broken(before, conflicts.broken(connection, now))


def add_to_list(connection: Connection, name: str, item: Any, now: dt.datetime) -> list[BrokenBooking]:
    """Add an item to a document that is a list; return the bookings that break a rule because of it.

    Raise ConflictError if the item is in the list already.
    """
    present = documents.get(connection, name)[0]
    if item in present:
        raise conflict("there-already", "That is entered already.")
    return store_and_compare(connection, name, (*present, item), now)[1]
