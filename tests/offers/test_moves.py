"""Offers for which bookings move: the best of its kind, with every move listed, and nothing locked or frozen moved."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from scheduler import Problem, Schedule, check, offer
from scheduler.domain.problem import with_published
from scheduler.domain.schedule import TIERS, Booking
from scheduler.measure import measure
from scheduler.offers.filters import OfferFilter
from scheduler.offers.results import SearchLimits
from tests.builders import booking, chair, conference, room, schedule, tiny_problem
from tests.offers.test_offer import new, slot
from tests.offers.trying_everything import Request, contested_problem, random_request

ALONE = SearchLimits(workers=1)
TWO_STARTS: dict[str, Any] = {
    "horizon": {"first": "2027-03-02", "last": "2027-03-02"},
    "rooms": [room("AYL-1")],
    "virtual_starts": [],
    "chairs": [chair("C1")],
}


def only_at_ten() -> Any:
    return new(unavailable=[{"start": "2027-03-02T12:00", "end": "2027-03-02T18:00"}])


def test_a_booking_moves_for_a_conference_that_has_no_other_place() -> None:
    problem = tiny_problem(**TWO_STARTS)
    before = schedule(booking("A", "2027-03-02T10:00"))
    assert offer(problem, before, only_at_ten()).offers == ()
    found = offer(problem, before, only_at_ten(), moves=1, limits=ALONE)
    (one,) = found.offers
    assert (slot(one), found.in_time, found.proven) == (("Tue 10:00", "AYL-1", "C1"), True, True)
    assert one.moves == (booking("A", "2027-03-02T14:00"),)
    assert [(cost.rule, cost.amount, cost.text) for cost in one.costs] == [
        ("stability", 3, "A, published for Tuesday 2 March 2027 at 10:00, has another start.")
    ]


@pytest.mark.parametrize(
    ("published", "today"),
    [
        ([{"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": ["room"]}], None),
        ([], "2027-03-01"),
    ],
    ids=["locked", "frozen"],
)
def test_locked_and_frozen_bookings_never_move(published: list[dict[str, Any]], today: str | None) -> None:
    problem = tiny_problem(**TWO_STARTS, published=published, today=today)
    one = only_at_ten().model_copy(update={"notice_waived": True})
    assert offer(problem, schedule(booking("A", "2027-03-02T10:00")), one, moves=1, limits=ALONE).offers == ()


def test_bookings_move_for_a_locked_conference_that_is_rebooked() -> None:
    lock = {"conference": "B", "start": "2027-03-02T14:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    problem = tiny_problem(**TWO_STARTS, conferences=[conference("A"), conference("B")], published=[lock])
    before = schedule(booking("A", "2027-03-02T10:00"), booking("B", "2027-03-02T14:00"))
    found = offer(problem, before, problem.conference_by_id["B"], moves=1, limits=ALONE)
    (one,) = found.offers
    assert (slot(one), found.proven) == (("Tue 10:00", "AYL-1", "C1"), True)
    assert one.moves == (booking("A", "2027-03-02T14:00"),)


def test_a_held_slot_is_withdrawn_and_not_moved() -> None:
    held = "HOLD-AYL-2027-03-01-1"
    problem = tiny_problem(
        **(TWO_STARTS | {"horizon": {"first": "2027-03-02", "last": "2027-03-03"}}),
        holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}],
    )
    found = offer(problem, schedule(booking(held, "2027-03-02T10:00")), only_at_ten(), top=9, moves=2, limits=ALONE)
    assert [(slot(one)[0], one.withdrawn_holds) for one in found.offers] == [("Wed 10:00", ()), ("Tue 10:00", (held,))]


def test_no_booking_moves_if_that_gains_nothing() -> None:
    problem = tiny_problem(horizon={"first": "2027-03-01", "last": "2027-03-05"})
    before = schedule(booking("A", "2027-03-01T10:00"))
    assert offer(problem, before, new(), moves=2, limits=ALONE) == offer(problem, before, new())


def test_a_filter_binds_the_conference_and_not_the_bookings_that_move() -> None:
    problem = tiny_problem(**TWO_STARTS)
    before = schedule(booking("A", "2027-03-02T10:00"))
    accepted = OfferFilter.model_validate({"last_time": "10:00"})
    (one,) = offer(problem, before, new(), accepted=accepted, moves=1, limits=ALONE).offers
    assert (slot(one)[0], [f"{move.start:%H:%M}" for move in one.moves]) == ("Tue 10:00", ["14:00"])


def test_a_diary_that_breaks_a_rule_stays_and_nothing_is_proven() -> None:
    problem = tiny_problem(**(TWO_STARTS | {"chairs": [chair("C1", absences=[{"first": "2027-03-02", "last": "2027-03-02"}])]}))
    found = offer(problem, schedule(booking("A", "2027-03-02T10:00")), new(), moves=1, limits=ALONE)
    assert (found.offers, found.proven) == ((), False)


@pytest.mark.parametrize("top", [1, 5])
def test_a_slot_in_time_counts_if_a_late_one_with_moves_is_better(top: int) -> None:
    """A waits late for a slot in time, so the best is to give it that slot, and the new conference the later one."""
    fields = TWO_STARTS | {"horizon": {"first": "2027-03-01", "last": "2027-03-04"}, "rooms": [room("AYL-1", starts=["10:00"])]}
    problem = tiny_problem(**fields, conferences=[conference("A", children=9, due="2027-03-01")])
    found = offer(problem, schedule(booking("A", "2027-03-04T10:00")), new(due="2027-03-01"), top=top, moves=1, limits=ALONE)
    assert [(slot(one)[0], one.working_days_to_spare) for one in found.offers][:2] == [("Tue 10:00", -1), ("Mon 10:00", 0)][:top]
    assert (found.offers[0].moves, found.in_time, found.reason) == ((booking("A", "2027-03-01T10:00"),), True, None)


def best_of_one_move(request: Request) -> tuple[int, ...] | None:
    """Return the tiers of the best slot if one booking moves: each is taken out, and then booked again in every way."""
    problem, found = request.complete, []
    locked = {published.conference for published in request.problem.published if published.locks}
    for one in request.schedule.bookings:
        if not one.held and one.conference not in locked:
            others = Schedule(bookings=tuple(other for other in request.schedule.bookings if other is not one))
            for first in offer(request.problem, others, request.conference, every=True).offers:
                beside = Schedule(bookings=applied(others.bookings, first))
                again = with_published(problem, ())
                for second in offer(again, beside, again.conference_by_id[one.conference], every=True).offers:
                    after = Schedule(bookings=applied(beside.bookings, second))
                    measured = measure(problem, after).tiers
                    found.append(tuple(measured[tier] for tier in TIERS))
    return min(found, default=None)


def applied(bookings: tuple[Booking, ...], one: Any) -> tuple[Booking, ...]:
    takers = {change.conference: change.minute_taker for change in one.minute_takers}
    others = (
        other.model_copy(update={"minute_taker": takers.get(other.conference, other.minute_taker)})
        for other in bookings
        if other.conference not in {one.booking.conference, *one.withdrawn_holds}
    )
    return (*others, one.booking)


def with_firm_holds(problem: Problem) -> Problem:
    """Return the problem with holds so dear that withdrawing one never saves anything by itself."""
    data = problem.model_dump(mode="json", by_alias=True)
    data["policy"]["weights"]["hold_missing"] = 500
    return Problem.model_validate(data)


def assert_equal_to_trying_one_move(seeds: range) -> int:
    """Return how many requests gain by a move."""
    gained = 0
    for seed in seeds:
        random = Random(seed)
        request = random_request(random, with_firm_holds(contested_problem(random)))
        without = [
            tuple(one.tiers.values()) for one in offer(request.problem, request.schedule, request.conference, top=1).offers
        ]
        found = offer(request.problem, request.schedule, request.conference, top=1, moves=1, limits=ALONE)
        best = min((*without, *filter(None, [best_of_one_move(request)])), default=None)
        assert [tuple(one.tiers.values()) for one in found.offers] == [best] * (best is not None), seed
        assert found.proven
        for one in found.offers:
            moved = {move.conference: move for move in one.moves}
            kept = tuple(moved.get(other.conference, other) for other in request.schedule.bookings)
            assert check(request.complete, Schedule(bookings=applied(kept, one))).ok
            gained += bool(one.moves)
    return gained


def test_one_move_is_as_good_as_trying_every_move() -> None:
    assert assert_equal_to_trying_one_move(range(103, 107)) == 3


@pytest.mark.slow
def test_one_move_is_as_good_as_trying_every_move_on_100_problems() -> None:
    assert assert_equal_to_trying_one_move(range(200, 300)) > 5
