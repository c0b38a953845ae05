"""Polishing: free some of the best schedule and solve that again, among the columns that promise most.

At first only columns that cost next to nothing above the bound; where that leads no further, more of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.engines import cp_sat
from scheduler.engines.bounds import Bound
from scheduler.engines.budget import Budget
from scheduler.engines.neighbourhoods import freed_candidates
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme

ROUNDS = 400
FAILURES = 12
FIRST = 12.0
LONGEST = 25.0
WORK_A_ROUND = 0.3


@dataclass(frozen=True)
class Polish:
    """What to better the standing in: ``costs``, with ``caps`` kept; ``bound`` says which columns promise most.

    ``gap`` is how much above the bound a column may be at most, ``over`` whether there is nothing left to better.
    ``amiss`` gives the days around which to begin, if any.
    """

    candidates: Candidates
    programme: Programme
    standing: Standing
    bound: Bound
    costs: Ints
    caps: Sequence[Cap]
    gap: Callable[[], int]
    over: Callable[[], bool]
    amiss: Callable[[], Ints] | None = None

    def run(
        self,
        margin: int,
        budget: Budget,
        seed: int,
        also_stop: threading.Event | None = None,
        work_limit: float | None = None,
    ) -> None:
        """Polish until it leads no further with all columns within the gap; ``margin`` is where to start.

        ``work_limit``, in CP-SAT's deterministic units, holds for all rounds together.
        """
        random = np.random.default_rng(seed)
        days = len(self.candidates.days)
        size, longest, failures = min(FIRST, days / 3), min(LONGEST, days / 2), 0
        work_left = np.inf if work_limit is None else work_limit
        for turn in range(ROUNDS):
            if self.over() or budget.over or work_left <= 0:
                return
            if failures >= FAILURES:
                if margin >= self.gap():
                    return
                margin, failures = 2 * margin, 0
            point = self.standing.point
            part = self._freed_part(min(margin, self.gap()), point, int(size), random)
            result = cp_sat.search(
                part.below(int(self.costs @ point) - part.step),
                work_limit=min(WORK_A_ROUND, work_left),
                time_limit=budget.seconds_left,
                stop=budget.stop,
                also_stop=also_stop,
                seed=seed + turn,
            )
            work_left -= result.work
            failures += 1
            if result.point is not None:
                better = point.copy()
                better[part.columns] = result.point
                failures = 0 if self.standing.offer(better) else failures
            size = min(size * 1.1, longest) if result.finished else max(size * 0.92, 3)

    def _freed_part(self, margin: int, point: Ints, size: int, random: np.random.Generator) -> Part:
        number = len(self.candidates)
        chosen = np.flatnonzero(point[:number])
        free = np.zeros(self.programme.columns, dtype=np.bool_)
        free[self.bound.part.columns[self.bound.within(self.bound.value + margin)]] = True
        free[chosen] = True
        around = self.amiss() if self.amiss is not None else np.zeros(0, dtype=np.int64)
        day = int(random.choice(around)) if len(around) else None
        free[:number] = freed_candidates(self.candidates, free[:number], chosen, size, random, day)
        return part_of(self.programme, np.flatnonzero(free), self.costs, 0, self.caps, point)
