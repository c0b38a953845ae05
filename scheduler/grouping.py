"""Arrays in groups: numbering equal entries, sets of intervals that overlap, and looking up ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Row = TypeVar("Row")
Column = TypeVar("Column")


def table(rows: Sequence[Row], columns: Sequence[Column], holds: Callable[[Row, Column], bool]) -> Mask:
    """Whether something holds, for every row and column."""
    return np.array([[holds(row, column) for column in columns] for row in rows], dtype=np.bool_).reshape(len(rows), len(columns))


def numbered(*keys: Ints) -> tuple[Ints, Ints]:
    """Number the distinct combinations of keys from 0; gives each entry's number, and where each number first occurs."""
    combined = keys[0]
    for key in keys[1:]:
        low = int(key.min()) if len(key) else 0
        span = (int(key.max()) - low + 1) if len(key) else 1
        combined = combined * span + (key - low)
    _, first, number = np.unique(combined, return_index=True, return_inverse=True)
    return number, first


def ranges(first: Ints, beyond: Ints) -> tuple[Ints, Ints]:
    """Every whole number of every range, from ``first`` up to, not including, ``beyond``, as (range, number) pairs."""
    length = np.maximum(beyond - first, 0)
    which = np.repeat(np.arange(len(first)), length)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(length) - length - first, length)


def members(group: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """The entries of each wanted group, as (position in ``wanted``, entry) pairs."""
    order = np.argsort(group, kind="stable")
    in_order = group[order]
    which, position = ranges(np.searchsorted(in_order, wanted), np.searchsorted(in_order, wanted, side="right"))
    return which, order[position]


def at_one_moment(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Sets of intervals of one group that share a moment, as (row, member) pairs, without sets that lie within others.

    Intervals of a group never overlap if and only if each such set holds at most one of them.
    """
    if not len(group):
        return group, group
    base, span = int(start.min()), int(end.max()) - int(start.min()) + 1
    opens, closes = group * span + (start - base), group * span + (end - base)
    points = np.unique(opens)
    first, beyond = np.searchsorted(points, opens), np.searchsorted(points, closes)
    member, row = ranges(first, beyond)
    soonest_end = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(soonest_end, row, beyond[member])
    within_next = soonest_end > np.arange(len(points)) + 1
    kept = ~within_next[row]
    number = np.cumsum(~within_next) - 1
    return number[row[kept]], member[kept]
