"""The repair of a schedule after changes: T1, T2, then the fewest moves, then T3 to T6 (contract, section 6)."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

from scheduler.defaults import SEED, WORKERS
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.planner import solver_of
from scheduler.repairs.request import RepairRequest, request_of
from scheduler.repairs.results import FrontPoint, Repair, report_of
from scheduler.repairs.stages import Repaired, SharedEffort, decoded, repaired_in_stages, solved_by
from scheduler.whatif.changes.base import ChangeBase


def repair(
    problem: Problem,
    schedule: Schedule,
    changes: Sequence[ChangeBase],
    *,
    freeze_until: dt.date | None = None,
    max_moves: int | None = None,
    keep: Sequence[str] = (),
    with_front: bool = True,
    time_limit: float | None = None,
    workers: int = WORKERS,
    seed: int = SEED,
    stop: threading.Event | None = None,
    highs: Highs | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Repair:
    """Return the best schedule after the changes, in which the bookings of ``schedule`` count as published.

    It minimises T1, T2, the number of moves, then T3 to T6. Bookings before ``freeze_until`` and of the conferences in ``keep``
    stay, and at most ``max_moves`` move. The Pareto front of moves against lateness takes more solves, within the same
    ``time_limit`` in seconds (None: until every tier is proven). ``stop`` ends it early. ``highs`` is a running HiGHS process.
    Raise InputError with every fault of the schedule, the changes or the options, or if they contradict each other.
    """
    started = clock()
    request = request_of(problem, schedule, changes, freeze_until=freeze_until, max_moves=max_moves, keep=keep)
    deadline = None if time_limit is None else started + time_limit
    effort = SharedEffort(Budget(clock, started, deadline, stop or threading.Event()), workers, seed)
    with Highs() if highs is None else nullcontext(highs) as relaxing:
        repaired = repaired_in_stages(request, relaxing, effort)
        seconds = clock() - started
        points = [repaired.point]
        if with_front:
            points += _fewer_moves(request, relaxing, effort, repaired)
    front = tuple(sorted(points, key=lambda point: point.moves))
    result = repaired.schedule.model_copy(update={"solver": solver_of(seconds, workers, seed)})
    report = report_of(request.before, request.changed, schedule, result, repaired.point.proven, front)
    return Repair(request.changed, result, report)


def _fewer_moves(request: RepairRequest, highs: Highs, effort: SharedEffort, repaired: Repaired) -> Iterator[FrontPoint]:
    """Yield the points of the front with fewer moves than the repair, most moves first.

    Each solve allows fewer moves than the last point has, and minimises T1, T2 and then moves, so no point is dominated. The
    front ends where fewer moves would leave more conferences without a booking.
    """
    if repaired.has_fewest_possible:
        return
    unplaced, least = repaired.schedule.tiers[0].value, len(request.requested)
    most = repaired.point.moves - 1
    while most >= least and not effort.budget.over:
        try:
            solved = solved_by(request, highs, effort, request.rules.first_tiers(most - least))
        except InputError:  # locks require more moves
            return
        if solved.tiers[0].value > unplaced:
            return
        point = decoded(request, solved.tiers, 1)[1]
        yield point
        most = point.moves - 1
