"""The product's own plan."""

from __future__ import annotations

import time
from itertools import takewhile

from benchmarks.peers.protocol import Found, Run
from scheduler.check import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.engines.progress import Progress
from scheduler.plan import plan


class _History:
    """What the plan tells while it runs, as better schedules, and how long it spent on each tier."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.seconds = dict.fromkeys(TIERS, 0.0)
        self._values: dict[str, int] = {}
        self._last = 0.0, TIERS[0]

    def __call__(self, progress: Progress) -> None:
        before, tier = self._last
        self.seconds[tier] += progress.seconds - before
        self._last = progress.seconds, progress.tier
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

    ``figures`` has the seconds spent on each tier; those of the first include building the programme.
    """
    history = _History()
    started = time.monotonic()
    schedule = plan(problem, time_limit=seconds, workers=workers, on_progress=history)
    taken = time.monotonic() - started
    history.add(Found(taken, tuple(check(problem, schedule).measure.tiers.values())))
    proven = [tier.proven for tier in schedule.tiers]
    return Run(
        schedule=schedule,
        history=tuple(history.found),
        proven_seconds=taken if all(proven) else None,
        tiers_proven=proven.index(False) if False in proven else len(proven),
        figures={f"{tier}_seconds": spent for tier, spent in history.seconds.items()},
    )
