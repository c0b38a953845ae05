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
Tighten = Callable[[Bound, int, Budget, threading.Event | None], Bound]


def no_ceiling() -> int:
    """A ceiling that no value reaches."""
    return 1 << 61


@dataclass
class Climb:
    """A bound on its way up: ``proven`` is the least value that is not yet excluded.

    ``failed`` searches ended without an answer; the next one draws otherwise, since the same would fail again.
    ``tighten`` gives a better bound for solutions of at most a value. It takes as long as some searches, so it is asked only
    once the climb has taken some work and may take more.
    """

    bound: Bound
    proven: int
    work: float = 0.0
    failed: int = 0
    tighten: Tighten | None = None
    _tight: tuple[Bound, int] | None = field(default=None, init=False)

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
        part, step = self.bound.part, self.bound.part.step
        while self.proven < (least_useless := min(ceiling(), part.most + 1)) and not budget.over:
            highest = part.constant + (least_useless - 1 - part.constant) // step * step
            top = min(self.proven + width, highest)
            left = np.inf if most is None else max(0.0, most - self.work)
            can_tighten = self.tighten is not None and not self._is_tight(top) and left >= WORK_WORTH_TIGHTENING
            if can_tighten and self.work >= WORK_BEFORE_TIGHTENING:
                self._tighten(max(top, min(self.proven + STEPS_TIGHTENED * step, highest)), budget, also_stop)
                lifted(self.proven)
                continue
            face = self.face(top)
            if len(face.columns) > MOST_COLUMNS:
                return None
            now = min(left, WORK_BEFORE_TIGHTENING - self.work) if can_tighten else left
            result = cp_sat.search(
                face,
                time_limit=budget.seconds_left,
                work_limit=None if now == np.inf else now,
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
            if result.point is not None:
                return face, result.point
            if not result.finished:
                if now < left and not _is_set(also_stop):
                    self.work = max(self.work, WORK_BEFORE_TIGHTENING)  # a search may end a hair before its limit
                    continue
                self.failed += 1
                return None
            if result.work < CHEAP:
                width = 2 * width + step
        if self.proven > part.most:
            self.proven = max(self.proven, ceiling())  # no solution is left
            lifted(self.proven)
        return None

    def face(self, value: int) -> Part:
        """All solutions of at most that value, as few others as is known."""
        return (self._tight[0] if self._tight is not None and self._is_tight(value) else self.bound).face(value)

    def _is_tight(self, value: int) -> bool:
        return self._tight is not None and value <= self._tight[1]

    def _tighten(self, value: int, budget: Budget, also_stop: threading.Event | None) -> None:
        assert self.tighten is not None
        tight = self.tighten(self.bound, value, budget, also_stop)
        self._tight = tight, value
        self.proven = max(self.proven, min(tight.value, value + self.bound.part.step))


def _is_set(event: threading.Event | None) -> bool:
    return event is not None and event.is_set()
