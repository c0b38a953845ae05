from scheduler.domain.schedule import Violation
from scheduler.rules.continuity import ContinuityRule
from tests.builders import booking, conference, schedule, tiny_problem


def test_the_children_of_a_family_with_another_chair_than_its_own_are_units() -> None:
    problem = tiny_problem(conferences=[conference("A", chair="C1", children=3)])
    assert ContinuityRule().check(problem, schedule(booking("A", chair="C2"))) == [
        Violation(rule="continuity", subject="A", text="A is chaired by C2 instead of its own chair, C1.", amount=3)
    ]


def test_its_own_chair_and_no_chair_yet_cost_nothing() -> None:
    problem = tiny_problem(conferences=[conference("A", chair="C1"), conference("B"), conference("C", chair="C2")])
    assert ContinuityRule().check(problem, schedule(booking("A", chair="C1"), booking("B", chair="C2"))) == []
