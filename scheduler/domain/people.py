"""The people who run conferences: chairs (Child Protection Advisors) and minute takers."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from scheduler.domain.places import check_forwards, in_service
from scheduler.domain.values import WEEKDAYS, Date, Identifier, Interval, Period, Text, Value, Whole, monday_of

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


class WeekBeside(Value):
    """A chair's bookings on the days of a week that the plan leaves out; ``office_days`` have a booking in a room.

    ``week`` is any date in the week (Monday to Sunday). They count in the weekly limits (contract, R3).
    """

    week: Date
    bookings: Whole
    office_days: Whole = 0

    @model_validator(mode="after")
    def _consistent(self) -> WeekBeside:
        if self.office_days > self.bookings:
            raise PydanticCustomError(
                "office_days",
                "{office_days} office days need as many bookings, not {bookings}. Enter at least {office_days} bookings.",
                {"office_days": self.office_days, "bookings": self.bookings},
            )
        return self


class Chair(Person):
    """A chair of conferences. ``caseload`` counts the children they hold now; an absent ``max_…`` means no limit.

    ``max_office_days`` limits the days a week (Monday to Sunday) with a booking in a room. ``beside`` has the bookings outside
    the plan's days that count in its first and last week. A reserve covers conferences that no other chair can take.
    """

    ADDED = frozenset({"beside"})

    fte: Annotated[float, Field(strict=True, ge=0, le=2)] = 1.0
    base: Identifier | None = None
    first: Date | None = None
    last: Date | None = None
    caseload: Whole = 0
    max_per_week: Whole | None = None
    max_office_days: Whole | None = None
    reserve: bool = Field(default=False, strict=True)
    beside: tuple[WeekBeside, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Chair:
        check_forwards(self.first, self.last)
        return self

    def works_on(self, day: dt.date) -> bool:
        """True if they are in post, it is one of their weekdays, and they are not absent."""
        return in_service(day, self.first, self.last) and super().works_on(day)

    def beside_in(self, monday: dt.date) -> tuple[int, int]:
        """Return the bookings and the office days beside the plan's days in the week from that Monday."""
        weeks = [one for one in self.beside if monday_of(one.week) == monday]
        return sum(one.bookings for one in weeks), sum(one.office_days for one in weeks)

    def has_room_in_week(self, day: dt.date, *, in_room: bool) -> bool:
        """True if the weekly limits leave room for a booking on that day beside those outside the plan's days."""
        bookings, office_days = self.beside_in(monday_of(day))
        is_below = self.max_per_week is None or bookings < self.max_per_week
        return is_below and (not in_room or self.max_office_days is None or office_days < self.max_office_days)

    def cap(self, caseload_cap: int) -> int:
        """Return the most children that they should hold: the full-time cap times their FTE, rounded down; 0 for a reserve."""
        return 0 if self.reserve else math.floor(caseload_cap * Fraction(str(self.fte)))


class MinuteTaker(Person):
    """A person who takes the minutes: of conferences at their ``sites``, and of any virtual conference."""

    sites: tuple[Identifier, ...] = ()
