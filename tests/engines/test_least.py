import numpy as np

from scheduler.engines.least import NONE, Least
from scheduler.grouping import Ints
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small_problems import Case, case_of


def of_two() -> Case:
    """A is due on Tuesday and has one child; B has two and is one or two working days late, on Tuesday or Wednesday; and a hold.

    Every day at ten with C1, who has B already, or with C2.
    """
    one = case_of(
        tiny_problem(
            horizon={"first": "2027-03-02", "last": "2027-03-03"},
            rooms=[room(starts=["10:00"])],
            virtual_starts=[],
            chairs=[chair("C1"), chair("C2")],
            conferences=[
                conference("A", due="2027-03-02", children=1, mode="in_person"),
                conference("B", due="2027-03-01", mode="in_person", chair="C1"),
            ],
            holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}],
        )
    )
    assert one is not None
    return one


def least(one: Case) -> Least:
    return Least(one.candidates, one.programme)


def everything(one: Case) -> Ints:
    return np.arange(one.programme.columns)


def on_day(one: Case, day: int) -> Ints:
    """The columns of a day, and those that count."""
    on = one.candidates.positions[one.candidates.day == day]
    return np.concatenate([on, np.arange(len(one.candidates), one.programme.columns)])


def test_of_each_conference_the_least_among_the_columns() -> None:
    one = of_two()
    assert least(one).of_each("late", everything(one)).tolist() == [0, 22]
    assert least(one).of_each("late", on_day(one, 1)).tolist() == [11, 24]
    only_a = one.candidates.of_request(0)
    assert least(one).of_each("late", only_a).tolist() == [0, NONE]


def test_possible_is_what_has_a_candidate_among_the_columns() -> None:
    one = of_two()
    assert least(one).possible(everything(one)).tolist() == [True, True]
    assert least(one).possible(one.candidates.of_request(1)).tolist() == [False, True]


def test_the_total_is_of_those_that_are_possible() -> None:
    one = of_two()
    assert least(one).total("late", everything(one)) == 22
    assert least(one).total("late", on_day(one, 1)) == 35
    assert least(one).total("late", one.candidates.of_request(0)) == 0
    assert least(one).total("continuity", everything(one)) == 0


def test_the_cheapest_are_those_that_cost_little_more_and_all_that_is_no_conference() -> None:
    one = of_two()
    candidates, counting = one.candidates, np.arange(len(one.candidates), one.programme.columns)
    is_first_day, is_b = candidates.day == 0, candidates.request == 1
    for excess, keep in (
        (0, is_first_day | candidates.is_hold),
        (1, is_first_day | candidates.is_hold),
        (2, is_first_day | candidates.is_hold | is_b),
        (11, np.ones(len(candidates), dtype=np.bool_)),
    ):
        expected = [*np.flatnonzero(keep).tolist(), *counting.tolist()]
        assert least(one).cheapest("late", everything(one), excess).tolist() == expected


def test_ranks_go_by_the_earlier_tiers_first() -> None:
    one = of_two()
    rank, costs, number = least(one).rank(), one.programme.costs, len(one.candidates)
    assert sorted(rank.tolist()) == list(range(number))
    in_order = np.argsort(rank)
    of_tiers = [
        tuple(int(costs[tier][n]) for tier in ("late", "stability", "continuity", "preferences")) for n in in_order.tolist()
    ]
    assert of_tiers == sorted(of_tiers)
    assert len(set(of_tiers)) > 3
