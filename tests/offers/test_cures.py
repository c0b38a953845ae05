"""Cures: each single change, once made, gives a slot in time with the tiers that it states."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from scheduler import Conference, Offers, Problem, Schedule, offer
from scheduler.domain.problem import with_conferences
from scheduler.offers.results import Cure, SearchLimits
from scheduler.whatif.changes.any_change import Change
from tests.builders import booking, chair, room, schedule, tiny_problem
from tests.offers.test_offer import new

ALONE = SearchLimits(workers=1)
DAY: dict[str, Any] = {"horizon": {"first": "2027-03-01", "last": "2027-03-05"}, "rooms": [room("AYL-1")], "virtual_starts": []}
CLOSED = [{"first": "2027-03-01", "last": "2027-03-05"}]


def cured(problem: Problem, booked: Schedule, one: Conference) -> Offers:
    return offer(problem, booked, one, with_cures=True, limits=ALONE)


def assert_verified(problem: Problem, booked: Schedule, one: Conference, cure: Cure) -> None:
    """Make the changes in the problem and look for offers again."""
    complete = with_conferences(problem, (*problem.conferences, one))
    (raw,) = cure.changes
    change: Any = TypeAdapter(Change).validate_python(raw)
    changed = change.applied(complete)
    again = offer(changed, booked, changed.conference_by_id[one.id], top=1)
    assert (again.in_time, again.offers[0].tiers) == (True, cure.tiers)


@pytest.mark.parametrize(
    ("changes", "conference", "expected"),
    [
        (
            {"today": "2027-03-01", "conferences": []},
            {"due": "2027-03-03"},
            "The notice of N is waived. It can then be held in time, on Tuesday 2 March 2027 at 10:00.",
        ),
        (
            {"rooms": [room("AYL-1", closed=CLOSED)]},
            {"due": "2027-03-01"},
            "AYL-1 is open on Monday 1 March 2027. It can then be held in time, on Monday 1 March 2027 at 10:00.",
        ),
        (
            {"chairs": [chair("C1", works=["fri"])]},
            {"due": "2027-03-01"},
            "C1 works on Monday 1 March 2027. It can then be held in time, on Monday 1 March 2027 at 10:00.",
        ),
    ],
    ids=["notice", "room", "chair"],
)
def test_a_change_that_gives_a_slot_in_time_is_a_cure(changes: dict[str, Any], conference: dict[str, Any], expected: str) -> None:
    problem, one = tiny_problem(**(DAY | changes)), new(**conference)
    found = cured(problem, schedule(), one)
    assert (found.in_time, found.cures[0].text) == (False, expected)
    for cure in found.cures:
        assert_verified(problem, schedule(), one, cure)


def test_the_move_of_a_booking_is_a_cure_if_nothing_else_helps() -> None:
    problem = tiny_problem(**(DAY | {"chairs": [chair("C1")]}))
    one = new(due="2027-03-01", unavailable=[{"start": "2027-03-01T12:00", "end": "2027-03-01T18:00"}])
    (cure,) = cured(problem, schedule(booking("A", "2027-03-01T10:00")), one).cures
    assert cure.changes == ({"change": "move", "conference": "A", "start": "2027-03-01T14:00", "chair": None},)
    assert cure.text == "A moves to Monday 1 March 2027 at 14:00. It can then be held in time, on Monday 1 March 2027 at 10:00."


def test_nothing_is_tried_if_a_slot_is_in_time_or_cures_are_not_asked_for() -> None:
    problem = tiny_problem(**(DAY | {"rooms": [room("AYL-1", closed=CLOSED)]}))
    assert offer(problem, schedule(), new(due="2027-03-01")).cures == ()
    assert cured(tiny_problem(**DAY), schedule(), new()).cures == ()
