"""Our own planner as a peer."""

from __future__ import annotations

import time
from itertools import takewhile

from benchmarks.peers.protocol import Improvement, Run
from benchmarks.phases import measured
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS
from scheduler.engines.progress import Progress
from scheduler.planner import plan


class _History:
    """The improvements that a plan reports while it runs."""

    def __init__(self) -> None:
        self.improvements: list[Improvement] = []
        self._values: dict[str, int] = {}

    def __call__(self, progress: Progress) -> None:
        if progress.best is None:
            return
        self._values[progress.tier] = progress.best
        known = takewhile(self._values.__contains__, TIERS[: TIERS.index(progress.tier) + 1])
        self.add(Improvement(progress.seconds, tuple(self._values[name] for name in known)))

    def add(self, improvement: Improvement) -> None:
        """Add an improvement if it is better than the last or knows more tiers."""
        last = self.improvements[-1].tiers if self.improvements else None
        if last is None or improvement.tiers < last or len(improvement.tiers) > len(last):
            self.improvements.append(improvement)


def ours(problem: Problem, seconds: float, *, workers: int = 2) -> Run:
    """Run one plan. Its history lists the tiers up to the one being solved; only the last entry has all tiers.

    ``figures`` has the seconds spent in each phase, summed over all threads.
    """
    history = _History()
    started = time.monotonic()
    with measured() as spent:
        schedule = plan(problem, time_limit=seconds, workers=workers, on_progress=history)
    taken = time.monotonic() - started
    history.add(Improvement(taken, tuple(check(problem, schedule).measure.tiers.values())))
    proven = [tier.proven for tier in schedule.tiers]
    return Run(
        schedule=schedule,
        history=tuple(history.improvements),
        proven_seconds=taken if all(proven) else None,
        tiers_proven=proven.index(False) if False in proven else len(proven),
        figures={f"{phase}_seconds": total for phase, total in spent.items()},
    )
