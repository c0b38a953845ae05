"""What runs first in a process that makes plans; it ends with the server that started it, however that ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from importlib import import_module

from api.store.jobs import Attempt, Kind

WORKER, SOLVER = "api.jobs.worker", "api.jobs.solver"
"""Loaded in these processes only: the server itself has no need of the solver."""


def prepare() -> None:
    """Begin the process: Ctrl-C is for the server to hear, and without the server there is nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    import_module(WORKER)


def be_ready() -> None:
    """Answer, once the process is prepared."""


def work(url: str, attempt: Attempt, executor: str) -> None:
    """Make the plan of a job in the database at ``url``, or have ``executor`` do what sweeps want."""
    if attempt.kind is Kind.PLAN:
        import_module(WORKER).work_on(url, attempt)
    else:
        import_module(SOLVER).work_on(url, attempt, executor)


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
