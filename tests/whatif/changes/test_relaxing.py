"""A relaxing change never makes the proven tiers worse in lexicographic order.

After a relaxing change every schedule stays valid and costs no more in any tier. So the proven tiers can't get worse in
lexicographic order; a lower tier can get worse if a higher one gets better. This is true of one more room, start, kit, Friday or
minute taker; of a greater cap, a rule off, fewer holds or fewer conferences; and of one more chair within their own cap. A chair
above it adds the excess to the tier `caseload`, so that only the tiers before it can't get worse.
"""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.people import Chair
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairJoins
from scheduler.whatif.changes.rooms import RoomGainsStart, RoomOpens
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small_problems import case_of, planned
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem
from tests.whatif.change_builders import scenario
from tests.whatif.random_changes import RELAXING, ChangeMaker, try_change

SEEDS = st.integers(0, 1_000_000)


def optimum(problem: Problem) -> tuple[int, ...] | None:
    """Return the optimum by the tests' own solver, or None if the locks can't be kept or nothing can be booked."""
    case = case_of(problem)
    return case and case.optimum


def assert_no_worse(kind: ChangeMaker, seed: int) -> None:
    """Check the first random problem that such a change suits and that has an optimum before and after."""
    random = Random(seed)
    while True:
        problem = random.choice((random_problem, varied_problem))(random)
        if (change := try_change(random, problem, kind)) is None or (before := optimum(problem)) is None:
            continue
        if (after := optimum(scenario(change).applied(problem))) is not None:
            assert after <= before, change
            return


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(RELAXING), SEEDS)
def test_a_relaxing_change_never_makes_the_tiers_worse_in_their_order(kind: ChangeMaker, seed: int) -> None:
    assert_no_worse(kind, seed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", RELAXING, ids=lambda kind: kind.__name__.strip("_"))
@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_no_kind_of_relaxing_change_makes_the_tiers_worse(kind: ChangeMaker, seed: int) -> None:
    assert_no_worse(kind, seed)


# One day with one start, one chair and one room for two families ---------------------------------------


def crowded() -> Problem:
    """Build a problem with room for one of two conferences."""
    return tiny_problem(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1", starts=["10:00"])],
        chairs=[chair("C1")],
        conferences=[conference("A"), conference("B")],
    )


def proven(*changes: ChangeBase) -> tuple[int, ...]:
    """Return the proven tiers of the crowded problem with these changes."""
    schedule = planned(scenario(*changes).applied(crowded()), workers=1, work_limit=20)
    assert all(tier.proven for tier in schedule.tiers)
    return tuple(tier.value for tier in schedule.tiers)


ONE_CHAIR = ChairJoins(chair=Chair(id="C2", caseload=83))
ONE_ROOM = RoomOpens(room=Room(id="AYL-2", site="AYL", starts=(dt.time(10),), hybrid_from=dt.date(2022, 9, 1)))
ONE_START = RoomGainsStart(room="AYL-1", start=dt.time(14))


def test_one_more_start_places_the_second_family() -> None:
    assert proven() == (1, 0, 0, 0, 0, 0)
    assert proven(ONE_START) == (0, 0, 0, 0, 0, 0)


def test_one_more_chair_improves_a_tier_and_worsens_a_lower_one() -> None:
    """60 points for virtual for want of a room, 10 for partners with two conferences at once. A room saves the 60."""
    assert proven(ONE_CHAIR) == (0, 0, 0, 0, 0, 70)
    assert proven(ONE_CHAIR, ONE_ROOM) == (0, 0, 0, 0, 0, 10)


def test_a_new_chair_above_their_cap_makes_only_caseloads_worse() -> None:
    above = ChairJoins(chair=Chair(id="C2", caseload=90))
    assert proven(above) == (0, 0, 0, 0, 5 + 2, 70)
    assert proven(ONE_START, above) == (0, 0, 0, 0, 5, 0)
