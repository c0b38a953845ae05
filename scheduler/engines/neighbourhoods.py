"""Which part of a schedule to free and solve again."""

from __future__ import annotations

import numpy as np

from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates

MOST_FREED = 8_000


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
    is_freed = np.zeros(number, dtype=np.bool_)
    is_freed[candidates.request[chosen[near]]] = True
    freed = allowed & is_freed[candidates.request]
    booked = np.bincount(candidates.request[chosen], minlength=number)
    wanting = random.permutation(np.flatnonzero(booked < [request.count for request in candidates.requests]))
    in_time = allowed & (candidates.day >= first) & (candidates.day < first + size)
    per_request = np.bincount(candidates.request[in_time], minlength=number)
    room = max(0, MOST_FREED - int(freed.sum()))
    is_wanting = np.zeros(number, dtype=np.bool_)
    is_wanting[wanting[np.cumsum(per_request[wanting]) <= room]] = True
    if int(freed.sum()) > MOST_FREED:
        freed &= in_time
    return np.asarray(freed | (is_wanting[candidates.request] & in_time))
