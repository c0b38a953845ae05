"""Who records which booking: an exact assignment of minute takers, day by day (contract, R5)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Interval
from scheduler.rules.minute_takers import left_on, past_recordings


@dataclass(frozen=True)
class RecordingTask:
    """A booking to be recorded: when, and by whom it can be, whoever is wanted most first."""

    day: dt.date
    time: Interval
    choice: tuple[int, ...]


def recorders(problem: Problem, bookings: Sequence[Booking]) -> list[str | None]:
    """A minute taker's id for each booking, its published one where that is easily done; None where they are not modelled.

    The same bookings always get the same answer. AssertionError where there is none, which R5's rows should exclude.
    """
    takers = problem.minute_takers
    if takers is None or not problem.models_minute_takers:
        return [None] * len(bookings)
    past = past_recordings(problem)
    tasks = [_task(problem, booking, past) for booking in bookings]
    limits = {n: taker.max_per_day for n, taker in enumerate(takers)}
    before = Counter((booking.day, n) for n, taker in enumerate(takers) for booking in past.get(taker.id, ()))
    found: list[str | None] = [None] * len(bookings)
    for together in _apart_in_time(tasks):
        given = _assigned([tasks[n] for n in together], limits, before)
        if given is None:
            raise AssertionError(f"There are not minute takers enough for the bookings of {tasks[together[0]].day}.")
        for n, taker in zip(together, given, strict=True):
            found[n] = takers[taker].id
    return found


def _task(problem: Problem, booking: Booking, past: Mapping[str, Sequence[Booking]]) -> RecordingTask:
    time, site = booking.people_time(problem.policy.pre_meet), problem.site_of(booking.room)
    published = problem.published_by_id.get(booking.conference)
    own = published.minute_taker if published is not None else None
    choice = [
        (taker.id != own, n)
        for n, taker in enumerate(problem.minute_takers or ())
        if left_on(taker, booking.day, past.get(taker.id, ())) != 0
        and (site is None or site in taker.sites)
        and taker.works_on(booking.day)
        and not taker.is_busy(time)
        and not any(problem.people_time(other).overlaps(time) for other in past.get(taker.id, ()))
    ]
    return RecordingTask(booking.day, time, tuple(n for _, n in sorted(choice)))


def _apart_in_time(tasks: Sequence[RecordingTask]) -> Iterator[list[int]]:
    """The tasks in groups that share neither a day nor a moment: days, as a rule; each in order of time."""
    group: list[int] = []
    for n in sorted(range(len(tasks)), key=lambda n: tasks[n].time.start):
        touches = any(tasks[n].day == tasks[other].day or tasks[n].time.overlaps(tasks[other].time) for other in group)
        if group and not touches:
            yield group
            group = []
        group.append(n)
    if group:
        yield group


def _assigned(
    tasks: Sequence[RecordingTask], limits: Mapping[int, int | None], before: Counter[tuple[dt.date, int]]
) -> list[int] | None:
    """A minute taker for each of the tasks, which are in order of time; ``before`` counts past recordings."""
    one_each = all(limits[taker] == 1 for task in tasks for taker in task.choice)
    if one_each and len({task.day for task in tasks}) == 1:
        return matched([task.choice for task in tasks], dict.fromkeys(limits, 1))
    return _Search(tasks, limits, before).found()


def matched(choices: Sequence[Sequence[int]], capacity: Mapping[int, int]) -> list[int] | None:
    """One of its choices for each entry, none given more often than its capacity; None where that is impossible.

    Augmenting paths (Kuhn's algorithm); entries take what is free, in the order of their choices, before they displace another.
    """
    holders: dict[int, list[int]] = defaultdict(list)
    given: dict[int, int] = {}

    def settle(entry: int, tried: set[int]) -> bool:
        open_choices = [choice for choice in choices[entry] if choice not in tried]
        for choice in open_choices:
            if len(holders[choice]) < capacity[choice]:
                holders[choice].append(entry)
                given[entry] = choice
                return True
        for choice in open_choices:
            if choice in tried:
                continue
            tried.add(choice)
            for other in list(holders[choice]):
                if settle(other, tried):
                    holders[choice].remove(other)
                    holders[choice].append(entry)
                    given[entry] = choice
                    return True
        return False

    if all(settle(entry, set()) for entry in range(len(choices))):
        return [given[entry] for entry in range(len(choices))]
    return None


class _Search:
    """Depth first, in order of time; looks ahead by matchings, and remembers what led nowhere."""

    def __init__(
        self, tasks: Sequence[RecordingTask], limits: Mapping[int, int | None], before: Counter[tuple[dt.date, int]]
    ) -> None:
        self._tasks = tasks
        self._before = before
        self._limits = limits
        self._given: list[int] = []
        self._hopeless: set[object] = set()

    def found(self) -> list[int] | None:
        return self._given if self._can_go_on() and self._completed() else None

    def _completed(self) -> bool:
        if len(self._given) == len(self._tasks):
            return True
        state = self._state()
        if state in self._hopeless:
            return False
        for taker in self._free_choice(len(self._given)):
            self._given.append(taker)
            if self._can_go_on() and self._completed():
                return True
            self._given.pop()
        self._hopeless.add(state)
        return False

    def _state(self) -> object:
        """All that the rest depends on: when everybody is free again, and how often they have recorded on each day."""
        free_again = {taker: task.time.end for task, taker in sorted(self._so_far(), key=lambda pair: pair[0].time.end)}
        return len(self._given), frozenset(free_again.items()), frozenset(self._counts().items())

    def _so_far(self) -> list[tuple[RecordingTask, int]]:
        return list(zip(self._tasks, self._given, strict=False))

    def _counts(self) -> Counter[tuple[dt.date, int]]:
        return self._before + Counter((task.day, taker) for task, taker in self._so_far())

    def _left(self, task: RecordingTask, taker: int, counts: Counter[tuple[dt.date, int]]) -> int:
        limit = self._limits[taker]
        return len(self._tasks) if limit is None else limit - counts[task.day, taker]

    def _free_choice(self, n: int) -> list[int]:
        task, counts = self._tasks[n], self._counts()
        taken = {taker for other, taker in self._so_far() if other.time.overlaps(task.time)}
        return [taker for taker in task.choice if taker not in taken and self._left(task, taker, counts) > 0]

    def _can_go_on(self) -> bool:
        """Whether the tasks still open could be matched day by day, and moment by moment."""
        remaining = range(len(self._given), len(self._tasks))
        choice, counts = {n: self._free_choice(n) for n in remaining}, self._counts()
        for day in {self._tasks[n].day for n in remaining}:
            of_day = [n for n in remaining if self._tasks[n].day == day]
            capacity = {taker: self._left(self._tasks[of_day[0]], taker, counts) for taker in self._limits}
            if matched([choice[n] for n in of_day], capacity) is None:
                return False
        for first in remaining:
            moment = self._tasks[first].time.start
            at_once = [n for n in remaining if self._tasks[n].time.start <= moment < self._tasks[n].time.end]
            if matched([choice[n] for n in at_once], dict.fromkeys(self._limits, 1)) is None:
                return False
        return True
