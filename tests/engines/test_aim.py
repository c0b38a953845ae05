import itertools

import numpy as np

from scheduler.engines.aim import Aim, Aiming
from scheduler.engines.budget import Budget
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import Least
from scheduler.engines.relaxed import Relaxations
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import no_limit
from tests.engines.small_problems import Case, case_of, cases


def highest(highs: Highs, one: Case) -> Aim | None:
    least, columns = Least(one.candidates, one.programme), np.arange(one.programme.columns)
    unplaced = one.programme.constants["unplaced"] - int(least.possible(columns).sum())
    return Aiming(highs, least, Relaxations(highs, one.candidates, 1), columns, unplaced, no_limit(), 1).highest()


def test_no_aim_is_worse_than_the_optimum(highs: Highs) -> None:
    reached = 0
    for one in cases(30):
        aim = highest(highs, one)
        if aim is not None:
            assert aim.values <= one.optimum[:-1]
            reached += aim.values == one.optimum[:-1] and aim.last.bound.value <= one.optimum[-1]
    assert reached > 10


def test_a_caseload_out_of_reach_is_no_reason_to_aim_lower_before_it(highs: Highs) -> None:
    """Both conferences are due at the only time that day, and only one of them can go to the chair with room for it."""
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-08", "last": "2027-03-12"},
            rooms=[room("AYL-1", starts=["10:00"]), room("AYL-2", starts=["10:00"])],
            chairs=[chair("C1", caseload=85), chair("C2")],
            policy={"virtual_fallback": False},
            conferences=[conference("A", due="2027-03-08", children=1), conference("B", due="2027-03-08", children=2)],
        )
    )
    assert one is not None
    aim = highest(highs, one)
    assert aim is not None
    assert aim.values == one.optimum[:-1] == (0, 0, 0, 0, 1)


def test_a_relaxation_that_takes_too_long_is_not_an_aim_that_cannot_be_had() -> None:
    """HiGHS has not even started by the fifth look at the clock: what time is left is not spent on lower aims."""
    one = next(cases(1))
    least, columns = Least(one.candidates, one.programme), np.arange(one.programme.columns)
    unplaced = one.programme.constants["unplaced"] - int(least.possible(columns).sum())
    looks = itertools.count(0, 100)
    budget = Budget(lambda: next(looks), 0.0, 1_000.0)
    with Highs() as highs:
        relaxations = Relaxations(highs, one.candidates, 1)
        assert Aiming(highs, least, relaxations, columns, unplaced, budget, 1).highest() is None
        assert not budget.over
        later = Aiming(highs, least, relaxations, columns, unplaced, no_limit(), 1).highest()
        expected = highest(highs, one)
    assert later is not None
    assert expected is not None
    assert (later.values, later.last.bound.value) == (expected.values, expected.last.bound.value)
