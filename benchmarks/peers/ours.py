"""The product's own plan."""

from __future__ import annotations

import time
from itertools import takewhile

from benchmarks.peers.protocol import Found, Run
from benchmarks.phases import measured
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.engines.progress import Progress
from scheduler.planner import plan


class _History:
    """What the plan tells while it runs, as better schedules."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._values: dict[str, int] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.best is None:
            return
        self._values[progress.tier] = progress.best
        known = takewhile(self._values.__contains__, TIERS[: TIERS.index(progress.tier) + 1])
        self.add(Found(progress.seconds, tuple(self._values[name] for name in known)))

    def add(self, found: Found) -> None:
        """Take it if it is better, or says more, than the last."""
        if not self.found or found.tiers < self.found[-1].tiers or len(found.tiers) > len(self.found[-1].tiers):
            self.found.append(found)


def ours(problem: Problem, seconds: float, *, workers: int = 2) -> Run:
    """One plan. The history tells of a schedule the tiers up to the one that is being solved; the last tells all.

    ``figures`` has the seconds spent in each phase, of all threads together.
    """
    history = _History()
    started = time.monotonic()
    with measured() as spent:
        schedule = plan(problem, time_limit=seconds, workers=workers, on_progress=history)
    taken = time.monotonic() - started
    history.add(Found(taken, tuple(check(problem, schedule).measure.tiers.values())))
    proven = [tier.proven for tier in schedule.tiers]
    return Run(
        schedule=schedule,
        history=tuple(history.found),
        proven_seconds=taken if all(proven) else None,
        tiers_proven=proven.index(False) if False in proven else len(proven),
        figures={f"{phase}_seconds": in_all for phase, in_all in spent.items()},
    )
