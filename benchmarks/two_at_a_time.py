"""A month of every authority in the country, planned two at a time, beside what the same plans take one after another."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scheduler.files import read_problem_file
from scheduler.plan import plan

PROCESSES = 2


@dataclass(frozen=True)
class National:
    """``pooled_seconds`` are from the first plan's start to the last one's end; ``single_seconds`` of each plan run alone.

    ``proven`` counts the authorities of which all tiers are proven in the pool.
    """

    authorities: int
    processes: int
    pooled_seconds: float
    single_seconds: tuple[float, ...]
    proven: int

    @property
    def ratio(self) -> float:
        """How much longer the pool takes than if its processes were never in each other's way, nor ever idle."""
        return self.pooled_seconds * self.processes / sum(self.single_seconds)


def national(paths: Sequence[Path], seconds: float) -> National:
    """Plan all, reading included, with one worker and at most so many seconds each: first in the pool, then one by one."""
    started = time.monotonic()
    in_pool = _planned(paths, seconds, PROCESSES)
    pooled = time.monotonic() - started
    alone = _planned(paths, seconds, 1)
    proven = sum(is_proven for _, is_proven in in_pool)
    return National(len(paths), PROCESSES, pooled, tuple(taken for taken, _ in alone), proven)


def _planned(paths: Sequence[Path], seconds: float, processes: int) -> list[tuple[float, bool]]:
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_plan, paths, [seconds] * len(paths)))


def _plan(path: Path, seconds: float) -> tuple[float, bool]:
    started = time.monotonic()
    schedule = plan(read_problem_file(path), time_limit=seconds, workers=1)
    return time.monotonic() - started, all(tier.proven for tier in schedule.tiers)
