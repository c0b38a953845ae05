import pytest

from scheduler.domain.schedule import Booking, Violation
from scheduler.rules.stability import StabilityRule
from tests.builders import booking, room, schedule, tiny_problem

PUBLISHED = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}
ROOMS = [room("AYL-1"), room("AYL-2"), room("WYC-1")]
PROBLEM = tiny_problem(rooms=ROOMS, published=[PUBLISHED])


@pytest.mark.parametrize(
    ("changed", "amount", "what"),
    [
        (booking(start="2027-03-03T10:00"), 5, "date"),
        (booking(start="2027-03-03T14:00"), 5, "date"),
        (booking(start="2027-03-02T14:00"), 3, "start"),
        (booking(chair="C2"), 3, "chair"),
        (booking(room="WYC-1"), 2, "site"),
        (booking(room=None), 2, "site"),
        (booking(room="AYL-2"), 1, "room"),
        (booking(start="2027-03-02T14:00", chair="C2", room="AYL-2"), 3 + 3 + 1, "start, chair and room"),
        (booking(start="2027-03-03T10:00", chair="C2", room="WYC-1"), 5 + 3 + 2, "date, chair and site"),
    ],
)
def test_a_changed_booking_costs_what_changed(changed: Booking, amount: int, what: str) -> None:
    text = f"A, published for Tuesday 2 March 2027 at 10:00, has another {what}."
    assert StabilityRule().check(PROBLEM, schedule(changed)) == [
        Violation(rule="stability", subject="A", text=text, amount=amount)
    ]


def test_a_booking_that_keeps_everything_costs_nothing() -> None:
    assert StabilityRule().check(PROBLEM, schedule(booking(minute_taker="M9"))) == []


def test_a_published_conference_without_a_booking_costs_nothing_here() -> None:
    assert StabilityRule().check(PROBLEM, schedule()) == []


def test_a_virtual_booking_that_gets_a_room_changes_its_site() -> None:
    virtual = tiny_problem(published=[PUBLISHED | {"room": None}])
    assert [unit.amount for unit in StabilityRule().check(virtual, schedule(booking()))] == [2]
    assert StabilityRule().check(virtual, schedule(booking(room=None))) == []


def test_the_costs_are_settings() -> None:
    problem = tiny_problem(published=[PUBLISHED], policy={"stability": {"date": 100, "chair": 20}})
    moved = booking(start="2027-03-03T10:00", chair="C2", room="WYC-1")
    assert [unit.amount for unit in StabilityRule().check(problem, schedule(moved))] == [122]
