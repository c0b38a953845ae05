import pytest

from scheduler.domain.schedule import Booking, Violation
from scheduler.rules.apart import ApartRule
from tests.builders import booking, conference, schedule, tiny_problem

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


def test_two_held_virtually_are_unbroken() -> None:
    assert ApartRule().check(APART, schedule(booking("A", room=None), booking("B", room=None))) == []
