"""The places where conferences are held: sites, rooms, and the travel between sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduler.domain.values import Date, Identifier, Period, Text, TimeOfDay, Value, Whole

UNLISTED_MINUTES = 0
"""The travel time between two sites whose journey is not listed (contract, R4)."""


class Site(Value):
    """An office, named by its id."""

    id: Identifier
    name: Text = ""

    @property
    def label(self) -> str:
        """Return the name, or the id if there is none."""
        return self.name or self.id


class Room(Value):
    """A room at a site. Conferences begin only at its ``starts``.

    ``hybrid_from`` is the first day with equipment for hybrid conferences; None means no equipment.
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
        """Return the name, or the id if there is none."""
        return self.name or self.id

    def is_open(self, day: dt.date) -> bool:
        """True if the room can be used that day."""
        return in_service(day, self.first, self.last) and not any(day in period for period in self.closed)

    def is_hybrid(self, day: dt.date) -> bool:
        """True if the room has equipment for hybrid conferences on that day."""
        return self.hybrid_from is not None and self.hybrid_from <= day


class Journey(Value):
    """Travel between two sites in minutes; it counts both ways unless the other way is listed too."""

    from_: Identifier = Field(alias="from")
    to: Identifier
    minutes: Whole


def travel_minutes(journeys: Iterable[Journey]) -> dict[tuple[str, str], int]:
    """Return the minutes from site to site. A journey listed one way counts for both; unlisted pairs are absent."""
    listed = {(journey.from_, journey.to): journey.minutes for journey in journeys}
    return {(to, from_): minutes for (from_, to), minutes in listed.items()} | listed


def minutes_between(travel: Mapping[tuple[str, str], int], from_: str, to: str) -> int:
    """Return the travel minutes from site to site: 0 within a site, and ``UNLISTED_MINUTES`` if the pair is not listed."""
    return 0 if from_ == to else travel.get((from_, to), UNLISTED_MINUTES)


def in_service(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    """True if the day lies between the first and last days, both included; None means no limit."""
    return (first is None or first <= day) and (last is None or day <= last)


def check_forwards(first: dt.date | None, last: dt.date | None) -> None:
    """Raise PydanticCustomError if the first day is after the last."""
    if first is not None and last is not None and first > last:
        raise PydanticCustomError(
            "backwards",
            "the range runs backwards: {first} is after {last}. Enter a first day on or before the last.",
            {"first": str(first), "last": str(last)},
        )
