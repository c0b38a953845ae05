"""The number of slots in time that waiting conferences have left, against the offers of each."""

from __future__ import annotations

from random import Random

import pytest

from scheduler import Schedule, offer
from scheduler.domain.problem import Problem
from scheduler.offers.board import board_of
from scheduler.offers.counting import slots_in_time
from tests.builders import booking, chair, conference, minute_taker, room, schedule, tiny_problem
from tests.offers.test_trying_everything import request_of
from tests.offers.trying_everything import contested_problem

WEEK = {"horizon": {"first": "2027-03-01", "last": "2027-03-05"}, "rooms": [room("AYL-1")], "virtual_starts": ["10:00"]}


def counted(problem: Problem, present: Schedule) -> dict[str, int]:
    booked = {one.conference for one in present.bookings}
    waiting = [one.id for one in problem.conferences if one.id not in booked]
    return slots_in_time(board_of(problem, present), waiting)


def by_offers(problem: Problem, present: Schedule) -> dict[str, int]:
    """Return the same from every offer of each conference."""
    booked = {one.conference for one in present.bookings}
    waiting = [one for one in problem.conferences if one.id not in booked]
    found: dict[str, int] = {}
    for one in waiting:
        offers = offer(problem, present, one, every=True).offers
        due = problem.due[one.id]
        found[one.id] = len({(each.booking.start, each.booking.room) for each in offers if each.booking.day <= due})
    return found


def test_a_start_in_a_room_and_a_virtual_start_count_once_for_all_chairs() -> None:
    problem = tiny_problem(**WEEK, conferences=[conference("A"), conference("B")])
    assert counted(problem, schedule()) == {"A": 15, "B": 15}, "two starts in the room and a virtual one, on five days"
    assert counted(problem, schedule(booking("A", "2027-03-02T10:00"))) == {"B": 14}, "C2 is free to chair virtually then"


def test_slots_after_the_due_date_are_not_counted() -> None:
    problem = tiny_problem(**WEEK, conferences=[conference("A", due="2027-03-02")])
    assert counted(problem, schedule()) == {"A": 6}


def test_a_held_slot_counts_as_left_and_a_time_without_a_minute_taker_does_not() -> None:
    held = {"holds": [{"site": "AYL", "week": "2027-03-01", "count": 1}], "minute_takers": [minute_taker("M1", max_per_day=1)]}
    problem = tiny_problem(**WEEK, **held, chairs=[chair("C1")], conferences=[conference("A"), conference("B")])
    present = schedule(
        booking("HOLD-AYL-2027-03-01-1", "2027-03-02T10:00", minute_taker="M1"),
        booking("A", "2027-03-03T10:00", minute_taker="M1"),
    )
    assert counted(problem, present) == {"B": 12}, "nothing is left on the 3rd, when M1 takes the minutes of A"


def test_no_conference_has_no_slots() -> None:
    assert counted(tiny_problem(conferences=[]), schedule()) == {}


@pytest.mark.parametrize("seed", range(4000, 4012))
def test_the_count_equals_that_of_the_offers_on_random_diaries(seed: int) -> None:
    request = request_of(seed)
    assert counted(request.problem, request.schedule) == by_offers(request.problem, request.schedule)


@pytest.mark.slow
def test_the_count_equals_that_of_the_offers_on_many_random_diaries() -> None:
    for seed in range(200):
        problem = contested_problem(Random(seed))
        assert counted(problem, schedule()) == by_offers(problem, schedule())
        request = request_of(seed)
        assert counted(request.problem, request.schedule) == by_offers(request.problem, request.schedule), seed
