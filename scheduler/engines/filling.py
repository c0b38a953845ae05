"""A constructive start: fills a schedule request by request with whatever still fits; no search, always an answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from scheduler.model.candidates import Candidates, Ints
from scheduler.model.draft import Programme

MOST_TRIES = 400


class Filling:
    """A growing solution of a programme: candidates are added while every row still holds.

    Counting columns that a row needs (an office day, say) are raised along with the candidate.
    """

    def __init__(self, programme: Programme) -> None:
        self._by_column = sparse.csc_array(programme.matrix)
        self._by_row = programme.matrix
        self._upper = programme.row_upper
        self._lower_matters = programme.row_lower
        self._top = programme.upper
        self.point = np.zeros(programme.columns, dtype=np.int64)
        self._activity = np.zeros(len(programme.row_upper))

    def add(self, column: int) -> bool:
        """Raise a column by one, with whatever counting columns that takes; changes nothing and says False if none fits."""
        raised: list[int] = []
        if self._raise(column, raised, depth=0):
            return True
        for back in reversed(raised):
            self._move(back, -1)
        return False

    def _raise(self, column: int, raised: list[int], depth: int) -> bool:
        if self.point[column] >= self._top[column]:
            return False
        self._move(column, 1)
        raised.append(column)
        rows = self._rows(column)
        for row in rows[self._activity[rows] > self._upper[rows] + 1e-9].tolist():
            if depth >= 2 or not self._relieve(row, raised, depth):
                return False
        return True

    def _relieve(self, row: int, raised: list[int], depth: int) -> bool:
        """Raise some counting column that makes room in the row."""
        start, end = self._by_row.indptr[row], self._by_row.indptr[row + 1]
        for helper in self._by_row.indices[start:end][self._by_row.data[start:end] < 0].tolist():
            mark = len(raised)
            if self._raise(helper, raised, depth + 1) and self._activity[row] <= self._upper[row] + 1e-9:
                return True
            for back in reversed(raised[mark:]):
                self._move(back, -1)
            del raised[mark:]
        return False

    def _rows(self, column: int) -> Ints:
        return np.asarray(self._by_column.indices[self._by_column.indptr[column] : self._by_column.indptr[column + 1]])

    def _move(self, column: int, step: int) -> None:
        start, end = self._by_column.indptr[column], self._by_column.indptr[column + 1]
        self._activity[self._by_column.indices[start:end]] += step * self._by_column.data[start:end]
        self.point[column] += step


def filled(candidates: Candidates, programme: Programme, order_of_worth: Ints, chosen: Iterable[int] = ()) -> Ints:
    """The candidates of a schedule that keeps ``chosen`` (as far as they fit) and adds all else that fits.

    ``order_of_worth`` ranks every candidate, the best lowest. Requests with the fewest candidates go first.
    """
    filling = Filling(programme)
    for column in chosen:
        filling.add(int(column))
    number = len(candidates.requests)
    counts = np.bincount(candidates.request, minlength=number)
    held = np.arange(number) >= len(candidates.problem.conferences)
    order = np.lexsort((order_of_worth, candidates.request))
    bounds = np.concatenate([[0], np.cumsum(counts)])
    placed = np.bincount(candidates.request, weights=filling.point[: len(candidates)], minlength=number)
    for request in np.lexsort((counts, held)).tolist():
        wanted = candidates.requests[request].count - int(placed[request])
        for column in order[bounds[request] : bounds[request + 1]][:MOST_TRIES].tolist():
            if wanted == 0:
                break
            wanted -= filling.add(column)
    return np.flatnonzero(filling.point[: len(candidates)])
