"""Workflow of bank holidays that are entered one by one. Until the first is, England's are known by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from api.diary.conflicts.queries import BrokenBooking
from api.diary.holidays.day_files import with_englands
from api.diary.service import queries as documents
from api.diary.service.workflow import store_and_compare
from api.errors import conflict

NAME = "bank_holidays"


@dataclass(frozen=True)
class BankHolidays:
    """The bank holidays in force. They are ``englands`` until somebody has entered some."""

    days: Sequence[dt.date]
    englands: bool


def in_force(connection: Connection, today: dt.date) -> BankHolidays:
    """Return the bank holidays in force; England's from some years back to some years ahead."""
    present = documents.get(connection, NAME)[0]
    return BankHolidays(with_englands(None, (), today) if present is None else tuple(sorted(present)), present is None)


def add(connection: Connection, day: dt.date, now: dt.datetime, today: dt.date) -> list[BrokenBooking]:
    """Enter a bank holiday beside those in force; return the bookings that break a rule because of it."""
    present = in_force(connection, today).days
    if day in present:
        raise conflict("there-already", "That is entered already.")
    return store_and_compare(connection, NAME, tuple(sorted({*present, day})), now)[1]


def remove(connection: Connection, day: dt.date, now: dt.datetime, today: dt.date) -> None:
    """Remove a bank holiday, so that it is a working day. Raise ConflictError if it is none."""
    present = in_force(connection, today).days
    if day not in present:
        raise conflict("not-there", "That is no bank holiday. Somebody may have removed it meanwhile.")
    store_and_compare(connection, NAME, tuple(one for one in present if one != day), now)


def use_englands(connection: Connection, now: dt.datetime) -> list[BrokenBooking]:
    """Follow England's bank holidays again; return the bookings that break a rule because of it."""
    return store_and_compare(connection, NAME, None, now)[1]
