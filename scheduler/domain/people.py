"""The people who run conferences: chairs (Child Protection Advisors) and minute takers."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from scheduler.domain.places import check_forwards, in_service
from scheduler.domain.values import WEEKDAYS, Date, Identifier, Interval, Period, Text, Value, Whole

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKING_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")


class Person(Value):
    """A person whom bookings occupy: weekdays worked, absences (whole days) and busy times."""

    id: Identifier
    name: Text = ""
    works: tuple[Weekday, ...] = WORKING_WEEK
    absences: tuple[Period, ...] = ()
    busy: tuple[Interval, ...] = ()
    max_per_day: Whole | None = None

    @property
    def label(self) -> str:
        """Return the name, or the id if there is none."""
        return self.name or self.id

    def works_on(self, day: dt.date) -> bool:
        """True if it is one of their weekdays and they are not absent."""
        return WEEKDAYS[day.weekday()] in self.works and not any(day in absence for absence in self.absences)

    def is_busy(self, time: Interval) -> bool:
        """True if a busy time of theirs overlaps that time."""
        return any(busy.overlaps(time) for busy in self.busy)


class Chair(Person):
    """A chair of conferences. ``caseload`` counts the children they hold now; an absent ``max_…`` means no limit.

    ``max_office_days`` limits the days a week (Monday to Sunday) with a booking in a room.
    A reserve covers conferences that no other chair can take.
    """

    fte: Annotated[float, Field(strict=True, ge=0, le=2)] = 1.0
    base: Identifier | None = None
    first: Date | None = None
    last: Date | None = None
    caseload: Whole = 0
    max_per_week: Whole | None = None
    max_office_days: Whole | None = None
    reserve: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _consistent(self) -> Chair:
        check_forwards(self.first, self.last)
        return self

    def works_on(self, day: dt.date) -> bool:
        """True if they are in post, it is one of their weekdays, and they are not absent."""
        return in_service(day, self.first, self.last) and super().works_on(day)

    def cap(self, caseload_cap: int) -> int:
        """Return the most children that they should hold: the full-time cap times their FTE, rounded down; 0 for a reserve."""
        return 0 if self.reserve else math.floor(caseload_cap * Fraction(str(self.fte)))


class MinuteTaker(Person):
    """A person who takes the minutes: of conferences at their ``sites``, and of any virtual conference."""

    sites: tuple[Identifier, ...] = ()
