"""The planner: from a problem to a checked schedule with bounds and proofs for each tier."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from importlib.metadata import version

import numpy as np

from scheduler.checker import check
from scheduler.defaults import SEED, WORKERS
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, Solver, Unplaced
from scheduler.domain.values import Period
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.portfolio import Portfolio
from scheduler.engines.progress import Listener
from scheduler.grouping import Ints
from scheduler.lock_conflicts import candidates_for_locks, without_hopeless_locks
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.programme import ProgrammeBuilder
from scheduler.remarks import remarks_of
from scheduler.report.causes import why_unplaced
from scheduler.report.exceptions import exceptions_of
from scheduler.rules import RULES
from scheduler.rules.base import Rule


def plan(
    problem: Problem,
    *,
    time_limit: float | None = None,
    work_limit: float | None = None,
    workers: int = WORKERS,
    seed: int = SEED,
    on_progress: Listener | None = None,
    stop: threading.Event | None = None,
    highs: Highs | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Schedule:
    """Return the best schedule found within ``time_limit`` seconds (None: search until every tier is proven).

    With one worker and a ``work_limit``, the same seed gives the same schedule on every machine. The limit applies to each
    search of a tier, in the solver's own deterministic units. Setting ``stop`` ends the search early and still returns a
    schedule. ``on_progress`` may be called from any thread. ``highs`` is a running HiGHS process to reuse; without it, the
    plan starts its own.

    Raise InputError if no schedule can keep the locks of published bookings (contract, R8); with ``today`` the plan drops
    those instead, and lists them among the schedule's exceptions (contract, section 8).
    """
    started = clock()
    deadline = None if time_limit is None else started + time_limit
    budget = Budget(clock, started, deadline, stop or threading.Event())
    with Highs() if highs is None else nullcontext(highs) as relaxing:
        schedule = solve(problem, relaxing, budget, workers=workers, seed=seed, on_progress=on_progress, work_limit=work_limit)
    must_agree(problem, schedule)
    return schedule.model_copy(update={"solver": solver_of(clock() - started, workers, seed)})


def solve(
    problem: Problem,
    highs: Highs,
    budget: Budget,
    *,
    rules: Sequence[Rule] = RULES,
    required: Collection[str] = (),
    workers: int = WORKERS,
    seed: int = SEED,
    on_progress: Listener | None = None,
    work_limit: float | None = None,
) -> Schedule:
    """Return the best schedule found within the budget by some rules, neither checked nor with its solver.

    A tier that no rule posts to is 0 and proven, so that leaving out the last rules ends the search before their tiers. A
    rule may post other costs than its tier's, which the caller then decodes. ``required`` are conferences of which a rule
    requires a booking. Raise InputError as ``plan`` does.
    """
    as_planned = without_hopeless_locks(problem)
    builder = build_programme(as_planned, rules=rules)
    programme = builder.programme()
    locked = candidates_for_locks(builder, programme, required)
    portfolio = Portfolio(highs, builder.candidates, programme, locked, budget, workers, seed, on_progress, work_limit)
    tiers = portfolio.solve()
    chosen: Ints = np.flatnonzero(portfolio.standing.point[: len(builder.candidates)])
    bookings = bookings_of(builder.candidates, chosen)
    return Schedule(
        problem=problem.digest,
        bookings=bookings,
        unplaced=tuple(_unplaced(builder, chosen, rules)),
        tiers=tuple(tiers),
        assumptions=problem.assumptions,
        exceptions=exceptions_of(problem, as_planned, bookings),
        remarks=remarks_of(problem),
    )


def solver_of(seconds: float, workers: int, seed: int) -> Solver:
    """Return the solver of a schedule, with the seconds that building, solving and checking took."""
    return Solver(
        engine="CP-SAT and HiGHS in OR-Tools",
        seconds=round(seconds, 3),
        workers=workers,
        seed=seed,
        version=version("ortools"),
    )


def _unplaced(builder: ProgrammeBuilder, chosen: Ints, among: Sequence[Rule]) -> list[Unplaced]:
    """Return the conferences without a booking, each with a reason that is certain."""
    candidates, problem = builder.candidates, builder.problem
    placed = set(candidates.request[chosen].tolist())
    rules = {rule.name: rule for rule in among if rule.tier is None}
    reasons: list[Unplaced] = []
    for n, conference in enumerate(problem.conferences):
        if n in placed:
            continue
        rule, possible = "", None
        if conference.id in builder.impossible:
            left_none = rules[builder.impossible[conference.id]]
            rule = f"{left_none.name}: {left_none.says(problem.policy)}"
        else:
            days = candidates.day[candidates.of_request(n)]
            possible = Period(first=candidates.days[int(days.min())], last=candidates.days[int(days.max())])
        reason = why_unplaced(problem, conference, possible, rule)
        reasons.append(Unplaced(conference=conference.id, reason=reason))
    return reasons


def must_agree(problem: Problem, schedule: Schedule) -> None:
    """Compare the engines' schedule with the checker, which shares no code with them; a difference is a bug.

    Raise AssertionError if a hard rule is broken or a tier's value differs.
    """
    report = check(problem, schedule)
    stated = {tier.name: tier.value for tier in schedule.tiers}
    measured = {name: report.measure.tiers[name] for name in TIERS}
    if report.violations or stated != measured:
        broken = "; ".join(f"{violation.rule} {violation.text}" for violation in report.violations)
        raise AssertionError(f"The engines and the checker disagree: {stated} against {measured}. {broken}")
