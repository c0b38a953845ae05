"""HiGHS on the plain model: each tier a whole-number programme, started from the schedule of the tier before."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
from ortools.math_opt.python import mathopt

from benchmarks.peers.math_opt import model_of
from benchmarks.peers.plain import Point, Searched, tier_by_tier
from benchmarks.peers.protocol import Run
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TierName
from scheduler.grouping import Ints
from scheduler.model.programme import Programme


def highs(problem: Problem, seconds: float) -> Run:
    """Tier by tier to proof. HiGHS tells only its last point, so the history has one schedule a tier."""
    return tier_by_tier(problem, seconds, _search)


def _search(programme: Programme, tier: TierName, seconds: float, hint: Ints | None) -> Searched:
    model = model_of(programme, tier, whole=True)
    variables = list(model.variables())
    start = mathopt.ModelSolveParameters()
    if hint is not None:
        values = dict(zip(variables, hint.astype(np.float64).tolist(), strict=True))
        start.solution_hints.append(mathopt.SolutionHint(variable_values=values))
    # All costs are whole: a gap below one is none.
    parameters = mathopt.SolveParameters(
        time_limit=dt.timedelta(seconds=max(0.1, seconds)), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.999
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, model_params=start, params=parameters)
    when = time.monotonic()
    points: tuple[Point, ...] = ()
    if result.solutions:
        found = result.variable_values()
        points = (Point(when, np.round([found[variable] for variable in variables]).astype(np.int64)),)
    finished = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return Searched(points, result.termination.objective_bounds.dual_bound, finished)
