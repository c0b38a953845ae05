"""The code that runs in a job's process. A process is prepared once, does several jobs, and ends with its server."""

from __future__ import annotations

from importlib import import_module

from api.jobs.queue import Attempt, JobKind
from scheduler.isolation import end_with_parent

WORKER, SOLVER = "api.planning.worker", "api.whatif.worker"
"""Modules that load the solver. Only these processes import them, by name, so that the server stays small."""


class UnreachableError(Exception):
    """The workers of the executor can't be reached. The job is queued again, without counting as a failed attempt."""


def prepare() -> None:
    """Prepare the process, and import the modules that are slow to load."""
    end_with_parent()
    import_module(WORKER)


def be_ready() -> None:
    """Do nothing: this task ends once the process is prepared."""


def work(url: str, attempt: Attempt, executor: str) -> None:
    """Do a job of the database at ``url``: solve a plan in this process, or a task of sweeps with ``executor``."""
    if attempt.kind is JobKind.PLAN:
        import_module(WORKER).work_on(url, attempt)
    else:
        import_module(SOLVER).work_on(url, attempt, executor)
