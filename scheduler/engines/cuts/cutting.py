"""Cutting the last tier of a plan: from a bound to a higher one, true only of solutions of at most a value."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from scheduler.engines.bounds import Bound
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Tight, is_set
from scheduler.engines.cuts.parameters import CutLoop
from scheduler.engines.cuts.presence import request_of_columns
from scheduler.engines.highs_process import Highs
from scheduler.model.candidates import Candidates

MOST_COLUMNS = 60_000
"""Columns of a face above which its relaxations take too long."""
ITERATIONS_OF_A_UNIT = 2_500
"""Simplex iterations, with the separation beside them, that take about as long as one of CP-SAT's deterministic units."""


@dataclass(frozen=True)
class Cutting:
    """Cuts parts whose first columns are of these candidates."""

    highs: Highs
    candidates: Candidates
    seed: int
    how: CutLoop = field(default_factory=CutLoop)

    def __call__(self, bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None = None) -> Tight:
        """Return a bound at least as high, true only of solutions of at most ``top``; above ``top`` if there are none.

        What is too large, or a budget that is over, leaves the bound as it was.
        """
        part = bound.around(top)
        if len(part.columns) > MOST_COLUMNS or budget.over or is_set(also_stop):
            return Tight(bound, top)
        known = Bound(part, bound.scaled, bound.reduced[bound.within(top)], np.zeros(len(part.lower), dtype=np.int64))
        request = request_of_columns(part, self.candidates)
        cut = self.highs.cut_down(known, request, top, budget, seed=self.seed, how=self.how, also_stop=also_stop)
        return Tight(bound, top) if cut is None else Tight(cut.bound, top, cut.iterations / ITERATIONS_OF_A_UNIT)
