"""Group array entries: number equal keys, list ranges and members, and find overlapping intervals."""

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
    """Return a mask of ``holds(row, column)`` for every row and column."""
    return np.array([[holds(row, column) for column in columns] for row in rows], dtype=np.bool_).reshape(len(rows), len(columns))


def numbered(*keys: Ints) -> tuple[Ints, Ints]:
    """Number the distinct combinations of keys from 0, in sorted order.

    Return each entry's number and the position where each number first occurs.
    """
    combined = keys[0]
    for key in keys[1:]:
        low = int(key.min()) if len(key) else 0
        span = (int(key.max()) - low + 1) if len(key) else 1
        combined = combined * span + (key - low)
    _, first, number = np.unique(combined, return_index=True, return_inverse=True)
    return number, first


def ranges(first: Ints, beyond: Ints) -> tuple[Ints, Ints]:
    """Return every integer of each range ``[first, beyond)`` as (range, integer) pairs; a backward range is empty."""
    length = np.maximum(beyond - first, 0)
    which = np.repeat(np.arange(len(first)), length)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(length) - length - first, length)


def members(group: Ints, groups: Ints) -> tuple[Ints, Ints]:
    """Return the entries in each of ``groups`` as (position in ``groups``, entry) pairs; ``group`` is each entry's group."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    which, position = ranges(np.searchsorted(ordered, groups), np.searchsorted(ordered, groups, side="right"))
    return which, order[position]


def at_one_moment(group: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the maximal sets of intervals that share a group and a moment, as (set, interval) pairs.

    Intervals are half-open. The chosen intervals of a group are disjoint if and only if each set has at most one of them.
    """
    if not len(group):
        return group, group
    base, span = int(start.min()), int(end.max()) - int(start.min()) + 1
    opens, closes = group * span + (start - base), group * span + (end - base)
    points = np.unique(opens)
    first, beyond = np.searchsorted(points, opens), np.searchsorted(points, closes)
    member, row = ranges(first, beyond)
    earliest_end = np.full(len(points), np.iinfo(np.int64).max)
    np.minimum.at(earliest_end, row, beyond[member])
    within_next = earliest_end > np.arange(len(points)) + 1
    maximal = ~within_next[row]
    number = np.cumsum(~within_next) - 1
    return number[row[maximal]], member[maximal]
