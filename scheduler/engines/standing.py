"""The best schedule so far, kept outside every solver, and what is proven of it."""

from __future__ import annotations

import threading

from scheduler.domain.schedule import TIERS, TierName
from scheduler.engines.budget import Budget
from scheduler.engines.part import Part
from scheduler.engines.progress import Listener, Progress
from scheduler.grouping import Ints
from scheduler.model.programme import Programme


class Standing:
    """Takes points from any thread, keeps the best (tier by tier, in order), and tells a listener how things stand."""

    def __init__(self, programme: Programme, start: Ints, budget: Budget, listener: Listener | None) -> None:
        self._programme = programme
        self._lock = threading.Lock()
        self._telling = threading.RLock()
        self._budget = budget
        self._listener = listener
        self._tier: TierName = "unplaced"
        self._bound: int | None = None
        self.point = start
        self.values = self.valued(start)
        self.first_seconds = budget.seconds

    def valued(self, point: Ints) -> tuple[int, ...]:
        """A point's value in every tier."""
        programme = self._programme
        return tuple(programme.constants[tier] + int(programme.costs[tier] @ point) for tier in TIERS)

    def value(self, tier: TierName) -> int:
        """The best point's value in a tier."""
        return self.values[TIERS.index(tier)]

    def offer(self, point: Ints) -> bool:
        """Take a point of the programme if it is better than the best so far."""
        values = self.valued(point)
        with self._lock:
            if values >= self.values:
                return False
            self.point, self.values = point.copy(), values
        self.tell()
        return True

    def offer_part(self, part: Part, values: Ints) -> bool:
        """Take the values of a part's columns, all others being 0."""
        point = self.point * 0
        point[part.columns] = values
        return self.offer(point)

    def turn_to(self, tier: TierName, bound: int | None) -> None:
        """Tell which tier is being solved, and its bound."""
        with self._telling:
            self._tier, self._bound = tier, bound
            self.tell()

    def tell(self) -> None:
        """Let the listener know how things stand; one thread at a time, so that what it hears last is the latest."""
        if self._listener is None:
            return
        with self._telling:
            self._listener(Progress(self._budget.seconds, self._tier, self.value(self._tier), self._bound))
