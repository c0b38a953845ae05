"""Sweeps for the tests: of tiny problems, worked on in this process, one solve after another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.database.session import Store
from api.jobs.queue import Attempt
from api.whatif import solves, sweeps
from api.whatif import worker as solver
from api.whatif.sweeps import SolveRequest, StoredSweep, SweepKind, SweepPart
from scheduler.sweeps.task import Solved, Task
from tests.api.support.builders import NOW

ASKED: dict[str, Any] = {"first": "2027-03-01", "last": "2027-03-31", "seed": 1, "work_limit": 20.0, "time_limit": 600, "top": 2}

WEEK = {"first": "2027-03-01", "last": "2027-03-05"}
"""The horizon of a problem for which little is on offer."""


def begin(store: Store, tasks: Iterable[Task], kind: SweepKind = SweepKind.WHATIF, **asked: Any) -> StoredSweep:
    """Begin a sweep of these tasks, the first of which is the base."""
    wanted = [
        SolveRequest(task, f"scenario {n}" if n else "base", (f"Change {n}.",) if n else ()) for n, task in enumerate(tasks)
    ]
    with store.writing() as connection:
        return sweeps.add(connection, kind, ASKED | asked, wanted, NOW)


def claim(store: Store, runner: str = "R") -> Attempt | None:
    with store.noting() as connection:
        return sweeps.claim(connection, runner, NOW)


def claimed(store: Store, runner: str = "R") -> Attempt:
    attempt = claim(store, runner)
    assert attempt is not None
    return attempt


def work_on_all(store: Store, executor: str = "local") -> list[Attempt]:
    """Do what waits, and what comes of it, until nothing waits."""
    worked = []
    while attempt := claim(store):
        solver.work_on(store.url, attempt, executor)
        worked.append(attempt)
    return worked


def found(store: Store, sweep: StoredSweep) -> StoredSweep:
    with store.reading() as connection:
        kept = sweeps.found(connection, sweep.kind, sweep.id)
    assert kept is not None
    return kept


def parts(store: Store, sweep: StoredSweep) -> list[SweepPart]:
    with store.reading() as connection:
        return sweeps.parts(connection, sweep.id)


def results(store: Store, tasks: Iterable[Task]) -> dict[str, Solved]:
    with store.reading() as connection:
        return solves.found(connection, [task.key for task in tasks])
