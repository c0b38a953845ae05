"""Time budgets, and calls that are abandoned when the budget is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
HEARTBEAT = 0.05
"""Seconds between two looks at the budget. An abandoned call returns that much late at most."""


@dataclass(frozen=True)
class Budget:
    """A deadline by the given clock, and an event that ends the solve before it. ``deadline`` None means no limit."""

    clock: Callable[[], float]
    started: float
    deadline: float | None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return self.clock() - self.started

    @property
    def left(self) -> float:
        """Return the seconds left: infinite without a deadline, 0 once stopped."""
        if self.stop.is_set():
            return 0.0
        return float("inf") if self.deadline is None else max(0.0, self.deadline - self.clock())

    @property
    def seconds_left(self) -> float | None:
        """Return the seconds left, with None for no limit."""
        return None if self.deadline is None else self.left

    @property
    def over(self) -> bool:
        """True if it is time to return the incumbent."""
        return self.left <= 0

    def share(self, part: float) -> Budget:
        """Return a budget of a fraction of the seconds left."""
        if self.deadline is None:
            return self
        return Budget(self.clock, self.started, self.clock() + part * self.left, self.stop)


def abandonable(call: Callable[[], T], budget: Budget, also_stop: threading.Event | None = None) -> T | None:
    """Return the call's result, or None once the budget is over or the event comes.

    The call runs in a thread, which an abandoned call keeps until it ends: a solver can't be stopped from outside.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # raised again in the caller's thread
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.wait(HEARTBEAT):
        if budget.over or (also_stop is not None and also_stop.is_set()):
            return None
    if errors:
        raise errors[0]
    return results[0]
