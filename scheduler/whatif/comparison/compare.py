"""Comparison of a base and its scenarios: build the problems, solve them in a sweep, and set the results side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.sweeps.executors import Workers
from scheduler.sweeps.sweep import ResultStore, SweepProgress, sweep
from scheduler.sweeps.task import USUAL, Effort, task_of
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.results import Comparison, Variant, compared
from scheduler.whatif.defaults import BASE


def variants(
    problem: Problem, scenarios: Iterable[Scenario], look_at: Callable[[Problem], object] = lambda _: None
) -> tuple[Variant, ...]:
    """Return the base and each scenario's problem, in this order. Raise InputError with the faults of all scenarios.

    Two scenarios of the same name are a fault. ``look_at`` is called with each changed problem and may raise InputError.
    """
    results, faults = [Variant(BASE, (), problem)], list[Fault]()
    names = {BASE}
    for scenario in scenarios:
        if scenario.name in names:
            faults.append(Fault((scenario.place,), "another scenario has this name. Enter a different name for each."))
        names.add(scenario.name)
        try:
            changed = scenario.applied(problem)
            look_at(changed)
            results.append(Variant(scenario.name, scenario.sentences(problem), changed, scenario.at))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return tuple(results)


def compare(
    of: Sequence[Variant],
    workers: Workers,
    *,
    effort: Effort = USUAL,
    store: ResultStore | None = None,
    on_progress: Callable[[SweepProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Comparison | None:
    """Solve the base and its scenarios, and return them side by side.

    ``of`` comes from ``variants``. If ``stop`` is set, the comparison has the scenarios solved so far; it is None if the base is
    not solved. Raise the errors of ``sweep``.
    """
    tasks = [task_of(variant.problem, effort) for variant in of]
    solved = sweep(tasks, workers, store=store, on_progress=on_progress, stop=stop)
    return compared(of, [solved.get(task.key) for task in tasks])
