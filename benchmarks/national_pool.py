"""A month of every authority in the country, planned two at a time and one at a time."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scheduler.files import read_problem_file
from scheduler.planner import plan

PROCESSES = 2


@dataclass(frozen=True)
class Planned:
    """One authority's plan: its seconds, including reading, and whether all its tiers are proven."""

    seconds: float
    proven: bool


@dataclass(frozen=True)
class National:
    """The same plans in a pool of ``processes`` and one at a time; ``pooled_seconds`` is the elapsed time of the pool."""

    processes: int
    pooled_seconds: float
    in_pool: tuple[Planned, ...]
    alone: tuple[Planned, ...]

    @property
    def proven(self) -> int:
        """Return the number of authorities with all tiers proven in the pool."""
        return sum(one.proven for one in self.in_pool)

    @property
    def ratio(self) -> float:
        """Return the pool's time, divided by its time if processes never slowed each other down and were never idle."""
        return self.pooled_seconds * self.processes / sum(one.seconds for one in self.alone)

    @property
    def slowdown(self) -> float:
        """Return pooled time divided by time alone, over plans proven both ways; the others always take their limit."""
        both = [pair for pair in zip(self.in_pool, self.alone, strict=True) if all(one.proven for one in pair)]
        return sum(pooled.seconds for pooled, _ in both) / sum(alone.seconds for _, alone in both) if both else 1.0


def national(paths: Sequence[Path], seconds: float) -> National:
    """Plan all with one worker and at most ``seconds`` each: first in the pool, then one at a time."""
    started = time.monotonic()
    in_pool = _planned(paths, seconds, PROCESSES)
    pooled = time.monotonic() - started
    return National(PROCESSES, pooled, in_pool, _planned(paths, seconds, 1))


def _planned(paths: Sequence[Path], seconds: float, processes: int) -> tuple[Planned, ...]:
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return tuple(pool.map(_plan, paths, [seconds] * len(paths)))


def _plan(path: Path, seconds: float) -> Planned:
    started = time.monotonic()
    schedule = plan(read_problem_file(path), time_limit=seconds, workers=1)
    return Planned(time.monotonic() - started, all(tier.proven for tier in schedule.tiers))
