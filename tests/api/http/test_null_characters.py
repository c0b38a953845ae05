from __future__ import annotations

import pytest
from starlette.testclient import TestClient


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
def test_a_null_character_is_kept_nowhere(seeded: TestClient, path: str, body: dict[str, object]) -> None:
    refused = seeded.post(f"/api/v1/{path}", json=body)
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "The request has a null character, which the database can't store. Remove it.",
    )
