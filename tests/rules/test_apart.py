import pytest

from scheduler.domain.schedule import Booking, Violation
from scheduler.planner import plan
from scheduler.rules.apart import ApartRule
from tests.builders import booking, conference, room, schedule, tiny_problem

APART = tiny_problem(conferences=[conference("A"), conference("B"), conference("C")], apart=[["A", "B"]])


def test_two_kept_apart_at_one_site_on_one_day_are_broken() -> None:
    assert ApartRule().check(
        APART, schedule(booking("A"), booking("B", "2027-03-02T14:00"), booking("C", "2027-03-02T14:00"))
    ) == [
        Violation(
            rule="R7",
            subject="B",
            text="B is kept apart from A, but both are at Aylesbury on Tuesday 2 March 2027.",
            among=("A", "B"),
        )
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(booking("B", "2027-03-03T10:00"), id="another day"),
        pytest.param(booking("B", room="WYC-1"), id="another site"),
        pytest.param(booking("B", room=None), id="virtually"),
        pytest.param(booking("C", "2027-03-02T14:00"), id="not kept apart"),
        pytest.param(booking("B", room="Z-9"), id="unknown room"),
    ],
)
def test_two_that_do_not_meet_are_unbroken(other: Booking) -> None:
    assert ApartRule().check(APART, schedule(booking("A"), other)) == []


FAMILIES = tiny_problem(
    conferences=[conference("A", family="F"), conference("B", family="G"), conference("C", family="F"), conference("D")],
    apart=[["F", "G"], ["B", "A"], ["D", "F"]],
)


def test_all_conferences_of_two_families_are_kept_apart_and_each_meeting_is_one_violation() -> None:
    together = schedule(booking("A"), booking("B", "2027-03-02T14:00"), booking("C"))
    there = "but both are at Aylesbury on Tuesday 2 March 2027."
    assert ApartRule().check(FAMILIES, together) == [
        Violation(rule="R7", subject="B", text=f"B (family G) is kept apart from A (family F), {there}", among=("A", "B")),
        Violation(rule="R7", subject="B", text=f"B (family G) is kept apart from C (family F), {there}", among=("C", "B")),
    ]


def test_a_conference_is_kept_apart_from_a_family() -> None:
    text = "C (family F) is kept apart from D, but both are at Aylesbury on Tuesday 2 March 2027."
    assert ApartRule().check(FAMILIES, schedule(booking("C"), booking("D", "2027-03-02T14:00"), booking("B", room="WYC-1"))) == [
        Violation(rule="R7", subject="C", text=text, among=("D", "C"))
    ]


def test_conferences_of_one_family_may_meet_and_those_of_others_too() -> None:
    assert ApartRule().check(FAMILIES, schedule(booking("A"), booking("C"))) == []
    assert ApartRule().check(FAMILIES, schedule(booking("B"), booking("D", "2027-03-02T14:00"))) == []


def test_the_plan_keeps_families_apart() -> None:
    """One site and one day: of the three conferences only those of family F fit."""
    day = {"first": "2027-03-02", "last": "2027-03-02"}
    problem = tiny_problem(
        horizon=day,
        rooms=[room("AYL-1"), room("AYL-2")],
        conferences=[conference(name, family=family, mode="hybrid") for name, family in (("A", "F"), ("B", "F"), ("C", "G"))],
        apart=[["G", "F"]],
        policy={"virtual_fallback": False},
    )
    planned = plan(problem, workers=1)
    assert ({booking.conference for booking in planned.bookings}, planned.tiers[0].value) == ({"A", "B"}, 1)


def test_two_held_virtually_are_unbroken() -> None:
    assert ApartRule().check(APART, schedule(booking("A", room=None), booking("B", room=None))) == []


@pytest.mark.parametrize(("family", "side"), [("f", "F"), ("F\u200b", "f"), ("F", "\uff26"), ("\uff26", "F\u200b")])
def test_families_that_are_alike_are_one_in_the_plan_and_in_the_check(family: str, side: str) -> None:
    problem = tiny_problem(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1"), room("AYL-2")],
        conferences=[conference(name, family=of) for name, of in (("A", "F"), ("B", family), ("C", "G"))],
        apart=[["G", side]],
        policy={"virtual_fallback": False},
    )
    planned = plan(problem, workers=1)
    assert ({booking.conference for booking in planned.bookings}, planned.tiers[0].value) == ({"A", "B"}, 1)
    there = "but both are at Aylesbury on Tuesday 2 March 2027."
    assert ApartRule().check(problem, schedule(booking("B"), booking("C", room="AYL-2"))) == [
        Violation(rule="R7", subject="B", text=f"B (family {side}) is kept apart from C (family G), {there}", among=("C", "B"))
    ]
