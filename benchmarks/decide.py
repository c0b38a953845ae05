"""The time of offers against the time of plans, and a clerk's first free slot against the best one: ``--suite decide``.

Each month is planned. Then each of its conferences is requested once more, as a new one beside the full month. The clerk books
the first free slot in the order of ``benchmarks/peers/greedy.py``, and withdraws no hold.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, machine
from benchmarks.peers.diary import Diary
from benchmarks.peers.greedy import ways_of
from benchmarks.suites import INSTANCES
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, with_conferences
from scheduler.domain.schedule import TIERS, Schedule, TierName
from scheduler.files import read_problem_file
from scheduler.measure import measure
from scheduler.offers.offer import offer
from scheduler.offers.results import Offers
from scheduler.planner import plan

MONTHS = (
    "report-2022-05",
    "report-2022-07",
    "report-2022-09",
    "report-2022-11",
    "report-2023-01",
    "report-2023-03",
    "many-holds",
    "no-minute-takers",
    "one-room-closed",
    "report-2022-12",
)
REQUESTS = 100
"""The most requests for each month: about 1,000 in all."""
PLAN_SECONDS = 120.0
MAX_SHARE = 1 / 20
PERCENTILE = 95


@dataclass(frozen=True)
class Decided:
    """One request: the seconds of its offers, and how the clerk's slot compares with the best one.

    ``tier`` is the first in which the clerk's schedule is worse, by ``amount``; None if it is as good, or if there is none.
    """

    seconds: float
    clerk: str
    tier: TierName | None = None
    amount: int = 0


def decide(into: Path) -> int:
    """Measure, print and store the figures. Return the exit code: 1 if the offers of a month take too long."""
    months = {month: _month(month) for month in MONTHS}
    result = {
        "taken": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "months": months,
        "all": {
            "requests": sum(one["requests"] for one in months.values()),
            "median_share": round(statistics.median(one["share"] for one in months.values()), 4),
            "largest_share": max(one["share"] for one in months.values()),
            "clerk": dict(sum((Counter(one["clerk"]) for one in months.values()), Counter())),
        },
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-decide.json").write_text(json.dumps(result, indent=1) + "\n")
    is_fast = all(one["share"] <= MAX_SHARE for one in months.values())
    limit = f"1/{round(1 / MAX_SHARE)} of the month's plan"
    print(f"In each month the {PERCENTILE}th percentile of an offer takes at most {limit}: {'yes' if is_fast else 'no'}")
    return 0 if is_fast else 1


def _month(name: str) -> dict[str, Any]:
    """Return the figures of a month."""
    problem = read_problem_file(INSTANCES / "month" / f"{name}.json")
    started = time.perf_counter()
    schedule = plan(problem, time_limit=PLAN_SECONDS)
    seconds = time.perf_counter() - started
    print(f"{name}: planned in {seconds:.1f} s", file=sys.stderr, flush=True)
    decided = [_decided(problem, schedule, one) for one in requests_of(problem)]
    times = [one.seconds for one in decided]
    tail = percentile(times, PERCENTILE)
    return {
        "plan_seconds": round(seconds, 2),
        "requests": len(decided),
        "median_seconds": round(statistics.median(times), 4),
        f"p{PERCENTILE}_seconds": round(tail, 4),
        "longest_seconds": round(max(times), 4),
        "share": round(tail / seconds, 4),
        "clerk": dict(Counter(one.clerk for one in decided)),
        "worse_by": _worse_by(decided),
    }


def requests_of(problem: Problem) -> Iterator[Conference]:
    """Yield new conferences like those of the month, with no social worker or family in common with them."""
    for n, one in enumerate(problem.conferences[:REQUESTS], 1):
        yield one.model_copy(update={"id": f"NEW-{n}", "social_worker": None, "family": None})


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least so many per cent of the values don't exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def _decided(problem: Problem, schedule: Schedule, one: Conference) -> Decided:
    started = time.perf_counter()
    offers = offer(problem, schedule, one)
    seconds = time.perf_counter() - started
    tiers = clerk_tiers(with_conferences(problem, (*problem.conferences, one)), schedule, one)
    return Decided(seconds, *_compared(offers, tiers))


def clerk_tiers(problem: Problem, schedule: Schedule, one: Conference) -> dict[TierName, int] | None:
    """Return the tiers of the schedule with the clerk's first free slot for a conference, or None."""
    diary = Diary(problem)
    for booking in schedule.bookings:
        diary.enter(booking)
    if not any(diary.take(way) for way in ways_of(diary, one)):
        return None
    return measure(problem, Schedule(bookings=tuple(diary.bookings))).tiers


def _compared(offers: Offers, clerk: dict[TierName, int] | None) -> tuple[str, TierName | None, int]:
    """Return how the clerk's slot compares with the best, the first tier in which it is worse, and by how much.

    Raise AssertionError if it is better: the first offer is proven best.
    """
    if not offers.offers or clerk is None:
        return "both find none" if clerk is None and not offers.offers else "only the clerk finds none", None, 0
    for tier in TIERS:
        amount = clerk[tier] - offers.offers[0].tiers[tier]
        if amount < 0:
            raise AssertionError(f"The clerk's slot for {offers.offers[0].booking.conference} is better by {-amount} in {tier}.")
        if amount > 0:
            return "worse", tier, amount
    return "as good", None, 0


def _worse_by(decided: Sequence[Decided]) -> dict[str, dict[str, float]]:
    """Return for each tier how often the clerk's slot is worse there first, with the median and the largest difference."""
    figures: dict[str, dict[str, float]] = {}
    for tier in TIERS:
        amounts = [one.amount for one in decided if one.tier == tier]
        if amounts:
            figures[tier] = {"requests": len(amounts), "median": statistics.median(amounts), "largest": max(amounts)}
    return figures
