"""Repairs against trying everything: every tier, the moves and the front equal and proven, on random small problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from scheduler.checker import check
from scheduler.domain.faults import InputError
from scheduler.domain.schedule import TIERS
from scheduler.engines.kept_highs import kept_highs
from scheduler.repairs.repair import repair
from scheduler.repairs.results import FrontPoint, Repair
from tests.exhaustive import TooLargeError
from tests.repairs.repair_cases import RepairCase, repair_cases
from tests.repairs.trying_everything import BestRepair, best_repair

SOME, MANY = range(45), range(45, 600)


def best_of(case: RepairCase, most: int | None) -> BestRepair | None:
    request = case.request
    return best_repair(request.changed, free=request.requested.keys(), until=request.freeze_until, keep=request.keep, most=most)


def repaired(case: RepairCase) -> Repair:
    with kept_highs() as highs:
        return repair(case.problem, case.schedule, case.changes, **case.options, highs=highs)


def front_of(case: RepairCase, best: BestRepair) -> list[FrontPoint]:
    """Return the Pareto front of moves against lateness by trying each limit."""
    requested = len(case.request.requested)
    points = [FrontPoint(moves=best.moves + requested, late=best.tiers[1], proven=True)]
    for most in range(best.moves - 1, -1, -1):
        fewer = best_of(case, most)
        if fewer is None or fewer.tiers[0] > best.tiers[0]:
            break
        point = FrontPoint(moves=fewer.moves + requested, late=fewer.tiers[1], proven=True)
        points += [point] if point.late > points[-1].late else []
        if point.late == points[-1].late:
            points[-1] = point
    return sorted(points, key=lambda point: point.moves)


def assert_best(seed: int, case: RepairCase, best: BestRepair | None) -> str:
    if best is None or not best.keeps:
        with pytest.raises(InputError):
            repaired(case)
        return "contradiction"
    result = repaired(case)
    moves = len(result.report.moved) - len(case.request.requested)
    assert [(tier.name, tier.value) for tier in result.schedule.tiers] == list(zip(TIERS, best.tiers, strict=True)), seed
    assert moves == best.moves, seed
    assert result.report.proven, seed
    assert all(tier.proven for tier in result.schedule.tiers), seed
    assert list(result.report.front) == front_of(case, best), seed
    report = check(result.problem, result.schedule)
    assert report.ok, seed
    assert result.schedule.problem == result.problem.digest, seed
    return "repaired"


def assert_all_best(seeds: Iterable[int]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed, case in repair_cases(seeds):
        try:
            best = best_of(case, case.request.most)
            seen[assert_best(seed, case, best)] += 1
        except TooLargeError:
            continue
        if best is not None and best.keeps:
            seen["moves"] += best.moves > 0
            seen["several points"] += len(front_of(case, best)) > 1
            seen["frozen"] += bool(case.request.frozen)
            seen["kept"] += bool(case.request.keep)
            seen["limited"] += case.request.max_moves is not None
        seen.update({change.change for change in case.changes})
    return seen


def test_a_repair_finds_what_trying_everything_finds() -> None:
    seen = assert_all_best(SOME)
    assert min(seen[name] for name in ("repaired", "moves", "frozen", "kept", "limited")) >= 3, seen


@pytest.mark.slow
def test_a_repair_finds_what_trying_everything_finds_in_many_more_problems() -> None:
    seen = assert_all_best(MANY)
    assert min(seen[name] for name in ("contradiction", "several points", "move", "inquorate", "add", "cancel")) >= 2, seen
