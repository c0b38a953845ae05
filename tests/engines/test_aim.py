import numpy as np

from scheduler.engines.aim import Aim, Aiming
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
