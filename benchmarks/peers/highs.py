"""HiGHS on the plain model: an integer programme for each tier, started from the schedule of the previous tier."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
from ortools.math_opt.python import mathopt

from benchmarks.peers.math_opt import model_of
from benchmarks.peers.plain import Point, SearchResult, tier_by_tier
from benchmarks.peers.protocol import Run
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TierName
from scheduler.grouping import Ints
from scheduler.model.programme import Programme


def highs(problem: Problem, seconds: float) -> Run:
    """Solve each tier in turn to proof. HiGHS returns only its last point, so the history has one schedule for each tier."""
    return tier_by_tier(problem, seconds, _search)


def _search(programme: Programme, tier: TierName, seconds: float, hint: Ints | None) -> SearchResult:
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
        values_by_variable = result.variable_values()
        points = (Point(when, np.round([values_by_variable[variable] for variable in variables]).astype(np.int64)),)
    finished = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return SearchResult(points, result.termination.objective_bounds.dual_bound, finished)
