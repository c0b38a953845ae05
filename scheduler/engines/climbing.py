"""Climbing: search only what could cost as little as the bound, then a little more, until something is found.

What may cost no more than the bound is small: few columns, most rows at their limits. CP-SAT finds a solution
there or shows in a second that there is none, which lifts the bound by a step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scheduler.engines import cp_sat
from scheduler.engines.bounds import Bound
from scheduler.engines.budget import Budget
from scheduler.engines.part import Part
from scheduler.grouping import Ints

MOST_COLUMNS = 60_000
CHEAP = 0.3
WORK_BEFORE_TIGHTENING = 1.0
WORK_WORTH_TIGHTENING = 5.0
STEPS_TIGHTENED = 3


@dataclass(frozen=True)
class Tight:
    """A bound that is true only of solutions of at most ``top``, and the work that it took to find."""

    bound: Bound
    top: int
    work: float = 0.0


Tighten = Callable[[Bound, int, Budget, threading.Event | None], Tight]


def no_ceiling() -> int:
    """A ceiling that no value reaches."""
    return 1 << 61


def is_set(event: threading.Event | None) -> bool:
    """Whether there is such an event, and it has come."""
    return event is not None and event.is_set()


@dataclass
class Climb:
    """A bound on its way up: ``proven`` is the least value that is not yet excluded.

    ``failed`` searches ended without an answer; the next one draws otherwise, since the same would fail again.
    ``tighten`` gives a better bound for solutions of at most a value. It takes as long as some searches, so it is asked only
    once the climb has taken some work (a search is cut short for it) and may take more.
    """

    bound: Bound
    proven: int
    work: float = 0.0
    failed: int = 0
    tighten: Tighten | None = None
    _tight: Tight | None = field(default=None, init=False)
    _work_of_tightening: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.proven = self.bound.part.rounded_up(self.proven)  # from there every step is to a value that there may be

    def search(
        self,
        ceiling: Callable[[], int],
        budget: Budget,
        *,
        seed: int,
        work_limit: float | None = None,
        also_stop: threading.Event | None = None,
        lifted: Callable[[int], object] = lambda _: None,
    ) -> tuple[Part, Ints] | None:
        """The best solution (a part, and its columns' values); None where ``ceiling`` is reached or the limit comes first.

        ``ceiling`` is the least value that is of no use any more. ``work_limit`` holds for all steps together.
        """
        width, most = 0, None if work_limit is None else self.work + work_limit
        part, step, found = self.bound.part, self.bound.part.step, None
        while self.proven < (least_useless := min(ceiling(), part.most + 1)) and not budget.over and not is_set(also_stop):
            highest = part.constant + (least_useless - 1 - part.constant) // step * step
            top = min(self.proven + width, highest)
            work_left = np.inf if most is None else max(0.0, most - self.work)
            can_tighten = self._can_tighten(top, work_left)
            if can_tighten and self.work >= WORK_BEFORE_TIGHTENING:
                self._tighten(max(top, min(self.proven + STEPS_TIGHTENED * step, highest)), budget, also_stop)
                lifted(self.proven)
                continue
            face = self.face(top)
            if len(face.columns) > MOST_COLUMNS:
                return found
            limit = min(work_left, WORK_BEFORE_TIGHTENING - self.work) if can_tighten else work_left
            result = cp_sat.search(
                face,
                time_limit=budget.seconds_left,
                work_limit=None if limit == np.inf else limit,
                seed=seed + self.failed,
                stop=budget.stop,
                also_stop=also_stop,
            )
            self.work += result.work
            if result.finished and result.point is None:
                self.proven = top + step
            else:
                self.proven = max(self.proven, min(top, face.rounded_up(result.bound)))
            lifted(self.proven)
            found = found if result.point is None else (face, result.point)
            if not result.finished and limit < work_left:
                self.work = max(self.work, WORK_BEFORE_TIGHTENING)  # a search may end a hair before its limit
                continue
            if result.point is not None:
                return found
            if not result.finished:
                self.failed += 1
                return found
            if result.work < CHEAP:
                width = 2 * width + step
        if self.proven > part.most:
            self.proven = max(self.proven, ceiling())  # no solution is left
            lifted(self.proven)
        return found

    def face(self, value: int) -> Part:
        """All solutions of at most that value."""
        tight = self._tight
        return (self.bound if tight is None or value > tight.top else tight.bound).face(value)

    def _can_tighten(self, value: int, work_left: float) -> bool:
        """Whether there is a way to, it is not done for that value, and it has not taken more work yet than searching."""
        is_done = self._tight is not None and value <= self._tight.top
        is_cheap = self._work_of_tightening <= self.work + WORK_WORTH_TIGHTENING
        return self.tighten is not None and not is_done and is_cheap and work_left >= WORK_WORTH_TIGHTENING

    def _tighten(self, value: int, budget: Budget, also_stop: threading.Event | None) -> None:
        assert self.tighten is not None
        tight = self.tighten(self.bound, value, budget, also_stop)
        if budget.over or is_set(also_stop):
            return  # it may be half done, and is to be done again where there is time
        self._tight = tight
        self._work_of_tightening += tight.work
        part = self.bound.part
        self.proven = max(self.proven, part.rounded_up(min(tight.bound.value, value + part.step)))
