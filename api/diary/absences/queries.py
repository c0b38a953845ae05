"""Absences of people and closures of rooms, one by one: views of the lists that chairs, minute takers and rooms keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.diary.registers import queries as nouns
from api.diary.registers.queries import Register, StoredItem
from scheduler.domain.values import Period


@dataclass(frozen=True)
class Away:
    """One absence or closure of a thing: ``of`` says what the thing is, ``version`` is the thing's."""

    of: str
    whose: str
    period: Period
    version: int

    @property
    def id(self) -> str:
        """Made of what it is, so that it is the same for good: ``chair:C1:2026-12-21:2026-12-31``."""
        return f"{self.of}:{self.whose}:{self.period.first}:{self.period.last}"


@dataclass(frozen=True)
class Lists:
    """Where such periods stand: in a field of some kinds of things."""

    field: str
    nouns: dict[str, Register[Any]]


ABSENCES = Lists("absences", {"chair": nouns.CHAIRS, "minute_taker": nouns.MINUTE_TAKERS})
CLOSURES = Lists("closed", {"room": nouns.ROOMS})


def listed(connection: Connection, lists: Lists) -> list[Away]:
    """All of them, by id; one that stands twice in a list is told once."""
    found = {
        away.id: away
        for of, noun in lists.nouns.items()
        for kept in nouns.listed(connection, noun)
        for away in _of(kept, of, lists.field)
    }
    return [found[identifier] for identifier in sorted(found)]


def add(connection: Connection, lists: Lists, of: str, kept: StoredItem[Any], period: Period, now: dt.datetime) -> Away:
    """Put a period into a thing's list."""
    return Away(of, kept.value.id, period, _put(connection, lists, of, kept, (*_periods(kept, lists.field), period), now))


def remove(connection: Connection, lists: Lists, away: Away, now: dt.datetime) -> None:
    """Take a period out of a thing's list."""
    kept = nouns.found(connection, lists.nouns[away.of], away.whose)
    assert kept is not None  # it was listed with the thing
    left = tuple(period for period in _periods(kept, lists.field) if period != away.period)
    _put(connection, lists, away.of, kept, left, now)


def _of(kept: StoredItem[Any], of: str, field: str) -> list[Away]:
    return [Away(of, kept.value.id, period, kept.version) for period in _periods(kept, field)]


def _periods(kept: StoredItem[Any], field: str) -> Sequence[Period]:
    periods: Sequence[Period] = getattr(kept.value, field)
    return periods


def _put(
    connection: Connection, lists: Lists, of: str, kept: StoredItem[Any], periods: Sequence[Period], now: dt.datetime
) -> int:
    changed = kept.value.model_copy(update={lists.field: tuple(periods)})
    return nouns.replace(connection, lists.nouns[of], kept.value.id, changed, now)
