"""A solver in a child process: a solve can't be stopped in its own, and its memory is freed only when the process ends."""

from __future__ import annotations

import threading
from functools import partial

from scheduler.engines.budget import Budget, abandonable
from scheduler.isolation import CallServer, ChildEndedError

ATTEMPTS = 2
"""How often a call is made if its process is killed. If memory ran out, another process may have been the cause."""


class SolverProcess:
    """Calls a server module in a child process, one call at a time, and abandons a call when its budget is over.

    The process starts with the first call, or at once if ``start``. Another replaces it after a call that was abandoned.
    """

    def __init__(self, server: str, *, start: bool = False) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._child = CallServer(server) if start else None
        self._closed = False

    def close(self) -> None:
        """End the process. A call in another thread, and any later call, returns None."""
        self._closed = True
        self._end()

    @property
    def is_running(self) -> bool:
        """True if the process is running."""
        return self._child is not None and self._child.is_running

    def call(self, budget: Budget, *arguments: object, also_stop: threading.Event | None = None) -> object:
        """Return the child's answer; None if the budget is over, the client is closed, or every attempt's process was killed."""
        with self._lock:
            for attempt in range(ATTEMPTS):
                if self._closed or (attempt and budget.over):
                    return None
                self._child = child = self._child or CallServer(self._server)
                answer = abandonable(partial(_answer, child, arguments), budget, also_stop)
                if answer is not None:
                    return answer
                self._end()
                if also_stop is not None and also_stop.is_set():
                    return None
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
