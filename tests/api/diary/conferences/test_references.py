"""Looking conferences up, hints for what was meant, and what a new reference may be."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.diary.conferences.test_routes import value
from tests.api.support.builders import book

PATH = "/api/v1/conferences"


@pytest.mark.parametrize(
    ("find", "count"),
    [
        ("cpc-", 5),
        ("C-3", 1),
        ("sw-12", 1),
        ("SW-1", 2),
        ("FAM", 1),
        ("%", 0),
        ("_", 0),
        ("nobody", 0),
        ("SW\u201112", 1),
        ("sw 12", 0),
        ("fam\u20138", 1),
        ("\uff33\uff37-12", 1),
        ("CPC-3\u200b", 1),
    ],
)
def test_a_conference_is_found_by_part_of_a_reference(seeded: TestClient, find: str, count: int) -> None:
    seeded.post(PATH, json=value("X-8", social_worker="SW-12", family="FAM-8"))
    seeded.post(PATH, json=value("X-9", social_worker="SW-1"))
    assert len(seeded.get(PATH, params={"find": find}).json()["items"]) == count


def test_what_is_found_comes_page_by_page(seeded: TestClient) -> None:
    for n, worker in enumerate(["SW-12", "SW\u201112", "sw-13", "sw-12"]):
        seeded.post(PATH, json=value(f"X-{n}", social_worker=worker))
    first = seeded.get(PATH, params={"find": "sw-12", "most": 2}).json()
    rest = seeded.get(PATH, params={"find": "sw-12", "most": 2, "after": first["next"]}).json()
    pages = [[item["conference"]["id"] for item in page["items"]] for page in (first, rest)]
    assert (pages, rest["next"]) == ([["X-0", "X-1"], ["X-3"]], None)


def test_an_unknown_reference_is_answered_with_the_one_that_was_meant(seeded: TestClient, store: Store) -> None:
    detail = seeded.get(f"{PATH}/cpc\u20111").json()["detail"]
    assert detail == "There is no conference 'cpc\u20111'. Did you mean 'CPC-1'?"
    new = {"conference": "CPC 1", "start": "2027-01-12T10:00", "room": "AYL-9", "chair": "C1"}
    response = seeded.post("/api/v1/bookings", json=new)
    message = "there is no conference 'CPC 1'. Did you mean 'CPC-1'?"
    no_room = {"where": "room", "message": "there is no room 'AYL-9'. Did you mean 'AYL-1'?"}
    assert response.json()["errors"] == [{"where": "conference", "message": message}, no_room]
    response = seeded.post("/api/v1/bookings", json=new | {"conference": "CPC-1"})
    assert response.json()["errors"] == [no_room]
    book(store, "CPC-1", "2027-01-12T10:00")


@pytest.mark.parametrize(
    ("kind", "suggestion"),
    [
        ("ICPC", "initial"),
        ("RCPC", "review"),
        ("First Review", "first_review"),
        ("transfer-in", "transfer_in"),
        ("prebirth", "pre_birth"),
    ],
)
def test_other_names_of_a_kind_are_understood(seeded: TestClient, kind: str, suggestion: str) -> None:
    for response in (seeded.post(PATH, json=value("CPC-9", kind=kind)), seeded.get(PATH, params={"kind": kind})):
        (error,) = response.json()["errors"]
        assert response.status_code == 422
        assert error["message"] == (
            f"'{kind}' is not one of the choices. Did you mean '{suggestion}'? "
            "Enter one of: initial, first_review, review, transfer_in, pre_birth."
        )


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        (
            "Surname, Forename",
            "'Surname, Forename' has ',', ' '. Enter a reference of letters, digits and - / _ . only, and no name.",
        ),
        ("cpc-1", "'cpc-1' is too similar to 'CPC-1'. Did you mean that one? Otherwise enter another."),
    ],
)
def test_a_new_reference_that_is_none_is_refused(seeded: TestClient, identifier: str, message: str) -> None:
    response = seeded.post(PATH, json=value(identifier))
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "id", "message": message}])


def test_a_reference_that_looks_like_another_shows_what_can_not_be_seen(seeded: TestClient) -> None:
    errors = seeded.post(PATH, json=value("CPC-1\u200b")).json()["errors"]
    assert [error["message"] for error in errors] == [
        "'CPC-1{U+200B}' has '{U+200B}'. Enter a reference of letters, digits and - / _ . only, and no name.",
        "'CPC-1{U+200B}' is too similar to 'CPC-1'. Did you mean that one? Otherwise enter another.",
    ]


def test_which_characters_a_reference_may_have_is_a_setting(seeded: TestClient) -> None:
    headers = {"If-Match": '"0"'}
    assert seeded.put("/api/v1/references", json={"characters": "-:"}, headers=headers).status_code == 200
    assert seeded.post(PATH, json=value("LA:9")).status_code == 201
    assert seeded.post(PATH, json=value("LA/9")).status_code == 422


def test_a_refused_conference_lists_everything_that_is_wrong(seeded: TestClient) -> None:
    response = seeded.post(PATH, json=value("A, B", site="AYX", chair="C9", family="The X", notice_waived=True))
    assert [error["where"] for error in response.json()["errors"]] == ["site", "chair", "id", "family", "notice_waived"]
    assert response.json()["errors"][0]["message"].startswith("there is no site 'AYX'. Did you mean 'AYL'?")
