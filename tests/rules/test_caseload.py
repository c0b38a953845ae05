from scheduler.domain.schedule import Violation
from scheduler.rules.caseload import CaseloadRule
from tests.builders import booking, chair, conference, schedule, tiny_problem

CONFERENCES = [conference("A", children=3), conference("B", children=4), conference("C", children=9, chair="C2")]


def above(subject: str, text: str, amount: int) -> Violation:
    return Violation(rule="caseload", subject=subject, text=text, amount=amount)


def test_new_families_above_the_cap_are_units() -> None:
    problem = tiny_problem(conferences=CONFERENCES, chairs=[chair("C1", caseload=80), chair("C2", caseload=80)])
    given = schedule(booking("A", chair="C1"), booking("B", "2027-03-03T10:00", chair="C1"), booking("C", chair="C2"))
    assert CaseloadRule().check(problem, given) == [above("C1", "C1 would hold 87 children; the cap is 85.", 2)]


def test_at_the_cap_nothing_is_above_it() -> None:
    problem = tiny_problem(conferences=CONFERENCES, chairs=[chair("C1", caseload=82), chair("C2", caseload=85)])
    assert CaseloadRule().check(problem, schedule(booking("A", chair="C1"), booking("C", chair="C1"))) == []


def test_a_caseload_above_the_cap_counts_without_any_booking() -> None:
    problem = tiny_problem(chairs=[chair("C1", name="Advisor 1", caseload=91), chair("C2")])
    assert CaseloadRule().check(problem, schedule()) == [above("C1", "Advisor 1 would hold 91 children; the cap is 85.", 6)]


def test_the_cap_is_in_proportion_and_rounded_down() -> None:
    problem = tiny_problem(chairs=[chair("C1", fte=0.7, caseload=60), chair("C2", fte=0.6, caseload=51)])
    assert CaseloadRule().check(problem, schedule()) == [above("C1", "C1 would hold 60 children; the cap is 59.", 1)]


def test_a_reserve_has_no_room_for_any_child() -> None:
    problem = tiny_problem(conferences=CONFERENCES, chairs=[chair("C2", reserve=True), chair("C1")])
    given = schedule(booking("A", chair="C2"), booking("C", "2027-03-03T10:00", chair="C2"))
    assert CaseloadRule().check(problem, given) == [above("C2", "C2 would hold 3 children; the cap is 0.", 3)]


def test_the_cap_is_a_setting() -> None:
    problem = tiny_problem(policy={"caseload_cap": 1}, conferences=[conference("A", children=2)])
    assert CaseloadRule().check(problem, schedule(booking("A"))) == [above("C1", "C1 would hold 2 children; the cap is 1.", 1)]
