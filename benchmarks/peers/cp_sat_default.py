"""CP-SAT with its default parameters on the plain model: tier by tier, with the previous tier's schedule as a hint."""

from __future__ import annotations

import time

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.plain import Point, SearchResult, tier_by_tier
from benchmarks.peers.protocol import Run
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TierName
from scheduler.grouping import Ints
from scheduler.model.programme import Programme

WORKERS = 2
FAR = 1 << 40


def cp_sat_default(problem: Problem, seconds: float) -> Run:
    """Solve each tier in turn to proof, on two workers."""
    return tier_by_tier(problem, seconds, _search)


class _Listener(cp_model.CpSolverSolutionCallback):
    """A callback that stores every improvement."""

    def __init__(self, variables: list[cp_model.IntVar]) -> None:
        super().__init__()
        self._variables = variables
        self.points: list[Point] = []

    def on_solution_callback(self) -> None:
        when = time.monotonic()
        self.points.append(Point(when, np.array([self.value(variable) for variable in self._variables], dtype=np.int64)))


def _search(programme: Programme, tier: TierName, seconds: float, hint: Ints | None) -> SearchResult:
    model = cp_model.CpModel()
    variables = [model.new_int_var(0, int(upper), "") for upper in programme.upper.tolist()]
    _add_rows(model, programme)
    costs = programme.costs[tier]
    costly = np.flatnonzero(costs)
    model.minimize(cp_model.LinearExpr.weighted_sum([variables[n] for n in costly.tolist()], costs[costly].tolist()))
    if hint is not None:
        for variable, value in zip(variables, hint.tolist(), strict=True):
            model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    listener = _Listener(variables)
    status = solver.solve(model, listener)
    bound = solver.best_objective_bound + programme.constants[tier]
    return SearchResult(tuple(listener.points), bound, finished=status == cp_model.OPTIMAL)


def _add_rows(model: cp_model.CpModel, programme: Programme) -> None:
    lower = np.where(np.isfinite(programme.row_lower), programme.row_lower, -FAR).astype(np.int64).tolist()
    upper = np.where(np.isfinite(programme.row_upper), programme.row_upper, FAR).astype(np.int64).tolist()
    matrix = programme.matrix
    starts, columns = matrix.indptr.tolist(), matrix.indices.tolist()
    coefficients = matrix.data.astype(np.int64).tolist()
    for row in range(len(lower)):
        linear = model.proto.constraints.add().linear
        linear.vars.extend(columns[starts[row] : starts[row + 1]])
        linear.coeffs.extend(coefficients[starts[row] : starts[row + 1]])
        linear.domain.extend([lower[row], upper[row]])
