"""The last gap of a tier: one engine climbs from the bound, while another improves the best schedule.

The best point is improved window by window, then neighbourhood by neighbourhood, then CP-SAT searches the whole gap; beside
it another climbs.
With two workers they run side by side, and whichever closes the gap ends both; with one they take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from scheduler.domain.schedule import TierName
from scheduler.engines import cp_sat
from scheduler.engines.budget import HEARTBEAT, Budget
from scheduler.engines.climbing import MOST_COLUMNS, Climb
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Cap, Part
from scheduler.engines.polishing import Polish
from scheduler.engines.standing import Standing
from scheduler.engines.sweeping import Sweep
from scheduler.grouping import Ints
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme

WORK_OF_A_CLIMB = 10.0


@dataclass
class Race:
    """Closes the gap between the best value of a tier and its bound, as far as the budget goes.

    Without ``highs`` it sweeps no windows. ``work_limit`` holds for the climb, for polishing and for the search of the gap, each.
    """

    tier: TierName
    candidates: Candidates
    programme: Programme
    caps: Sequence[Cap]
    climb: Climb
    standing: Standing
    budget: Budget
    workers: int
    seed: int
    work_limit: float | None = None
    highs: Highs | None = None
    proven: int = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)

    def __post_init__(self) -> None:
        self.proven = self.climb.proven

    def run(self) -> int:
        """The bound that is proven in the end; the best point is with the standing."""
        if self.workers == 1:
            self._climb(self.work_limit or WORK_OF_A_CLIMB)
            self.improve()
            self._search_the_gap()
            return self.proven
        climber = threading.Thread(target=self._climb, daemon=True)
        climber.start()
        self.improve()
        self._search_the_gap()
        while climber.is_alive() and not self._finished():
            climber.join(HEARTBEAT)
        self._over.set()
        climber.join()  # it would speak of this tier in the next one's time
        return self.proven

    def _finished(self) -> bool:
        return self._over.is_set() or self.budget.over or self.standing.value(self.tier) <= self.proven

    def _lift(self, bound: float) -> None:
        """Note a bound that an engine has proven."""
        with self._lock:
            best = self.standing.value(self.tier)
            reached = best if bound >= best else self.climb.bound.part.rounded_up(bound)
            self.proven = max(self.proven, min(best, reached))
            self.standing.turn_to(self.tier, self.proven)
            if best <= self.proven:
                self._over.set()

    def _climb(self, work_limit: float | None = None) -> None:
        reached = self.climb.search(
            lambda: self.standing.value(self.tier),
            self.budget,
            seed=self.seed,
            work_limit=work_limit,
            also_stop=self._over,
            lifted=self._lift,
        )
        if reached is not None:
            self.standing.offer_part(*reached)
            self._lift(self.climb.proven)

    def _take(self, part: Part, values: Ints) -> None:
        self.standing.offer_part(part, values)
        self._lift(self.proven)

    def improve(self) -> None:
        """Better the best point, window by window and neighbourhood by neighbourhood."""
        candidates, programme, costs, bound = self.candidates, self.programme, self.programme.costs[self.tier], self.climb.bound

        def gap() -> int:
            return self.standing.value(self.tier) - bound.value

        if self.highs is not None:
            sweep = Sweep(self.highs, candidates, programme, self.standing, bound, costs, self.caps, gap, self._finished)
            sweep.run(self.budget, self.seed, self._over)
        polish = Polish(candidates, programme, self.standing, bound, costs, self.caps, gap, self._finished)
        margin = bound.part.step if self.tier == "preferences" else gap()
        polish.run(margin, self.budget, self.seed, self._over, self.work_limit)

    def _search_the_gap(self) -> None:
        while not self._finished():
            best, step = self.standing.value(self.tier), self.climb.bound.part.step
            left = self.climb.face(best - step)
            if len(left.columns) > MOST_COLUMNS:
                return
            result = cp_sat.search(
                left,
                time_limit=self.budget.seconds_left,
                work_limit=self.work_limit,
                workers=max(1, self.workers - 1),
                seed=self.seed + 1,
                stop=self._over,
                also_stop=self.budget.stop,
                found=partial(self._take, left),
            )
            if result.point is not None:
                self.standing.offer_part(left, result.point)
            # A point that is best here may be none for the standing, if an earlier tier that wasn't proven has got better.
            self._lift(best if result.finished and result.point is None else result.bound)
            if result.finished or self.work_limit is not None:
                return
