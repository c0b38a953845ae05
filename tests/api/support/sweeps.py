"""Sweeps of tiny problems for the tests, solved in this process one after another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.database.session import Store
from api.jobs.queue import Attempt
from api.whatif import solves, sweeps
from api.whatif import worker as whatif_worker
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind, SweepPart
from scheduler.sweeps.task import Solved, Task
from tests.api.support.builders import NOW

REQUEST: dict[str, Any] = {
    "first": "2027-03-01",
    "last": "2027-03-31",
    "seed": 1,
    "work_limit": 20.0,
    "time_limit": 600,
    "top": 2,
}

WEEK = {"first": "2027-03-01", "last": "2027-03-05"}
"""The horizon of a problem with few options."""


def begin(store: Store, tasks: Iterable[Task], kind: SweepKind = SweepKind.WHATIF, **changes: Any) -> StoredSweep:
    """Store a sweep of these tasks; the first is the base."""
    requests = [
        SolveRequest(task, f"scenario {n}" if n else "base", (f"Change {n}.",) if n else ()) for n, task in enumerate(tasks)
    ]
    with store.writing() as connection:
        return sweeps.add(connection, kind, REQUEST | changes, requests, NOW)


def claim(store: Store, runner: str = "R") -> Attempt | None:
    with store.noting() as connection:
        return sweeps.claim(connection, runner, NOW)


def claimed(store: Store, runner: str = "R") -> Attempt:
    attempt = claim(store, runner)
    assert attempt is not None
    return attempt


def work_on_all(store: Store, executor: str = "local") -> list[Attempt]:
    """Work on all waiting solves, including those that follow from them."""
    worked = []
    while attempt := claim(store):
        whatif_worker.work_on(store.url, attempt, executor)
        worked.append(attempt)
    return worked


def stored_sweep(store: Store, sweep: StoredSweep) -> StoredSweep:
    with store.reading() as connection:
        stored = sweeps.find(connection, sweep.kind, sweep.id)
    assert stored is not None
    return stored


def parts(store: Store, sweep: StoredSweep) -> list[SweepPart]:
    with store.reading() as connection:
        return sweeps.parts(connection, sweep.id)


def results(store: Store, tasks: Iterable[Task]) -> dict[str, Solved]:
    with store.reading() as connection:
        return solves.find_results(connection, [task.key for task in tasks])
