"""Window by window: a long plan's relaxation says in which weeks conferences belong; these are solved one after another.

Each window is about a month, which climbing solves almost at once. What it leaves is free in the next one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.domain.schedule import TierName
from scheduler.engines.aim import Aim
from scheduler.engines.bounds import bound_from
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb, no_ceiling
from scheduler.engines.diving import dive
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part, part_of
from scheduler.engines.polishing import Polish
from scheduler.engines.standing import Standing
from scheduler.grouping import Ints, Mask
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Programme

DAYS = 16
WORTH: tuple[tuple[TierName, int], ...] = (("preferences", 1), ("caseload", 400), ("continuity", 4_000), ("unplaced", 100_000))
WORTH_MENDING: tuple[tuple[TierName, int], ...] = (*WORTH, ("stability", 10_000), ("late", 20_000))
MEND_WITHIN = 40
WORK = 2.0


def number_of_windows(candidates: Candidates) -> int:
    """How many windows the days make."""
    return max(1, round(len(candidates.days) / DAYS))


def window_by_window(
    highs: Highs,
    candidates: Candidates,
    programme: Programme,
    aim: Aim,
    budget: Budget,
    seed: int,
) -> Ints:
    """A point of the programme that follows the last tier's relaxation, as far as the budget goes.

    Not everything need be placed in it, where windows turn out too narrow.
    """
    number, windows = len(candidates), number_of_windows(candidates)
    part, relaxation = aim.last.bound.part, aim.last.relaxation
    window = candidates.day * windows // len(candidates.days)
    own = part.columns[part.columns < number]
    mass = np.zeros((len(candidates.requests), windows))
    np.add.at(mass, (candidates.request[own], window[own]), relaxation.point[part.columns < number])
    assigned = mass.argmax(axis=1)
    costs: Ints = np.sum([weight * programme.costs[tier] for tier, weight in WORTH], axis=0)
    point: Ints = np.zeros(programme.columns, dtype=np.int64)
    loose = replace(programme, row_lower=np.minimum(programme.row_lower, 0))  # a lock of a later window must not bind this one
    for turn in range(windows):
        if budget.over:
            break
        booked = np.bincount(candidates.request[np.flatnonzero(point[:number])], minlength=len(assigned))
        open_now = (assigned == turn) | ((assigned < turn) & (booked == 0))
        here = own[open_now[candidates.request[own]] & (window[own] <= turn)]
        columns: Ints = np.concatenate([here, counting(programme, number, here)])
        point = _solved(highs, candidates, part_of(loose, columns, costs, 0, fixed=point), point, budget, seed)
    return point


def counting(programme: Programme, number: int, columns: Ints) -> Ints:
    """The counting columns that the rows of some columns reach, directly or through one another."""
    counts: Mask = np.zeros(programme.columns, dtype=np.bool_)
    frontier: Ints = columns
    while len(frontier):
        rows = np.unique(programme.matrix[:, frontier].tocoo().row)
        reached: Ints = np.unique(programme.matrix[rows].indices).astype(np.int64)
        frontier = reached[(reached >= number) & ~counts[reached]]
        counts[frontier] = True
    return np.flatnonzero(counts)


def _solved(highs: Highs, candidates: Candidates, part: Part, point: Ints, budget: Budget, seed: int) -> Ints:
    """The point with the part's columns as good as they are found to be."""
    relaxation = highs.relaxation(part, budget, interior=True)
    if relaxation is None:
        return point
    climb = Climb(bound_from(part, relaxation.duals), 0)
    climb.proven = climb.bound.value
    reached = climb.search(no_ceiling, budget, seed=seed, work_limit=WORK)
    if reached is None:
        reached = dive(highs, candidates, climb.bound.part, relaxation, budget, seed)
    if reached is None:
        return point
    better = point.copy()
    better[part.columns] = 0
    better[reached[0].columns] = reached[1]
    return better


def mend(candidates: Candidates, programme: Programme, standing: Standing, aim: Aim, budget: Budget, seed: int) -> None:
    """Polish what keeps the first tiers of the best schedule from what was aimed at."""
    number, aimed_at = len(candidates), np.zeros(programme.columns, dtype=np.bool_)
    aimed_at[aim.columns] = True

    def amiss() -> Ints:
        chosen = np.flatnonzero(standing.point[:number])
        booked = np.bincount(candidates.request[chosen], minlength=len(candidates.requests))
        missing = (booked == 0)[candidates.request] & aimed_at[:number]
        return np.concatenate([candidates.day[chosen[~aimed_at[chosen]]], np.unique(candidates.day[missing])])

    polish = Polish(
        candidates,
        programme,
        standing,
        aim.last.bound,
        np.sum([weight * programme.costs[tier] for tier, weight in WORTH_MENDING], axis=0),
        caps=(),
        gap=lambda: MEND_WITHIN,
        over=lambda: standing.values[:-1] <= aim.values,
        amiss=amiss,
    )
    polish.run(MEND_WITHIN, budget, seed)
