"""Storing the service's documents, with what follows from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents


def store(connection: Connection, name: str, value: Any, now: dt.datetime) -> int:
    """Store a document and recompute the clocks; return its version. Raise InputError if other data contradict it."""
    version = documents.put(connection, name, value, now)
    if registers.count(connection, registers.SITES):
        snapshot.frame_of(connection)
    conferences.reset_clocks(connection, now)
    return version
