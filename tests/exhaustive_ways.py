"""Ways to book and their costs, for the exhaustive search."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.schedule import Booking

Costs = tuple[int, int, int, int, int, int]
"""The cost in each tier, in order."""
NOTHING: Costs = (0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Way:
    """One way to book a conference or held slot, and its cost regardless of the other bookings."""

    name: str
    day: dt.date
    start: dt.datetime
    arrival: dt.datetime
    end: dt.datetime
    room: Room | None
    chair: Chair
    costs: Costs

    def overlaps(self, other: Way) -> bool:
        return self.arrival < other.end and other.arrival < self.end

    def booking(self, minute_taker: str | None) -> Booking:
        return Booking(
            conference=self.name,
            start=self.start,
            end=self.end,
            room=self.room.id if self.room else None,
            chair=self.chair.id,
            minute_taker=minute_taker,
            held=self.name.startswith("HOLD-"),
        )


def plus(one: Costs, other: Costs) -> Costs:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a + g, b + h, c + i, d + j, e + k, f + m
