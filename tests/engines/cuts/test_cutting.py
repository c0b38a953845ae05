import threading
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest

from scheduler.engines import climbing, cp_sat
from scheduler.engines.bounds import GRID, Bound, bound_from, plain_bound
from scheduler.engines.budget import Budget
from scheduler.engines.climbing import Climb, Tight, Tighten, no_ceiling
from scheduler.engines.cuts import cutting as cutting_module
from scheduler.engines.cuts.cutting import Cutting
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part, part_of
from scheduler.engines.results import Searched
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import made, no_limit, whole
from tests.engines.small_problems import Case, case_of, cases, planned

LAST = "preferences"


def bound_of(highs: Highs, one: Case) -> Bound:
    """What the relaxation proves about the last tier, with the others at their best."""
    costs, constant = one.programme.costs[LAST], one.programme.constants[LAST]
    part = part_of(one.programme, np.arange(one.programme.columns), costs, constant, one.caps_before(LAST))
    relaxation = highs.relaxation(part, no_limit(), interior=True)
    assert relaxation is not None
    return bound_from(part, relaxation.duals)


def cutting(highs: Highs, one: Case) -> Cutting:
    return Cutting(highs, one.candidates, seed=1)


def reviews(sites_of: Mapping[str, Sequence[str]]) -> Case:
    """Families of each chair at these sites, on two days of two starts."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-01", "last": "2027-03-02"},
            rooms=[room("AYL-1", starts=["10:00", "14:00"]), room("WYC-1", site="WYC", starts=["10:00", "14:00"])],
            chairs=[chair(chair_id) for chair_id in sites_of],
            conferences=[
                conference(f"{chair_id}-{n}", kind="review", due="2027-03-12", site=site, chair=chair_id, mode="in_person")
                for chair_id, sites in sites_of.items()
                for n, site in enumerate(sites)
            ],
            policy={"virtual_fallback": False},
        )
    )
    assert one is not None
    return one


THREE_AND_ONE = {"C1": ["AYL", "AYL", "AYL", "WYC"], "C2": ["WYC", "WYC", "WYC", "AYL"]}
"""In halves each chair could be at one site a day; in truth both have to change sites once, which costs 20 each."""


def kept_by(tighten: Tighten, tights: list[Tight]) -> Tighten:
    """The same, with what it gives noted."""

    def noting(bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None) -> Tight:
        tights.append(tighten(bound, top, budget, also_stop))
        return tights[-1]

    return noting


def test_what_a_chair_cannot_do_in_whole_numbers_lifts_the_bound_to_the_best(highs: Highs) -> None:
    one = reviews(THREE_AND_ONE)
    bound = bound_of(highs, one)
    tight = cutting(highs, one)(bound, 80, no_limit()).bound
    assert (bound.value, tight.value, one.optimum[-1]) == (0, 40, 40)


def test_where_nothing_costs_so_little_the_bound_is_above_it(highs: Highs) -> None:
    one = reviews(THREE_AND_ONE)
    assert cutting(highs, one)(bound_of(highs, one), 30, no_limit()).bound.value > 30


def test_no_best_solution_is_lost_and_no_bound_is_above_it(highs: Highs) -> None:
    """For families at random sites, and whatever the top."""
    lifted = 0
    for seed in range(12):
        random = Random(seed)
        one = reviews({name: random.choices(["AYL", "WYC"], k=random.randint(3, 4)) for name in ("C1", "C2")})
        bound, best = bound_of(highs, one), one.optimum[-1]
        solution = cp_sat.search(bound.part.below(best))
        assert solution.point is not None
        used = bound.part.columns[solution.point > 0]
        for above in (0, 10, 60):
            tight = cutting(highs, one)(bound, best + above, no_limit()).bound
            assert bound.value <= tight.value <= best
            face = tight.face(best)
            assert set(used.tolist()) <= set(face.columns.tolist())
            at = np.zeros(one.programme.columns, dtype=np.int64)
            at[bound.part.columns] = solution.point
            assert (face.matrix @ at[face.columns] <= face.upper + 1e-9).all()
            assert (face.matrix @ at[face.columns] >= face.lower - 1e-9).all()
            lifted += tight.value > bound.value
    assert lifted


def test_a_climb_that_tightens_ends_where_one_does_that_does_not(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it tightens from: here from the first search on."""
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    lifted = 0
    for seed in range(12):
        random = Random(seed)
        one = reviews({name: random.choices(["AYL", "WYC"], k=random.randint(3, 4)) for name in ("C1", "C2")})
        bound = bound_of(highs, one)
        heard, tights = [bound.value], list[Tight]()
        climb = Climb(bound, bound.value, tighten=kept_by(cutting(highs, one), tights))
        reached = climb.search(no_ceiling, no_limit(), seed=1, lifted=heard.append)
        assert reached is not None
        assert heard == sorted(heard)
        part, values = reached
        assert part.constant + int(part.costs @ values) == climb.proven == one.optimum[-1]
        assert tights
        lifted += any(tight.bound.value > bound.value for tight in tights)
    assert lifted


