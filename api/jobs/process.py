"""The code that runs in a job's process. A process is prepared once, does several jobs, and ends with its server."""

from __future__ import annotations

from importlib import import_module

from api.jobs.queue import Attempt, JobKind
from scheduler.isolation import end_with_parent, limit_memory

WORKER, SOLVER = "api.planning.worker", "api.whatif.worker"
"""Modules that load the solver. Only these processes import them, by name, so that the server stays small."""


class UnreachableError(Exception):
    """The workers of the executor can't be reached. The job is queued again, without counting as a failed attempt."""


def prepare(memory: int = 0) -> None:
    """Prepare the process, import the modules that are slow to load, and limit its memory to ``memory`` megabytes, if not 0."""
    end_with_parent()
    import_module(WORKER)
    if memory:
        limit_memory(memory << 20)


def be_ready() -> None:
    """Do nothing: this task ends once the process is prepared."""


def work(url: str, attempt: Attempt, executor: str) -> None:
    """Do a job of the database at ``url``: solve a plan in this process, or a task of sweeps with ``executor``."""
    if attempt.kind is JobKind.PLAN:
        import_module(WORKER).work_on(url, attempt)
    else:
        import_module(SOLVER).work_on(url, attempt, executor)
