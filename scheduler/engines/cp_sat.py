"""CP-SAT: searches parts in whole numbers, from a hint, and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from scheduler.engines.part import Part
from scheduler.engines.results import Searched
from scheduler.grouping import Ints

FAR = 1 << 40


class _Listener(cp_model.CpSolverSolutionCallback):
    """Hands every better point on, and stops the search when told to."""

    def __init__(self, variables: list[cp_model.IntVar], found: Callable[[Ints], object]) -> None:
        super().__init__()
        self._variables = variables
        self._found = found

    def on_solution_callback(self) -> None:
        self._found(np.array([self.value(variable) for variable in self._variables], dtype=np.int64))


def search(
    part: Part,
    *,
    time_limit: float | None = None,
    work_limit: float | None = None,
    hint: Ints | None = None,
    workers: int = 1,
    seed: int = 1,
    presolve: bool = True,
    stop: threading.Event | None = None,
    also_stop: threading.Event | None = None,
    found: Callable[[Ints], object] | None = None,
) -> Searched:
    """Solve the part; ``time_limit`` in seconds, ``work_limit`` in CP-SAT's deterministic units.

    ``stop`` or ``also_stop`` ends it within about a tenth of a second. ``found`` hears each better point from another thread.
    """
    if not part.possible:
        return Searched(None, np.inf, finished=True)
    model = cp_model.CpModel()
    variables = [model.new_int_var(0, int(top), "") for top in part.top.tolist()]
    message = model.proto
    lower = np.where(np.isfinite(part.lower), part.lower, -FAR).astype(np.int64).tolist()
    upper = np.where(np.isfinite(part.upper), part.upper, FAR).astype(np.int64).tolist()
    starts, indices, data = part.matrix.indptr.tolist(), part.matrix.indices.tolist(), part.matrix.data.astype(np.int64).tolist()
    for row in range(len(lower)):
        linear = message.constraints.add().linear
        linear.vars.extend(indices[starts[row] : starts[row + 1]])
        linear.coeffs.extend(data[starts[row] : starts[row + 1]])
        linear.domain.extend([lower[row], upper[row]])
    costly = np.flatnonzero(part.costs)
    message.objective.vars.extend(costly.tolist())
    message.objective.coeffs.extend(part.costs[costly].tolist())
    if hint is not None:
        message.solution_hint.vars.extend(range(len(variables)))
        message.solution_hint.values.extend(hint.tolist())
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = workers
    parameters.random_seed = seed
    parameters.linearization_level = 2
    parameters.catch_sigint_signal = False
    parameters.cp_model_presolve = presolve
    if time_limit is not None:
        parameters.max_time_in_seconds = max(time_limit, 0.01)
    if work_limit is not None:
        parameters.max_deterministic_time = work_limit
    listener = _Listener(variables, found) if found is not None else None
    done = threading.Event()
    stops = [event for event in (stop, also_stop) if event is not None]
    if stops:
        threading.Thread(target=_watch, args=(stops, done, solver), daemon=True).start()
    try:
        status = solver.solve(model, listener)
    finally:
        done.set()
    work = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Searched(None, np.inf, finished=True, work=work)
    solved = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    point = np.array([solver.value(variable) for variable in variables], dtype=np.int64) if solved else None
    told = solver.best_objective_bound  # a whole number, but for the hair by which a float may miss it
    knows = solved or (told != 0 and np.isfinite(told))  # 0 is also what it says before it knows any bound
    bound = max(part.least, part.constant + round(told)) if knows else part.least
    return Searched(point, bound, finished=status == cp_model.OPTIMAL, work=work)


def _watch(stops: list[threading.Event], done: threading.Event, solver: cp_model.CpSolver) -> None:
    while not done.wait(0.02):
        if any(stop.is_set() for stop in stops):
            solver.stop_search()
