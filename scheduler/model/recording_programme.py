"""The assignment of minute takers to the bookings of a day as an integer programme, for days that a search finds too hard."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from scheduler.grouping import Ints, Mask
from scheduler.model.recording_search import RecordingTask


def first_assignment(
    tasks: Sequence[RecordingTask], limits: Mapping[int, int | None], before: Counter[tuple[dt.date, int]]
) -> list[int] | None:
    """Return what ``RecordingSearch`` finds: the first of the assignments with the fewest changes, or None if there is none.

    A column is a task with one of its minute takers. The changes are minimised first, then the minute taker of each task in turn.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - slow to import, and seldom needed

    task_of, taker_of = _columns(tasks)
    if not len(task_of):
        return None if tasks else []
    each_task = task_of == np.arange(len(tasks))[:, np.newaxis]
    changes = np.array([tasks[n].changes(taker) for n, taker in zip(task_of.tolist(), taker_of.tolist(), strict=True)])
    rows, most = _limits(tasks, limits, before, task_of, taker_of)
    constraints = [LinearConstraint(each_task, 1, 1), LinearConstraint(rows, -np.inf, most)]
    for aim in (changes, *(each_task * taker_of)):
        result = milp(aim, integrality=np.ones(len(aim), dtype=np.int64), bounds=Bounds(0, 1), constraints=constraints)
        if result.x is None:
            return None
        chosen = np.round(result.x).astype(np.int64)
        constraints.append(LinearConstraint(aim, -np.inf, int(aim @ chosen)))
    return [int(taker) for taker in taker_of[chosen == 1]]


def _columns(tasks: Sequence[RecordingTask]) -> tuple[Ints, Ints]:
    """Return each task with each minute taker who can record it."""
    pairs = [(n, taker) for n, task in enumerate(tasks) for taker in task.choice]
    task_of, taker_of = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return task_of, taker_of


def _limits(
    tasks: Sequence[RecordingTask],
    limits: Mapping[int, int | None],
    before: Counter[tuple[dt.date, int]],
    task_of: Ints,
    taker_of: Ints,
) -> tuple[Mask, Ints]:
    """Return a row for each minute taker and moment, with at most 1, and for each limit and day, with the rest of the limit."""
    rows, most = [], []
    for taker, limit in limits.items():
        own = taker_of == taker
        for at in sorted({task.time.start for task in tasks}):
            rows.append(own & np.array([task.time.start <= at < task.time.end for task in tasks])[task_of])
            most.append(1)
        for day in sorted({task.day for task in tasks} if limit is not None else ()):
            rows.append(own & np.array([task.day == day for task in tasks])[task_of])
            most.append(max(0, (limit or 0) - before[day, taker]))
    return np.array(rows), np.array(most, dtype=np.int64)
