"""Presence rows: all columns of one conference within a presence cost at most the presence itself.

A presence column (a chair at a site on a day, or a chair's office day) is at least each moment's sum of its columns. A
conference is booked once, so the sum of *all* its columns within one presence is at most that presence, too. Its columns may be
at several moments, which the relaxation uses: half in the morning, half in the afternoon, at half the cost.

A group of several equal held slots has no such row: one chair may hold two of them in one stay.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from scheduler.engines.cuts.rows import Rows, no_rows
from scheduler.engines.part import Part
from scheduler.grouping import Ints, numbered
from scheduler.model.candidates import Candidates

MANY = -1


def request_of_columns(part: Part, candidates: Candidates) -> Ints:
    """Return each column's request if it may be booked once only; MANY for other columns."""
    request = np.full(len(part.columns), MANY, dtype=np.int64)
    is_candidate = part.columns < len(candidates)
    request[is_candidate] = candidates.request[part.columns[is_candidate]]
    count = np.array([one.count for one in candidates.requests], dtype=np.int64)
    booked_once = np.append(count == 1, False)  # the last is MANY's
    return np.where(booked_once[request], request, MANY)


def presence_rows(part: Part, request: Ints) -> Rows:
    """Return a row for each presence and each request within it that has columns at several of its moments.

    A presence column is the only one with the coefficient -1 in rows whose others have 1 and whose upper limit is 0.
    ``request`` is what ``request_of_columns`` returns.
    """
    entries = sparse.csr_array(part.matrix).tocoo()
    row, column, value = entries.row, entries.col, entries.data
    height = part.matrix.shape[0]
    ones, minus = (np.bincount(row[value == sign], minlength=height) for sign in (1.0, -1.0))
    is_counted = (minus == 1) & (minus + ones == np.bincount(row, minlength=height)) & (part.upper == 0)
    within = np.flatnonzero(is_counted[row] & (value == 1.0) & (request[column] != MANY))
    presence = np.zeros(height, dtype=np.int64)
    presence[row[value == -1.0]] = column[value == -1.0]
    is_binary = part.top[presence[row[within]]] == 1
    within = within[is_binary]
    if not len(within):
        return no_rows(len(part.columns))
    keys = np.unique(np.stack([presence[row[within]], request[column[within]], column[within]]), axis=1)
    moments = np.unique(np.stack([presence[row[within]], request[column[within]], row[within]]), axis=1)
    number, first = numbered(keys[0], keys[1])
    of_moment, _ = numbered(moments[0], moments[1])
    several = np.flatnonzero(np.bincount(of_moment) > 1)
    new = np.full(len(first), -1)
    new[several] = np.arange(len(several))
    kept = new[number] >= 0
    rows = np.concatenate([new[number[kept]], np.arange(len(several))])
    columns = np.concatenate([keys[2][kept], keys[0][first[several]]])
    values = np.concatenate([np.ones(int(kept.sum()), dtype=np.int64), -np.ones(len(several), dtype=np.int64)])
    matrix = sparse.csr_array((values, (rows, columns)), shape=(len(several), len(part.columns)))
    return Rows(matrix, np.zeros(len(several), dtype=np.int64))
