from typing import Any

import pytest

from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Violation
from scheduler.planner import plan
from scheduler.rules.rooms import RoomsRule
from tests.builders import booking, conference, room, schedule, tiny_problem

TWO = [conference("A"), conference("B")]
HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]
HOLD = "HOLD-AYL-2027-03-03-1"


def broken(text: str, subject: str = "A", *among: str) -> list[Violation]:
    return [Violation(rule="R2", subject=subject, text=text, among=among)]


def test_two_in_one_room_one_after_the_other_are_unbroken() -> None:
    problem = tiny_problem(conferences=TWO, rooms=[room(starts=["10:00", "12:30"])])
    assert RoomsRule().check(problem, schedule(booking("A"), booking("B", "2027-03-02T12:30"))) == []


def test_two_whose_room_times_overlap_are_broken_named_by_the_later() -> None:
    problem = tiny_problem(conferences=TWO, rooms=[room(starts=["10:00", "12:29"])])
    assert RoomsRule().check(problem, schedule(booking("B", "2027-03-02T12:29"), booking("A"))) == broken(
        "B, Tuesday 2 March 2027 at 12:29: room AYL-1 is then taken by A.", "B", "A", "B"
    )


def test_every_pair_of_three_at_once_is_broken() -> None:
    problem = tiny_problem(conferences=[*TWO, conference("C")])
    assert RoomsRule().check(problem, schedule(booking("A"), booking("B"), booking("C"))) == [
        *broken("B, Tuesday 2 March 2027 at 10:00: room AYL-1 is then taken by A.", "B", "A", "B"),
        *broken("C, Tuesday 2 March 2027 at 10:00: room AYL-1 is then taken by A.", "C", "A", "C"),
        *broken("C, Tuesday 2 March 2027 at 10:00: room AYL-1 is then taken by B.", "C", "B", "C"),
    ]


def test_two_at_once_in_two_rooms_or_virtually_are_unbroken() -> None:
    at_once = booking("A"), booking("B", room="WYC-1"), booking("C", room=None), booking("D", room=None)
    problem = tiny_problem(conferences=[conference(name) for name in "ABCD"])
    assert RoomsRule().check(problem, schedule(*at_once)) == []


def test_a_stated_end_that_is_too_early_hides_no_clash() -> None:
    problem = tiny_problem(conferences=TWO, rooms=[room(starts=["10:00", "12:00"])])
    assert RoomsRule().check(problem, schedule(booking("A", minutes=-60), booking("B", "2027-03-02T12:00"))) == broken(
        "B, Tuesday 2 March 2027 at 12:00: room AYL-1 is then taken by A.", "B", "A", "B"
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"first": "2027-03-03"}, "A is in AYL-1, which is closed on Tuesday 2 March 2027.", id="not yet open"),
        pytest.param({"last": "2027-03-01"}, "A is in AYL-1, which is closed on Tuesday 2 March 2027.", id="open no more"),
        pytest.param(
            {"closed": [{"first": "2027-03-02", "last": "2027-03-02"}], "name": "Room 1"},
            "A is in Room 1, which is closed on Tuesday 2 March 2027.",
            id="closed that day",
        ),
        pytest.param(
            {"hybrid_from": None}, "A is hybrid, and AYL-1 has no equipment for that on Tuesday 2 March 2027.", id="never hybrid"
        ),
        pytest.param(
            {"hybrid_from": "2027-03-03"},
            "A is hybrid, and AYL-1 has no equipment for that on Tuesday 2 March 2027.",
            id="not hybrid yet",
        ),
    ],
)
def test_a_room_that_does_not_serve_is_broken(changes: dict[str, Any], text: str) -> None:
    assert RoomsRule().check(tiny_problem(rooms=[room(**changes)]), schedule(booking())) == broken(text)


@pytest.mark.parametrize("changes", [{"first": "2027-03-02"}, {"last": "2027-03-02"}, {"hybrid_from": "2027-03-02"}])
def test_a_room_that_serves_from_or_to_that_day_is_unbroken(changes: dict[str, Any]) -> None:
    assert RoomsRule().check(tiny_problem(rooms=[room(**changes)]), schedule(booking())) == []


def test_an_in_person_conference_needs_no_hybrid_equipment() -> None:
    problem = tiny_problem(conferences=[conference(mode="in_person")], rooms=[room(hybrid_from=None)])
    assert RoomsRule().check(problem, schedule(booking())) == []


