"""The code of a job's process: prepared once, then one job after another. It ends with the server that started it."""

from __future__ import annotations

from importlib import import_module

from api.jobs.queue import Attempt, JobKind
from scheduler.isolation import end_with_parent

WORKER, SOLVER = "api.planning.worker", "api.whatif.worker"
"""Modules that load the solver. They are imported by name, in these processes only, so that the server stays small."""


class UnreachableError(Exception):
    """The workers of the executor can't be reached. The job is queued again, without counting as a failed attempt."""


def prepare() -> None:
    """Prepare the process, and import what takes a while to load."""
    end_with_parent()
    import_module(WORKER)


def be_ready() -> None:
    """Do nothing: this task ends once the process is prepared."""


def work(url: str, attempt: Attempt, executor: str) -> None:
    """Do a job of the database at ``url``: make a plan here, or solve for a sweep by ``executor``."""
    if attempt.kind is JobKind.PLAN:
        import_module(WORKER).work_on(url, attempt)
    else:
        import_module(SOLVER).work_on(url, attempt, executor)
