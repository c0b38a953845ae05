from typing import Any

import pytest

from scheduler.domain.schedule import Booking
from scheduler.model.recording import matched, recorders
from tests.builders import booking, conference, minute_taker, tiny_problem

MORNING, AFTERNOON = "2027-03-02T10:00", "2027-03-02T14:00"


def assigned(takers: list[dict[str, Any]], *bookings: Booking, **changes: Any) -> list[str | None]:
    conferences = [conference(name) for name in "ABCDEF"]
    return recorders(tiny_problem(conferences=conferences, minute_takers=takers, **changes), bookings)


def test_no_minute_taker_is_assigned_if_they_are_not_modelled() -> None:
    assert recorders(tiny_problem(), [booking("A")]) == [None]


def test_a_site_needs_its_own_minute_taker_and_a_virtual_one_any() -> None:
    takers = [minute_taker("M1", sites=["WYC"]), minute_taker("M2", sites=["AYL"])]
    at_once = [booking("A", MORNING), booking("B", MORNING, room=None)]
    assert assigned(takers, *at_once) == ["M2", "M1"]


def test_an_earlier_choice_is_changed_if_necessary() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=1)]
    assert assigned(takers, booking("A", MORNING), booking("B", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_daily_limits_apply_to_each_day() -> None:
    takers = [minute_taker("M1", max_per_day=1)]
    assert assigned(takers, booking("A", MORNING), booking("B", "2027-03-03T10:00")) == ["M1", "M1"]


def test_one_can_record_twice_a_day_but_not_at_the_same_time() -> None:
    takers = [minute_taker("M1"), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", MORNING), booking("B", MORNING, room="WYC-1"), booking("C", AFTERNOON)]
    assert assigned(takers, *bookings) == ["M1", "M2", "M1"]


def test_a_search_looks_ahead_to_a_later_booking() -> None:
    # Only M1 can record C, and only once, so M2 records A although M1 comes first.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", sites=["AYL"], max_per_day=2)]
    assert assigned(takers, booking("A", MORNING), booking("C", AFTERNOON, room="WYC-1")) == ["M2", "M1"]


def test_the_published_minute_taker_is_preferred() -> None:
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1), minute_taker("M3")]
    for limit in (1, 2):
        takers[2]["max_per_day"] = limit
        published = [{"conference": "B", "start": MORNING, "room": "AYL-1", "chair": "C1", "minute_taker": "M3"}]
        assert assigned(takers, booking("B", AFTERNOON), published=published) == ["M3"]


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
def test_too_few_minute_takers_are_an_internal_error(takers: list[dict[str, Any]]) -> None:
    with pytest.raises(AssertionError, match="There are too few minute takers for the bookings of 2027-03-02"):
        assigned(takers, booking("A", MORNING), booking("B", AFTERNOON))


def test_bookings_that_run_into_the_next_day_do_not_overlap() -> None:
    # The first ends at 00:45. The second's families arrive at 23:45, on the evening before its day.
    takers = [minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1)]
    bookings = [booking("A", "2027-03-02T23:00"), booking("B", "2027-03-03T00:15")]
    assert assigned(takers, *bookings) == ["M1", "M2"]
    with pytest.raises(AssertionError):
        assigned(takers[:1], *bookings)


def test_each_entry_is_matched_with_one_of_its_choices() -> None:
    assert matched([(0, 1), (0,), (1, 2)], {0: 1, 1: 1, 2: 1}) == [1, 0, 2]
    assert matched([(0,), (0,), (0, 1)], {0: 2, 1: 1}) == [0, 0, 1]
    assert matched([], {}) == []


def test_none_is_returned_if_no_matching_exists() -> None:
    assert matched([(0, 1), (0, 1), (0, 1)], {0: 1, 1: 1, 2: 1}) is None
    assert matched([()], {0: 1}) is None
