"""Bounds that are proofs: what any dual values prove about a part, in whole numbers, whatever solver they came from.

For any y, weak duality gives ``costs @ x >= y @ b + sum(min(0, costs - A'y) * top)``. The y that a solver gives
is rounded to a grid of 2**-20, so that the sum is taken exactly, and a solver's tolerances can't make it false.
Values too large for 64 bits count as 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.draft import Floats

GRID = 1 << 20
LARGEST_DUAL = 1 << 20
LARGEST_SUM = float(1 << 62)


@dataclass(frozen=True)
class Bound:
    """A proven lower bound of a part's objective, and what each column would add to it; both in units of 1/GRID."""

    part: Part
    scaled: int
    reduced: Ints

    @property
    def value(self) -> int:
        """The least value that the objective can have."""
        step = self.part.step * GRID
        return self.part.constant + self.part.step * -(-self.scaled // step)

    def within(self, value: int) -> Mask:
        """The columns that a solution of at most that value may use."""
        room = (value - self.part.constant) * GRID - self.scaled
        return np.asarray(self.reduced <= room)


def plain_bound(part: Part, value: int) -> Bound:
    """A bound that is known without dual values, and says nothing of single columns."""
    return Bound(part, (value - part.constant) * GRID, np.minimum(part.costs, 0) * 0)


def bound_from(part: Part, duals: Floats) -> Bound:
    """What dual values (one a row, positive for a lower limit) prove about the part."""
    y = np.round(np.clip(duals, -LARGEST_DUAL, LARGEST_DUAL) * GRID).astype(np.int64)
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
    return Bound(part, at_rows + at_columns, reduced)
