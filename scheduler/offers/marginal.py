"""The cost of one more booking beside a fixed diary, for every candidate at once, from the programme's rows.

The fixed bookings are a point of the programme. One more candidate adds its column to the activity of each row. The columns
that rules count with follow from the candidates: each takes the value that costs least. A candidate is impossible if it raises
a row's activity above the row's limit; otherwise its marginal cost is the difference in each tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from scheduler.domain.schedule import TIERS
from scheduler.grouping import Ints, Mask, numbered
from scheduler.model.programme import Floats, Matrix, ProgrammeBuilder

NO_CANDIDATES: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Evaluation:
    """Which candidates are possible, and what each adds to each tier (tiers x candidates)."""

    possible: Mask
    costs: Ints


@dataclass(frozen=True)
class Counts:
    """The values of the counting columns, and the activity of the rows that limit them."""

    least: Floats
    """Of each column that costs, the least value that its rows allow."""
    greatest: Floats
    """Of each column that repays, the greatest value that its rows allow, before its own limit."""
    limited: Floats
    """The activity of each row that limits columns that cost."""
    activity: Floats
    costs: Ints
    """The cost of the point in each tier, without the constants."""


@dataclass(frozen=True)
class _More:
    """By how much candidates raise the counting columns, and each row (``row``) that excludes a candidate (``blocked``)."""

    counts: sparse.csr_array
    row: Ints
    blocked: Ints


@dataclass(frozen=True)
class MarginalProgramme:
    """A programme in which some candidates are fixed, and one of the ``free`` ones is added.

    Rows are of four kinds, and rules post no other: limits of candidates alone; rows that make a counting column at least a sum
    of candidates; limits of counting columns; rows that make a column that repays at most a sum of counting columns.
    """

    matrix: Matrix
    upper: Floats
    column_upper: Floats
    costs: Ints
    """The cost of each column in each tier (tiers x columns)."""
    fixed: Ints
    free: Ints
    candidates: int

    @classmethod
    def of(cls, builder: ProgrammeBuilder) -> MarginalProgramme:
        """Return the programme of a builder whose diary is fixed."""
        programme = builder.programme()
        is_fixed = builder.candidates.is_fixed
        found = cls(
            matrix=sparse.csr_array(programme.matrix),
            upper=programme.row_upper,
            column_upper=programme.upper,
            costs=np.array([programme.costs[tier] for tier in TIERS]),
            fixed=np.flatnonzero(is_fixed),
            free=np.flatnonzero(~is_fixed),
            candidates=len(builder.candidates),
        )
        found.check_rows()
        return found

    def check_rows(self) -> None:
        """Raise AssertionError if a row is of none of the four kinds."""
        counting = np.diff(self._of_counting.indptr)
        candidates = np.bincount(self._of_candidates.indices, minlength=len(counting))
        if (counting[self._counted_in >= 0] != 1).any() or (candidates[self._limiting_rows] > 0).any():
            raise AssertionError("A rule posts rows that offers can't evaluate: see scheduler/offers/README.md.")

    # The kinds of columns and rows --------------------------------------------------------------------

    @cached_property
    def _counting(self) -> Ints:
        return np.arange(self.candidates, self.matrix.shape[1])

    @cached_property
    def _repays(self) -> Mask:
        """Return which counting columns reduce the cost."""
        return np.asarray((self.costs[:, self._counting] < 0).any(axis=0))

    @cached_property
    def _of_counting(self) -> sparse.csr_array:
        """Return the rows' coefficients of counting columns."""
        return sparse.csr_array(self.matrix[:, self.candidates :])

    @cached_property
    def _of_candidates(self) -> sparse.csc_array:
        """Return the rows' coefficients of candidates."""
        return sparse.csc_array(self.matrix[:, : self.candidates])

    @cached_property
    def _repaying_rows(self) -> Ints:
        """Return the row of each column that repays."""
        entries = sparse.coo_array(self._of_counting)
        here = self._repays[entries.col]
        rows = np.full(len(self._counting), -1)
        rows[entries.col[here]] = entries.row[here]
        return rows[self._repays]

    @cached_property
    def _counted_in(self) -> Ints:
        """Return for each row the counting column that must be at least its sum of candidates, or -1."""
        entries = sparse.coo_array(self._of_counting)
        here = (entries.data < 0) & ~np.isin(entries.row, self._repaying_rows)
        counted = np.full(self.matrix.shape[0], -1)
        counted[entries.row[here]] = entries.col[here]
        return counted

    @cached_property
    def _limiting_rows(self) -> Ints:
        """Return the rows that limit counting columns."""
        has_counting = np.diff(self._of_counting.indptr) > 0
        has_counting[self._repaying_rows] = False
        return np.flatnonzero(has_counting & (self._counted_in < 0))

    @cached_property
    def _limits(self) -> sparse.csr_array:
        return sparse.csr_array(self._of_counting[self._limiting_rows])

    @cached_property
    def _repayments(self) -> sparse.csr_array:
        """Return for each column that repays the columns of whose sum it is at most, with their coefficients."""
        rows = sparse.csr_array(-self._of_counting[self._repaying_rows])
        return sparse.csr_array(rows * ~self._repays[np.newaxis, :])

    @cached_property
    def _counting_costs(self) -> tuple[Ints, Ints]:
        """Return the costs of the counting columns: of all, with 0 for those that repay, and of those that repay."""
        of_counting = self.costs[:, self._counting]
        return of_counting * ~self._repays, of_counting[:, self._repays]

    @cached_property
    def _counting_upper(self) -> Floats:
        return self.column_upper[self.candidates :]

    # The fixed point ------------------------------------------------------------------------------------

    def point(self, withdrawn: Ints = NO_CANDIDATES) -> Counts:
        """Return the counts of the fixed bookings without those that are ``withdrawn`` (candidates)."""
        chosen = np.setdiff1d(self.fixed, withdrawn)
        activity: Floats = np.asarray(self._of_candidates[:, chosen].sum(axis=1), dtype=np.float64).ravel()
        least = np.zeros(len(self._counting))
        rows = np.flatnonzero(self._counted_in >= 0)
        np.maximum.at(least, self._counted_in[rows], activity[rows] - self.upper[rows])
        np.minimum(least, self._counting_upper, out=least)
        greatest = self._repayments @ least + self.upper[self._repaying_rows]
        spent, repaid = self._counting_costs
        repaying = np.minimum(greatest, self._counting_upper[self._repays])
        costs = self.costs[:, chosen].sum(axis=1) + spent @ least.astype(np.int64) + repaid @ repaying.astype(np.int64)
        limited = np.asarray(self._limits @ least, dtype=np.float64)
        return Counts(least, greatest, limited, activity, costs)

    # One more candidate -----------------------------------------------------------------------------------

    def evaluate(self, among: Ints, point: Counts, base: Counts) -> Evaluation:
        """Return which of the free candidates ``among`` are possible beside a point, and their costs above those of ``base``."""
        more = self._more(among, point)
        possible = np.ones(len(among), dtype=np.bool_)
        possible[more.blocked] = False
        spent, repaid = self._counting_costs
        costs = self.costs[:, among] + (point.costs - base.costs)[:, np.newaxis] + (spent @ more.counts).astype(np.int64)
        repaying = sparse.coo_array(self._repayments @ more.counts)
        most = self._counting_upper[self._repays][repaying.row]
        before = point.greatest[repaying.row]
        repaid_more = (np.minimum(before + repaying.data, most) - np.minimum(before, most)).astype(np.int64)
        for tier in np.flatnonzero(repaid.any(axis=1)).tolist():
            np.add.at(costs[tier], repaying.col, repaid[tier, repaying.row] * repaid_more)
        return Evaluation(possible, costs)

    def blocking(self, among: Ints, point: Counts, fixed: Ints) -> Mask:
        """Return which of some fixed candidates (rows) take part in a row that excludes which of the free ones (columns)."""
        more = self._more(among, point)
        ones = np.ones(len(more.row))
        raised = sparse.csr_array((ones, (more.row, more.blocked)), shape=(self._taking_part.shape[0], len(among)))
        return np.asarray((self._taking_part[:, fixed].T @ raised).toarray() > 0)

    @cached_property
    def _taking_part(self) -> sparse.csc_array:
        """Return which candidates (columns) take part in each row, and then, by a counting column, in each limiting row."""
        pattern = abs(self._of_candidates).astype(np.bool_).astype(np.float64)
        counted = np.flatnonzero(self._counted_in >= 0)
        to_column = sparse.csr_array(
            (np.ones(len(counted)), (self._counted_in[counted], counted)), shape=(len(self._counting), self.matrix.shape[0])
        )
        return sparse.csc_array(sparse.vstack([pattern, abs(self._limits) @ to_column @ pattern]))

    def _more(self, among: Ints, point: Counts) -> _More:
        """Return by how much each of the free candidates raises the counting columns, and the rows that exclude it."""
        columns = sparse.coo_array(self._of_candidates[:, among])
        row, candidate, coefficient = columns.row.astype(np.int64), columns.col.astype(np.int64), columns.data
        total = point.activity[row] + coefficient
        is_counted = self._counted_in[row] >= 0
        above = ~is_counted & (coefficient > 0) & (total > self.upper[row])
        counts, beyond = self._more_counts(row[is_counted], candidate[is_counted], total[is_counted], point, len(among))
        limited = sparse.coo_array(self._limits @ counts)
        too_many = (limited.data > 0) & (point.limited[limited.row] + limited.data > self.upper[self._limiting_rows][limited.row])
        rows = (row[above], row[is_counted][beyond], limited.row[too_many] + self.matrix.shape[0])
        blocked = (candidate[above], candidate[is_counted][beyond], limited.col[too_many])
        return _More(counts, np.concatenate(rows), np.concatenate(blocked))

    def _more_counts(
        self, row: Ints, candidate: Ints, total: Floats, point: Counts, candidates: int
    ) -> tuple[sparse.csr_array, Ints]:
        """Return by how much each candidate raises each counting column, and the entries that need more than that allows."""
        column = self._counted_in[row]
        most = self._counting_upper[column]
        needed = total - self.upper[row]
        here = np.flatnonzero(needed > point.least[column])
        beyond = here[needed[here] > most[here]]
        pair, first = numbered(column[here], candidate[here])
        raised = np.zeros(len(first))
        np.maximum.at(raised, pair, (np.minimum(needed, most) - point.least[column])[here])
        shape = (len(self._counting), candidates)
        return sparse.csr_array((raised, (column[here[first]], candidate[here[first]])), shape=shape), beyond

    def least_costs_without(self, fixed: Ints) -> Ints:
        """Return the least that leaving out each of some fixed bookings adds to each tier (tiers x bookings)."""
        entries = sparse.coo_array(self._of_candidates[:, fixed])
        here = self._counted_in[entries.row] >= 0
        column, which = self._counted_in[entries.row[here]], entries.col[here].astype(np.int64)
        pair, first = numbered(column, which)
        most = np.zeros(len(first))
        np.maximum.at(most, pair, np.abs(entries.data[here]))
        spent, _ = self._counting_costs
        saved = np.zeros((len(spent), len(fixed)), dtype=np.int64)
        for tier in np.flatnonzero(spent.any(axis=1)).tolist():
            np.add.at(saved[tier], which[first], spent[tier, column[first]] * most.astype(np.int64))
        return np.asarray(-self.costs[:, fixed] - saved)
