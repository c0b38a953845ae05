from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from api.diary.addresses import fault_of_address
from tests.api.support.builders import conference


@pytest.mark.parametrize("identifier", ["CPC-1", "A/12", "2026/CPC-3", "Team A/1 file", "A/B ?#%é", "a.b", "A/1:x", "12/Z-01"])
def test_ordinary_ids_are_accepted(identifier: str) -> None:
    assert fault_of_address(identifier) is None


@pytest.mark.parametrize("identifier", [".", "..", "/", "Q5/..", "../Q5", "/Q5", "Q5/", "A//B", "A/./B"])
def test_an_id_that_browsers_would_change_is_refused(identifier: str) -> None:
    fault = fault_of_address(identifier)
    assert fault is not None
    assert "can't be part of a web address" in fault


def actions(app: FastAPI) -> set[str]:
    """Return the words after an id in the addresses of all routes and pages."""
    paths = [str(getattr(route, "path", "")) for route in iter_route_contexts(app.routes)]
    return {word for path in paths for word in re.findall(r"\{id:path\}/([^/{]+)", path)}


def test_an_id_that_reads_like_an_action_is_refused(app: FastAPI) -> None:
    words = actions(app)
    assert {"cancel", "history", "why-not", "outcome", "change", "remove"} <= words
    for word in words:
        expected = f"'Z-01/{word}' reads like the web address of 'Z-01'. Enter an id without /{word}."
        assert fault_of_address(f"Z-01/{word}") == expected


REFUSED = "'CPC-1/cancel' reads like the web address of 'CPC-1'. Enter an id without /cancel."


def errors(response: Any) -> list[tuple[str, str]]:
    return [(one["where"], one["message"]) for one in response.json()["errors"]]


def test_no_conference_gets_the_address_of_anothers_action(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/conferences", json=conference("CPC-1/cancel"))
    assert (response.status_code, errors(response)) == (422, [("id", REFUSED)])
    assert seeded.get("/api/v1/conferences/CPC-1").json()["state"] == "requested"


def test_no_room_gets_the_address_of_an_action(seeded: TestClient) -> None:
    response = seeded.post("/api/v1/rooms", json={"id": "AYL-1/remove", "site": "AYL", "starts": ["10:00"]})
    assert response.status_code == 422
    assert errors(response) == [("id", "'AYL-1/remove' reads like the web address of 'AYL-1'. Enter an id without /remove.")]


def test_no_file_brings_in_the_address_of_an_action(seeded: TestClient) -> None:
    problem = seeded.get("/api/v1/problem", params={"first": "2027-01-11", "last": "2027-01-24"}).json()
    problem["conferences"] = [{**problem["conferences"][0], "id": "CPC-1/cancel"}]
    response = seeded.post("/api/v1/import", params={"mode": "commit"}, json=problem)
    assert response.status_code in (409, 422)
    assert ("conferences[0].id", REFUSED) in errors(response)
