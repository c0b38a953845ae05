"""A constructive start: fills a schedule request by request with whatever still fits; no search, always an answer."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import sparse

from scheduler.grouping import Ints, ranges
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme


class Filling:
    """A growing solution of a programme: candidates are added while every row still holds.

    Counting columns that a row needs (an office day, say) are raised along with the candidate.
    """

    def __init__(self, programme: Programme) -> None:
        self._by_column = sparse.csc_array(programme.matrix)
        self._by_row = programme.matrix
        self._lower, self._upper = programme.row_lower, programme.row_upper
        self._top = programme.upper
        self.point = np.zeros(programme.columns, dtype=np.int64)
        self._activity = np.zeros(len(programme.row_upper))
        self._firm = np.ones(len(programme.row_upper), dtype=np.bool_)
        self._firm[programme.matrix.tocoo().row[programme.matrix.tocoo().data < 0]] = False

    def fitting(self, columns: Ints) -> Ints:
        """Those of some columns that break no row which counting columns can't relieve; the others can't be added."""
        starts = self._by_column.indptr.astype(np.int64)
        member, offset = ranges(starts[columns], starts[columns + 1])
        rows = self._by_column.indices[offset]
        broken = self._firm[rows] & (self._activity[rows] + self._by_column.data[offset] > self._upper[rows] + 1e-9)
        blocked = np.bincount(member[broken], minlength=len(columns)) > 0
        return np.asarray(columns[~blocked])

    def add(self, column: int) -> bool:
        """Raise a column by one and its counting columns as far as that needs; return False and change nothing if it can't be."""
        raised: list[tuple[int, int]] = []
        if self._raise(column, 1, raised, depth=0):
            return True
        for back, by in reversed(raised):
            self._move(back, -by)
        return False

    def _raise(self, column: int, by: int, raised: list[tuple[int, int]], depth: int) -> bool:
        if self.point[column] + by > self._top[column]:
            return False
        self._move(column, by)
        raised.append((column, by))
        lowered = self._rows(column, worsened_above=False)
        if depth == 0 and (self._activity[lowered] < self._lower[lowered] - 1e-9).any():
            return False
        rows = self._rows(column, worsened_above=True)
        for row in rows[self._activity[rows] > self._upper[rows] + 1e-9].tolist():
            if depth >= 2 or not self._relieve(row, raised, depth):
                return False
        return True

    def _relieve(self, row: int, raised: list[tuple[int, int]], depth: int) -> bool:
        """Raise some counting column by as much as makes room in the row, in one step: it may count a million children."""
        start, end = self._by_row.indptr[row], self._by_row.indptr[row + 1]
        columns, coefficients = self._by_row.indices[start:end], self._by_row.data[start:end]
        helping = coefficients < 0
        for helper, coefficient in zip(columns[helping].tolist(), coefficients[helping].tolist(), strict=True):
            mark = len(raised)
            by = max(1, math.ceil((self._activity[row] - self._upper[row] - 1e-9) / -coefficient))
            if self._raise(helper, by, raised, depth + 1) and self._activity[row] <= self._upper[row] + 1e-9:
                return True
            for back, by_before in reversed(raised[mark:]):
                self._move(back, -by_before)
            del raised[mark:]
        return False

    def _rows(self, column: int, *, worsened_above: bool) -> Ints:
        """The rows that raising the column brings nearer to their upper limits, or else to their lower ones."""
        start, end = self._by_column.indptr[column], self._by_column.indptr[column + 1]
        coefficients = self._by_column.data[start:end]
        return np.asarray(self._by_column.indices[start:end][coefficients > 0 if worsened_above else coefficients < 0])

    def _move(self, column: int, step: int) -> None:
        start, end = self._by_column.indptr[column], self._by_column.indptr[column + 1]
        self._activity[self._by_column.indices[start:end]] += step * self._by_column.data[start:end]
        self.point[column] += step


def completed(programme: Programme, chosen: Ints, earning: Ints) -> Ints:
    """The values of all columns for chosen candidates: what they need is raised, and what then earns without harm.

    ``earning`` are the counting columns worth raising.
    """
    filling = Filling(programme)
    for column in chosen.tolist():
        filling.add(column)
    for column in earning.tolist():
        filling.add(column)
    return filling.point


def filled(
    candidates: Candidates,
    programme: Programme,
    worth: Ints,
    chosen: Ints,
    rounds: int = 12,
    over: Callable[[], bool] = lambda: False,
) -> Ints:
    """The candidates of a schedule that keeps ``chosen`` (as far as they fit) and adds all else that fits.

    ``worth`` ranks every candidate, the best lowest. Requests with the fewest candidates go first; whatever
    finds no place goes to the front of the next round. The fullest of all rounds is given; none is begun but the first
    once it is ``over``.
    """
    number = len(candidates.requests)
    conferences = len(candidates.problem.conferences)
    counts = np.bincount(candidates.request, minlength=number)
    possible = counts[:conferences] > 0
    by_worth = np.lexsort((worth, candidates.request))
    bounds = np.concatenate([[0], np.cumsum(counts)])
    turn = np.lexsort((counts, np.arange(number) >= conferences)).tolist()
    best, best_missing = chosen, number + 1
    for _ in range(rounds):
        filling = Filling(programme)
        for column in chosen:
            filling.add(int(column))
        placed = np.bincount(candidates.request, weights=filling.point[: len(candidates)], minlength=number)
        for request in turn:
            wanted = candidates.requests[request].count - int(placed[request])
            if wanted <= 0:
                continue
            for column in filling.fitting(by_worth[bounds[request] : bounds[request + 1]]).tolist():
                if wanted == 0:
                    break
                added = filling.add(column)
                wanted -= added
                placed[request] += added
        without = np.flatnonzero(possible & (placed[:conferences] == 0)).tolist()
        if len(without) < best_missing:
            best, best_missing = np.flatnonzero(filling.point[: len(candidates)]), len(without)
        if not without or over():
            break
        turn = without + [request for request in turn if request not in set(without)]
    return best
