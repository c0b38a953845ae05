import numpy as np
import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking
from scheduler.model.bookings import bookings_of
from scheduler.model.candidates import Candidates, all_candidates
from scheduler.model.places import interchangeable_places
from tests.builders import booking, conference, minute_taker, room, tiny_problem

HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 2}]


def crowded(count: int, **changes) -> Problem:
    """Return a problem with ``count`` conferences, and two equal rooms in Aylesbury."""
    conferences = [conference(name) for name in "ABCDEFGH"[:count]]
    rooms = [
        room("AYL-1", starts=["09:30", "10:00", "11:45", "12:00"]),
        room("AYL-2", starts=["09:30", "10:00", "11:45", "12:00"]),
    ]
    return tiny_problem(**({"conferences": conferences, "rooms": rooms} | changes))


def chosen(candidates: Candidates, *bookings: Booking) -> np.ndarray:
    columns = candidates.columns_of(bookings)
    assert None not in columns
    return np.array(columns, dtype=np.int64)


def bookings_from(problem: Problem, *bookings: Booking) -> tuple[Booking, ...]:
    candidates = all_candidates(problem, interchangeable_places(problem))
    return bookings_of(candidates, chosen(candidates, *bookings))


def test_no_chosen_candidate_makes_no_booking() -> None:
    assert bookings_from(crowded(1)) == ()


def test_bookings_are_in_order_of_start_room_and_chair() -> None:
    problem = tiny_problem(conferences=[conference(name) for name in "ABCD"])
    given = (
        booking("A", "2027-03-03T10:00"),
        booking("B", "2027-03-02T14:00", room="WYC-1"),
        booking("C", "2027-03-02T14:00", chair="C2"),
        booking("D", "2027-03-02T14:00", room=None, chair="C2"),
    )
    assert bookings_from(problem, *given) == (given[3], given[2], given[1], given[0])


def test_a_booking_with_another_chair_than_the_familys_own_is_cover() -> None:
    problem = tiny_problem(
        conferences=[conference("A", chair="C1"), conference("B", chair="C1"), conference("C")],
        holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}],
    )
    given = (
        booking("A", "2027-03-02T10:00"),
        booking("B", "2027-03-03T10:00", chair="C2"),
        booking("C", "2027-03-04T10:00", chair="C2"),
        booking("HOLD-AYL-2027-03-03-1", "2027-03-05T10:00", chair="C2"),
    )
    assert {one.conference: one.cover for one in bookings_from(problem, *given)} == {
        "A": False,
        "B": True,
        "C": False,
        "HOLD-AYL-2027-03-03-1": False,
    }


def test_overlapping_bookings_get_different_rooms() -> None:
    # A room booked at 09:30 for 105 minutes, with a reset of 15, is free for families at 11:30, for a start at 12:00.
    given = [
        booking("A", "2027-03-02T09:30"),
        booking("B", "2027-03-02T10:00", chair="C2"),
        booking("C", "2027-03-02T12:00", room="AYL-2"),
        booking("D", "2027-03-03T10:00", room="AYL-2"),
    ]
    assert [(b.conference, b.room) for b in bookings_from(crowded(4), *given)] == [
        ("A", "AYL-1"), ("B", "AYL-2"), ("C", "AYL-1"), ("D", "AYL-1"),
    ]  # fmt: skip


def test_a_room_is_not_free_before_the_end_of_its_reset() -> None:
    given = [booking("A", "2027-03-02T09:30"), booking("B", "2027-03-02T11:45")]
    assert [(b.conference, b.room) for b in bookings_from(crowded(2), *given)] == [("A", "AYL-1"), ("B", "AYL-2")]


def test_more_bookings_than_rooms_are_an_internal_error() -> None:
    given = [booking("A", "2027-03-02T09:30"), booking("B", "2027-03-02T10:00"), booking("C", "2027-03-02T11:45")]
    with pytest.raises(AssertionError, match="AYL-1, AYL-2: more bookings than rooms at one time"):
        bookings_from(crowded(3), *given, booking("B", "2027-03-02T11:45"))


def test_holds_are_named_in_order_of_start() -> None:
    late, early = booking("HOLD-AYL-2027-03-03-1", "2027-03-03T10:00"), booking("HOLD-AYL-2027-03-03-2", "2027-03-02T10:00")
    result = bookings_from(crowded(1, holds=HOLDS), late, early)
    assert [(b.conference, b.start, b.held) for b in result] == [
        ("HOLD-AYL-2027-03-03-1", early.start, True),
        ("HOLD-AYL-2027-03-03-2", late.start, True),
    ]


def test_a_single_hold_gets_the_first_name() -> None:
    result = bookings_from(crowded(1, holds=HOLDS), booking("HOLD-AYL-2027-03-03-2", "2027-03-02T10:00"))
    assert [b.conference for b in result] == ["HOLD-AYL-2027-03-03-1"]


def test_each_booking_gets_a_minute_taker_if_they_are_modelled() -> None:
    problem = crowded(2, minute_takers=[minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1)])
    given = [booking("A", "2027-03-02T09:30"), booking("B", "2027-03-02T12:00")]
    assert {b.minute_taker for b in bookings_from(problem, *given)} == {"M1", "M2"}
    off = problem.model_copy(update={"policy": problem.policy.model_copy(update={"off": ("R5",)})})
    assert {b.minute_taker for b in bookings_from(Problem.model_validate(off.model_dump(by_alias=True)), *given)} == {None}
