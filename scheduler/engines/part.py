"""A part of a programme: some of its columns free, the others fixed, with further rows that cap earlier tiers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from scheduler.grouping import Ints, Mask
from scheduler.model.programme import Floats, Programme


@dataclass(frozen=True)
class Cap:
    """A row over the programme's columns: ``costs @ x`` must not exceed ``limit``."""

    costs: Ints
    limit: int


@dataclass(frozen=True)
class Part:
    """Minimise ``constant + costs @ x`` over the free ``columns`` (positions in the programme) of what is left.

    ``rows`` are the positions, among the rows that it was made from, of those that its columns could break.
    ``possible`` is False where a row that has lost all its free columns is broken by the fixed ones.
    """

    columns: Ints
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    top: Floats
    costs: Ints
    constant: int
    possible: bool
    rows: Ints

    @property
    def step(self) -> int:
        """Every value of the objective differs from the constant by a multiple of this."""
        return max(1, math.gcd(*np.unique(np.abs(self.costs)).tolist()))

    @property
    def least(self) -> int:
        """What the objective is at least, by the columns' limits alone."""
        return self.constant + int(np.minimum(self.costs, 0) @ self.top)

    @property
    def most(self) -> int:
        """What the objective is at most, by the columns' limits alone."""
        return self.constant + int(np.maximum(self.costs, 0) @ self.top)

    def rounded_up(self, bound: float) -> int:
        """The least value that the objective can have, not below a bound."""
        return self.constant + self.step * math.ceil((bound - self.constant) / self.step)

    def kept(self, keep: Mask) -> Part:
        """The part with only some of its columns; the others are 0."""
        matrix = self.matrix[:, np.flatnonzero(keep)]
        return _tidied(self.columns[keep], matrix, self.lower, self.upper, self.top[keep], self.costs[keep], self.constant)

    def with_rows(self, matrix: sparse.csr_array, lower: Floats) -> Part:
        """The part with further rows over its columns, after its own, each with a lower limit."""
        rows = np.concatenate([self.rows, np.full(len(lower), -1)])
        upper = np.append(self.upper, np.full(len(lower), np.inf))
        stacked = sparse.csr_array(sparse.vstack([self.matrix, matrix]))
        return replace(self, matrix=stacked, lower=np.append(self.lower, lower), upper=upper, rows=rows)

    def alone(self, columns: Mask, rows: Mask, costs: Ints) -> Part:
        """Some of its columns with other costs, and only rows that have no others."""
        matrix = self.matrix[np.flatnonzero(rows)][:, np.flatnonzero(columns)]
        return _tidied(self.columns[columns], matrix, self.lower[rows], self.upper[rows], self.top[columns], costs, 0)

    def below(self, value: int) -> Part:
        """The part with a further row: the objective must not exceed a value."""
        row = sparse.csr_array(self.costs.reshape(1, -1).astype(np.float64))
        matrix = sparse.csr_array(sparse.vstack([self.matrix, row]))
        lower, upper = np.append(self.lower, -np.inf), np.append(self.upper, float(value - self.constant))
        return _tidied(self.columns, matrix, lower, upper, self.top, self.costs, self.constant)


def part_of(
    programme: Programme,
    columns: Ints,
    costs: Ints,
    constant: int,
    caps: Sequence[Cap] = (),
    fixed: Ints | None = None,
) -> Part:
    """The programme with only ``columns`` free; ``fixed`` gives the other columns' values (0 without it)."""
    matrix, lower, upper = programme.matrix, programme.row_lower, programme.row_upper
    if caps:
        rows = sparse.csr_array(np.array([cap.costs for cap in caps], dtype=np.float64))
        matrix = sparse.csr_array(sparse.vstack([matrix, rows]))
        lower = np.concatenate([lower, np.full(len(caps), -np.inf)])
        upper = np.concatenate([upper, [float(cap.limit) for cap in caps]])
    if fixed is not None:
        held = fixed.copy()
        held[columns] = 0
        taken = matrix @ held
        lower, upper, constant = lower - taken, upper - taken, constant + int(costs @ held)
    return _tidied(
        columns, sparse.csr_array(matrix[:, columns]), lower, upper, programme.upper[columns], costs[columns], constant
    )


def _tidied(
    columns: Ints, matrix: sparse.csr_array, lower: Floats, upper: Floats, top: Floats, costs: Ints, constant: int
) -> Part:
    """A part without the rows that no values of its columns can break."""
    matrix = sparse.csr_array(matrix)
    most = matrix.maximum(0) @ top
    least = matrix.minimum(0) @ top
    can_break = (most > upper + 1e-9) | (least < lower - 1e-9)
    hopeless = (least > upper + 1e-9) | (most < lower - 1e-9)
    kept = np.flatnonzero(can_break)
    return Part(columns, matrix[kept], lower[kept], upper[kept], top, costs, constant, not bool(hopeless.any()), kept)
