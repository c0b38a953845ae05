"""Absences and closures, one by one: a view of the lists in chairs, minute takers and rooms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.diary.registers import queries as registers
from api.diary.registers.queries import Register, StoredItem
from scheduler.domain.values import Period


@dataclass(frozen=True)
class Away:
    """An absence or closure: ``of`` is the kind of item, ``whose`` its id, and ``version`` its version."""

    of: str
    whose: str
    period: Period
    version: int

    @property
    def id(self) -> str:
        """Return a stable id from its parts: ``chair:C1:2026-12-21:2026-12-31``."""
        return f"{self.of}:{self.whose}:{self.period.first}:{self.period.last}"


@dataclass(frozen=True)
class Lists:
    """Where periods of one kind are stored: a field of some registers."""

    field: str
    registers: dict[str, Register[Any]]


ABSENCES = Lists("absences", {"chair": registers.CHAIRS, "minute_taker": registers.MINUTE_TAKERS})
CLOSURES = Lists("closed", {"room": registers.ROOMS})


def list_periods(connection: Connection, lists: Lists) -> list[Away]:
    """Return all of them by id, without duplicates."""
    periods = {
        away.id: away
        for of, register in lists.registers.items()
        for stored in registers.list_items(connection, register)
        for away in _of(stored, of, lists.field)
    }
    return [periods[identifier] for identifier in sorted(periods)]


def add(connection: Connection, lists: Lists, of: str, stored: StoredItem[Any], period: Period, now: dt.datetime) -> Away:
    """Add a period to an item's list."""
    return Away(of, stored.value.id, period, _put(connection, lists, of, stored, (*_periods(stored, lists.field), period), now))


def remove(connection: Connection, lists: Lists, away: Away, now: dt.datetime) -> None:
    """Remove a period from an item's list."""
    stored = registers.find(connection, lists.registers[away.of], away.whose)
    assert stored is not None  # the period was read from this item
    left = tuple(period for period in _periods(stored, lists.field) if period != away.period)
    _put(connection, lists, away.of, stored, left, now)


def _of(stored: StoredItem[Any], of: str, field: str) -> list[Away]:
    return [Away(of, stored.value.id, period, stored.version) for period in _periods(stored, field)]


def _periods(stored: StoredItem[Any], field: str) -> Sequence[Period]:
    periods: Sequence[Period] = getattr(stored.value, field)
    return periods


def _put(
    connection: Connection, lists: Lists, of: str, stored: StoredItem[Any], periods: Sequence[Period], now: dt.datetime
) -> int:
    changed = stored.value.model_copy(update={lists.field: tuple(periods)})
    return registers.replace(connection, lists.registers[of], stored.value.id, changed, now)