def test_a_climb_that_tightens_stops_at_its_ceiling(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    one = reviews(THREE_AND_ONE)
    tights: list[Tight] = []
    climb = Climb(bound_of(highs, one), 0, tighten=kept_by(cutting(highs, one), tights))
    assert climb.search(lambda: 40, no_limit(), seed=1) is None
    assert (climb.proven, climb.work, len(tights)) == (40, 0, 1)


def test_a_budget_that_is_over_leaves_a_bound_as_it_was(highs: Highs) -> None:
    one, over = reviews(THREE_AND_ONE), no_limit()
    bound = bound_of(highs, one)
    over.stop.set()
    assert cutting(highs, one)(bound, 80, over) == Tight(bound, 80)


def test_what_is_too_large_is_left_as_it_was(highs: Highs, monkeypatch: pytest.MonkeyPatch) -> None:
    one = reviews(THREE_AND_ONE)
    bound = bound_of(highs, one)
    monkeypatch.setattr(cutting_module, "MOST_COLUMNS", 3)
    assert cutting(highs, one)(bound, 80, no_limit()) == Tight(bound, 80)


def test_plans_that_tighten_from_the_first_search_on_end_at_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    for one in cases(12):
        tiers = planned(one.candidates.problem, workers=1, work_limit=20.0).tiers
        assert [(tier.value, tier.bound) for tier in tiers] == [(best, best) for best in one.optimum]


def test_a_bound_off_the_steps_of_the_objective_is_never_lifted_past_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are 70 and 110; below 70 only columns without costs are left, which give no step to count in."""
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    part = whole(made([(1, [2, 2, 1, 1], 1)], [1, 1, 1, 1], {"preferences": [0, 0, 70, 40]}, {"preferences": 0}))
    assert part.step == 10

    def nothing_below(bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None) -> Tight:
        free = bound.part.kept(bound.part.costs == 0)
        no_prices = np.zeros(len(free.lower), dtype=np.int64)
        return Tight(Bound(free, GRID, np.zeros(2, dtype=np.int64), no_prices) if top < 40 else bound, top)

    climb = Climb(plain_bound(part, 0), 0, tighten=nothing_below)
    heard = [0]
    reached = climb.search(no_ceiling, no_limit(), seed=1, lifted=heard.append)
    assert reached is not None
    assert int(reached[0].costs @ reached[1]) == climb.proven == 40
    assert {value % 10 for value in heard} == {0}


def test_a_search_cut_short_to_tighten_does_not_end_the_climb_with_what_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search with a limit of work comes back with any solution; one without with the best."""
    part = whole(made([(1, [1, 1, 1], 1)], [1, 1, 1], {"preferences": [10, 20, 30]}))
    real = cp_sat.search

    def cut_short(face: Part, *, work_limit: float | None = None, **more: Any) -> Searched:
        found = real(face, work_limit=work_limit, **more)
        if work_limit is None or found.point is None:
            return found
        worst = np.zeros(len(face.columns), dtype=np.int64)
        worst[-1] = 1
        return Searched(worst, face.least, finished=False, work=work_limit)

    monkeypatch.setattr(cp_sat, "search", cut_short)
    climb = Climb(plain_bound(part, 0), 0, tighten=lambda bound, top, *_: Tight(bound, top))
    reached = climb.search(no_ceiling, no_limit(), seed=1)
    assert reached is not None
    assert int(reached[0].costs @ reached[1]) == climb.proven == 10


def test_what_was_ended_from_outside_is_tightened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    part, also, tops = whole(made([(1, [1, 1], 1)], [1, 1], {"preferences": [1, 2]})), threading.Event(), list[int]()

    def ended(bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None) -> Tight:
        tops.append(top)
        if also_stop is not None:
            also_stop.set()
        return Tight(bound, top)

    climb = Climb(plain_bound(part, 0), 0, tighten=ended)
    assert climb.search(no_ceiling, no_limit(), seed=1, also_stop=also) is None
    assert climb.search(no_ceiling, no_limit(), seed=1) is not None
    assert len(tops) == 2
    assert tops[0] == tops[1]


def test_no_more_work_goes_into_tightening_than_into_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(climbing, "WORK_BEFORE_TIGHTENING", 0.0)
    part, tops = whole(made([(1, [1, 1], 1)], [1, 1], {"preferences": [500, 501]})), list[int]()

    def dear(bound: Bound, top: int, budget: Budget, also_stop: threading.Event | None) -> Tight:
        tops.append(top)
        return Tight(bound, top, work=climbing.WORK_WORTH_TIGHTENING + 1.0)

    climb = Climb(plain_bound(part, 0), 0, tighten=dear)
    assert climb.search(no_ceiling, no_limit(), seed=1) is not None
    assert (climb.proven, len(tops)) == (500, 1)
