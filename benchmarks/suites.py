"""The suites: which instances each runs, with which peers, and how many seconds each peer may take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

INSTANCES = Path(__file__).parent / "instances"
ALL: tuple[str, ...] = ()

Limits = tuple[tuple[str, float], ...]
"""Peers in the order in which they run on an instance, each with its time limit in seconds."""


@dataclass(frozen=True)
class Task:
    """Instances of one size (``ALL`` for every stored one), each run by the same peers."""

    size: str
    instances: tuple[str, ...]
    limits: Limits

    def paths(self, folder: Path = INSTANCES) -> Iterator[Path]:
        """Yield the instances' files. Raise FileNotFoundError if one is missing."""
        if not self.instances:
            yield from sorted((folder / self.size).glob("*.json"))
        for name in self.instances:
            path = folder / self.size / f"{name}.json"
            if not path.exists():
                raise FileNotFoundError(
                    f"{path}: there is no such instance. Run `python -m benchmarks.generate` to write all instances."
                )
            yield path


@dataclass(frozen=True)
class Suite:
    """A list of tasks; ``national_seconds`` limits each authority's plan, or is None to leave the authorities out."""

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
        # About 15 minutes on two cores.
        "default": Suite(
            (
                Task("week", ("week-of-2026-11-09", "week-of-2027-01-18", "week-of-2027-05-10"), WEEK),
                Task("month", ("report-2022-11", "one-room-closed"), MONTH),
                Task("quarter", ("spring-2026",), (("ours", 120), ("lp_limit", 60), ("greedy", 60))),
            )
        ),
        # About 90 minutes on two cores: every stored instance, with short limits for slow peers.
        "evening": Suite(
            (
                Task("year", ALL, (("ours", 600), ("greedy", 600))),
                Task("quarter", ALL, (("ours", 120), ("lp_limit", 120), ("greedy", 60))),
                Task("week", ALL, (("ours", 30), ("lp_limit", 30), ("greedy", 30), ("highs", 30), ("timefold", 10))),
                Task("month", ALL, (("ours", 60), ("lp_limit", 60), ("greedy", 60), ("highs", 120), ("timefold", 30))),
            ),
            national_seconds=20,
        ),
        # Several hours on two cores.
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
