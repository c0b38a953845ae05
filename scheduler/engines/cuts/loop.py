"""The cut loop: solve the relaxation, cut off its vertex, fix columns by reduced cost, and again.

Every solution of at most ``top`` keeps every row and every fixing here. What the last relaxation proves is summed in whole
numbers from its duals (``bounds``), so neither the cuts' choice nor the LP solver's tolerances matter to it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from scheduler.engines.bounds import GRID, Bound, bound_from
from scheduler.engines.cuts.parameters import Cut, CutLoop
from scheduler.engines.cuts.presence import presence_rows
from scheduler.engines.cuts.rows import Rows, no_rows, rows_of, stacked, with_cuts
from scheduler.engines.cuts.simplex import Vertex, WarmLp
from scheduler.engines.cuts.zero_half import zero_half_cuts
from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats


@dataclass
class _Loop:
    part: Part
    top: int
    how: CutLoop
    cuts: Rows
    best: Bound
    fixed: Mask

    def learn(self, vertex: Vertex) -> bool:
        """Take the bound that the vertex's duals prove, and the fixings that follow. True if nothing is left to look for."""
        free = replace(self.part, top=np.where(self.fixed, 0.0, self.part.top))
        if vertex.point is None:
            return self._is_impossible(free, vertex.duals)
        bound = self._bound(free, vertex.duals)
        if bound.scaled > self.best.scaled:
            self.best = bound
        self.fixed |= bound.reduced > bound.room(self.top)
        return bound.value > self.top

    def _is_impossible(self, free: Part, ray: Floats) -> bool:
        costless = replace(free, costs=np.zeros_like(free.costs), constant=0)
        scale = max(1.0, float(np.abs(ray).max(initial=0)))
        is_proven = any(self._bound(costless, sign * ray / scale).scaled > 0 for sign in (1, -1))
        if is_proven:
            scaled = (self.top + self.part.step - self.part.constant) * GRID
            self.best = replace(self.best, scaled=scaled)
        return is_proven

    def _bound(self, free: Part, duals: Floats) -> Bound:
        own = len(self.part.lower)
        signed = np.concatenate([duals[:own], -duals[own:]])  # ``with_cuts`` states cuts with lower limits
        found = bound_from(with_cuts(free, self.cuts), signed)
        return Bound(self.part, found.scaled, found.reduced, found.prices[:own])


def cut_down(known: Bound, request: Ints, top: int, seconds: float, seed: int, how: CutLoop) -> Cut:
    """Cut the part of ``known``, which holds every solution of at most ``top``, and return what is proven of these.

    ``request`` is what ``presence.request_of_columns`` returns. The bound that is returned is above ``top`` if there is no such
    solution.
    """
    part = known.part
    end = time.monotonic() + seconds
    random = np.random.default_rng(seed)
    presences, own = presence_rows(part, request), rows_of(part)
    state = _Loop(part, top, how, no_rows(len(part.columns)), known, np.zeros(len(part.columns), dtype=np.bool_))
    lp = WarmLp(part)
    iterations, stalled = 0, 0
    for number in range(how.most_rounds):
        before, fixed = state.best.scaled, state.fixed.copy()
        vertex = lp.solve(end - time.monotonic())
        iterations += lp.iterations
        if vertex is None or state.learn(vertex) or vertex.point is None:
            break
        lp.fix(state.fixed & ~fixed)
        stalled = 0 if state.best.scaled - before >= how.least_gain * GRID else stalled + 1
        if stalled >= how.most_stalled or iterations >= how.most_iterations or time.monotonic() >= end:
            break
        if number % how.rounds_to_drop == how.rounds_to_drop - 1:
            slack = -state.cuts.excess(vertex.point) > how.least_slack
            lp.drop(np.flatnonzero(slack))
            state.cuts = state.cuts.select(~slack)
        found = _separated(state, presences, own, vertex.point, random)
        if not len(found):
            break
        lp.add(found)
        state.cuts = stacked(state.cuts, found)
    return Cut(_without_fixed(state), iterations)


def _separated(state: _Loop, presences: Rows, own: Rows, point: Floats, random: np.random.Generator) -> Rows:
    """Return the rows that the point breaks."""
    excess = presences.excess(point)
    broken = np.flatnonzero(excess > state.how.zero_half.least_violation)
    most_broken = broken[np.argsort(-excess[broken], kind="stable")][: state.how.most_presences]
    found = presences.select(most_broken)
    if len(broken) >= state.how.few_presences:
        return found
    top = np.where(state.fixed, 0, state.part.top).astype(np.int64)
    cuts = zero_half_cuts(stacked(own, state.cuts), point, top, state.how.zero_half, random)
    return stacked(found, cuts)


def _without_fixed(state: _Loop) -> Bound:
    """Return the best bound, of the columns that no round has fixed."""
    best, keep = state.best, ~state.fixed
    part = state.part.kept(keep)
    return Bound(part, best.scaled, best.reduced[keep], best.prices[part.rows])
