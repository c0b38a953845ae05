"""Families kept apart: by a family's reference or a conference, along the chain of reviews."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.service import queries as documents
from api.diary.snapshot import problem_of
from tests.api.diary.conferences.test_routes import get, post, value
from tests.api.support.builders import NOW, Clock, book


def apart_in(store: Store, last: dt.date = dt.date(2027, 4, 30)) -> set[frozenset[str]]:
    with store.reading() as connection:
        return {frozenset(pair) for pair in problem_of(connection, dt.date(2027, 1, 4), last).apart}


def keep_apart(client: TestClient, one: str, other: str) -> Any:
    return client.post("/api/v1/apart", json={"pair": [one, other]})


def test_the_next_conference_of_a_family_is_still_apart(seeded: TestClient, store: Store, clock: Clock) -> None:
    assert keep_apart(seeded, "CPC-1", "CPC-3").status_code == 201
    families = [get(seeded, name)["conference"]["family"] for name in ("CPC-1", "CPC-3")]
    assert (families, apart_in(store)) == (["F-CPC-1", "F-CPC-3"], {frozenset({"CPC-1", "CPC-3"})})
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=21)
    post(seeded, "CPC-1", "outcome", {"outcome": "plan made"})
    assert get(seeded, "CPC-1-R1")["conference"]["family"] == "F-CPC-1"
    assert frozenset({"CPC-1-R1", "CPC-3"}) in apart_in(store)


def test_a_pair_entered_before_families_had_names_holds_along_the_chain(seeded: TestClient, store: Store, clock: Clock) -> None:
    with store.writing() as connection:
        documents.put(connection, "apart", (("CPC-1", "CPC-3"),), NOW)
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=21)
    post(seeded, "CPC-1", "outcome", {"outcome": "inquorate"})
    assert frozenset({"CPC-1-A2", "CPC-3"}) in apart_in(store)


def test_a_family_is_kept_apart_by_its_reference(seeded: TestClient, store: Store) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    seeded.post("/api/v1/conferences", json=value("CPC-9", family="FAM-8"))
    assert keep_apart(seeded, "FAM-8", "CPC-2").status_code == 201
    assert apart_in(store) == {frozenset({"CPC-8", "CPC-2"}), frozenset({"CPC-9", "CPC-2"})}


@pytest.mark.parametrize("side", ["FAM-8", "fam-8", "FAM\u20118"])
def test_families_that_are_alike_count_as_one(seeded: TestClient, store: Store, side: str) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    seeded.post("/api/v1/conferences", json=value("CPC-9", family="fam-8"))
    assert keep_apart(seeded, side, "CPC-2").status_code == 201
    assert apart_in(store) == {frozenset({"CPC-8", "CPC-2"}), frozenset({"CPC-9", "CPC-2"})}
    families = [get(seeded, name)["conference"]["family"] for name in ("CPC-8", "CPC-9", "CPC-2")]
    assert families == ["FAM-8", "fam-8", "F-CPC-2"]
    (error,) = keep_apart(seeded, "CPC-8", "CPC-9").json()["errors"]
    assert error["message"] == "'CPC-8' and 'CPC-9' belong to one family. Enter two families."


def test_a_pair_in_another_order_or_spelling_is_entered_already(seeded: TestClient) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    assert keep_apart(seeded, "FAM-8", "CPC-2").status_code == 201
    for pair in (("FAM-8", "CPC-2"), ("CPC-2", "FAM-8"), ("fam-8", "CPC-2")):
        assert keep_apart(seeded, *pair).status_code == 409
    assert seeded.get("/api/v1/apart").json() == [["FAM-8", "CPC-2"]]


def test_the_family_that_a_pair_gets_is_alike_to_no_other(seeded: TestClient) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="f-cpc-1"))
    assert keep_apart(seeded, "CPC-1", "CPC-3").status_code == 201
    assert get(seeded, "CPC-1")["conference"]["family"] == "F-CPC-1-2"


def test_only_pairs_with_both_sides_in_the_problem_are_sent(seeded: TestClient, store: Store) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    seeded.post("/api/v1/conferences", json=value("CPC-9", family="FAM-8"))
    for pair in (("CPC-1", "CPC-5"), ("FAM-8", "CPC-5"), ("FAM-8", "CPC-2")):
        assert keep_apart(seeded, *pair).status_code == 201
    in_january = {frozenset({"CPC-8", "CPC-2"}), frozenset({"CPC-9", "CPC-2"})}
    assert apart_in(store, dt.date(2027, 1, 31)) == in_january, "CPC-5 is due in June"
    in_june = {frozenset({one, "CPC-5"}) for one in ("CPC-1", "CPC-8", "CPC-9")}
    assert apart_in(store, dt.date(2027, 6, 30)) == in_january | in_june


@pytest.mark.parametrize("has_names", [True, False])
def test_each_later_review_of_a_family_is_apart_and_no_earlier_one(
    seeded: TestClient, store: Store, clock: Clock, *, has_names: bool
) -> None:
    if has_names:
        keep_apart(seeded, "CPC-1", "CPC-2")
    else:
        with store.writing() as connection:
            documents.put(connection, "apart", (("CPC-1", "CPC-2"),), NOW)
    name, day = "CPC-1", dt.datetime(2027, 1, 12, 10)
    for following in ("CPC-1-R1", "CPC-1-R2"):
        book(store, name, day.isoformat(timespec="minutes"), clock.now)
        clock.now = day.replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
        outcome = "plan made" if name == "CPC-1" else "plan continues"
        answer = post(seeded, name, "outcome", {"outcome": outcome}).json()
        assert answer["next"]["conference"]["id"] == following
        with store.reading() as connection:
            problem = problem_of(connection, clock.now.date(), dt.date(2027, 12, 31))
        assert {frozenset(pair) for pair in problem.apart} == {frozenset({following, "CPC-2"})}
        name, day = following, day + dt.timedelta(days=70)


@pytest.mark.parametrize("side", ["cpc-1", "CPC\u20111", "CPC-1\u200b"])
def test_a_stored_pair_names_the_conference_that_it_is_alike(seeded: TestClient, store: Store, side: str) -> None:
    with store.writing() as connection:  # a diary from before references were checked
        documents.put(connection, "apart", ((side, "CPC-3"), ("CPC-9", "CPC-3")), NOW)
    assert apart_in(store) == {frozenset({"CPC-1", "CPC-3"})}


def test_a_family_corrected_within_its_chain_is_kept_apart_by_both_references(
    seeded: TestClient, store: Store, clock: Clock
) -> None:
    keep_apart(seeded, "CPC-1", "CPC-3")
    book(store, "CPC-1", "2027-01-12T10:00")
    clock.forward(days=21)
    post(seeded, "CPC-1", "outcome", {"outcome": "plan made"})
    found = seeded.get("/api/v1/conferences/CPC-1-R1")
    body = found.json()["conference"] | {"family": "FAM-8"}
    answer = seeded.put("/api/v1/conferences/CPC-1-R1", json=body, headers={"If-Match": found.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    assert keep_apart(seeded, "FAM-8", "CPC-2").status_code == 201
    apart = apart_in(store)
    assert {frozenset({"CPC-1-R1", "CPC-3"}), frozenset({"CPC-1-R1", "CPC-2"})} <= apart
    assert frozenset({"CPC-1", "CPC-1-R1"}) not in apart


@pytest.mark.parametrize(
    ("pair", "errors"),
    [
        (
            ["CPC-1", "CPC-22"],
            [("[0][1]", "there is no conference and no family 'CPC-22'. Did you mean 'CPC-2'? Enter the reference of one.")],
        ),
        (
            ["cpc-1", "nobody"],
            [
                ("[0][0]", "there is no conference and no family 'cpc-1'. Did you mean 'CPC-1'? Enter the reference of one."),
                ("[0][1]", "there is no conference and no family 'nobody'. Enter the reference of one."),
            ],
        ),
        (["CPC-1", "CPC-1"], [("[0]", "'CPC-1' and 'CPC-1' belong to one family. Enter two families.")]),
        (["CPC-8", "FAM-8"], [("[0]", "'CPC-8' and 'FAM-8' belong to one family. Enter two families.")]),
    ],
)
def test_a_pair_that_cannot_be_is_refused(seeded: TestClient, pair: list[str], errors: list[tuple[str, str]]) -> None:
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    headers = {"If-Match": seeded.get("/api/v1/apart").headers["ETag"]}
    for response, place in (
        (keep_apart(seeded, *pair), "pair"),
        (seeded.put("/api/v1/apart", json=[pair], headers=headers), "[0]"),
    ):
        result = [(error["where"], error["message"]) for error in response.json()["errors"]]
        assert (response.status_code, result) == (422, [(where.replace("[0]", place, 1), text) for where, text in errors])
    assert seeded.get("/api/v1/apart").json() == []


def test_a_further_pair_that_cannot_be_is_refused_with_its_place_in_the_request(seeded: TestClient) -> None:
    assert keep_apart(seeded, "CPC-1", "CPC-2").status_code == 201
    response = keep_apart(seeded, "CPC-1", "nobody")
    message = "there is no conference and no family 'nobody'. Enter the reference of one."
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "pair[1]", "message": message}])


def test_a_family_has_a_reference_of_its_own(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/conferences", json=value("CPC-9", family="CPC-1"))
    message = "'CPC-1' is the reference of a conference. Give the family another reference."
    assert (response.status_code, response.json()["errors"]) == (422, [{"where": "family", "message": message}])
    seeded.post("/api/v1/conferences", json=value("CPC-8", family="FAM-8"))
    response = seeded.post("/api/v1/conferences", json=value("FAM-8"))
    assert response.json()["errors"] == [{"where": "id", "message": "'FAM-8' is the reference of a family. Enter another."}]
