"""A study: a base and its scenarios made into problems, solved by a sweep, and set side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.sweeps.defaults import BASE
from scheduler.sweeps.executors import Workers
from scheduler.sweeps.sweep import ResultStore, SweepProgress, sweep
from scheduler.sweeps.task import USUAL, Effort, task_of
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.results import Comparison, Variant, compared


def variants(
    problem: Problem, scenarios: Iterable[Scenario], look_at: Callable[[Problem], object] = lambda _: None
) -> tuple[Variant, ...]:
    """The base, then each scenario's problem. Raises InputError with every fault of every scenario, and names given twice.

    ``look_at`` sees each problem as it is made, and may raise.
    """
    found, faults = [Variant(BASE, (), problem)], list[Fault]()
    names = {BASE}
    for scenario in scenarios:
        if scenario.name in names:
            faults.append(Fault((scenario.place,), "there is another of this name. Give each its own."))
        names.add(scenario.name)
        try:
            changed = scenario.applied(problem)
            look_at(changed)
            found.append(Variant(scenario.name, scenario.sentences(problem), changed, scenario.at))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return tuple(found)


def studied(
    of: Sequence[Variant],
    workers: Workers,
    *,
    effort: Effort = USUAL,
    kept: ResultStore | None = None,
    on_progress: Callable[[SweepProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Comparison | None:
    """Solve the base and its scenarios, and set them side by side: those that there are where ``stop`` ended it.

    None where not even the base was solved by then. Raises what ``sweep`` raises.
    """
    tasks = [task_of(variant.problem, effort) for variant in of]
    found = sweep(tasks, workers, kept=kept, on_progress=on_progress, stop=stop)
    return compared(of, [found.get(task.key) for task in tasks])
