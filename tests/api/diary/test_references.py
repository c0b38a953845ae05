"""Unknown references of rooms, people and sites, and names instead of references: each call answers with what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.registers import queries as registers
from scheduler.domain.faults import InputError
from tests.api.diary.conferences.test_routes import value
from tests.api.support.builders import NOW, book
from tests.builders import chair, tiny_problem

V1 = "/api/v1"
FEBRUARY = {"first": "2027-02-10", "last": "2027-02-11"}
PLACE = {"conference": "CPC-1", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}


@pytest.fixture
def named(seeded: TestClient, store: Store) -> Iterator[TestClient]:
    """A service whose chair C2 is called Advisor 2."""
    with store.writing() as connection:
        found = registers.find(connection, registers.CHAIRS, "C2")
        assert found is not None
        registers.replace(connection, registers.CHAIRS, "C2", found.value.model_copy(update={"name": "Advisor 2"}), NOW)
    yield seeded


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("chairs/c1", "There is no chair 'c1'. Did you mean 'C1'?"),
        ("chairs/Advisor 2", "There is no chair 'Advisor 2'. Did you mean 'C2'?"),
        ("chairs/c1/handover-proposal", "There is no chair 'c1'. Did you mean 'C1'?"),
        ("rooms/AYL1", "There is no room 'AYL1'. Did you mean 'AYL-1'?"),
        ("sites/aylesbury", "There is no site 'aylesbury'. Did you mean 'AYL'?"),
        ("minute-takers/m2", "There is no minute taker 'm2'. Did you mean 'M2'?"),
        ("holds/h-1", "There is no hold 'h-1'. Did you mean 'H-1'?"),
        ("conferences/cpc_1", "There is no conference 'cpc_1'. Did you mean 'CPC-1'?"),
        ("conferences/cpc-1/late-reason", "There is no conference 'cpc-1'. Did you mean 'CPC-1'?"),
        ("chairs/nobody", "There is no chair 'nobody'."),
    ],
)
def test_what_is_looked_up_is_answered_with_what_was_meant(named: TestClient, path: str, message: str) -> None:
    response = named.get(f"{V1}/{path}")
    assert (response.status_code, response.json()["detail"]) == (404, message)


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        ("conferences?chair=c1", "chair", "there is no chair 'c1'. Did you mean 'C1'?"),
        ("conferences?chair=Advisor 2", "chair", "there is no chair 'Advisor 2'. Did you mean 'C2'?"),
        ("conferences?site=Wycombe", "site", "there is no site 'Wycombe'. Did you mean 'WYC'?"),
        ("bookings?chair=c1", "chair", "there is no chair 'c1'. Did you mean 'C1'?"),
        ("bookings?room=ayl-1&state=all", "room", "there is no room 'ayl-1'. Did you mean 'AYL-1'?"),
        ("bookings?minute_taker=M-2", "minute_taker", "there is no minute taker 'M-2'. Did you mean 'M2'?"),
        ("bookings?site=Amersham", "site", "there is no site 'Amersham'. Did you mean 'AMR'?"),
    ],
)
def test_a_filter_by_what_does_not_exist_is_no_empty_list(named: TestClient, path: str, field: str, message: str) -> None:
    response = named.get(f"{V1}/{path}")
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": f"query.{field}", "message": message}])


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("absences", FEBRUARY | {"chair": "c1"}, "There is no chair 'c1'. Did you mean 'C1'? Enter a listed id."),
        ("absences", FEBRUARY | {"chair": "Advisor 2"}, "There is no chair 'Advisor 2'. Did you mean 'C2'? Enter a listed id."),
        ("room-closures", FEBRUARY | {"room": "ayl1"}, "There is no room 'ayl1'. Did you mean 'AYL-1'? Enter a listed id."),
        (
            "conferences/CPC-3/handover",
            {"chair": "c2"},
            "There is no chair 'c2'. Did you mean 'C2'? Enter an id that is listed under chairs.",
        ),
    ],
)
def test_what_refers_to_another_item_is_refused_with_a_hint(
    named: TestClient, path: str, body: dict[str, Any], message: str
) -> None:
    headers = {"If-Match": named.get(f"{V1}/conferences/CPC-3").headers["ETag"]} if path.startswith("conferences") else {}
    response = named.post(f"{V1}/{path}", json=body, headers=headers)
    assert (response.status_code, response.json()["detail"]) == (422, message)


def test_a_feed_of_an_unknown_chair_is_refused_with_a_hint(named: TestClient) -> None:
    response = named.post(f"{V1}/feeds", json={"of": "chair", "subject": "c1"})
    message = "there is no chair 'c1'. Did you mean 'C1'? Enter the id of an existing one."
    assert response.json()["errors"] == [{"where": "subject", "message": message}]


def test_a_booking_is_refused_with_all_that_is_unknown(named: TestClient) -> None:
    unknown = {"conference": "cpc-1", "room": "Room 1", "chair": "advisor 2", "minute_taker": "m2"}
    response = named.post(f"{V1}/bookings", json=PLACE | unknown)
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [
            {"where": "conference", "message": "there is no conference 'cpc-1'. Did you mean 'CPC-1'?"},
            {"where": "room", "message": "there is no room 'Room 1'."},
            {"where": "chair", "message": "there is no chair 'advisor 2'. Did you mean 'C2'?"},
            {"where": "minute_taker", "message": "there is no minute taker 'm2'. Did you mean 'M2'?"},
        ],
    )


def test_a_move_is_refused_with_a_hint(named: TestClient, store: Store) -> None:
    number = book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    headers = {"If-Match": named.get(f"{V1}/bookings/{number}").headers["ETag"]}
    moved = {"chair": "Advisor 2", "reason": "family asked"}
    response = named.post(f"{V1}/bookings/{number}/move", json=moved, headers=headers)
    assert response.json()["errors"] == [{"where": "chair", "message": "there is no chair 'Advisor 2'. Did you mean 'C2'?"}]


def test_a_conference_is_refused_with_the_references_for_its_names(named: TestClient) -> None:
    response = named.post(f"{V1}/conferences", json=value("CPC-9", site="wycombe", chair="Advisor 2"))
    assert response.json()["errors"] == [
        {"where": "site", "message": "there is no site 'wycombe'. Did you mean 'WYC'? Enter an id that is listed under sites."},
        {
            "where": "chair",
            "message": "there is no chair 'Advisor 2'. Did you mean 'C2'? Enter an id that is listed under chairs.",
        },
    ]


def test_a_name_that_two_have_is_no_hint() -> None:
    chairs = [chair("C1", name="Advisor"), chair("C2", name="advisor"), chair("C3", name="Someone else")]
    conferences = [{"id": "A", "kind": "initial", "children": 1, "site": "AYL", "trigger": "2027-02-26", "chair": "Advisor"}]
    with pytest.raises(InputError) as raised:
        tiny_problem(chairs=chairs, conferences=conferences)
    message = "there is no chair 'Advisor'. Enter an id that is listed under chairs."
    assert [str(fault) for fault in raised.value.faults] == [f"conferences[0].chair: {message}"]
