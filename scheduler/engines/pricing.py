"""Relaxations of large parts: most columns never matter, so start with some, and let the dual values name the others.

Dual values of a few columns' relaxation prove a bound of the whole part, since every column's price is looked at;
columns that would lower it are added until there is none.
"""

from __future__ import annotations

import numpy as np

from scheduler.engines.bounds import Bound, bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation
from scheduler.grouping import Ints, Mask

DIRECTLY = 60_000
AT_FIRST = 24_000
ADDED = 12_000


def relaxed(highs: Highs, part: Part, group: Ints, wanted: Ints, budget: Budget) -> tuple[Relaxation, Bound] | None:
    """The relaxation of a part and the bound that it proves; None where there is no solution or no time for any.

    ``group`` says which columns stand for one another (-1 for those that are always needed), ``wanted`` which
    columns (positions in the part) to begin with. When the budget is over, the best bound so far is given.
    """
    if len(part.columns) <= DIRECTLY:
        solved = highs.relaxation(part, budget)
        return None if solved is None else (solved, bound_from(part, solved.duals))
    active = _first(group, wanted)
    best: tuple[Relaxation, Bound] | None = None
    while not budget.over:
        some = part.kept(active)
        solved = highs.relaxation(some, budget)
        if solved is None and best is None and not active.all():
            active[:] = True  # too few columns to begin with
            continue
        if solved is None:
            break
        duals, point = np.zeros(len(part.lower)), np.zeros(len(part.columns))
        duals[some.rows], point[active] = solved.duals, solved.point
        bound = bound_from(part, duals)
        if best is None or bound.scaled > best[1].scaled:
            best = Relaxation(solved.value, point, duals), bound
        missing = np.flatnonzero((bound.reduced < 0) & ~active)
        if not len(missing) or best[1].value >= part.rounded_up(solved.value - 1e-6):
            break
        active[missing[np.argsort(bound.reduced[missing], kind="stable")[:ADDED]]] = True
    return best


def _first(group: Ints, wanted: Ints) -> Mask:
    """The columns always needed, those wanted, and of every group some, spread evenly."""
    active = group < 0
    active[wanted] = True
    order = np.argsort(group, kind="stable")
    _, start, count = np.unique(group[order], return_index=True, return_counts=True)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(start, count)
    size = np.empty(len(group), dtype=np.int64)
    size[order] = np.repeat(count, count)
    each = max(1, AT_FIRST // max(1, len(count)))
    active |= (rank * each) // np.maximum(size, 1) != ((rank - 1) * each) // np.maximum(size, 1)
    return active
