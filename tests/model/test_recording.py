from typing import Any

import pytest

from scheduler.domain.schedule import Booking
from scheduler.model.recording import matched, recorders
from tests.builders import booking, conference, minute_taker, tiny_problem

MORNING, AFTERNOON = "2027-03-02T10:00", "2027-03-02T14:00"


def found(takers: list[dict[str, Any]], *bookings: Booking, **changes: Any) -> list[str | None]:
    conferences = [conference(name) for name in "ABCDEF"]
    return recorders(tiny_problem(conferences=conferences, minute_takers=takers, **changes), bookings)


def test_nobody_where_minute_takers_are_not_modelled() -> None:
    assert recorders(tiny_problem(), [booking("A")]) == [None]


def test_at_a_site_one_of_its_own_virtually_anybody() -> None:
    takers = [minute_taker("M1", sites=["WYC"]), minute_taker("M2", sites=["AYL"])]
    at_once = [booking("A", MORNING), booking("B", MORNING, room=None)]
    assert found(takers, *at_once) == ["M2", "M1"]


def test_an_earlier_choice_gives_way_where_it_must() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=1)]
    assert found(takers, booking("A", MORNING), booking("B", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_days_are_apart() -> None:
    takers = [minute_taker("M1", max_per_day=1)]
    assert found(takers, booking("A", MORNING), booking("B", "2027-03-03T10:00")) == ["M1", "M1"]


def test_one_may_record_twice_a_day_but_not_at_once() -> None:
    takers = [minute_taker("M1"), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", MORNING), booking("B", MORNING, room="WYC-1"), booking("C", AFTERNOON)]
    assert found(takers, *bookings) == ["M1", "M2", "M1"]


def test_a_search_looks_ahead_to_a_later_booking() -> None:
    # Only M1 may record C, and M1 may record once: so A goes to M2 although M1 comes first.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=2)]
    assert found(takers, booking("A", MORNING), booking("C", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_the_published_minute_taker_comes_first() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1), minute_taker("M3")]
    for limit in (1, 2):
        takers[2]["max_per_day"] = limit
        published = [{"conference": "B", "start": MORNING, "room": "AYL-1", "chair": "C1", "minute_taker": "M3"}]
        assert found(takers, booking("B", AFTERNOON), published=published) == ["M3"]


@pytest.mark.parametrize(
    "takers",
    [
        [minute_taker("M1", max_per_day=1)],
        [minute_taker("M1", max_per_day=0), minute_taker("M2", max_per_day=1)],
        [minute_taker("M1", works=["mon"]), minute_taker("M2", max_per_day=1)],
        [minute_taker("M1", busy=[{"start": "2027-03-02T15:44", "end": "2027-03-02T16:00"}], max_per_day=1)],
        [],
    ],
    ids=["one for two", "a limit of none", "another weekday", "busy", "nobody"],
)
def test_too_few_are_an_internal_error(takers: list[dict[str, Any]]) -> None:
    with pytest.raises(AssertionError, match="There are not minute takers enough for the bookings of 2027-03-02"):
        found(takers, booking("A", MORNING), booking("B", AFTERNOON))


def test_bookings_that_reach_into_another_day_are_kept_apart_too() -> None:
    # The first ends at 00:45, after the second's families have come at 23:45 the evening before its day.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", "2027-03-02T23:00"), booking("B", "2027-03-03T00:15")]
    assert found(takers, *bookings) == ["M1", "M2"]
    with pytest.raises(AssertionError):
        found(takers[:1], *bookings)


def test_matches_each_with_one_of_its_choices() -> None:
    assert matched([(0, 1), (0,), (1, 2)], {0: 1, 1: 1, 2: 1}) == [1, 0, 2]
    assert matched([(0,), (0,), (0, 1)], {0: 2, 1: 1}) == [0, 0, 1]
    assert matched([], {}) == []


def test_says_when_no_match_is_possible() -> None:
    assert matched([(0, 1), (0, 1), (0, 1)], {0: 1, 1: 1, 2: 1}) is None
    assert matched([()], {0: 1}) is None
