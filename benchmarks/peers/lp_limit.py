"""A lower limit on our time: building our programme, and one LP relaxation of the last tier with all earlier tiers known."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from ortools.math_opt.python import mathopt

from benchmarks.peers.math_opt import model_of
from benchmarks.peers.plain import capped
from benchmarks.peers.protocol import Run
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.model.build import build_programme
from scheduler.model.programme import Programme

CODES = MappingProxyType(
    {
        "highs_simplex": (mathopt.SolverType.HIGHS, mathopt.LPAlgorithm.DUAL_SIMPLEX),
        "highs_interior": (mathopt.SolverType.HIGHS, mathopt.LPAlgorithm.BARRIER),
        "glop": (mathopt.SolverType.GLOP, mathopt.LPAlgorithm.DUAL_SIMPLEX),
        "pdlp": (mathopt.SolverType.PDLP, mathopt.LPAlgorithm.FIRST_ORDER),
    }
)
FASTEST = "highs_simplex"
"""Solver seconds on two months (tests/data/examples/june.json and fixtures/january-2027.xlsx; 2 shared cores):
HiGHS simplex 1.7 and 2.7, HiGHS interior point 2.6 and 4.6, GLOP 2.9 and 4.9, PDLP 5.3 and 3.0."""


def lp_limit(problem: Problem, seconds: float, *, tiers: Sequence[int], code: str = FASTEST) -> Run:
    """Solve the relaxation of the last tier over all columns, with the earlier ``tiers`` fixed at their values.

    The run counts as proven if the relaxation is optimal; its value, rounded up, is the bound. There is no schedule. The
    seconds cover building and solving, without converting the programme for the solver.
    """
    started = time.monotonic()
    programme = build_programme(problem).programme()
    for tier, value in zip(TIERS[:-1], tiers, strict=False):
        all_placed = tier == "unplaced" and value == 0
        programme = _all_placed(programme, len(problem.conferences)) if all_placed else capped(programme, tier, value)
    built = time.monotonic() - started
    model = model_of(programme, TIERS[-1], whole=False)
    solver, algorithm = CODES[code]
    parameters = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=max(0.1, seconds - built)), lp_algorithm=algorithm)
    result = mathopt.solve(model, solver, params=parameters)
    relaxed = result.solve_stats.solve_time.total_seconds()
    is_optimal = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    figures = {
        "columns": float(programme.columns),
        "rows": float(len(programme.row_lower)),
        "build_seconds": built,
        "relaxation_seconds": relaxed,
    }
    if is_optimal:
        figures["bound"] = float(math.ceil(result.objective_value() - 1e-4))
    return Run(proven_seconds=built + relaxed if is_optimal else None, figures=figures)


def _all_placed(programme: Programme, conferences: int) -> Programme:
    """Require every conference to be placed, in its own row; those rows (R1) come first.

    That is far faster than one row over all columns.
    """
    lower = programme.row_lower.copy()
    lower[:conferences] = 1
    return replace(programme, row_lower=lower)
