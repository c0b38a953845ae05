"""Where conferences are held: sites, rooms, and the travel between sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduler.domain.values import Date, Identifier, Period, Text, TimeOfDay, Value, Whole


class Site(Value):
    """An office, named by its id."""

    id: Identifier
    name: Text = ""

    @property
    def label(self) -> str:
        """The name as people know it."""
        return self.name or self.id


class Room(Value):
    """A room at a site; conferences begin at its ``starts`` only.

    ``hybrid_from`` is the first day with equipment for hybrid conferences; None means that there is none.
    ``first`` and ``last`` are its first and last day of use; ``closed`` are periods between.
    """

    id: Identifier
    site: Identifier
    name: Text = ""
    starts: tuple[TimeOfDay, ...] = Field(min_length=1)
    hybrid_from: Date | None = None
    accessible: bool = Field(default=False, strict=True)
    first: Date | None = None
    last: Date | None = None
    closed: tuple[Period, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Room:
        check_forwards(self.first, self.last)
        return self

    @property
    def label(self) -> str:
        """The name as people know it."""
        return self.name or self.id

    def is_open(self, day: dt.date) -> bool:
        """Whether the room can be used that day."""
        return in_service(day, self.first, self.last) and not any(day in period for period in self.closed)

    def is_hybrid(self, day: dt.date) -> bool:
        """Whether the room has its hybrid equipment on that day."""
        return self.hybrid_from is not None and self.hybrid_from <= day


class Journey(Value):
    """Travel between two sites in minutes; it counts both ways unless both are given."""

    from_: Identifier = Field(alias="from")
    to: Identifier
    minutes: Whole


def travel_minutes(journeys: Iterable[Journey]) -> dict[tuple[str, str], int]:
    """Minutes from site to site; a journey given one way counts for both. Pairs not given are absent (0 minutes)."""
    given = {(journey.from_, journey.to): journey.minutes for journey in journeys}
    return {(to, from_): minutes for (from_, to), minutes in given.items()} | given


def in_service(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    """Whether the day lies within open-ended first and last days, both included."""
    return (first is None or first <= day) and (last is None or day <= last)


def check_forwards(first: dt.date | None, last: dt.date | None) -> None:
    """Refuse a first day after the last."""
    if first is not None and last is not None and first > last:
        raise PydanticCustomError(
            "backwards",
            "the range runs backwards: {first} is after {last}. Enter a first day on or before the last.",
            {"first": str(first), "last": str(last)},
        )
