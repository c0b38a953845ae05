import json

import numpy as np
import pytest

from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule
from scheduler.measure import measure
from scheduler.model.build import build_programme
from scheduler.model.places import single_places
from scheduler.rules import RULES
from scheduler.rules.base import Rule
from scheduler.rules.bookable import BookableRule
from scheduler.rules.rooms import RoomsRule
from tests.builders import chair, conference, minute_taker, room, tiny_problem
from tests.paths import EXAMPLES
from tests.programmes import least_cost

CLOSED = {"horizon": {"first": "2027-03-02", "last": "2027-03-02"}, "calendar": {"closures": ["2027-03-02"]}}


def example(name: str) -> tuple[Problem, Schedule]:
    problem = read_problem(json.loads((EXAMPLES / f"{name}.json").read_text()))
    return problem, Schedule.model_validate_json((EXAMPLES / f"{name}.schedule.json").read_text())


@pytest.mark.parametrize("name", ["march", "march.replan"])
def test_the_programmes_costs_of_an_optimal_schedule_are_its_tiers(name: str) -> None:
    problem, schedule = example(name)
    builder = build_programme(problem)
    assert {tier: least_cost(builder, schedule, tier) for tier in TIERS} == measure(problem, schedule).tiers


def test_grouped_and_single_rooms_make_equivalent_programmes() -> None:
    problem = tiny_problem(rooms=[room("AYL-1"), room("AYL-2")])
    together, apart = build_programme(problem), build_programme(problem, single_places(problem))
    assert len(apart.candidates.select(apart.candidates.in_room)) == 2 * len(
        together.candidates.select(together.candidates.in_room)
    )


def test_row_n_limits_the_bookings_of_request_n() -> None:
    problem = tiny_problem(
        conferences=[conference("A"), conference("B")], holds=[{"site": "AYL", "week": "2027-03-03", "count": 3}]
    )
    builder = build_programme(problem)
    programme = builder.programme()
    assert programme.row_upper[:3].tolist() == [1, 1, 3]
    rows = programme.matrix.toarray()[:3, : len(builder.candidates)]
    assert np.array_equal(rows, builder.candidates.request == np.arange(3)[:, np.newaxis])


def test_the_rule_that_leaves_a_conference_no_candidate_is_reported() -> None:
    problem = tiny_problem(
        chairs=[chair("C1")],
        conferences=[
            conference("A"),
            conference("B", earliest="2027-04-05"),
            conference("C", mode="in_person", accessible=True),
            conference("D", not_chairs=["C1"]),
        ],
        policy={"virtual_fallback": False},
    )
    assert build_programme(problem).impossible == {"B": "R1", "C": "R2", "D": "R3"}


def test_without_open_days_r1_leaves_no_candidate() -> None:
    builder = build_programme(tiny_problem(**CLOSED))
    assert (len(builder.candidates), builder.impossible) == (0, {"A": "R1"})
    assert builder.programme().columns == len(builder.programme().upper)


def test_without_chairs_r3_leaves_no_candidate() -> None:
    assert build_programme(tiny_problem(chairs=[])).impossible == {"A": "R3"}


def test_without_minute_takers_r5_leaves_no_candidate() -> None:
    assert build_programme(tiny_problem(minute_takers=[])).impossible == {"A": "R5"}


def test_rules_that_are_switched_off_are_left_out() -> None:
    changes = {"minute_takers": [minute_taker(works=[])]}
    assert build_programme(tiny_problem(**changes)).impossible == {"A": "R5"}
    assert build_programme(tiny_problem(**changes, policy={"off": ["R5"]})).impossible == {}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.tier == "preferences"], ids=lambda rule: rule.name)
def test_a_preference_without_weight_posts_nothing(rule: Rule) -> None:
    problem = tiny_problem(
        holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}],
        policy={"weights": {rule.name: 0}},
        conferences=[conference("A")],
    )
    programme, without = build_programme(problem, rules=(rule,)).programme(), build_programme(problem, rules=()).programme()
    assert (programme.columns, programme.matrix.shape) == (without.columns, without.matrix.shape)
    assert not programme.costs["preferences"].any()
    assert programme.constants["preferences"] == 0


def test_a_selection_of_rules_can_be_posted() -> None:
    problem = tiny_problem()
    builder = build_programme(problem, rules=(BookableRule(), RoomsRule()))
    assert not any(cost.any() for cost in builder.programme().costs.values())
    assert builder.impossible == {}
