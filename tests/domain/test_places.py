import datetime as dt
from typing import Any

import pytest

from scheduler.domain.places import Journey, Room, Site, minutes_between, travel_minutes
from tests.builders import room

TUESDAY = dt.date(2027, 3, 2)


def the_room(**changes: Any) -> Room:
    return Room.model_validate(room(**changes))


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"first": "2027-03-02", "last": "2027-03-02"}, True),
        ({"first": "2027-03-03"}, False),
        ({"last": "2027-03-01"}, False),
        ({"closed": [{"first": "2027-03-02", "last": "2027-03-02"}]}, False),
        ({"closed": [{"first": "2027-02-01", "last": "2027-03-01"}, {"first": "2027-03-03", "last": "2027-03-03"}]}, True),
    ],
)
def test_when_a_room_is_open(changes: dict[str, Any], is_open: bool) -> None:
    assert the_room(**changes).is_open(TUESDAY) == is_open


@pytest.mark.parametrize(
    ("hybrid_from", "is_hybrid"), [("2027-03-01", True), ("2027-03-02", True), ("2027-03-03", False), (None, False)]
)
def test_a_room_is_hybrid_from_the_day_it_has_its_equipment(hybrid_from: str | None, is_hybrid: bool) -> None:
    assert the_room(hybrid_from=hybrid_from).is_hybrid(TUESDAY) == is_hybrid


def test_places_are_called_by_name_or_else_by_id() -> None:
    assert (the_room(name="Room 1").label, the_room().label) == ("Room 1", "AYL-1")
    assert (Site(id="AYL", name="Aylesbury").label, Site(id="AYL").label) == ("Aylesbury", "AYL")


def test_travel_takes_no_time_within_a_site_or_between_unlisted_ones() -> None:
    travel = travel_minutes([Journey.model_validate({"from": "AYL", "to": "WYC", "minutes": 40})])
    pairs = ("AYL", "WYC"), ("WYC", "AYL"), ("AYL", "AYL"), ("AYL", "AMR")
    assert [minutes_between(travel, *pair) for pair in pairs] == [40, 40, 0, 0]
