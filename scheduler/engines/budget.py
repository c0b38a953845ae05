"""How long a solve may take, and calls that outlast it left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
HEARTBEAT = 0.05


@dataclass(frozen=True)
class Budget:
    """Seconds by the given clock, and an event that ends all at once. ``deadline`` None means no limit."""

    clock: Callable[[], float]
    started: float
    deadline: float | None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return self.clock() - self.started

    @property
    def left(self) -> float:
        """Seconds left; infinite without a deadline, 0 once stopped."""
        if self.stop.is_set():
            return 0.0
        return float("inf") if self.deadline is None else max(0.0, self.deadline - self.clock())

    @property
    def seconds_left(self) -> float | None:
        """Seconds left, for those who take None for no limit."""
        return None if self.deadline is None else self.left

    @property
    def over(self) -> bool:
        """Whether it is time to come back with the best so far."""
        return self.left <= 0

    def share(self, part: float) -> Budget:
        """A budget of part of what is left."""
        if self.deadline is None:
            return self
        return Budget(self.clock, self.started, self.clock() + part * self.left, self.stop)


def abandonable(call: Callable[[], T], budget: Budget) -> T | None:
    """What a call gives, or None once the budget is over.

    A solver that can't be stopped is left to end by itself.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=work, daemon=True).start()
    while not done.wait(HEARTBEAT):
        if budget.over:
            return None
    if errors:
        raise errors[0]
    return results[0]
