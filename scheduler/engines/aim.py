"""What is aimed at: the best that all tiers could be, if every bound could be had at once."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.engines.bounds import Bound
from scheduler.engines.climbing import Climb
from scheduler.engines.part import Cap
from scheduler.engines.results import Relaxation
from scheduler.grouping import Ints


@dataclass(frozen=True)
class Relaxed:
    """A part's relaxation, and the climb that starts from the bound that it proves."""

    relaxation: Relaxation
    climb: Climb

    @property
    def bound(self) -> Bound:
        """What the relaxation proves."""
        return self.climb.bound


@dataclass(frozen=True)
class Aim:
    """What the first five tiers could be at best, what columns and caps that leaves, and the last tier's relaxation on these."""

    values: tuple[int, ...]
    columns: Ints
    caps: list[Cap]
    last: Relaxed
