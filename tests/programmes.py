"""The cost of a schedule in a programme."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from scheduler.domain.schedule import Schedule, TierName
from scheduler.model.programme import ProgrammeBuilder


def least_cost(builder: ProgrammeBuilder, schedule: Schedule, tier: TierName | None = None) -> int | None:
    """Return the least cost of the schedule in the programme over all values of the counting columns; None if infeasible.

    Without a tier the cost is 0, so the result says only whether the schedule is feasible.
    """
    columns = builder.candidates.columns_of(schedule.bookings)
    if None in columns:
        return None
    programme, candidates = builder.programme(), len(builder.candidates)
    chosen = np.zeros(programme.columns)
    np.add.at(chosen, np.array(columns, dtype=np.int64), 1)
    cost = np.zeros(programme.columns, dtype=np.int64) if tier is None else programme.costs[tier]
    constant = 0 if tier is None else programme.constants[tier]
    if (chosen > programme.upper).any():
        return None
    if candidates == programme.columns or not len(programme.row_lower):
        activity = programme.matrix @ chosen
        is_feasible = np.all((programme.row_lower <= activity) & (activity <= programme.row_upper))
        return int(cost @ chosen) + constant if is_feasible else None
    upper = np.where(np.arange(programme.columns) < candidates, chosen, programme.upper)
    rows = LinearConstraint(programme.matrix, programme.row_lower, programme.row_upper)
    result = milp(cost, integrality=np.ones_like(chosen), bounds=Bounds(chosen, upper), constraints=rows)
    return round(result.fun) + constant if result.x is not None else None
