"""What we measure against: other ways to the same schedule, on the same problem, through the same checker."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from scheduler.check import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, Tier
from scheduler.engines import highs
from scheduler.engines.part import Cap, part_of
from scheduler.model.bookings import bookings_of
from scheduler.model.build import drafted
from scheduler.plan import plan


def ours(problem: Problem, seconds: float) -> Schedule:
    """The product's own plan, with two workers."""
    return plan(problem, time_limit=seconds, workers=2)


def highs_tier_by_tier(problem: Problem, seconds: float) -> Schedule:
    """HiGHS on the plain programme: each tier solved whole, from the schedule of the tier before, which a row keeps.

    It gets the product's own columns and rows, which are fewer than in the obvious model (minute takers as
    Hall's condition, like rooms as one place), and a row for each conference where all can be placed, instead
    of one long one. So the comparison is kind to it.
    """
    started = time.monotonic()
    draft = drafted(problem)
    programme = draft.programme()
    columns = np.arange(programme.columns)
    caps: list[Cap] = []
    tiers: list[Tier] = []
    point = np.zeros(programme.columns, dtype=np.int64)
    for tier in TIERS:
        costs, constant = programme.costs[tier], programme.constants[tier]
        part = part_of(programme, columns, costs, constant, caps)
        left = max(0.1, seconds - (time.monotonic() - started))
        result = highs.search(part, left, seed=1, hint=point if tiers else None)
        if result.point is None:
            break
        point = result.point
        value = constant + int(costs @ point)
        bound = value if result.finished else min(value, part.rounded_up(result.bound))
        tiers.append(Tier(name=tier, value=value, bound=bound, proven=bound == value))
        if not result.finished:
            break
        if tier == "unplaced" and value == 0:
            lower = programme.row_lower.copy()
            lower[: len(problem.conferences)] = 1
            programme = replace(programme, row_lower=lower)
        else:
            caps.append(Cap(costs, value - constant))
    chosen = np.flatnonzero(point[: len(draft.candidates)])
    return Schedule(bookings=bookings_of(draft.candidates, chosen), tiers=tuple(tiers))


def is_proven(problem: Problem, schedule: Schedule) -> bool:
    """Whether every tier is proven and the checker finds no rule broken."""
    return check(problem, schedule).ok and len(schedule.tiers) == len(TIERS) and all(tier.proven for tier in schedule.tiers)


PEERS = {"ours": ours, "highs tier by tier": highs_tier_by_tier}
