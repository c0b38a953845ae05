"""A search for the assignment of minute takers to the bookings of a day with the fewest changes."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from scheduler.domain.values import Interval

MOST_STATES = 500
"""States of a search before the day goes to ``recording_programme``: about half a second. Days of stored months need up to 40."""


class TooManyStatesError(Exception):
    """A search would take too long."""


@dataclass(frozen=True)
class RecordingTask:
    """A booking to be recorded.

    ``choice`` lists the minute takers who can record it, as indices in order; ``own`` is the published one, if among them.
    """

    day: dt.date
    time: Interval
    choice: tuple[int, ...]
    own: int | None = None

    def changes(self, taker: int) -> int:
        """Return 1 if another than the published minute taker records it, else 0."""
        return int(self.own is not None and self.own != taker)


def fewest_changes(tasks: Sequence[RecordingTask], choices: Sequence[Sequence[int]], capacity: Mapping[int, int]) -> int | None:
    """Return the least changes if each task gets one of its choices, each used up to its capacity; None if that is impossible.

    Overlapping times are left aside.
    """
    if matched(choices, capacity) is None:
        return None
    if all(task.own is None for task in tasks):
        return 0
    seats = [taker for taker, most in capacity.items() for _ in range(min(most, len(tasks)))]
    edges = [
        (1 + tasks[n].changes(taker), n, seat)
        for n, choice in enumerate(choices)
        for seat, taker in enumerate(seats)
        if taker in choice
    ]
    weights, rows, columns = np.array(edges).T
    matrix = sparse.csr_array((weights.astype(np.float64), (rows, columns)), shape=(len(tasks), len(seats)))
    return int(matrix[min_weight_full_bipartite_matching(matrix)].sum()) - len(tasks)


def matched(choices: Sequence[Sequence[int]], capacity: Mapping[int, int]) -> list[int] | None:
    """Return one of its choices for each entry, each used at most up to its capacity, or None if that is impossible.

    Uses augmenting paths (Kuhn's algorithm). An entry takes its first free choice before it displaces another entry.
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


class RecordingSearch:
    """A depth-first search in order of time for the first assignment, in the minute takers' order, with at most some changes.

    Tasks get their minute takers one by one. For each state that it meets it keeps a lower bound on the changes that the
    remaining tasks need: at first from matchings, and one more each time that a number fails. Sets of tasks are bit masks.
    """

    def __init__(
        self, tasks: Sequence[RecordingTask], limits: Mapping[int, int | None], before: Counter[tuple[dt.date, int]]
    ) -> None:
        self._tasks = tasks
        self._limits = limits
        self._before = before
        self._starts = [task.time.start for task in tasks]
        self._may = {taker: _mask(taker in task.choice for task in tasks) for taker in limits}
        self._own = {taker: _mask(task.own == taker for task in tasks) for taker in limits}
        self._of_day = {day: _mask(task.day == day for task in tasks) for day in sorted({task.day for task in tasks})}
        one_each = all(limits[taker] == 1 for task in tasks for taker in task.choice)
        self._may_overlap = not one_each or len(self._of_day) > 1
        self._impossible = len(tasks) + 1
        self._given: list[int] = []
        self._least: dict[object, int] = {}

    def first_assignment(self, changes: int) -> list[int] | None:
        """Return the first assignment with at most this number of changes, or None.

        Raise TooManyStatesError if it has met ``MOST_STATES`` states before.
        """
        self._given = []
        return self._given if self._completed(changes) else None

    def _completed(self, left: int) -> bool:
        """True if the remaining tasks have been given minute takers with at most ``left`` changes."""
        n = len(self._given)
        if left < 0 or n == len(self._tasks):
            return left >= 0
        more = {taker: self._more(taker) for taker in self._limits}
        open_to = {taker: self._open_to(taker, more[taker]) for taker in self._limits}
        state = self._state(open_to, more)
        if state not in self._least:
            if len(self._least) >= MOST_STATES:
                raise TooManyStatesError
            self._least[state] = self._bound(open_to, more)
        if self._least[state] > left:
            return False
        for taker, tasks in open_to.items():
            if tasks >> n & 1:
                self._given.append(taker)
                if self._completed(left - self._tasks[n].changes(taker)):
                    return True
                self._given.pop()
        self._least[state] = left + 1
        return False

    def _more(self, taker: int) -> dict[dt.date, int]:
        """Return how many more bookings the minute taker may record on each day."""
        limit = len(self._tasks) if (most := self._limits[taker]) is None else most
        given = Counter(task.day for task, other in zip(self._tasks, self._given, strict=False) if other == taker)
        return {day: limit - given[day] - (self._before[day, taker] if most is not None else 0) for day in self._of_day}

    def _open_to(self, taker: int, more: Mapping[dt.date, int]) -> int:
        """Return the remaining tasks that the minute taker can record beside those given so far."""
        ends = [task.time.end for task, other in zip(self._tasks, self._given, strict=False) if other == taker]
        first = max(len(self._given), bisect_left(self._starts, max(ends)) if ends else 0)
        of_days = sum(tasks for day, tasks in self._of_day.items() if more[day] > 0)
        return self._may[taker] & of_days & -1 << first

    def _state(self, open_to: Mapping[int, int], more: Mapping[int, Mapping[dt.date, int]]) -> object:
        """Return the state on which the rest depends, the same if minute takers are exchanged who can do the same."""
        abilities = [
            (
                tasks,
                tasks & self._own[taker],
                *(min(more[taker][day], (tasks & of).bit_count()) for day, of in self._of_day.items()),
            )
            for taker, tasks in open_to.items()
            if tasks
        ]
        return len(self._given), tuple(sorted(abilities))

    def _bound(self, open_to: Mapping[int, int], more: Mapping[int, Mapping[dt.date, int]]) -> int:
        """Return a lower bound on the changes of the remaining tasks.

        It is the greater of two sums of matchings: of each day with its limits, and of sets of tasks that are held at one moment.
        """
        remaining = range(len(self._given), len(self._tasks))
        of_days = 0
        for day in self._of_day:
            of_day = [n for n in remaining if self._tasks[n].day == day]
            of_days += self._fewest(of_day, open_to, {taker: max(0, more[taker][day]) for taker in self._limits})
        if not self._may_overlap:
            return of_days
        one_each = dict.fromkeys(self._limits, 1)
        moments = {at: [n for n in remaining if self._starts[n] <= at < self._tasks[n].time.end] for at in self._starts}
        if any(matched(self._choices(at_once, open_to), one_each) is None for at_once in moments.values()):
            return self._impossible
        return max(of_days, sum(self._fewest(at_once, open_to, one_each) for at_once in self._at_once(remaining)))

    def _at_once(self, tasks: Iterable[int]) -> Iterator[list[int]]:
        """Yield the tasks in sets that are held at one moment, each task in one set."""
        rest = sorted(tasks, key=lambda n: self._tasks[n].time.end)
        while rest:
            first_end = self._tasks[rest[0]].time.end
            yield [n for n in rest if self._starts[n] < first_end]
            rest = [n for n in rest if self._starts[n] >= first_end]

    def _fewest(self, of: Sequence[int], open_to: Mapping[int, int], capacity: Mapping[int, int]) -> int:
        fewest = fewest_changes([self._tasks[n] for n in of], self._choices(of, open_to), capacity)
        return self._impossible if fewest is None else fewest

    def _choices(self, of: Sequence[int], open_to: Mapping[int, int]) -> list[list[int]]:
        """Return the minute takers who can record each of the tasks."""
        return [[taker for taker, tasks in open_to.items() if tasks >> n & 1] for n in of]


def _mask(members: Iterable[bool]) -> int:
    """Return the bits that are set."""
    return sum(1 << n for n, is_member in enumerate(members) if is_member)
