"""Each peer on small problems: its schedule is valid, its proofs are right, and its history only improves."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.peers.cp_sat_default import cp_sat_default
from benchmarks.peers.greedy import greedy
from benchmarks.peers.highs import highs
from benchmarks.peers.lp_limit import CODES, lp_limit
from benchmarks.peers.ours import ours
from benchmarks.peers.protocol import Peer, Run
from fixtures.tiny import tiny
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.planner import plan
from tests.exhaustive import Optimum, TooLargeError, optimum
from tests.random_problems import random_problem

SECONDS = 60.0
TINY = (0, 24, 0, 3, 2, 110)
SOLVERS: tuple[Peer, ...] = (ours, highs, cp_sat_default)


def measured(problem: Problem, run: Run) -> tuple[int, ...]:
    assert run.schedule is not None
    report = check(problem, run.schedule)
    assert report.violations == ()
    return tuple(report.measure.tiers.values())


def assert_improves(run: Run) -> None:
    """Assert that each entry is later than the one before, and better or with more tiers."""
    for before, after in zip(run.history, run.history[1:], strict=False):
        known = len(before.tiers)
        assert after.seconds >= before.seconds
        assert after.tiers[:known] < before.tiers or (after.tiers[:known] == before.tiers and len(after.tiers) > known)


def assert_best(problem: Problem, run: Run, tiers: tuple[int, ...]) -> None:
    assert measured(problem, run) == run.history[-1].tiers == tiers
    assert run.schedule is not None
    assert [(tier.value, tier.bound, tier.proven) for tier in run.schedule.tiers] == [(value, value, True) for value in tiers]
    assert (run.tiers_proven, run.proven_seconds is not None) == (6, True)
    assert_improves(run)


def small_problems() -> list[tuple[Problem, Optimum | None]]:
    solved = []
    for seed in range(12):
        problem = random_problem(Random(seed))
        try:
            solved.append((problem, optimum(problem)))
        except TooLargeError:
            continue
    return solved


@pytest.mark.parametrize("peer", SOLVERS)
def test_a_solver_proves_the_same_optimum_as_the_planner(peer: Peer) -> None:
    assert tuple(tier.value for tier in plan(tiny()).tiers) == TINY
    assert_best(tiny(), peer(tiny(), SECONDS), TINY)


def test_plain_solvers_and_the_clerk_against_exhaustive_search() -> None:
    outcomes = set()
    for problem, best in small_problems():
        if best is None:
            for peer in (highs, cp_sat_default):
                run = peer(problem, SECONDS)
                assert (run.schedule, run.history, run.tiers_proven, run.proven_seconds) == (None, (), 0, None)
            outcomes.add("locks that can't be kept")
            continue
        for peer in (highs, cp_sat_default):
            assert_best(problem, peer(problem, SECONDS), best.tiers)
        outcomes.add("best" if measured(problem, greedy(problem, SECONDS)) == best.tiers else "the clerk does worse")
        relaxed = lp_limit(problem, SECONDS, tiers=best.tiers)
        assert relaxed.figures["bound"] <= best.tiers[-1]
    assert outcomes == {"best", "the clerk does worse", "locks that can't be kept"}


def test_without_time_a_solver_claims_no_false_proof() -> None:
    for peer in (highs, cp_sat_default):
        run = peer(tiny(), 0.0)
        assert run.proven_seconds is None or run.tiers_proven == len(TINY)
        assert_improves(run)


@pytest.mark.parametrize("code", CODES)
def test_every_lp_solver_gives_the_same_bound_on_the_last_tier(code: str) -> None:
    run = lp_limit(tiny(), SECONDS, tiers=TINY, code=code)
    assert (run.schedule, run.history, run.tiers_proven) == (None, (), 0)
    assert run.figures["bound"] == TINY[-1]
    assert run.proven_seconds == run.figures["build_seconds"] + run.figures["relaxation_seconds"]


def test_the_plain_model_has_more_columns_than_ours() -> None:
    run = highs(tiny(), SECONDS)
    assert {name for name in run.figures if not name.endswith("seconds")} == {"columns", "rows"}
    assert run.figures["columns"] > lp_limit(tiny(), SECONDS, tiers=TINY).figures["columns"]
