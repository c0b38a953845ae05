"""Rows of cuts: whole coefficients, each with an upper limit only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scheduler.engines.part import Part
from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats

UNLIMITED = float(1 << 40)
"""A limit from this size on is no limit: ``Bound.around`` writes such a one for a row that it leaves alone."""


@dataclass(frozen=True)
class Rows:
    """Rows ``matrix @ x <= most`` in whole numbers over a part's columns."""

    matrix: sparse.csr_array
    most: Ints

    def __len__(self) -> int:
        return len(self.most)

    def select(self, keep: Mask | Ints) -> Rows:
        """Return only some of the rows, by a mask or by their positions."""
        return Rows(sparse.csr_array(self.matrix[keep]), self.most[keep])

    def excess(self, point: Floats) -> Floats:
        """Return by how much a point breaks each row; what is left to its limit counts as negative."""
        return np.asarray(self.matrix @ point - self.most)


def no_rows(columns: int) -> Rows:
    """Return no rows over that many columns."""
    return Rows(sparse.csr_array((0, columns), dtype=np.int64), np.zeros(0, dtype=np.int64))


def stacked(first: Rows, *others: Rows) -> Rows:
    """Return the rows of all, in their order."""
    parts = [first, *others]
    matrix = sparse.csr_array(sparse.vstack([rows.matrix for rows in parts], dtype=np.int64))
    return Rows(matrix, np.concatenate([rows.most for rows in parts]))


def rows_of(part: Part) -> Rows:
    """Return the part's own rows, each of its two limits as a row of its own."""
    above, below = np.flatnonzero(part.upper < UNLIMITED), np.flatnonzero(part.lower > -UNLIMITED)
    matrix = part.matrix.astype(np.int64)
    limits = np.concatenate([np.floor(part.upper[above]), np.floor(-part.lower[below])]).astype(np.int64)
    return Rows(sparse.csr_array(sparse.vstack([matrix[above], -matrix[below]], dtype=np.int64)), limits)


def with_cuts(part: Part, cuts: Rows) -> Part:
    """Return the part with cuts after its own rows."""
    if not len(cuts):
        return part
    return part.with_rows(sparse.csr_array(-cuts.matrix.astype(np.float64)), -cuts.most.astype(np.float64))
