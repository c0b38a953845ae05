"""The held slots whose place an offer takes: for each candidate the cheapest of the minimal sets that make it possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from scheduler.grouping import Ints, Mask
from scheduler.offers.marginal import Counts, MarginalProgramme

Costs = tuple[int, ...]
Recorded = Callable[[Ints, frozenset[str]], Mask]
"""Returns which candidates somebody can record if some held slots are withdrawn."""


@dataclass(frozen=True)
class Way:
    """A candidate that is possible: its cost in each tier, and the held slots withdrawn for it."""

    costs: Costs
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True)
class HoldSearch:
    """The search for held slots to withdraw. Numbers of candidates are positions among the programme's free ones."""

    programme: MarginalProgramme
    names: tuple[str, ...]
    columns: Ints
    """The candidates that book the held slots."""
    same_day: Mask
    """Which held slots (rows) may keep a minute taker from which candidates (columns)."""
    recorded: Recorded

    @cached_property
    def base(self) -> Counts:
        """Return the counts of all fixed bookings."""
        return self.programme.point()

    @cached_property
    def possible_without_any(self) -> Mask:
        """Return which candidates no row excludes if all held slots are withdrawn."""
        return self.programme.evaluate(self.programme.free, self.programme.point(self.columns), self.base).possible

    @cached_property
    def _least(self) -> Ints:
        """Return a lower bound of the cost of withdrawing each number of held slots in each tier (tiers x numbers from 0)."""
        each = np.sort(self.programme.least_costs_without(self.columns), axis=1)
        return np.concatenate([np.zeros((len(each), 1), dtype=np.int64), np.cumsum(each, axis=1)], axis=1)

    def lower_bounds(self, costs: Ints, size: int = 1) -> list[Costs]:
        """Return a lower bound with ``size`` held slots withdrawn; ``costs`` are those beside all (tiers x candidates)."""
        return [tuple(of_one) for of_one in (costs + self._least[:, [size]]).T.tolist()]

    def cheapest(self, candidates: Ints, costs: Ints, limits: Sequence[Costs | None]) -> dict[int, Way]:
        """Return the cheapest way for each candidate, if one costs no more than its limit; None is no limit.

        Sets are tried by size. Withdrawing more never makes a candidate impossible, so only held slots that take part in what
        excludes it can help, and a set is minimal if no smaller one within it suffices. ``costs`` are those beside all of them.
        """
        helps = self._helping(candidates)
        minimal: dict[int, list[frozenset[int]]] = {n: [] for n in candidates.tolist()}
        best: dict[int, Way] = {}
        for size in range(1, int(helps.sum(axis=0).max(initial=0)) + 1):
            to_try: dict[frozenset[int], list[int]] = {}
            bounds = self.lower_bounds(costs, size)
            for position, n in enumerate(candidates.tolist()):
                limit = best[n].costs if n in best else limits[position]
                if limit is not None and bounds[position] > limit:
                    continue
                for chosen in map(frozenset, combinations(np.flatnonzero(helps[:, position]).tolist(), size)):
                    if not any(within <= chosen for within in minimal[n]):
                        to_try.setdefault(chosen, []).append(n)
            for tried, among in to_try.items():
                for n, way in self._ways(tried, np.array(among, dtype=np.int64)):
                    minimal[n].append(tried)
                    if n not in best or way.costs < best[n].costs:
                        best[n] = way
        return best

    def _helping(self, candidates: Ints) -> Mask:
        """Return which held slots (rows) take part in what excludes which candidates (columns)."""
        in_rows = self.programme.blocking(self.programme.free[candidates], self.base, self.columns)
        unrecorded = ~self.recorded(candidates, frozenset())
        return np.asarray(in_rows | (self.same_day[:, candidates] & unrecorded))

    def _ways(self, chosen: frozenset[int], among: Ints) -> list[tuple[int, Way]]:
        """Return the candidates that are possible without the chosen held slots."""
        withdrawn = sorted(chosen)
        point = self.programme.point(self.columns[withdrawn])
        evaluation = self.programme.evaluate(self.programme.free[among], point, self.base)
        names = tuple(self.names[n] for n in withdrawn)
        here = np.flatnonzero(evaluation.possible)
        here = here[self.recorded(among[here], frozenset(names))]
        costs = evaluation.costs[:, here].T.tolist()
        return [(n, Way(tuple(of_one), names)) for n, of_one in zip(among[here].tolist(), costs, strict=True)]
