"""Workflow of absences and closures: entering and removing one, with the bookings that are on its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from api.diary.absences import queries as absences
from api.diary.absences.queries import ABSENCES, CLOSURES, Away, Lists
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import StoredBooking
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.references import unknown_item
from api.diary.registers import queries as registers
from api.errors import conflict, invalid, not_found
from scheduler.domain.values import Period

__all__ = ["Away", "Entered", "affected", "enter", "everything", "lists_of", "remove", "require"]
LISTS = (ABSENCES, CLOSURES)
NOUNS = {ABSENCES.field: "absence", CLOSURES.field: "room closure"}
"""What one period of a list is called."""


@dataclass(frozen=True)
class Entered:
    """A period that has just been entered, and the bookings that break a rule because of it."""

    away: Away
    broken: Sequence[BrokenBooking]


def lists_of(of: str) -> Lists:
    """Return the list that has the periods of a kind of item: ``chair``, ``minute_taker`` or ``room``."""
    return next(lists for lists in LISTS if of in lists.registers)


def enter(connection: Connection, of: str, whose: str, period: Period, now: dt.datetime) -> Entered:
    """Enter an absence or a closure. Raise InvalidError if there is no such item, or ConflictError if it is entered already."""
    lists = lists_of(of)
    stored = registers.find(connection, lists.registers[of], whose)
    if stored is None:
        raise invalid(f"{unknown_item(connection, lists.registers[of], whose).detail} Enter a listed id.")
    if period in getattr(stored.value, lists.field):
        raise conflict("there-already", f"That {NOUNS[lists.field]} of '{whose}' is entered already.")
    before = conflicts.broken(connection, now)
    away = absences.add(connection, lists, of, stored, period, now)
    return Entered(away, conflicts.newly_broken(before, conflicts.broken(connection, now)))


def require(connection: Connection, lists: Lists, identifier: str) -> Away:
    """Return the absence or closure with an id. Raise NotFoundError if there is none."""
    for away in absences.list_periods(connection, lists):
        if away.id == identifier:
            return away
    raise not_found(NOUNS[lists.field], identifier)


def remove(connection: Connection, away: Away, now: dt.datetime) -> None:
    """Remove an absence or a closure that was read in the same transaction."""
    absences.remove(connection, lists_of(away.of), away, now)


def everything(connection: Connection) -> list[Away]:
    """Return all absences and closures, by first day."""
    found = [away for lists in LISTS for away in absences.list_periods(connection, lists)]
    return sorted(found, key=lambda away: (away.period.first, away.period.last, away.id))


def affected(connection: Connection, away: Away) -> list[StoredBooking]:
    """Return the bookings of the person or room on the days of an absence or closure, by start. Held slots are among them."""
    then = bookings.active_in(connection, away.period.first, away.period.last)
    return [stored for stored in then if getattr(stored.booking, away.of) == away.whose]
