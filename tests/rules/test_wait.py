import pytest

from scheduler.domain.schedule import Violation
from scheduler.rules.wait import WaitRule
from tests.builders import booking, conference, schedule, tiny_problem

FROM_A_SATURDAY = conference("A", earliest="2027-03-06", due="2027-03-31")


@pytest.mark.parametrize(
    ("start", "text", "days"),
    [
        ("2027-03-08T10:00", "A waits 1 working day from Saturday 6 March 2027.", 1),
        ("2027-03-16T10:00", "A waits 7 working days from Saturday 6 March 2027.", 7),
    ],
)
@pytest.mark.parametrize("kind", ["initial", "transfer_in", "pre_birth"])
def test_each_working_day_after_the_earliest_date_is_a_unit(kind: str, start: str, text: str, days: int) -> None:
    problem = tiny_problem(conferences=[FROM_A_SATURDAY | {"kind": kind}])
    assert WaitRule().check(problem, schedule(booking(start=start))) == [
        Violation(rule="wait", subject="A", text=text, amount=days)
    ]


def test_on_or_before_the_earliest_date_nobody_waits() -> None:
    problem = tiny_problem(conferences=[conference("A", earliest="2027-03-08")])
    assert WaitRule().check(problem, schedule(booking(start="2027-03-08T14:00"))) == []
    assert WaitRule().check(problem, schedule(booking(start="2027-03-03T14:00"))) == []


@pytest.mark.parametrize("kind", ["first_review", "review"])
def test_a_review_waits_for_nothing(kind: str) -> None:
    problem = tiny_problem(conferences=[FROM_A_SATURDAY | {"kind": kind}])
    assert WaitRule().check(problem, schedule(booking(start="2027-03-31T10:00"))) == []
