from __future__ import annotations

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.database.session import Store
from api.database.tables import answers
from api.http.permissions import Caller, Permission
from tests.api.support.drafts import details

SITE = {"id": "CHE", "name": "Chesham"}
ROOM = {"id": "CHE-1", "site": "AYL", "starts": ["10:00"]}


def test_a_repeated_request_gets_the_stored_answer(seeded: TestClient, store: Store) -> None:
    key = {"idempotency-key": "one"}
    first = seeded.post("/api/v1/sites", json=SITE, headers=key)
    assert seeded.put("/api/v1/sites/CHE", json=SITE | {"name": "New"}, headers={"if-match": '"1"'}).status_code == 200
    again = seeded.post("/api/v1/sites", json=SITE, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    replayed = {name: again.headers[name] for name in ("location", "etag", "content-type", "idempotency-replayed")}
    assert replayed == {"location": "/api/v1/sites/CHE", "etag": '"1"', "content-type": "application/json"} | {
        "idempotency-replayed": "true"
    }
    assert "idempotency-replayed" not in first.headers
    assert seeded.get("/api/v1/sites/CHE").json() == SITE | {"name": "New"}
    with store.reading() as connection:
        assert len(connection.execute(select(answers)).all()) == 1


def test_a_key_can_not_be_used_for_another_request(seeded: TestClient) -> None:
    key = {"idempotency-key": "one"}
    assert seeded.post("/api/v1/sites", json=SITE, headers=key).status_code == 201
    other = seeded.post("/api/v1/sites", json=SITE | {"id": "OTHER"}, headers=key)
    detail = "This Idempotency-Key was sent before with another request. Send a new one for each request."
    assert (other.status_code, other.json()) == (422, details("key-used", 422, detail))
    assert seeded.get("/api/v1/sites/OTHER").status_code == 404
    elsewhere = seeded.post("/api/v1/rooms", json=ROOM, headers=key)
    assert elsewhere.status_code == 201


def test_a_refusal_is_not_stored(seeded: TestClient) -> None:
    """The same request succeeds once the reason for the refusal is gone."""
    key = {"idempotency-key": "one"}
    assert seeded.post("/api/v1/rooms", json=ROOM | {"site": "CHE"}, headers=key).status_code == 422
    assert seeded.post("/api/v1/sites", json=SITE).status_code == 201
    assert seeded.post("/api/v1/rooms", json=ROOM | {"site": "CHE"}, headers=key).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sites", {"id": "\0"}),
        ("rooms", {"id": "AYL-2", "site": "AYL", "starts": ["10:00"], "name": "a\0"}),
        (
            "conferences",
            {"id": "X", "kind": "review", "children": 1, "site": "AYL", "trigger": "2026-07-27", "social_worker": "a\0b"},
        ),
    ],
)
def test_a_null_character_in_a_body_is_refused(seeded: TestClient, path: str, body: dict[str, object]) -> None:
    refused = seeded.post(f"/api/v1/{path}", json=body)
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "The request has a null character, which the database can't store. Remove it.",
    )


def test_a_key_belongs_to_the_caller_who_sent_it(seeded: TestClient, app: FastAPI) -> None:
    """Nobody gets another's answer by guessing a key; and the same key of two callers is two keys."""
    key = {"idempotency-key": "one"}
    app.state.caller_of = lambda _: Caller("Anna", frozenset(Permission))
    first = seeded.post("/api/v1/sites", json=SITE, headers=key)
    assert seeded.post("/api/v1/sites", json=SITE, headers=key).headers["idempotency-replayed"] == "true"
    app.state.caller_of = lambda _: Caller("Ben", frozenset(Permission))
    assert (first.status_code, seeded.post("/api/v1/sites", json=SITE, headers=key).status_code) == (201, 409)


@pytest.mark.parametrize(("length", "status"), [(0, 422), (200, 201), (201, 422)])
def test_a_long_or_empty_key_is_refused_and_not_cut(seeded: TestClient, length: int, status: int) -> None:
    response = seeded.post("/api/v1/sites", json=SITE, headers={"idempotency-key": "x" * length})
    assert response.status_code == status
    if status == 422:
        detail = f"The Idempotency-Key has {length} characters. Send one of 1 to 200."
        assert response.json() == details("invalid", 422, detail)
