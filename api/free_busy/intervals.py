"""Subtraction of intervals."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.values import Interval


def without(times: Iterable[Interval], taken: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the times, in their order, without the parts that overlap ``taken``."""
    left = list(times)
    for one in taken:
        left = [part for time in left for part in _parts(time, one)]
    return tuple(left)


def _parts(time: Interval, taken: Interval) -> list[Interval]:
    """Return the parts of a time before and after ``taken``."""
    if not time.overlaps(taken):
        return [time]
    ends = (time.start, taken.start), (taken.end, time.end)
    return [Interval.model_construct(start=start, end=end) for start, end in ends if start < end]
