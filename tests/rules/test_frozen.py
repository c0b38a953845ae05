"""R9. In these tests the plan is made on Tuesday 2 March, and bookings may be moved from Tuesday 9 March."""

import pytest

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Violation
from scheduler.rules.frozen import FrozenRule, frozen_bookings, near_bookings
from scheduler.rules.published import breaches_of_published
from tests.builders import booking, chair, conference, minute_taker, schedule, tiny_problem


def published(start: str, identifier: str = "A", **changes: object) -> dict[str, object]:
    return {"conference": identifier, "start": start, "room": "AYL-1", "chair": "C1"} | changes


def problem_with(*bookings: dict[str, object], **changes: object) -> Problem:
    conferences = [conference(str(one["conference"])) for one in bookings]
    return tiny_problem(**{"today": "2027-03-02", "conferences": conferences, "published": list(bookings)} | changes)


def broken(text: str) -> list[Violation]:
    return [Violation(rule="R9", subject="A", text=f"A was published for {text}")]


NEAR, FAR, PAST = "2027-03-08T10:00", "2027-03-09T10:00", "2027-03-01T10:00"


def test_without_today_nothing_is_frozen() -> None:
    problem = problem_with(published(NEAR), today=None)
    assert (near_bookings(problem), frozen_bookings(problem)) == ([], [])
    assert FrozenRule().check(problem, schedule()) == []


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ((), "Monday 8 March 2027 at 10:00, too near to withdraw it, but has no booking."),
        (
            (booking(start="2027-03-08T14:00"),),
            "Monday 8 March 2027 at 10:00, too near to move it, but is booked for Monday 8 March 2027 at 14:00.",
        ),
        (
            (booking(start=NEAR, room="WYC-1"),),
            "Monday 8 March 2027 at 10:00, too near to change it, but has another room or chair.",
        ),
        (
            (booking(start=NEAR, chair="C2"),),
            "Monday 8 March 2027 at 10:00, too near to change it, but has another room or chair.",
        ),
    ],
)
def test_a_booking_in_the_next_days_stays_as_published(changed: tuple[Booking, ...], text: str) -> None:
    problem = problem_with(published(NEAR))
    assert FrozenRule().check(problem, schedule(*changed)) == broken(text)
    assert FrozenRule().check(problem, schedule(booking(start=NEAR, minute_taker="M9"))) == []


@pytest.mark.parametrize(
    "changed",
    [
        (),
        (booking(start=FAR, room="WYC-1", chair="C2"),),
        (booking(start="2027-03-09T14:00"),),
        (booking(start="2027-03-19T14:00"),),
    ],
)
def test_a_booking_of_later_days_may_change_or_be_withdrawn(changed: tuple[Booking, ...]) -> None:
    assert FrozenRule().check(problem_with(published(FAR)), schedule(*changed)) == []


def test_no_booking_moves_into_the_next_days() -> None:
    assert FrozenRule().check(problem_with(published(FAR)), schedule(booking(start=NEAR))) == broken(
        "Tuesday 9 March 2027 at 10:00, but is moved to Monday 8 March 2027: before Tuesday 9 March 2027 is too near."
    )


def test_the_number_of_days_is_a_setting() -> None:
    for days, is_near in ((4, False), (5, True), (0, False)):
        problem = problem_with(published(NEAR), policy={"move_notice_days": days})
        assert bool(frozen_bookings(problem)) == is_near
    assert "before 77 working days from then" in FrozenRule().says(Policy(move_notice_days=77))


@pytest.mark.parametrize(
    "changed",
    [(), (booking(start=PAST, chair="C2"),), (booking(start=PAST, minute_taker="M1"),), (booking(start=FAR),)],
)
def test_a_past_booking_stays_as_it_is(changed: tuple[Booking, ...]) -> None:
    problem = problem_with(published(PAST))
    assert FrozenRule().check(problem, schedule(booking(start=PAST))) == []
    ending = "changed" if changed else "not booked"
    assert FrozenRule().check(problem, schedule(*changed)) == broken(
        f"Monday 1 March 2027 at 10:00, which is past, but is {ending}."
    )


ABSENT = [chair("C1", absences=[{"first": "2027-03-08", "last": "2027-03-08"}]), chair("C2")]


@pytest.mark.parametrize(
    ("changed", "is_allowed"),
    [
        (booking(start=NEAR, chair="C2"), True),
        (booking(start=NEAR, room=None, chair="C2"), True),
        (booking(start=FAR), True),
        (booking(start="2027-03-08T14:00", chair="C2"), False),
        (booking(start="2027-03-05T10:00"), False),
    ],
)
def test_one_that_breaks_a_rule_changes_place_or_moves_to_later_days(changed: Booking, is_allowed: bool) -> None:
    problem = problem_with(published(NEAR), chairs=ABSENT)
    assert frozen_bookings(problem) == []
    assert (FrozenRule().check(problem, schedule(changed)) == []) == is_allowed


def breaking(problem: Problem) -> dict[str, list[str]]:
    return {name: [violation.rule for violation in result] for name, result in breaches_of_published(problem).items()}


def test_all_that_take_part_in_a_breach_are_excepted() -> None:
    three = [published(f"2027-03-0{day}T10:00", name) for name, day in (("A", 3), ("B", 4), ("C", 5))]
    at_once = problem_with(published(NEAR), published(NEAR, "B"), published(NEAR, "C", room=None, chair="C2"))
    assert breaking(at_once) == {"A": ["R2", "R3"], "B": ["R2", "R3"]}
    assert [one.conference for one in frozen_bookings(at_once)] == ["C"]
    assert breaking(problem_with(*three, chairs=[chair("C1", max_per_week=2)])) == {name: ["R3"] for name in "ABC"}
    apart = problem_with(published(NEAR), published("2027-03-08T14:00", "B"), apart=[["A", "B"]])
    assert breaking(apart) == {"A": ["R7"], "B": ["R7"]}
    assert breaking(problem_with(*three, minute_takers=[minute_taker()])) == {name: ["R5"] for name in "ABC"}
    workers = [conference(name, social_worker="SW-1") for name in "AB"]
    shared = problem_with(published(NEAR), published(NEAR, "B", room="WYC-1", chair="C2"), conferences=workers)
    assert breaking(shared) == {"A": ["R6"], "B": ["R6"]}
    drive = problem_with(published(NEAR), published("2027-03-08T12:20", "B", room="WYC-1"))
    assert breaking(drive) == {"B": ["R1", "R4"], "A": ["R4"]}


def test_what_is_past_breaks_nothing_alone_but_counts() -> None:
    past = [published("2027-03-01T10:00", "A"), published("2027-03-01T10:00", "B")]
    assert breaking(problem_with(*past)) == {}
    week = problem_with(*past, published("2027-03-05T10:00", "C"), chairs=[chair("C1", max_per_week=2)])
    assert breaking(week) == {name: ["R3"] for name in "ABC"}
    assert frozen_bookings(week) == []


def test_a_rule_that_is_off_excepts_nothing() -> None:
    apart = problem_with(published(NEAR), published("2027-03-08T14:00", "B"), apart=[["A", "B"]], policy={"off": ["R7"]})
    assert breaking(apart) == {}
