"""One HiGHS process per thread, reused from solve to solve: starting one takes a quarter of the time of a small month."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.engines.highs_process import Highs
from scheduler.isolation import TASKS_PER_PROCESS


class _Kept(threading.local):
    """This thread's idle process, and the solves that it has served."""

    highs: Highs | None = None
    solves = 0


_kept = _Kept()


@contextmanager
def kept_highs() -> Iterator[Highs]:
    """Lend this thread's process to one solve. It is reused unless the solve raises or it has served ``TASKS_PER_PROCESS``."""
    highs = _kept.highs
    if highs is None or not highs.is_ready:
        highs, _kept.solves = Highs(), 0
    _kept.highs, _kept.solves = None, _kept.solves + 1
    try:
        yield highs
        if _kept.solves < TASKS_PER_PROCESS:
            _kept.highs = highs
    finally:
        if _kept.highs is None:
            highs.close()
