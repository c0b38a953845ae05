"""Changes of single days: a room is open, or a chair works, on a day on which they usually aren't or don't."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.places import in_service
from scheduler.domain.problem import Problem
from scheduler.domain.values import WEEKDAYS, Date, Period, days, is_friday
from scheduler.whatif.changes.base import ChangeBase, Key, name_with_id, with_period, without_day
from scheduler.whatif.changes.chairs import ChairAbsent, SingleChairChange
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.rooms import RoomCloses, SingleRoomChange, SiteCloses, room_key
from scheduler.wording import date_in_words


def _faults_of_day(problem: Problem, day: dt.date) -> Iterator[Fault]:
    """Yield a fault if nothing can be held that day, in any room."""
    horizon = problem.horizon
    if day not in horizon:
        yield Fault(("day",), f"{day} is outside the plan, {horizon.first} to {horizon.last}. Enter a day in it.")
    elif not problem.calendar.is_working_day(day):
        yield Fault(("day",), f"{date_in_words(day)} is not a working day. Enter one from Monday to Friday, not a bank holiday.")
    elif not problem.calendar.is_open(day):
        yield Fault(("day",), f"the whole service is closed on {date_in_words(day)}. Enter another day.")


class RoomOpenOn(SingleRoomChange):
    """A day on which a room is open although it is closed, or a Friday. Who works that day stays the same."""

    change: Literal["room_open_on"] = "room_open_on"
    day: Date

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem without the room's closure on that day; other days of the closure stay."""
        return self.with_fields(problem, closed=without_day(self.of(problem).closed, self.day))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Wycombe room 1 (WYC-1) is open on Friday 4 December 2026."."""
        return f"{name_with_id(self.of(problem))} is open on {date_in_words(self.day)}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the room is unknown, out of use or already open that day, or if nothing can be held then."""
        yield from super().faults(problem)
        yield from _faults_of_day(problem, self.day)
        room = problem.room_by_id.get(self.room)
        if room is None:
            return
        if not in_service(self.day, room.first, room.last):
            yield Fault(("day",), f"{room.id} is not in use on {date_in_words(self.day)}. Enter a day on which it is.")
        elif room.is_open(self.day) and not is_friday(self.day):
            yield Fault(("day",), f"{room.id} is open on {date_in_words(self.day)} anyway. Remove the change.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the room's opening that day."""
        return frozenset({room_key(problem, self.room, "open", str(self.day))})

    @override
    def contradicts(self, other: ChangeBase, problem: Problem) -> bool:
        """True also if the other change closes the room on that day, or opens it by opening the Friday."""
        match other:
            case RoomCloses():
                return other.room == self.room and self.day in other.period(problem)
            case SiteCloses():
                return other.site == problem.room_by_id[self.room].site and self.day in other.period(problem)
            case FridaysOpen():
                return self.day in other.dates
        return super().contradicts(other, problem)


class ChairWorksOn(SingleChairChange):
    """A day on which a chair works although it is not one of their weekdays, or they are absent. Busy times stay."""

    change: Literal["chair_works_on"] = "chair_works_on"
    day: Date

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with that day worked; other days of the absence, and the weekday's other dates, stay free."""
        chair, weekday = self.of(problem), WEEKDAYS[self.day.weekday()]
        absences = without_day(chair.absences, self.day)
        if weekday in chair.works:
            return self.with_fields(problem, absences=absences)
        for day in days(problem.horizon):
            if day.weekday() == self.day.weekday() and day != self.day:
                absences = with_period(absences, Period(first=day, last=day))
        works = tuple(each for each in WEEKDAYS if each in {*chair.works, weekday})
        return self.with_fields(problem, works=works, absences=absences)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Advisor 3 (C3) works on Friday 4 December 2026."."""
        return f"{name_with_id(self.of(problem))} works on {date_in_words(self.day)}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the chair is unknown, not in post or working that day anyway, or if nothing can be held then."""
        yield from super().faults(problem)
        yield from _faults_of_day(problem, self.day)
        chair = problem.chair_by_id.get(self.chair)
        if chair is None:
            return
        if not in_service(self.day, chair.first, chair.last):
            yield Fault(("day",), f"{chair.id} is not in post on {date_in_words(self.day)}. Enter a day on which they are.")
        elif chair.works_on(self.day):
            yield Fault(("day",), f"{chair.id} works on {date_in_words(self.day)} anyway. Remove the change.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the chair's work that day, which is also a part of their working days."""
        return frozenset({("chair", self.chair, "works", str(self.day))})

    @override
    def contradicts(self, other: ChangeBase, problem: Problem) -> bool:
        """True also if the chair is absent on that day by the other change, or works then because the Friday opens."""
        match other:
            case ChairAbsent():
                return other.chair == self.chair and self.day in other.period(problem)
            case FridaysOpen():
                return self.day in other.dates
        return super().contradicts(other, problem)
