"""What a solve tells while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.domain.schedule import TierName


@dataclass(frozen=True)
class Progress:
    """Where a solve stands: seconds since its start, the tier being solved, its best value so far and its bound.

    ``best`` is None before the first complete schedule, ``bound`` before the first bound.
    """

    seconds: float
    tier: TierName
    best: int | None
    bound: int | None


Listener = Callable[[Progress], None]
