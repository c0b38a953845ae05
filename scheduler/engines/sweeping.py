"""Sweeping: window after window of the best schedule is freed and solved to its end, by its own relaxation and a climb.

What lies outside a window stays. A window of some weeks is solved like a month of its own; where that is too much, its
halves are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.engines.bounds import Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb
from scheduler.engines.highs_process import Highs
from scheduler.engines.neighbourhoods import freed_around
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme

DAYS = 20
FEWEST = 5
PART_OF_THE_GAP = 16
WORK_A_WINDOW = 3.0


@dataclass(frozen=True)
class Sweep:
    """What to better the standing in: ``costs``, with ``caps`` kept; ``bound`` says which columns promise most.

    ``gap`` is how much above the bound the best is, ``over`` whether there is nothing left to better.
    """

    highs: Highs
    candidates: Candidates
    programme: Programme
    standing: Standing
    bound: Bound
    costs: Ints
    caps: Sequence[Cap]
    gap: Callable[[], int]
    over: Callable[[], bool]

    def run(self, budget: Budget, seed: int, also_stop: threading.Event | None = None) -> None:
        """Sweep from first to last day, with ever larger windows, until the largest bring nothing more."""
        days = len(self.candidates.days)
        size = min(DAYS, max(FEWEST, days // 2))
        margin = max(self.bound.part.step, self.gap() // PART_OF_THE_GAP)
        while size < days:
            before = self.standing.values
            for offset in (0, size // 2):
                self._sweep(offset, size, margin, budget, seed, also_stop)
            if self.over() or budget.over:
                return
            if self.standing.values == before:
                size += size // 2 + 1

    def _sweep(self, offset: int, size: int, margin: int, budget: Budget, seed: int, also_stop: threading.Event | None) -> None:
        promising = self.bound.part.columns[self.bound.within(self.bound.value + margin)]
        windows = [(first, size) for first in range(-offset, len(self.candidates.days), size)]
        while windows and not self.over() and not budget.over:
            first, length = windows.pop(0)
            point = self.standing.point  # another engine may better it meanwhile
            window = self._window(point, promising, first, length)
            if not self._solve(point, window, budget, seed, also_stop) and length >= 2 * FEWEST:
                windows[:0] = [(first + quarter * length // 4, length // 2) for quarter in (0, 1, 2)]

    def _window(self, point: Ints, promising: Ints, first: int, length: int) -> Part:
        number = len(self.candidates)
        chosen = np.flatnonzero(point[:number])
        free = np.zeros(self.programme.columns, dtype=np.bool_)
        free[promising] = True
        free[chosen] = True
        free[:number] = freed_around(self.candidates, free[:number], chosen, first, length)
        return part_of(self.programme, np.flatnonzero(free), self.costs, 0, self.caps, point)

    def _solve(self, point: Ints, part: Part, budget: Budget, seed: int, also_stop: threading.Event | None) -> bool:
        """Better the part of a point if it can be; gives whether that is done, or shown to be impossible."""
        now = int(self.costs @ point)
        relaxation = self.highs.relaxation(part, budget, interior=True)
        if relaxation is None:
            return True
        bound = bound_from(part, relaxation.duals)
        climb = Climb(bound, bound.value)
        reached = climb.search(lambda: now, budget, seed=seed, work_limit=WORK_A_WINDOW, also_stop=also_stop)
        if reached is None:
            return climb.proven >= now
        better = point.copy()
        better[part.columns] = 0
        better[reached[0].columns] = reached[1]
        return self.standing.offer(better)