def test_an_accessible_room_is_needed_where_asked_for() -> None:
    conferences = [conference(accessible=True)]
    problem = tiny_problem(conferences=conferences)
    assert RoomsRule().check(problem, schedule(booking())) == broken("A needs an accessible room, which AYL-1 is not.")
    assert RoomsRule().check(problem, schedule(booking(room=None))) == []
    accessible = tiny_problem(conferences=conferences, rooms=[room(accessible=True)])
    assert RoomsRule().check(accessible, schedule(booking())) == []


def test_a_virtual_conference_takes_no_room() -> None:
    problem = tiny_problem(conferences=[conference(mode="virtual")])
    assert RoomsRule().check(problem, schedule(booking(room=None))) == []
    assert RoomsRule().check(problem, schedule(booking())) == broken("A is virtual, but takes AYL-1.")


def test_others_are_held_virtually_only_where_the_policy_lets_them() -> None:
    virtually = schedule(booking(room=None))
    assert RoomsRule().check(tiny_problem(), virtually) == []
    assert RoomsRule().check(tiny_problem(policy={"virtual_fallback": False}), virtually) == broken(
        "A has no room, and is not to be held virtually."
    )


@pytest.mark.parametrize(
    ("mode", "fallback", "expected"),
    [
        ("hybrid", "hybrid", []),
        ("in_person", "hybrid", broken("A is in person, but has no room; only hybrid conferences may be held virtually.")),
        ("virtual", "hybrid", []),
        ("in_person", True, []),
        ("in_person", False, broken("A has no room, and is not to be held virtually.")),
    ],
)
def test_only_hybrid_conferences_are_held_virtually_if_the_policy_says_hybrid(
    mode: str, fallback: bool | str, expected: list[Violation]
) -> None:
    problem = tiny_problem(conferences=[conference(mode=mode)], policy={"virtual_fallback": fallback})
    assert RoomsRule().check(problem, schedule(booking(room=None))) == expected


@pytest.mark.parametrize(
    ("fallback", "sentence"),
    [
        (True, "any other takes a room or, at a cost, is held virtually"),
        (False, "any other takes a room"),
        ("hybrid", "one in person takes a room; a hybrid one takes a room or, at a cost, is held virtually"),
    ],
)
def test_the_rule_says_who_may_be_held_virtually(fallback: bool | str, sentence: str) -> None:
    policy = Policy.model_validate({"virtual_fallback": fallback})
    assert f"A virtual conference takes no room; {sentence}; a hold takes a room at its own site." in RoomsRule().says(policy)


def test_the_plan_holds_only_hybrid_conferences_virtually_if_the_policy_says_hybrid() -> None:
    modes = {"A": "hybrid", "B": "in_person", "C": "virtual"}
    problem = tiny_problem(
        conferences=[conference(name, mode=mode) for name, mode in modes.items()],
        rooms=[room(closed=[{"first": "2027-03-01", "last": "2027-03-31"}])],
        policy={"virtual_fallback": "hybrid"},
    )
    planned = plan(problem, workers=1)
    assert {one.conference: one.room for one in planned.bookings} == {"A": None, "C": None}
    assert [(one.conference, one.reason) for one in planned.unplaced] == [
        ("B", "Nothing in this time suits it: no suitable place is open at any start that suits the family.")
    ]


def test_a_hold_takes_a_hybrid_room_at_its_own_site() -> None:
    problem = tiny_problem(holds=HOLDS, rooms=[room(), room("AYL-2", hybrid_from=None), room("WYC-1")])
    assert RoomsRule().check(problem, schedule(booking(HOLD))) == []
    assert RoomsRule().check(problem, schedule(booking(HOLD, room=None))) == broken(f"{HOLD} is a hold, but has no room.", HOLD)
    assert RoomsRule().check(problem, schedule(booking(HOLD, room="WYC-1"))) == broken(
        f"{HOLD} is in WYC-1, which is not at its own site.", HOLD
    )
    assert RoomsRule().check(problem, schedule(booking(HOLD, room="AYL-2"))) == broken(
        f"{HOLD} is hybrid, and AYL-2 has no equipment for that on Tuesday 2 March 2027.", HOLD
    )


def test_an_unknown_room_is_broken() -> None:
    assert RoomsRule().check(tiny_problem(), schedule(booking(room="Z-9"))) == broken(
        "A is in room Z-9, which is no room of this problem."
    )
