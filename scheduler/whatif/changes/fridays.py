"""Fridays that are opened: people who never work on Fridays work these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

from pydantic import Field
from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.people import Person
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.values import WEEKDAYS, Date, Period, days, is_friday
from scheduler.whatif.changes.base import ChangeBase, Key, remade, replaced, with_period, without
from scheduler.wording import agree, in_a_row, short_date

Somebody = TypeVar("Somebody", bound=Person)


class FridaysOpen(ChangeBase):
    """Fridays on which chairs and minute takers who don't work on Fridays do, and rooms and offices are open.

    Absences and what else stands in diaries stay; so do everybody's limits, and the cost of a Friday. A scenario's other
    changes come after: who joins works the days that are given, and a room that closes is closed on these Fridays too.
    """

    change: Literal["fridays_open"] = "fridays_open"
    dates: Annotated[tuple[Date, ...], Field(min_length=1)]

    @override
    def applied(self, problem: Problem) -> Problem:
        """With the Fridays worked, all others of the plan free as before, and no closures on them."""
        fridays = [day for day in days(problem.horizon) if is_friday(day)]
        free = [day for day in fridays if day not in self.dates]
        calendar = problem.calendar
        takers = problem.minute_takers
        return replaced(
            problem,
            calendar=remade(calendar, closures=tuple(day for day in calendar.closures if day not in self.dates)),
            rooms=tuple(self._opened(room) for room in problem.rooms),
            chairs=tuple(_working(chair, free) for chair in problem.chairs),
            minute_takers=takers and tuple(_working(taker, free) for taker in takers),
        )

    def _opened(self, room: Room) -> Room:
        closed = room.closed
        for day in self.dates:
            closed = without(closed, day)
        return remade(room, closed=closed)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Everybody works on Friday 8 January, and every room is open."""
        year = problem.horizon.first.year
        listed = sorted({(day, short_date(day, year)) for day in self.dates})
        fridays = agree(len(listed), "Friday", "the Fridays")
        return f"Everybody works on {fridays} {in_a_row([text for _, text in listed])}, and every room is open."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Days that are no Fridays, no working days, or outside the plan."""
        horizon = problem.horizon
        for n, day in enumerate(self.dates):
            if not is_friday(day):
                yield Fault(("dates", n), f"{day} is a {day:%A}. Enter a Friday.")
            elif day not in horizon:
                yield Fault(("dates", n), f"{day} is outside the plan, {horizon.first} to {horizon.last}. Enter a Friday in it.")
            elif not problem.calendar.is_working_day(day):
                yield Fault(("dates", n), f"{day} is a bank holiday. Enter another Friday.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Which Fridays are worked, by anybody."""
        return frozenset({("fridays",)})


def _working(person: Somebody, free: list[dt.date]) -> Somebody:
    """Somebody who works on Fridays, but for those that are free, if they did not before."""
    if "fri" in person.works:
        return person
    absences = person.absences
    for day in free:
        absences = with_period(absences, Period(first=day, last=day))
    return remade(person, works=tuple(day for day in WEEKDAYS if day in {*person.works, "fri"}), absences=absences)
