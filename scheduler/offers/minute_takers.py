"""Who takes the minutes of one more booking (contract, R5): a free minute taker, or one freed by an exchange."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, replace
from functools import cached_property

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.model.recording import recorders_of, recording_task
from scheduler.model.recording_search import RecordingTask
from scheduler.rules.bookings import grouped
from scheduler.rules.minute_takers import past_recordings


@dataclass(frozen=True)
class Recording:
    """The minute taker of one more booking, and the other bookings that get another one for it."""

    minute_taker: str | None
    changed: dict[str, str]


@dataclass(frozen=True)
class RecordedBooking:
    """A booking as a task, with the minute taker who records it now."""

    name: str
    task: RecordingTask
    minute_taker: str | None


@dataclass(frozen=True)
class RecordedDiary:
    """A diary's bookings with their minute takers. ``problem`` has all of its conferences' bookings published."""

    problem: Problem
    bookings: tuple[Booking, ...]

    def recording(self, booking: Booking, without: Set[str] = frozenset()) -> Recording | None:
        """Return who records one more booking with the fewest changes for others; None if nobody can.

        If somebody is free, nothing changes, and the first in the problem's order takes it. ``without`` are the conferences and
        held slots whose bookings are gone.
        """
        if not self.problem.models_minute_takers:
            return Recording(None, {})
        task = recording_task(self.problem, booking, self._past)
        if not task.choice:
            return None
        if (free := self._free(task, without)) is not None:
            return Recording(free, {})
        others = self._bound_to(task, without)
        found = recorders_of(self.problem, [task, *(other.task for other in others)])
        if found is None:
            return None
        both = zip(others, found[1:], strict=True)
        return Recording(found[0], {other.name: taker for other, taker in both if taker != other.minute_taker})

    def can_record(self, booking: Booking, without: Set[str] = frozenset()) -> bool:
        """True if ``recording`` finds somebody; it is faster, because changes don't count."""
        if not self.problem.models_minute_takers:
            return True
        task = recording_task(self.problem, booking, self._past)
        if not task.choice or self._free(task, without) is not None:
            return bool(task.choice)
        tasks = [task, *(other.task for other in self._bound_to(task, without))]
        return recorders_of(self.problem, [replace(one, own=None) for one in tasks]) is not None

    @cached_property
    def _past(self) -> dict[str, list[Booking]]:
        return past_recordings(self.problem)

    @cached_property
    def _by_day(self) -> dict[dt.date, list[Booking]]:
        """Return the bookings that are not past, by day; the past ones limit the choices of the tasks."""
        return grouped((one for one in self.bookings if one.conference not in self.problem.past), lambda one: one.day)

    @cached_property
    def _tasks(self) -> dict[dt.date, list[RecordedBooking]]:
        """Return the tasks by day, filled as days are needed."""
        return {}

    def _tasks_of(self, day: dt.date) -> list[RecordedBooking]:
        if day not in self._tasks:
            self._tasks[day] = [
                RecordedBooking(one.conference, recording_task(self.problem, one, self._past), one.minute_taker)
                for one in self._by_day.get(day, ())
            ]
        return self._tasks[day]

    def _near(self, task: RecordingTask, without: Set[str]) -> list[RecordedBooking]:
        """Return the bookings of its day, and those beside it that overlap it: no people time is longer than a day."""
        return [
            other
            for day in (task.day - dt.timedelta(days=1), task.day, task.day + dt.timedelta(days=1))
            for other in self._tasks_of(day)
            if other.name not in without and (day == task.day or other.task.time.overlaps(task.time))
        ]

    def _free(self, task: RecordingTask, without: Set[str]) -> str | None:
        """Return the first minute taker who can record it beside what everybody records now."""
        takers, near = self.problem.minute_takers or (), self._near(task, without)
        busy = {other.minute_taker for other in near if other.task.time.overlaps(task.time)}
        recorded = Counter(other.minute_taker for other in near if other.task.day == task.day)
        past = Counter(name for name, bookings in self._past.items() for one in bookings if one.day == task.day)
        for n in task.choice:
            taker = takers[n]
            if taker.id not in busy and (taker.max_per_day is None or recorded[taker.id] + past[taker.id] < taker.max_per_day):
                return taker.id
        return None

    def _bound_to(self, task: RecordingTask, without: Set[str]) -> list[RecordedBooking]:
        """Return the bookings whose minute takers depend on who records this one: near it, near those, and so on."""
        bound: dict[str, RecordedBooking] = {}
        reached = [task]
        while reached:
            new = {other.name: other for other in self._near(reached.pop(), without) if other.name not in bound}
            bound |= new
            reached += [other.task for other in new.values() if other.task.day != task.day]
        return list(bound.values())
