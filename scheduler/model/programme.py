"""The programme that the rules post to: 0-1 columns, linear rows, and a cost in each tier.

The first columns are the candidates, one each; rules add further columns to count with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from scheduler.domain.schedule import TIERS, TierName
from scheduler.grouping import Ints, at_one_moment
from scheduler.model.candidates import Candidates

Floats = NDArray[np.float64]
Matrix = sparse.csr_array | sparse.csc_array
NOTHING_LEFT_OUT = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Programme:
    """A linear programme over whole numbers, with one objective a tier, all coefficients whole.

    Minimise ``constants[tier] + costs[tier] @ x`` tier by tier, where ``row_lower <= matrix @ x <= row_upper``
    and ``0 <= x <= upper``. A day that was left out would raise lateness (T2) by at least ``left_out``.
    """

    matrix: Matrix
    row_lower: Floats
    row_upper: Floats
    upper: Floats
    costs: dict[TierName, Ints]
    constants: dict[TierName, int]
    left_out: int = NOTHING_LEFT_OUT

    @property
    def columns(self) -> int:
        """Return the number of columns."""
        return int(self.matrix.shape[1])


class ProgrammeBuilder:
    """A builder that collects the columns, rows and costs that rules post, and makes the programme.

    ``impossible`` names, for each conference without a candidate, the rule that left it none.
    """

    def __init__(self, candidates: Candidates, impossible: Mapping[str, str] = MappingProxyType({})) -> None:
        self.candidates = candidates
        self.problem = candidates.problem
        self.impossible = dict(impossible)
        self._upper: list[NDArray[np.int64]] = [np.ones(len(candidates), dtype=np.int64)]
        self._width = len(candidates)
        self._height = 0
        self._entries: list[tuple[Ints, Ints, Ints]] = []
        self._lower_limits: list[Floats] = []
        self._upper_limits: list[Floats] = []
        self._costs: dict[TierName, list[tuple[Ints, Ints]]] = {tier: [] for tier in TIERS}
        self._constants: dict[TierName, int] = dict.fromkeys(TIERS, 0)
        self._left_out = NOTHING_LEFT_OUT

    def count_columns(self, number: int, upper: ArrayLike = 1) -> Ints:
        """Add columns that count from 0 to ``upper``, and return their positions."""
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.int64), number).copy())
        self._width += number
        return np.arange(self._width - number, self._width)

    def limit(
        self,
        row: Ints,
        column: Ints,
        coefficient: ArrayLike = 1,
        *,
        at_least: ArrayLike = -np.inf,
        at_most: ArrayLike = np.inf,
        rows: int | None = None,
    ) -> None:
        """Add rows that bound sums of columns: entry n adds ``coefficient[n] * column[n]`` to row ``row[n]``.

        Rows are numbered from 0 within the call; the bounds hold for all, or one for each row.
        """
        number = rows if rows is not None else (int(row.max()) + 1 if len(row) else 0)
        if number == 0:
            return
        coefficients = np.broadcast_to(np.asarray(coefficient, dtype=np.int64), len(row))
        self._entries.append((row + self._height, column, coefficients))
        self._lower_limits.append(np.broadcast_to(np.asarray(at_least, dtype=np.float64), number))
        self._upper_limits.append(np.broadcast_to(np.asarray(at_most, dtype=np.float64), number))
        self._height += number

    def limit_groups(self, group: Ints, column: Ints, most: Ints, possible: Ints) -> None:
        """Limit group n to ``most[n]`` of its columns, with no row for a group that can't have more."""
        binds = most < possible
        here = np.flatnonzero(binds[group])
        number = np.cumsum(binds) - 1
        self.limit(number[group[here]], column[here], at_most=most[binds])

    def limit_together(self, group: Ints, column: Ints, start: Ints, end: Ints, most: ArrayLike = 1) -> None:
        """Limit a group's columns at any one moment to ``most``: one number, or one for each group."""
        row, member = at_one_moment(group, start, end)
        if not len(row):
            return
        group_of_row = np.zeros(int(row.max()) + 1, dtype=np.int64)
        group_of_row[row] = group[member]
        limits = np.asarray(most, dtype=np.int64)
        self.limit(row, column[member], at_most=limits[group_of_row] if limits.ndim else limits)

    def presence_columns(self, group: Ints, column: Ints, start: Ints, end: Ints) -> Ints:
        """Add a column for each group (numbered from 0) that is 1 if any of the group's columns is; return their positions.

        This assumes that the columns of a group never overlap. Only a cost or a limit keeps the new columns at 0.
        """
        present = self.count_columns(int(group.max()) + 1 if len(group) else 0)
        row, member = at_one_moment(group, start, end)
        rows, first = np.unique(row, return_index=True)
        self.limit(
            np.concatenate([row, rows]),
            np.concatenate([column[member], present[group[member[first]]]]),
            np.concatenate([np.ones_like(row), -np.ones_like(rows)]),
            at_most=0,
        )
        return present

    def pay(self, tier: TierName, column: Ints, amount: ArrayLike) -> None:
        """Make columns cost in a tier; the costs of one column add up."""
        amounts = np.broadcast_to(np.asarray(amount, dtype=np.int64), len(column))
        self._costs[tier].append((column, amounts))

    def pay_always(self, tier: TierName, amount: int) -> None:
        """Add a constant cost, which bookings may reduce."""
        self._constants[tier] += amount

    def leave_out(self, least: int) -> None:
        """Record the least by which lateness (T2) would rise with a day that was left out."""
        self._left_out = least

    def pay_above(self, tier: TierName, row: Ints, column: Ints, coefficient: ArrayLike, limit: Ints, price: int) -> None:
        """Make each unit by which a sum exceeds its row's limit cost ``price``; a limit below 0 costs from the start."""
        coefficients = np.broadcast_to(np.asarray(coefficient, dtype=np.int64), len(row))
        already = np.maximum(-limit, 0)
        self.pay_always(tier, int(already.sum()) * price)
        most = np.zeros(len(limit), dtype=np.int64)
        np.add.at(most, row, coefficients)
        above = self.count_columns(len(limit), np.maximum(most - np.maximum(limit, 0), 0))
        rows = np.arange(len(limit))
        self.limit(
            np.concatenate([row, rows]),
            np.concatenate([column, above]),
            np.concatenate([coefficients, np.full(len(limit), -1)]),
            at_most=np.maximum(limit, 0),
            rows=len(limit),
        )
        self.pay(tier, above, price)

    def programme(self) -> Programme:
        """Return the programme of everything posted so far.

        Past bookings are booked. They may break rules among themselves, so no row allows less than they already take.
        """
        rows, columns, values = (
            (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
            if self._entries
            else (np.zeros(0, dtype=np.int64),) * 3
        )
        matrix = sparse.csr_array((values.astype(np.float64), (rows, columns)), shape=(self._height, self._width))
        costs: dict[TierName, Ints] = {}
        for tier, parts in self._costs.items():
            costs[tier] = np.zeros(self._width, dtype=np.int64)
            for column, amount in parts:
                np.add.at(costs[tier], column, amount)
        empty = np.zeros(0)
        upper = np.concatenate(self._upper).astype(np.float64)
        row_lower, row_upper = (np.concatenate(limits or [empty]) for limits in (self._lower_limits, self._upper_limits))
        settled = np.flatnonzero(self.candidates.is_settled)
        if len(settled):
            row_upper = np.maximum(row_upper, matrix[:, settled].sum(axis=1) + matrix.minimum(0) @ upper)
            booked = (np.ones(len(settled)), (np.arange(len(settled)), settled))
            matrix = sparse.csr_array(sparse.vstack([matrix, sparse.csr_array(booked, shape=(len(settled), self._width))]))
            row_lower, row_upper = (np.append(limits, np.ones(len(settled))) for limits in (row_lower, row_upper))
        return Programme(
            matrix=matrix,
            row_lower=row_lower,
            row_upper=row_upper,
            upper=upper,
            costs=costs,
            constants=dict(self._constants),
            left_out=self._left_out,
        )
