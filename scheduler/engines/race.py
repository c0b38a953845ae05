"""The last gap of a tier: one engine searches all that could still beat the best, while another improves the best.

HiGHS climbs: it searches the columns that a value little above the bound may use, which either finds the optimum
or lifts the bound, then those of a higher value. CP-SAT improves the best point neighbourhood by neighbourhood, then
searches the whole gap. With two workers they run side by side, and whichever closes the gap ends both.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from scheduler.domain.schedule import TierName
from scheduler.engines import cp_sat
from scheduler.engines.bounds import Bound
from scheduler.engines.budget import HEARTBEAT, Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.neighbourhoods import freed_candidates
from scheduler.engines.part import Cap, Part, part_of
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.draft import Programme

ROUNDS = 150
FAILURES = 30
WORK_A_ROUND = 0.3
PROMISING = 40
MOST_COLUMNS = 60_000
FIRST_CLIMB = 0.002
FIRST_SLICE = 60.0


@dataclass
class Race:
    """Closes the gap between the best value of a tier and its bound, as far as the budget goes."""

    highs: Highs
    tier: TierName
    candidates: Candidates
    programme: Programme
    caps: Sequence[Cap]
    bound: Bound
    standing: Standing
    budget: Budget
    workers: int
    seed: int
    work_limit: float | None = None
    proven: int = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    def __post_init__(self) -> None:
        self.proven = self.bound.value

    def run(self) -> int:
        """The bound that is proven in the end; the best point is with the standing."""
        climber: threading.Thread | None = None
        is_searchable = len(self.bound.part.columns) <= MOST_COLUMNS
        if is_searchable and self.workers > 1:
            climber = threading.Thread(target=self._climb, daemon=True)
            climber.start()
        self.improve()
        if is_searchable and self.workers == 1 and self.work_limit is None:
            self._climb()
        if is_searchable:
            self._search_the_gap()
        while climber is not None and climber.is_alive() and not self._finished():
            climber.join(HEARTBEAT)
        self._over.set()
        if climber is not None:
            climber.join()  # it would hold HiGHS, and speak of this tier in the next one's time
        return self.proven

    def _finished(self) -> bool:
        return self._over.is_set() or self.budget.over or self.standing.value(self.tier) <= self.proven

    def _lift(self, bound: float) -> None:
        """Note a bound that an engine has proven."""
        with self._lock:
            best = self.standing.value(self.tier)
            reached = best if bound >= best else self.bound.part.rounded_up(bound)
            self.proven = max(self.proven, min(best, reached))
            self.standing.turn_to(self.tier, self.proven)
            if best <= self.proven:
                self._over.set()

    def _climb(self) -> None:
        part, step = self.bound.part, self.bound.part.step
        height = max(step, int(FIRST_CLIMB * abs(self.bound.value)))
        seconds = FIRST_SLICE
        while not self._finished():
            highest = self.standing.value(self.tier) - step
            top = min(highest, self.bound.value + height)
            left = part.kept(self.bound.within(top))
            patience = self.budget.at_most(seconds if self.workers > 1 else float("inf"))
            result = self.highs.search(left, self.seed, self.budget, patience, self._over)
            if result is None:
                return
            if result.point is not None:
                self.standing.offer_part(left, result.point)
            self._lift(min(result.bound, part.rounded_up(top + 1)))
            if result.finished and top == highest:
                return  # as in the search of the gap: there is nothing left that could be found
            if result.finished:
                height *= 3
            else:
                seconds *= 2

    def improve(self) -> None:
        """Free some of the best point and solve that again, among the columns that promise most."""
        margin = PROMISING if self.tier == "preferences" else self.standing.value(self.tier) - self.bound.value
        promising = self.bound.part.columns[self.bound.within(self.bound.value + margin)]
        random = np.random.default_rng(self.seed)
        size, failures = 6.0, 0
        for turn in range(ROUNDS):
            if self._finished() or failures == FAILURES:
                return
            point = self.standing.point
            part = self._freed_part(promising, point, int(size), random)
            before = self.programme.constants[self.tier] + int(self.programme.costs[self.tier] @ point)
            result = cp_sat.search(
                part.below(before - part.step),
                work_limit=WORK_A_ROUND,
                time_limit=self._seconds_left(),
                stop=self.budget.stop,
                seed=self.seed + turn,
            )
            failures += 1
            if result.point is not None:
                better = point.copy()
                better[part.columns] = result.point
                failures = 0 if self.standing.offer(better) else failures
            size = min(size * 1.1, 15) if result.finished else max(size * 0.92, 3)

    def _freed_part(self, promising: Ints, point: Ints, size: int, random: np.random.Generator) -> Part:
        number = len(self.candidates)
        chosen = np.flatnonzero(point[:number])
        free = np.zeros(self.programme.columns, dtype=np.bool_)
        free[promising] = True
        free[chosen] = True
        free[:number] = freed_candidates(self.candidates, free[:number], chosen, size, random)
        costs, constant = self.programme.costs[self.tier], self.programme.constants[self.tier]
        return part_of(self.programme, np.flatnonzero(free), costs, constant, self.caps, point)

    def _search_the_gap(self) -> None:
        part = self.bound.part
        while not self._finished():
            best = self.standing.value(self.tier)
            left = part.kept(self.bound.within(best - part.step)).below(best - part.step)
            result = cp_sat.search(
                left,
                time_limit=self._seconds_left(),
                work_limit=self.work_limit,
                workers=max(1, self.workers - 1),
                seed=self.seed,
                stop=self._over,
                also_stop=self.budget.stop,
                found=partial(self.standing.offer_part, left),
            )
            if result.point is not None:
                self.standing.offer_part(left, result.point)
            # A point that is best here may be none for the standing, if an earlier tier that wasn't proven has got better.
            self._lift(best if result.finished and result.point is None else result.bound)
            if result.finished or self.work_limit is not None:
                return

    def _seconds_left(self) -> float | None:
        return None if self.budget.deadline is None else self.budget.left
