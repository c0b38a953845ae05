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
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates
from scheduler.model.draft import Floats

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

    def __call__(self, bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None = None) -> Bound:
        """A bound at least as high, true only of solutions of at most ``top``; above ``top`` where there are none.

        What is too large, or a budget that is over, leaves the bound as it was.
        """
        part, found = bound.around(top), bound
        if len(part.columns) > MOST_COLUMNS:
            return bound
        rows, lower = sparse.csr_array((0, len(part.columns))), np.zeros(0)
        for _ in range(ROUNDS):
            whole = part.with_rows(rows, lower)
            relaxation = None if budget.over else self.highs.relaxation(whole, budget, interior=True)
            if relaxation is None:
                break
            tight = bound_from(whole, relaxation.duals)
            gained = tight.scaled - found.scaled
            if gained > 0:
                found = Bound(part, tight.scaled, tight.reduced, tight.prices[: len(part.lower)])
            if found.value > top or (lower.size and gained < part.step * GRID):
                break
            more = list(self._rows(part, whole, tight, relaxation.point, budget, also_stop))
            if any(least == np.inf for _, least in more):
                return Bound(part, (top + part.step - part.constant) * GRID, tight.reduced, tight.prices[: len(part.lower)])
            if not more:
                break
            rows = sparse.csr_array(sparse.vstack([rows, sparse.csr_array(np.array([row for row, _ in more], dtype=np.float64))]))
            lower = np.append(lower, [least for _, least in more])
        return found

    def _rows(
        self, part: Part, whole: Part, bound: Bound, point: Floats, budget: Budget, also_stop: threading.Event | None
    ) -> Iterator[tuple[Ints, float]]:
        """Rows that the point breaks and no solution does, each with its lower limit; infinite where there is no solution."""
        matrix = sparse.csr_array(whole.matrix.astype(np.int64))
        for columns, of_part in self._groups(part):
            own = np.append(of_part, np.zeros(len(whole.lower) - len(of_part), dtype=np.bool_))
            reduced = whole.costs * GRID - matrix.T @ np.where(own, 0, bound.prices)
            costs = np.rint(reduced[columns] / (GRID // FINE)).astype(np.int64)
            result = cp_sat.search(
                whole.alone(columns, own, costs),
                time_limit=budget.seconds_left,
                work_limit=WORK_OF_A_GROUP,
                seed=self.seed,
                stop=budget.stop,
                also_stop=also_stop,
            )
            if result.bound > costs @ point[columns] + LEAST_GAIN:
                row = np.zeros(len(columns), dtype=np.int64)
                row[columns] = costs
                yield row, result.bound

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
