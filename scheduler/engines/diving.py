"""A dive: follows a linear relaxation down to a day for every conference, and solves what is left in whole numbers.

A relaxation halves a conference between morning and afternoon where it makes no difference; the day it is surer of.
"""

from __future__ import annotations

import numpy as np

from scheduler.engines import cp_sat
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation
from scheduler.grouping import Ints, Mask, numbered
from scheduler.model.candidates import Candidates
from scheduler.model.programme import Floats

SURE = 0.99
SHARE = 0.5
WORK_AT_THE_END = 2.0


def dive(
    highs: Highs, candidates: Candidates, part: Part, start: Relaxation, budget: Budget, seed: int
) -> tuple[Part, Ints] | None:
    """A solution of the part (as the part it was found in, and its columns' values), or None where the dive ends nowhere.

    Each round settles the days that ``start`` is sure of and a share of the others, and relaxes again.
    """
    number, conferences = len(candidates), len(candidates.problem.conferences)
    group, first = numbered(candidates.request, candidates.day)
    undecided = np.arange(len(candidates.requests)) < conferences
    point = start.point
    while undecided.any() and not budget.over:
        on_candidates = part.columns < number
        column = part.columns[on_candidates]
        mass: Floats = np.bincount(group[column], weights=point[on_candidates], minlength=len(first)).astype(np.float64)
        surest = _surest(candidates.request[column], mass[group[column]], len(candidates.requests))
        order = np.flatnonzero(undecided & (surest > 1e-6))
        if not len(order):
            break
        order = order[np.argsort(-surest[order], kind="stable")]
        sure = int((surest[order] > SURE).sum())
        taken = sure + max(1, int((len(order) - sure) * SHARE))
        while True:
            settled = order[:taken]
            smaller = part.kept(_on_one_day(candidates, part.columns, group, mass, settled))
            solved = highs.relaxation(smaller, budget)
            if solved is not None:
                break
            if taken <= 1 or budget.over:
                return None
            taken //= 2
        undecided[settled] = False
        part, point = smaller, solved.point
    result = cp_sat.search(part, work_limit=WORK_AT_THE_END, time_limit=budget.seconds_left, stop=budget.stop, seed=seed)
    return None if result.point is None else (part, result.point)


def _surest(request: Ints, mass: Floats, number: int) -> Floats:
    """The largest mass that any day of each request has."""
    surest = np.zeros(number)
    np.maximum.at(surest, request, mass)
    return surest


def _on_one_day(candidates: Candidates, columns: Ints, group: Ints, mass: Floats, settled: Ints) -> Mask:
    """Which columns are left when the settled requests keep the day with most mass only."""
    number = len(candidates)
    on_candidates = columns < number
    column = columns[on_candidates]
    order = np.lexsort((group[column], -mass[group[column]], candidates.request[column]))
    first = np.unique(candidates.request[column][order], return_index=True)
    day_of = np.full(len(candidates.requests), -1)
    day_of[first[0]] = group[column][order][first[1]]
    is_settled = np.zeros(len(candidates.requests), dtype=np.bool_)
    is_settled[settled] = True
    keep = np.ones(len(columns), dtype=np.bool_)
    request = candidates.request[column]
    keep[on_candidates] = ~is_settled[request] | (group[column] == day_of[request])
    return keep
