import threading
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.schedule import TierName
from scheduler.engines.bounds import plain_bound
from scheduler.engines.climbing import Climb
from scheduler.engines.part import Cap, part_of
from scheduler.engines.progress import Progress
from scheduler.engines.race import Race
from scheduler.engines.standing import Standing
from scheduler.model.build import build_programme
from tests.builders import tiny_problem
from tests.engines.small import array, keeps, made, needle, no_limit, whole
from tests.engines.small_problems import Case, cases
from tests.hanging import LONG, within


def race(one: Case, tier: TierName, *, workers: int, work_limit: float | None = None) -> tuple[Race, list[Progress]]:
    """A race for a tier from what filling gives, with no bound but that of the columns' own costs and no cap."""
    heard: list[Progress] = []
    programme, budget = one.programme, no_limit()
    standing = Standing(programme, one.start(), budget, heard.append)
    part = part_of(programme, np.arange(programme.columns), programme.costs[tier], programme.constants[tier])
    standing.turn_to(tier, part.least)
    climb = Climb(plain_bound(part, part.least), part.least)
    return Race(tier, one.candidates, programme, [], climb, standing, budget, workers, 1, work_limit), heard


@pytest.mark.parametrize(("workers", "work_limit"), [(1, None), (2, None), (3, None), (1, 50.0)])
def test_a_race_ends_with_the_best_and_its_proof(workers: int, work_limit: float | None) -> None:
    for one in cases(8):
        running, heard = race(one, "unplaced", workers=workers, work_limit=work_limit)
        proven = within(LONG, running.run)
        assert proven == running.standing.value("unplaced") == one.optimum[0]
        assert keeps(one.programme, running.standing.point)
        bests, bounds = [progress.best for progress in heard], [progress.bound for progress in heard]
        assert bests == sorted(bests, key=lambda best: -(best or 0))
        assert bounds == sorted(bounds, key=lambda bound: bound or 0)


def test_improving_never_makes_it_worse() -> None:
    for one in cases(12):
        running, _ = race(one, "unplaced", workers=1)
        before = running.standing.values
        running.improve()
        assert running.standing.values <= before
        assert running.proven == running.climb.bound.value
        assert keeps(one.programme, running.standing.point)


def test_a_budget_that_is_over_leaves_the_bound_as_it_is() -> None:
    for one in cases(3):
        running, _ = race(one, "unplaced", workers=2)
        running.budget.stop.set()
        before = running.standing.values
        assert within(LONG, running.run) == running.climb.bound.value
        assert running.standing.values == before


def by_hand(workers: int) -> Race:
    """Three candidates of which one is to be taken; they cost 0, 1 and 0 in the first tier, and 10, 5 and 7 in the last.

    The standing has the first; the cap allows 1 in the first tier.
    """
    candidates = build_programme(tiny_problem()).candidates
    others = len(candidates) - 3
    costs: dict[TierName, list[int]] = {"unplaced": [0, 1, 0, *[0] * others], "preferences": [10, 5, 7, *[0] * others]}
    programme = made([(1, [1, 1, 1, *[0] * others], 1)], [1, 1, 1, *[0] * others], costs)
    start, budget = np.eye(1, len(candidates), dtype=np.int64)[0], no_limit()
    caps = [Cap(programme.costs["unplaced"], 1)]
    part = part_of(programme, np.arange(programme.columns), programme.costs["preferences"], 0, caps)
    climb = Climb(plain_bound(part, 0), 0)
    standing = Standing(programme, start, budget, None)
    return Race("preferences", candidates, programme, caps, climb, standing, budget, workers, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_proven_of_an_earlier_tier_that_has_got_better_than_its_cap(workers: int) -> None:
    """The cap allows a point of 5, which the standing doesn't take: so no more than 5 is proven."""
    running = by_hand(workers)
    assert within(LONG, running.run) <= 5
    assert running.standing.value("unplaced") == 0
    assert running.standing.value("preferences") in {7, 10}


def beside_an_endless_climb(*, is_endless_too: bool) -> Race:
    """A race whose climb no engine comes to the end of; what improves the best point may have nothing in its way.

    A point of 0 is the best, and the standing has one of 15. Where the improving is endless too, it will never be found.
    """
    candidates = build_programme(tiny_problem()).candidates
    rows, hidden = needle()
    number, others, costly = len(candidates), len(hidden), 5
    rows = [(low, [*[0] * number, *row, *[0] * costly], up) for low, row, up in rows]
    top = [*[0] * number, *[1] * others, *[1] * costly]
    costs: dict[TierName, list[int]] = {"preferences": [*[0] * (number + others), *[3] * costly]}
    programme, endless = made(rows if is_endless_too else [], top, costs), made(rows, top, costs)
    budget, start = no_limit(), np.repeat(array(0, 1), [number + others, costly])
    climb = Climb(plain_bound(whole(endless), 0), 0)
    return Race("preferences", candidates, programme, [], climb, Standing(programme, start, budget, None), budget, 2, 1)


@pytest.mark.parametrize(("work_limit", "best"), [(1e-9, 15), (50.0, 0)])
def test_improving_has_no_more_work_than_a_search(work_limit: float, best: int) -> None:
    running = replace(beside_an_endless_climb(is_endless_too=False), work_limit=work_limit)
    running.improve()
    assert running.standing.value("preferences") == best


def test_whoever_closes_the_gap_ends_the_other() -> None:
    threads = threading.active_count()
    running = beside_an_endless_climb(is_endless_too=False)
    assert within(LONG, running.run) == running.standing.value("preferences") == 0
    assert threading.active_count() <= threads + 1


@pytest.mark.parametrize("seconds", [0.0, 0.5, 3.0])
def test_a_stop_ends_both(seconds: float) -> None:
    threads = threading.active_count()
    running = beside_an_endless_climb(is_endless_too=True)
    threading.Timer(seconds, running.budget.stop.set).start()
    assert within(LONG, running.run) == 0
    assert running.standing.value("preferences") == 15
    assert threading.active_count() <= threads + 1
