"""The change that opens Fridays, so that people who never work on Fridays work these."""

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
from scheduler.whatif.changes.base import ChangeBase, Key, with_fields, with_period, with_problem_fields, without_day
from scheduler.wording import agree, in_a_row, short_date

AnyPerson = TypeVar("AnyPerson", bound=Person)


class FridaysOpen(ChangeBase):
    """Fridays on which everybody works, including people who never work on Fridays, and no closure counts.

    Absences, other diary entries, everybody's limits and the cost of a Friday stay. A scenario's other changes apply
    afterwards: a new person works their own days, and a room that closes is closed on these Fridays too.
    """

    change: Literal["fridays_open"] = "fridays_open"
    dates: Annotated[tuple[Date, ...], Field(min_length=1)]

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with these Fridays worked and without closures. The plan's other Fridays stay as they are."""
        fridays = [day for day in days(problem.horizon) if is_friday(day)]
        free = [day for day in fridays if day not in self.dates]
        calendar = problem.calendar
        takers = problem.minute_takers
        return with_problem_fields(
            problem,
            calendar=with_fields(calendar, closures=tuple(day for day in calendar.closures if day not in self.dates)),
            rooms=tuple(self._open(room) for room in problem.rooms),
            chairs=tuple(_with_fridays(chair, free) for chair in problem.chairs),
            minute_takers=takers and tuple(_with_fridays(taker, free) for taker in takers),
        )

    def _open(self, room: Room) -> Room:
        closed = room.closed
        for day in self.dates:
            closed = without_day(closed, day)
        return with_fields(room, closed=closed)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Everybody works on Friday 8 January, and every room is open."."""
        year = problem.horizon.first.year
        listed = sorted({(day, short_date(day, year)) for day in self.dates})
        fridays = agree(len(listed), "Friday", "the Fridays")
        return f"Everybody works on {fridays} {in_a_row([text for _, text in listed])}, and every room is open."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault for each day that is not a Friday, not a working day, or outside the plan."""
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
        """Return the key of the Fridays that anybody works."""
        return frozenset({("fridays",)})


def _with_fridays(person: AnyPerson, free: list[dt.date]) -> AnyPerson:
    """Return the person with Fridays as working days, except those in ``free``; unchanged if they work on Fridays already."""
    if "fri" in person.works:
        return person
    absences = person.absences
    for day in free:
        absences = with_period(absences, Period(first=day, last=day))
    return with_fields(person, works=tuple(day for day in WEEKDAYS if day in {*person.works, "fri"}), absences=absences)
