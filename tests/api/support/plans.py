"""Jobs and plans for the tests: problems of several sizes, stored plans, and the processes that make plans."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.queue import Job
from api.planning.queries import StoredPlan
from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file
from tests.api.support.builders import NOW
from tests.builders import booking, schedule, tiny_problem
from tests.paths import FIXTURES, INSTANCES

REQUEST = {"first": "2027-03-01", "last": "2027-03-31", "time_limit": 600, "seed": 7, "workers": 1}
LONG_ENOUGH = 120


@cache
def month() -> Problem:
    """Return a month, which is proven optimal within seconds."""
    return read_problem_file(FIXTURES / "january-2027.xlsx")


@cache
def hard_month() -> Problem:
    """Return a month that has a schedule in a fraction of a second, and no proof within a minute."""
    return read_problem_file(INSTANCES / "month" / "three-starts.json")


def queue(store: Store, problem: Problem | None = None, **changes: Any) -> Job:
    """Queue a plan, by default of the tiny problem."""
    with store.writing() as connection:
        return jobs.add(connection, problem or tiny_problem(), REQUEST | changes, NOW)


def stored_plan(identifier: str, now: dt.datetime = NOW) -> StoredPlan:
    """Return a plan of the tiny problem, as a worker stores it."""
    return StoredPlan(
        identifier,
        tiny_problem(),
        schedule(booking("A")),
        {"violations": [], "measure": {}, "remarks": [], "late": []},
        {"ortools": "9"},
        7,
        now,
    )


def stored_job(store: Store, identifier: str) -> Job:
    with store.reading() as connection:
        job = jobs.find(connection, identifier)
    assert job is not None
    return job


def event_names(connection: Connection, identifier: str) -> list[str]:
    """Return the events of a job in order, without its progress."""
    return [event.event for event in jobs.events(connection, identifier) if event.event != "progress"]


def events_in(store: Store, identifier: str) -> list[str]:
    with store.reading() as connection:
        return event_names(connection, identifier)


def wait_until(holds: Callable[[], Any]) -> Any:
    """Return the first true value of ``holds``. Fail after two minutes."""
    deadline = time.monotonic() + LONG_ENOUGH
    while not (stored_job := holds()):
        assert time.monotonic() < deadline, "the condition was never true"
        time.sleep(0.05)
    return stored_job


def has_progress(store: Store, identifier: str) -> bool:
    """True if the job has reported progress."""
    with store.reading() as connection:
        return jobs.latest_progress(connection, identifier) is not None


def workers_of(server: int) -> list[int]:
    """Return the worker processes of a server."""
    return [process for process, parent in _parents().items() if parent == server and b"spawn_main" in _command(process)]


def is_alive(process: int) -> bool:
    return process in _parents()


def _parents() -> dict[int, int]:
    """Return the running processes, each with its parent."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(stat.parent.name)] = int(parent)
    return parents


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
