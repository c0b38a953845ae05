"""The time of repairs against the time of plans: a chair is absent for a week of each stored month. Part of ``--suite decide``.

Each month is planned, and then repaired for the absence of the chair with the most bookings in the third week.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import commit, machine
from benchmarks.suites import INSTANCES
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Period, monday_of
from scheduler.files import read_problem_file
from scheduler.planner import plan
from scheduler.repairs.repair import repair
from scheduler.whatif.changes.chairs import ChairAbsent

PLAN_SECONDS = 120.0
"""Limit of a month's plan. The schedule at the limit is repaired if it isn't proven by then."""
WEEKS_BEFORE = 2
MAX_SHARE = 0.5


def repairing(into: Path, months: Sequence[Path] | None = None) -> int:
    """Measure, print and store the figures. Return the exit code: 1 if repairs take too long, or one is not proven."""
    paths = sorted((INSTANCES / "month").glob("*.json")) if months is None else months
    figures = {path.stem: _repaired_month(path) for path in paths}
    shares = [one["share"] for one in figures.values()]
    result = {
        "taken": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "months": figures,
        "median_share": round(statistics.median(shares), 3),
        "largest_share": max(shares),
        "median_seconds": round(statistics.median(one["repair_seconds"] for one in figures.values()), 2),
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-repairs.json").write_text(json.dumps(result, indent=1) + "\n")
    is_fast = result["median_share"] <= MAX_SHARE
    is_proven = all(one["proven"] for one in figures.values())
    print(f"A repair takes at most {MAX_SHARE:g} of the month's plan (median): {'yes' if is_fast else 'no'}")
    print(f"All repairs are proven to need the fewest moves: {'yes' if is_proven else 'no'}")
    return 0 if is_fast and is_proven else 1


def _repaired_month(path: Path) -> dict[str, Any]:
    """Return the figures of a month, and of the front apart."""
    problem = read_problem_file(path)
    schedule = plan(problem, time_limit=PLAN_SECONDS)
    assert schedule.solver is not None
    absence = busiest_absence(problem, schedule)
    repaired = repair(problem, schedule, [absence], with_front=False)
    assert repaired.schedule.solver is not None
    started = time.perf_counter()
    front = repair(problem, schedule, [absence]).report.front
    plan_seconds, seconds = schedule.solver.seconds, repaired.schedule.solver.seconds
    print(f"{path.stem}: planned in {plan_seconds:.1f} s, repaired in {seconds:.1f} s", file=sys.stderr, flush=True)
    return {
        "plan_seconds": round(plan_seconds, 2),
        "repair_seconds": round(seconds, 2),
        "share": round(seconds / plan_seconds, 3),
        "moves": len(repaired.report.moved),
        "proven": repaired.report.proven,
        "tiers_proven": sum(tier.proven for tier in repaired.schedule.tiers),
        "points_of_front": len(front),
        "seconds_with_front": round(time.perf_counter() - started, 2),
    }


def busiest_absence(problem: Problem, schedule: Schedule) -> ChairAbsent:
    """Return the absence, in the third week of the month, of the chair who has the most bookings in it."""
    first = monday_of(problem.horizon.first) + dt.timedelta(weeks=WEEKS_BEFORE)
    week = Period(first=first, last=first + dt.timedelta(days=6))
    chaired = Counter(booking.chair for booking in schedule.bookings if booking.day in week and not booking.held)
    return ChairAbsent(chair=chaired.most_common(1)[0][0], first=week.first, last=week.last)
