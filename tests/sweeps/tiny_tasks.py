"""Different tasks that each take less than a second."""

from collections.abc import Iterable

from fixtures.tiny import RAW
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.sweeps.task import Solved, Task, task_of


def problem(children: int = 2) -> Problem:
    """Return the tiny problem with ``children`` children in its late conference."""
    first, *others = RAW["conferences"]
    return read_problem(RAW | {"conferences": [first | {"children": children}, *others]})


def tasks(count: int) -> list[Task]:
    return [task_of(problem(children)) for children in range(1, count + 1)]


def figures(solved: Iterable[Solved]) -> dict[str, object]:
    """Return the results by key, without their solve times."""
    return {one.key: (one.schedule and one.schedule.model_copy(update={"solver": None}), one.refused) for one in solved}
