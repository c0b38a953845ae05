"""What each suite runs: which instances, by which peers, with how many seconds each. A further suite is a further entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

INSTANCES = Path(__file__).parent / "instances"
ALL: tuple[str, ...] = ()

Limits = tuple[tuple[str, float], ...]
"""Peers, in the order in which they run on an instance, with the seconds that each may take."""


@dataclass(frozen=True)
class Task:
    """Some instances of one size (``ALL`` for every one that is stored), each run by the same peers."""

    size: str
    instances: tuple[str, ...]
    limits: Limits

    def paths(self, folder: Path = INSTANCES) -> Iterator[Path]:
        """The instances' files. FileNotFoundError where there is none of a name."""
        if not self.instances:
            yield from sorted((folder / self.size).glob("*.json"))
        for name in self.instances:
            path = folder / self.size / f"{name}.json"
            if not path.exists():
                raise FileNotFoundError(f"{path}: there is no such instance. `python -m benchmarks.generate` writes them.")
            yield path


@dataclass(frozen=True)
class Suite:
    """Tasks in turn; ``national_seconds`` is what each of the authorities' plans may take, None to leave them out."""

    tasks: tuple[Task, ...]
    national_seconds: float | None = None


WEEK: Limits = (("ours", 30), ("lp_limit", 30), ("greedy", 30), ("highs", 30), ("cp_sat_default", 30), ("timefold", 10))
MONTH: Limits = (("ours", 60), ("lp_limit", 60), ("greedy", 60), ("highs", 120), ("cp_sat_default", 60), ("timefold", 60))
MONTH_IN_FULL: Limits = (
    *((peer, 300) for peer in ("ours", "lp_limit", "greedy", "highs", "cp_sat_default")),
    *(("timefold", seconds) for seconds in (10, 60, 300)),
)

SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        # About a quarter of an hour on two cores.
        "default": Suite(
            (
                Task("week", ("week-of-2026-11-09", "week-of-2027-01-18", "week-of-2027-05-10"), WEEK),
                Task("month", ("report-2022-11", "one-room-closed"), MONTH),
                Task("quarter", ("spring-2026",), (("ours", 120), ("lp_limit", 60), ("greedy", 60))),
            )
        ),
        # An hour and a half: every stored instance, the slow peers cut short.
        "evening": Suite(
            (
                Task("year", ALL, (("ours", 600), ("greedy", 600))),
                Task("quarter", ALL, (("ours", 120), ("lp_limit", 120), ("greedy", 60))),
                Task("week", ALL, (("ours", 30), ("lp_limit", 30), ("greedy", 30), ("highs", 30), ("timefold", 10))),
                Task("month", ALL, (("ours", 60), ("lp_limit", 60), ("greedy", 60), ("highs", 120), ("timefold", 30))),
            ),
            national_seconds=20,
        ),
        # Hours.
        "full": Suite(
            (
                Task("week", ALL, WEEK),
                Task("month", ALL, MONTH_IN_FULL),
                Task("quarter", ALL, (("ours", 900), ("lp_limit", 300), ("greedy", 300), ("timefold", 300))),
                Task("year", ALL, (("ours", 600), ("greedy", 600))),
            ),
            national_seconds=300,
        ),
    }
)
