from typing import Any

import pytest

from scheduler.domain.schedule import Violation
from scheduler.rules.late import LateRule
from tests.builders import booking, conference, schedule, tiny_problem


@pytest.mark.parametrize(
    ("changes", "start", "amount", "text"),
    [
        pytest.param(
            {"due": "2027-03-19", "children": 2},
            "2027-03-22T10:00",
            2 * (10 + 1),
            "A (2 children) was due on Friday 19 March 2027 and is on Monday 22 March 2027, 1 working day late.",
            id="one working day over a weekend",
        ),
        pytest.param(
            {"due": "2027-03-25", "children": 1},
            "2027-03-30T10:00",
            1 * (10 + 1),
            "A (1 child) was due on Thursday 25 March 2027 and is on Tuesday 30 March 2027, 1 working day late.",
            id="over Easter",
        ),
        pytest.param(
            {"due": "2027-02-20", "children": 3},
            "2027-03-02T10:00",
            3 * (10 + 7),
            "A (3 children) was due on Saturday 20 February 2027 and is on Tuesday 2 March 2027, 7 working days late.",
            id="due on a Saturday before the horizon",
        ),
    ],
)
def test_a_late_booking_costs_its_children_times_base_and_days(
    changes: dict[str, Any], start: str, amount: int, text: str
) -> None:
    problem = tiny_problem(conferences=[conference(**changes)])
    assert LateRule().check(problem, schedule(booking(start=start))) == [
        Violation(rule="late", subject="A", text=text, amount=amount)
    ]


def test_a_booking_on_its_due_date_is_in_time() -> None:
    problem = tiny_problem(conferences=[conference(due="2027-03-19")])
    assert LateRule().check(problem, schedule(booking(start="2027-03-19T14:00"))) == []


def test_the_base_is_a_setting_and_holds_are_never_late() -> None:
    problem = tiny_problem(
        conferences=[conference(due="2027-03-01", children=2)],
        holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}],
        policy={"late_base": 0},
    )
    late = schedule(booking("A"), booking("HOLD-AYL-2027-03-01-1", "2027-03-31T10:00"))
    assert [(unit.subject, unit.amount) for unit in LateRule().check(problem, late)] == [("A", 2)]
