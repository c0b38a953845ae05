"""Bounds that are proofs: what any dual values prove about a part, in whole numbers, whatever solver they came from.

For any y, weak duality gives ``costs @ x >= y @ b + sum(min(0, costs - A'y) * top)``. The y that a solver gives
is rounded to a grid of 2**-20, so that the sum is taken exactly, and a solver's tolerances can't make it false.
Values too large for 64 bits count as 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats

GRID = 1 << 20
LARGEST_DUAL = 1 << 20
LARGEST_SUM = float(1 << 62)
FAR = float(1 << 52)
LARGEST_ROOM = 1 << 62


@dataclass(frozen=True)
class Bound:
    """A proven lower bound of a part's objective, and what each column and each unit of a row's slack adds to it, in 1/GRID."""

    part: Part
    scaled: int
    reduced: Ints
    prices: Ints

    @property
    def value(self) -> int:
        """The least value that the objective can have."""
        step = self.part.step * GRID
        return self.part.constant + self.part.step * -(-self.scaled // step)

    def within(self, value: int) -> Mask:
        """The columns that a solution of at most that value may use."""
        return np.asarray(self.reduced <= self.room(value))

    def face(self, value: int) -> Part:
        """All solutions of at most that value, and no others."""
        return self.around(value).below(value)

    def around(self, value: int) -> Part:
        """Where those of at most that value are: the columns that they may use, and rows as near their limits as they must be."""
        part, room = self.part, max(0, self.room(value))
        priced = np.flatnonzero(self.prices)
        slack = np.full(len(self.prices), FAR)
        slack[priced] = room // np.abs(self.prices[priced])
        upper = np.where(self.prices > 0, np.minimum(part.upper, part.lower + slack), part.upper)
        lower = np.where(self.prices < 0, np.maximum(part.lower, part.upper - slack), part.lower)
        return replace(part, lower=lower, upper=upper).kept(self.within(value))

    def room(self, value: int) -> int:
        """What columns and slack may add together in a solution of at most that value, in 1/GRID."""
        return min((value - self.part.constant) * GRID - self.scaled, LARGEST_ROOM)


def plain_bound(part: Part, value: int) -> Bound:
    """A bound that is known without dual values, and says nothing of single columns."""
    return Bound(part, (value - part.constant) * GRID, np.zeros_like(part.costs), np.zeros(len(part.lower), dtype=np.int64))


def bound_from(part: Part, duals: Floats) -> Bound:
    """What dual values (one a row, positive for a lower limit) prove about the part."""
    y = np.round(np.clip(np.nan_to_num(duals), -LARGEST_DUAL, LARGEST_DUAL) * GRID).astype(np.int64)
    y[(y > 0) & ~np.isfinite(part.lower)] = 0
    y[(y < 0) & ~np.isfinite(part.upper)] = 0
    matrix = sparse.csr_array(part.matrix.astype(np.int64))
    limits = np.where(y > 0, part.lower, part.upper)
    most = abs(part.matrix) @ np.maximum(part.top, 1) + np.abs(np.where(y == 0, 0.0, limits))
    if np.abs(y) @ most + GRID * (np.abs(part.costs) @ part.top) > LARGEST_SUM:
        y = np.zeros_like(y)
    reduced = part.costs * GRID - matrix.T @ y
    at_rows = int(y @ np.where(y == 0, 0.0, limits).astype(np.int64))
    at_columns = int(np.minimum(reduced, 0) @ part.top.astype(np.int64))
    return Bound(part, at_rows + at_columns, reduced, y)
