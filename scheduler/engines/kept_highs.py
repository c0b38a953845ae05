"""HiGHS's process, kept by a thread from solve to solve: to start one takes a quarter of the time of a small month."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.engines.highs_process import Highs

SOLVES_OF_A_PROCESS = 16
"""After so many it makes way for a new one, so that its memory stays bounded."""


class _Kept(threading.local):
    highs: Highs | None = None
    solves = 0


_kept = _Kept()


@contextmanager
def kept_highs() -> Iterator[Highs]:
    """This thread's process for one solve; one that was in use when something went wrong is not used again."""
    highs = _kept.highs
    if highs is None or not highs.is_ready:
        highs, _kept.solves = Highs(), 0
    _kept.highs, _kept.solves = None, _kept.solves + 1
    try:
        yield highs
        if _kept.solves < SOLVES_OF_A_PROCESS:
            _kept.highs = highs
    finally:
        if _kept.highs is None:
            highs.close()
