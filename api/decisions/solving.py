"""Questions that need the solver: they run in a process of their own, so none waits for a plan and the server stays small."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import Any, TypeVar

from scheduler.domain.faults import Fault, InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.isolation import ProcessPool, end_with_parent

MODULE = "api.decisions.solving_process"
"""The module that loads the solver. Only the process imports it, by name."""
TASKS = 200
"""Questions after which the process is replaced; each is short."""
Result = TypeVar("Result")


class Solving:
    """The process that answers questions one at a time. It starts with the first question."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None
        self._lock = threading.Lock()

    def submit(self, name: str, problem: Problem, schedule: Schedule, **arguments: Any) -> Future[Any]:
        """Start a function of ``MODULE`` by its name. Its result raises InputError if the arguments don't fit the problem."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPool(1, TASKS, prepare)
        return self._pool.submit(answer, name, problem, schedule, arguments)

    def close(self) -> None:
        """End the process, and drop the questions that wait."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None


def prepare() -> None:
    """Prepare the process, and import what is slow to load."""
    end_with_parent()
    import_module(MODULE)


def answer(name: str, problem: Problem, schedule: Schedule, arguments: dict[str, Any]) -> Any:
    """Return the result of a function of ``MODULE``, or the faults that it found; runs in the process."""
    function: Callable[..., Any] = getattr(import_module(MODULE), name)
    try:
        return function(problem, schedule, **arguments)
    except InputError as error:
        return Faults(error.faults)


class Faults(tuple[Fault, ...]):
    """The faults of a question, which cross to the server as a value."""


def checked(result: Any) -> Any:
    """Return a result of the process. Raise InputError if it is faults."""
    if isinstance(result, Faults):
        raise InputError(result)
    return result
