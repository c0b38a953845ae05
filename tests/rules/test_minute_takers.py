from itertools import pairwise
from typing import Any

import pytest

from scheduler.domain.schedule import Booking, Violation
from scheduler.model.build import build_programme
from scheduler.model.places import single_places
from scheduler.rules.minute_takers import MinuteTakersRule
from tests.builders import booking, conference, minute_taker, room, schedule, tiny_problem
from tests.programmes import least_cost

TWO = [conference("A"), conference("B")]
HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]
HOLD = "HOLD-AYL-2027-03-03-1"


def broken(text: str, subject: str = "A", *among: str) -> list[Violation]:
    return [Violation(rule="R5", subject=subject, text=text, among=among)]


def test_every_booking_has_one_holds_and_virtual_ones_too() -> None:
    problem = tiny_problem(conferences=TWO, holds=HOLDS, minute_takers=[minute_taker()])
    bookings = booking("A"), booking("B", "2027-03-03T10:00", room=None), booking(HOLD, "2027-03-04T10:00")
    assert MinuteTakersRule().check(problem, schedule(*bookings)) == [
        *broken("A: it has no minute taker."),
        *broken("B: it has no minute taker.", "B"),
        *broken(f"{HOLD}: it has no minute taker.", HOLD),
    ]
    recorded = (each.model_copy(update={"minute_taker": "M1"}) for each in bookings)
    assert MinuteTakersRule().check(problem, schedule(*recorded)) == []


def test_where_they_are_not_modelled_nobody_is_missing() -> None:
    assert MinuteTakersRule().check(tiny_problem(), schedule(booking(), booking(minute_taker="Z"))) == []


def test_one_is_needed_even_where_there_are_none() -> None:
    assert MinuteTakersRule().check(tiny_problem(minute_takers=[]), schedule(booking())) == broken("A: it has no minute taker.")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"works": ["mon"]}, "A: M1 does not work on Tuesday 2 March 2027.", id="weekday"),
        pytest.param(
            {"absences": [{"first": "2027-03-02", "last": "2027-03-02"}], "name": "Minute taker 1"},
            "A: Minute taker 1 does not work on Tuesday 2 March 2027.",
            id="absent",
        ),
        pytest.param(
            {"busy": [{"start": "2027-03-02T09:00", "end": "2027-03-02T13:00"}]},
            "A: M1 is busy at its time, Tuesday 2 March 2027 at 10:00.",
            id="busy",
        ),
        pytest.param({"sites": ["WYC"]}, "A: M1 does not serve Aylesbury.", id="another site"),
    ],
)
def test_a_minute_taker_who_is_not_there_is_broken(changes: dict[str, Any], text: str) -> None:
    problem = tiny_problem(minute_takers=[minute_taker(**changes)])
    assert MinuteTakersRule().check(problem, schedule(booking(minute_taker="M1"))) == broken(text)


def test_virtually_anybody_may_record() -> None:
    problem = tiny_problem(minute_takers=[minute_taker(sites=[])])
    assert MinuteTakersRule().check(problem, schedule(booking(room=None, minute_taker="M1"))) == []


def test_two_at_once_and_a_day_above_the_limit_are_broken() -> None:
    problem = tiny_problem(conferences=TWO, minute_takers=[minute_taker(max_per_day=1), minute_taker("M2")])
    first = booking("A", minute_taker="M1")
    assert MinuteTakersRule().check(problem, schedule(first, booking("B", room=None, minute_taker="M1"))) == [
        *broken("B, Tuesday 2 March 2027 at 10:00: M1 is then taken by A.", "B", "A", "B"),
        *broken("M1 has 2 bookings on Tuesday 2 March 2027; at most 1.", "M1", "A", "B"),
    ]
    assert MinuteTakersRule().check(problem, schedule(first, booking("B", room=None, minute_taker="M2"))) == []


def test_an_unknown_minute_taker_is_broken_each_time() -> None:
    problem = tiny_problem(minute_takers=[minute_taker()])
    ghost = booking(minute_taker="Z")
    assert MinuteTakersRule().check(problem, schedule(ghost, ghost)) == broken("A: Z is no minute taker of this problem.") * 2


def possible(takers: list[dict[str, Any]], *bookings: Booking, minutes: int = 105, **changes: Any) -> bool:
    """Whether the rule's own programme allows the bookings, whoever records them."""
    conferences = [conference(name, minutes=minutes) for name in "ABCD"]
    problem = tiny_problem(conferences=conferences, minute_takers=takers, **changes)
    return least_cost(build_programme(problem, single_places(problem), (MinuteTakersRule(),)), schedule(*bookings)) is not None


AT_TWO_SITES = (
    booking("A", "2027-03-02T10:00"),
    booking("B", "2027-03-02T14:00"),
    booking("C", "2027-03-02T10:00", room="WYC-1"),
    booking("D", "2027-03-02T14:00", room="WYC-1"),
)


def test_two_sites_that_share_minute_takers_cannot_both_use_all_of_them() -> None:
    takers = [minute_taker(f"M{n}", sites=sites, max_per_day=1) for n, sites in enumerate((["AYL"], ["AYL", "WYC"], ["WYC"]))]
    elsewhere = minute_taker("M3", sites=[], max_per_day=1)
    assert possible(takers, *AT_TWO_SITES[:3])
    assert not possible([*takers, elsewhere], *AT_TWO_SITES)
    assert possible([*takers, minute_taker("M3", max_per_day=1)], *AT_TWO_SITES)


def test_one_who_records_twice_a_day_does_so_at_different_times() -> None:
    once = [minute_taker("M1", sites=["AYL"], max_per_day=1), minute_taker("M2", sites=["WYC"], max_per_day=1)]
    assert not possible([*once, minute_taker("M3", max_per_day=1)], *AT_TWO_SITES)
    assert possible([*once, minute_taker("M3", max_per_day=2)], *AT_TWO_SITES)
    assert not possible([minute_taker("M3")], AT_TWO_SITES[0], AT_TWO_SITES[2])


def test_nobody_records_across_midnight_what_overlaps() -> None:
    rooms = [room(starts=["00:15", "23:00"])]
    bookings = (booking("A", "2027-03-02T23:00"), booking("B", "2027-03-03T00:15"))
    for most in (1, None):
        assert not possible([minute_taker("M1", max_per_day=most)], *bookings, rooms=rooms)
        assert possible([minute_taker(name, max_per_day=most) for name in ("M1", "M2")], *bookings, rooms=rooms)


def test_where_minute_takers_differ_in_many_ways_they_are_counted_instead() -> None:
    # For each of eight starts another one is free: 255 sets of them, more than are worth a row each.
    starts = [f"{hour:02}:00" for hour in range(8, 17)]
    takers = [
        minute_taker(
            f"M{n}",
            max_per_day=1,
            busy=[
                {"start": "2027-03-02T00:00", "end": f"2027-03-02T{start}"},
                {"start": f"2027-03-02T{end}", "end": "2027-03-03T00:00"},
            ],
        )
        for n, (start, end) in enumerate(pairwise(starts))
    ]
    changes = {"rooms": [room("AYL-1", starts=starts), room("WYC-1", starts=starts)], "policy": {"pre_meet": 0}}
    first, last = booking("A", "2027-03-02T08:00", minutes=60), booking("B", "2027-03-02T15:00", minutes=60)
    assert possible(takers, first, last, minutes=60, **changes)
    assert not possible(takers, first, booking("B", "2027-03-02T08:00", room="WYC-1", minutes=60), minutes=60, **changes)
