"""Improves a schedule by freeing some of it and solving that again, neighbourhood by neighbourhood."""

from __future__ import annotations

import numpy as np

from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates


def freed_requests(candidates: Candidates, chosen: Ints, size: int, random: np.random.Generator) -> Mask:
    """Which requests to free: those booked on ``size`` days in a row, or of a few chairs in twice the time."""
    freed = np.zeros(len(candidates.requests), dtype=np.bool_)
    first = int(random.integers(0, max(1, len(candidates.days) - size + 1)))
    day = candidates.day[chosen]
    if random.random() < 2 / 3:
        near = (day >= first) & (day < first + size)
    else:
        chairs = random.permutation(len(candidates.problem.chairs))[: max(2, len(candidates.problem.chairs) // 3)]
        near = np.isin(candidates.chair[chosen], chairs) & (np.abs(day - first) < 2 * size)
    freed[candidates.request[chosen[near]]] = True
    return freed
