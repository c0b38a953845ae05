from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store

JSON = {"content-type": "application/json"}
AS_JSON = "Send JSON, with the header Content-Type: application/json."


def answer_of(response: Any) -> tuple[int, str, dict[str, Any]]:
    return response.status_code, response.headers["content-type"], response.json()


def test_an_unknown_path_is_not_found(client: TestClient) -> None:
    expected = {"type": "/problems/not-found", "title": "Not Found", "status": 404, "detail": "Not Found"}
    assert answer_of(client.get("/api/v1/nothing")) == (404, "application/problem+json", expected)


def test_a_method_that_a_path_does_not_support_is_refused(client: TestClient) -> None:
    response = client.patch("/api/v1/sites")
    expected = {
        "type": "/problems/method-not-allowed",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "Method Not Allowed",
    }
    assert answer_of(response) == (405, "application/problem+json", expected)
    assert set(response.headers["allow"].split(", ")) <= {"GET", "POST"}


@pytest.mark.parametrize(
    ("content", "headers", "where", "message"),
    [
        (b'{"id": "AYL"', JSON, "", "line 1, column 13: this is not JSON: expecting ',' delimiter. Correct it."),
        (
            b"{\n 'id'}",
            JSON,
            "",
            "line 2, column 2: this is not JSON: expecting property name enclosed in double quotes. Correct it.",
        ),
        (b"", JSON, "", "is missing. Enter it."),
        (b"[]", JSON, "", "[] is not an object. Enter an object, in curly brackets."),
        (b"null", JSON, "", "null is not an object. Enter an object, in curly brackets."),
        (b"{}", JSON, "id", "is missing. Enter it."),
        (b'{"id": 7}', JSON, "id", "7 is not text. Enter text, in quotes."),
        (b'{"id": ""}', JSON, "id", "'' can't be entered here. Enter 1 to 200 characters without spaces at either end."),
        (b'{"id": "\\ud800"}', JSON, "id", None),
        (b'{"id": "AYL"}', {"content-type": "text/csv"}, "", f"the content type is 'text/csv'. {AS_JSON}"),
        (b'{"id": "AYL"}', {}, "", f"the content type is missing. {AS_JSON}"),
    ],
)
def test_an_invalid_body_is_refused(
    client: TestClient, content: bytes, headers: dict[str, str], where: str, message: str | None
) -> None:
    response = client.post("/api/v1/sites", content=content, headers=headers)
    expected = {
        "type": "/problems/invalid",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "The request has errors.",
    }
    status, media_type, body = answer_of(response)
    (error,) = body.pop("errors")
    assert (status, media_type, body) == (422, "application/problem+json", expected)
    assert error["where"] == where
    if message is not None:
        assert error["message"] == message


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"id": "\xff"}', "The body is not UTF-8. Send it as UTF-8."),
        (b'{"id": %s}' % (b"9" * 5000), "A number in the body has thousands of digits. Enter a smaller one."),
        (b"[" * 100_000, "The body nests lists or objects too deeply. Send it in the documented form."),
    ],
)
def test_a_body_that_python_cannot_parse_is_refused(client: TestClient, content: bytes, detail: str) -> None:
    response = client.post("/api/v1/sites", content=content, headers=JSON)
    expected = {"type": "/problems/bad-request", "title": "Bad Request", "status": 400, "detail": detail}
    assert answer_of(response) == (400, "application/problem+json", expected)


def test_a_null_character_in_a_path_is_refused(client: TestClient, store: Store) -> None:
    """PostgreSQL refuses a null character even in a comparison; SQLite accepts it."""
    missing = {"type": "/problems/not-found", "title": "Not Found", "status": 404, "detail": "There is no site 'A\0B'."}
    refused = {
        "type": "/problems/invalid",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "The request has a value that the database can't store, such as a null character.",
    }
    expected = missing if store.is_sqlite else refused
    assert answer_of(client.get("/api/v1/sites/A%00B")) == (expected["status"], "application/problem+json", expected)


def test_values_are_written_as_in_json(seeded: TestClient) -> None:
    exception = {"by": "MGR-1", "reason": None, "safety_plan_reviewed": False}
    body = {"conference": "CPC-1", "start": True, "room": "AYL-1", "chair": "C1", "exception": exception}
    response = seeded.post("/api/v1/bookings", json=body)
    reasons = (
        "request late, assessment not ready, family asked, social worker changed, report missing, inquorate, no room, no chair"
    )
    assert (response.status_code, response.json()["errors"]) == (
        422,
        [
            {"where": "start", "message": "true is not a date and local time. Enter one such as 2026-12-01T10:00."},
            {
                "where": "exception.reason",
                "message": f"null is not one of the choices. Enter one of: {reasons}, no longer needed, entered wrongly.",
            },
            {"where": "exception.safety_plan_reviewed", "message": "false is not one of the choices. Enter true."},
        ],
    )
