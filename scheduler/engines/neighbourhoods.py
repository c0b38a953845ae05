"""Which part of a schedule to free and solve again."""

from __future__ import annotations

import numpy as np

from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates

MOST_FREED = 8_000
MOST_AROUND = 30_000


def freed_candidates(
    candidates: Candidates, allowed: Mask, chosen: Ints, size: int, random: np.random.Generator, around: int | None = None
) -> Mask:
    """Of the allowed candidates, those of requests booked on ``size`` days in a row, or of a few chairs in twice the time.

    The days are those ``around`` one (an index), if it is given.

    Requests that are not booked at all are free on these days too, as many of them as keep the part small.
    """
    number = len(candidates.requests)
    latest = max(0, len(candidates.days) - size)
    first = int(random.integers(0, latest + 1)) if around is None else min(latest, max(0, around - size // 2))
    day = candidates.day[chosen]
    if random.random() < 2 / 3:
        near = (day >= first) & (day < first + size)
    else:
        chairs = random.permutation(len(candidates.problem.chairs))[: max(2, len(candidates.problem.chairs) // 3)]
        near = np.isin(candidates.chair[chosen], chairs) & (np.abs(day - first) < 2 * size)
    return _freed(candidates, allowed, chosen, near, random.permutation(number), (first, first + size), MOST_FREED)


def freed_around(candidates: Candidates, allowed: Mask, chosen: Ints, first: int, size: int) -> Mask:
    """Of the allowed candidates, those of requests booked on ``size`` days from the ``first`` (an index, which may lie outside).

    Requests that are not booked at all are free on these days too, and on as many around them.
    """
    day = candidates.day[chosen]
    near = (day >= first) & (day < first + size)
    in_order = np.arange(len(candidates.requests))
    return _freed(candidates, allowed, chosen, near, in_order, (first - size // 2, first + size + size // 2), MOST_AROUND)


def _freed(
    candidates: Candidates, allowed: Mask, chosen: Ints, near: Mask, order: Ints, days: tuple[int, int], most: int
) -> Mask:
    """The candidates of requests that are booked ``near``, and on ``days`` of those that want more, in order, up to ``most``."""
    number = len(candidates.requests)
    is_freed = np.zeros(number, dtype=np.bool_)
    is_freed[candidates.request[chosen[near]]] = True
    freed = allowed & is_freed[candidates.request]
    booked = np.bincount(candidates.request[chosen], minlength=number)
    wanting = order[(booked < [request.count for request in candidates.requests])[order]]
    in_time = allowed & (candidates.day >= days[0]) & (candidates.day < days[1])
    per_request = np.bincount(candidates.request[in_time], minlength=number)
    room = max(0, most - int(freed.sum()))
    is_wanting = np.zeros(number, dtype=np.bool_)
    is_wanting[wanting[np.cumsum(per_request[wanting]) <= room]] = True
    if int(freed.sum()) > most:
        freed &= in_time
    return np.asarray(freed | (is_wanting[candidates.request] & in_time))
