"""What runs first in a process that makes plans; it ends with the server that started it, however that ends."""

from __future__ import annotations

from importlib import import_module

from api.jobs.queue import Attempt, JobKind
from scheduler.sweeps.worker_process import serve_the_parent

WORKER, SOLVER = "api.planning.worker", "api.whatif.worker"
"""Loaded in these processes only: the server itself has no need of the solver."""


class UnreachableError(Exception):
    """Those who are to solve can't be reached, or are gone: the job is queued again, however often."""


def prepare() -> None:
    """Begin the process, with what takes a while to load."""
    serve_the_parent()
    import_module(WORKER)


def be_ready() -> None:
    """Answer, once the process is prepared."""


def work(url: str, attempt: Attempt, executor: str) -> None:
    """Make the plan of a job in the database at ``url``, or have ``executor`` do what sweeps want."""
    if attempt.kind is JobKind.PLAN:
        import_module(WORKER).work_on(url, attempt)
    else:
        import_module(SOLVER).work_on(url, attempt, executor)
