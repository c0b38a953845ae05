"""Storing the service's documents, with what follows from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection

from api.diary import apart, snapshot
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
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
