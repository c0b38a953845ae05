"""Tightening: what no single chair and no single week can do in whole numbers lifts a bound above the relaxation's.

A relaxation lets a chair be half at one site and half at another. What one chair's own columns cost at least in whole
numbers, with the prices that the relaxation gives to all rows shared with others, is a row that every solution keeps; the
same for one week. Such problems are small. With these rows the relaxation is nearer to the truth and leaves fewer columns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scheduler.engines import cp_sat
from scheduler.engines.bounds import GRID, Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Tight, is_set
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates

ROUNDS = 4
FINE = 16
"""Costs of single chairs and weeks are counted in sixteenths: small whole numbers, and next to nothing lost."""
LEAST_GAIN = FINE / 10
WORK_OF_A_GROUP = 1.0
LARGEST_GROUP = 5_000
MOST_COLUMNS = 20_000
NOBODY = -1


@dataclass(frozen=True)
class Tightening:
    """Tightens bounds of parts whose first columns are of these candidates."""

    highs: Highs
    candidates: Candidates
    seed: int

    def __call__(self, bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None = None) -> Tight:
        """A bound at least as high, true only of solutions of at most ``top``; above ``top`` where it shows that there are none.

        What is too large, or a budget that is over, leaves the bound as it was.
        """

        def is_over() -> bool:
            return budget.over or is_set(also_stop)

        part, found, work, step = bound.around(top), bound, 0.0, bound.part.step
        if len(part.columns) > MOST_COLUMNS:
            return Tight(bound, top)
        rows, lower = sparse.csr_array((0, len(part.columns))), np.zeros(0)
        for _ in range(ROUNDS):
            whole = part.with_rows(rows, lower)
            relaxation = None if is_over() else self.highs.relaxation(whole, budget, interior=True)
            if relaxation is None:
                break
            tight = bound_from(whole, relaxation.duals)
            gained = tight.scaled - found.scaled
            if gained > 0:
                found = Bound(part, tight.scaled, tight.reduced, tight.prices[: len(part.lower)])
            if found.value > top or (lower.size and gained < step * GRID):
                break
            more: list[Ints] = []
            least: list[float] = []
            for columns, own, costs in self._alone(part, whole, tight):
                if is_over():
                    break
                result = cp_sat.search(
                    whole.alone(columns, own, costs),
                    time_limit=budget.seconds_left,
                    work_limit=WORK_OF_A_GROUP,
                    seed=self.seed,
                    stop=budget.stop,
                    also_stop=also_stop,
                )
                work += result.work
                if result.bound == np.inf:
                    nothing = (top + step - part.constant) * GRID
                    return Tight(Bound(part, nothing, tight.reduced, tight.prices[: len(part.lower)]), top, work)
                if result.bound > costs @ relaxation.point[columns] + LEAST_GAIN:
                    row = np.zeros(len(columns), dtype=np.int64)
                    row[columns] = costs
                    more.append(row)
                    least.append(result.bound)
            if not more:
                break
            rows = sparse.csr_array(sparse.vstack([rows, sparse.csr_array(np.array(more, dtype=np.float64))]))
            lower = np.append(lower, least)
        return Tight(found, top, work)

    def _alone(self, part: Part, whole: Part, bound: Bound) -> Iterator[tuple[Mask, Mask, Ints]]:
        """For each chair and week its columns, the rows that have no others, and the costs at the prices of all other rows."""
        matrix = sparse.csr_array(whole.matrix.astype(np.int64))
        for columns, of_part in self._groups(part):
            own = np.append(of_part, np.zeros(len(whole.lower) - len(of_part), dtype=np.bool_))
            reduced = whole.costs * GRID - matrix.T @ np.where(own, 0, bound.prices)
            yield columns, own, np.rint(reduced[columns] / (GRID // FINE)).astype(np.int64)

    def _groups(self, part: Part) -> Iterator[tuple[Mask, Mask]]:
        """For each chair and each week its columns, and the rows that have no others."""
        number = len(self.candidates)
        is_candidate = part.columns < number
        for owner in (self.candidates.chair, self.candidates.week):
            owners = np.full(len(part.columns), NOBODY)
            owners[is_candidate] = owner[part.columns[is_candidate]]
            for one in np.unique(owners[is_candidate]).tolist():
                columns, rows = _with_counting(part.matrix, owners == one, is_candidate)
                if rows.any() and columns.sum() <= LARGEST_GROUP:
                    yield columns, rows


def _with_counting(matrix: sparse.csr_array, columns: Mask, is_candidate: Mask) -> tuple[Mask, Mask]:
    """The columns with those that count for them alone, and the rows that then have no others."""
    row_of = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    size = 0
    while columns.sum() > size:
        size = int(columns.sum())
        others, within = (
            np.bincount(row_of, mask[matrix.indices], minlength=matrix.shape[0]) > 0
            for mask in (is_candidate & ~columns, columns)
        )
        counted = np.zeros_like(columns)
        counted[matrix.indices[(within & ~others)[row_of]]] = True
        columns = columns | (counted & ~is_candidate)
    outside = np.bincount(row_of, ~columns[matrix.indices], minlength=matrix.shape[0])
    return columns, (outside == 0) & (np.diff(matrix.indptr) > 0)
