"""HiGHS in a child process. A solve can't be stopped in its own process, and its memory is freed only when the process ends."""

from __future__ import annotations

import threading
from functools import partial
from types import TracebackType

from scheduler.engines.budget import Budget, abandonable
from scheduler.engines.part import Part
from scheduler.engines.results import Relaxation
from scheduler.isolation import CallServer, ChildEndedError

SERVER = "scheduler.engines.highs_server"
ATTEMPTS = 2
"""How often a call is made if its process is killed. If memory ran out, another process may have been the cause."""


class Highs:
    """Calls HiGHS in a child process, one call at a time, and abandons a call when its budget is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: CallServer | None = CallServer(SERVER)
        self._closed = False

    def __enter__(self) -> Highs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process. A call in another thread, and any later call, returns None."""
        self._closed = True
        self._end()

    @property
    def is_ready(self) -> bool:
        """True if the process is running."""
        return self._child is not None and self._child.is_running

    def relaxation(self, part: Part, budget: Budget, *, interior: bool = False) -> Relaxation | None:
        """Return the LP relaxation of the part; None if it is infeasible or the budget is over first."""
        result = self._call(budget, part, budget.left, interior) if part.possible else None
        return result if isinstance(result, Relaxation) else None

    def _call(self, budget: Budget, *arguments: object) -> object:
        """Return the child's answer; None if the budget is over, the client is closed, or every attempt's process was killed."""
        with self._lock:
            for attempt in range(ATTEMPTS):
                if self._closed or (attempt and budget.over):
                    return None
                self._child = child = self._child or CallServer(SERVER)
                answer = abandonable(partial(_answer, child, arguments), budget)
                if answer is not None:
                    return answer
                self._end()
            return None

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()


def _answer(child: CallServer, arguments: tuple[object, ...]) -> object:
    """Return the child's answer, which is never None, or None if it was killed."""
    try:
        return child.call(*arguments)
    except ChildEndedError:
        return None
