from dataclasses import replace

import numpy as np

from scheduler.engines import cp_sat
from scheduler.engines.handovers import Handovers, handovers
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import Least
from scheduler.engines.part import part_of
from scheduler.grouping import Ints
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import no_limit
from tests.engines.small_problems import Case, case_of, cases


def of(highs: Highs, one: Case) -> Handovers:
    found = handovers(highs, Least(one.candidates, one.programme), np.arange(one.programme.columns), no_limit(), 1)
    assert found is not None
    return found


def of_one_day(*children: int, covering: bool = True) -> Case:
    """Reviews of one chair, all due on the only day, with two starts; another chair (if ``covering``) has nothing to do."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-01", "last": "2027-03-01"},
            rooms=[room("AYL-1", starts=["10:00", "14:00"]), room("AYL-2", starts=["10:00", "14:00"])],
            chairs=[chair("C1"), *([chair("C2")] if covering else [])],
            conferences=[
                conference(name, kind="review", due="2027-03-01", children=number, mode="in_person", chair="C1")
                for name, number in zip("ABCD", children, strict=False)
            ],
            policy={"virtual_fallback": False},
        )
    )
    assert one is not None
    return one


def ids(one: Case, columns: Ints, chair: int) -> set[str]:
    """The conferences that may be given to a chair (a position)."""
    own = columns[columns < len(one.candidates)]
    given = own[one.candidates.chair[own] == chair]
    return {one.candidates.problem.conferences[request].id for request in one.candidates.request[given].tolist()}


def test_what_does_not_fit_into_a_chairs_day_is_handed_over(highs: Highs) -> None:
    one = of_one_day(3, 1, 4)
    found = of(highs, one)
    assert found.least == 1
    assert ids(one, found.within(1), chair=1) == {"B"}
    assert ids(one, found.within(3), chair=1) == {"A", "B"}
    assert ids(one, found.within(8), chair=1) == {"A", "B", "C"}
    assert ids(one, found.within(1), chair=0) == {"A", "B", "C"}


def test_what_fits_costs_nothing_and_leaves_no_other_chair(highs: Highs) -> None:
    one = of_one_day(3, 1)
    found = of(highs, one)
    assert found.least == 0
    assert ids(one, found.within(0), chair=1) == set()


def test_where_no_other_chair_is_there_nothing_is_said(highs: Highs) -> None:
    found = of(highs, of_one_day(3, 1, 4, covering=False))
    assert (found.least, found.chairs) == (0, ())


def test_it_is_never_above_the_best_and_leaves_every_best_solution(highs: Highs) -> None:
    """The best solutions in which every conference is placed, and some that cost a little more."""
    seen_some = 0
    for one in cases(60):
        alone, columns = Least(one.candidates, one.programme), np.arange(one.programme.columns)
        placed = one.programme.row_lower.copy()
        placed[np.flatnonzero(alone.possible(columns))] = 1
        programme = replace(one.programme, row_lower=placed)
        found = of(highs, one)
        for seed in range(4):
            costs = programme.costs["continuity"] * 8 + np.random.default_rng(seed).integers(-9, 9, programme.columns) * (
                seed > 0
            )
            result = cp_sat.search(part_of(programme, columns, costs, 0), work_limit=5.0, seed=seed)
            if result.point is None:
                continue
            value = programme.constants["continuity"] + int(programme.costs["continuity"] @ result.point)
            assert found.least <= value
            assert set(np.flatnonzero(result.point)) <= set(found.within(value).tolist())
            seen_some += found.least > alone.total("continuity", columns)
    assert seen_some
