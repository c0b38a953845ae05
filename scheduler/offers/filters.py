"""The slots that a caller asks for: days, weekdays, times of day, sites, chairs, and in a room or virtually."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from scheduler.domain.faults import Fault, unknown_id
from scheduler.domain.people import Weekday
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import WEEKDAYS, Date, Identifier, TimeOfDay, Value

Attendance = Literal["room", "virtual"]


class OfferFilter(Value):
    """What a slot must satisfy. An absent bound or an empty list allows everything; both ends of a range are included.

    A virtual slot is at no site. Times of day are those of the start of the conference.
    """

    first: Date | None = None
    last: Date | None = None
    first_time: TimeOfDay | None = None
    last_time: TimeOfDay | None = None
    weekdays: tuple[Weekday, ...] = ()
    sites: tuple[Identifier, ...] = ()
    chairs: tuple[Identifier, ...] = ()
    mode: Attendance | None = None

    def accepts(self, booking: Booking, problem: Problem) -> bool:
        """True if the slot satisfies every part of the filter."""
        time = booking.start.time()
        return (
            (self.first or dt.date.min) <= booking.day <= (self.last or dt.date.max)
            and (self.first_time or dt.time.min) <= time <= (self.last_time or dt.time.max)
            and (not self.weekdays or WEEKDAYS[booking.day.weekday()] in self.weekdays)
            and (not self.sites or problem.site_of(booking.room) in self.sites)
            and (not self.chairs or booking.chair in self.chairs)
            and (self.mode is None or (self.mode == "virtual") == (booking.room is None))
        )

    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield the faults of the filter for a problem, each at its field of ``filter``."""
        horizon = problem.horizon
        for place, day in (("first", self.first), ("last", self.last)):
            if day is not None and day not in horizon:
                yield Fault(("filter", place), f"{day} is outside the plan. Enter a day from {horizon.first} to {horizon.last}.")
        if self.first is not None and self.last is not None and self.first > self.last:
            yield Fault(("filter", "first"), f"{self.first} is after {self.last}. Enter a first day on or before the last.")
        if self.first_time is not None and self.last_time is not None and self.first_time > self.last_time:
            text = f"{self.first_time:%H:%M} is after {self.last_time:%H:%M}. Enter a first time at or before the last."
            yield Fault(("filter", "first_time"), text)
        for site in self.sites:
            if site not in problem.site_by_id:
                yield unknown_id("sites", "site", site, problem.site_by_id, ("filter", "sites"))
        for chair in self.chairs:
            if chair not in problem.chair_by_id:
                yield unknown_id("chairs", "chair", chair, problem.chair_by_id, ("filter", "chairs"))


ANY_SLOT = OfferFilter()
"""The filter that accepts every slot."""
