from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.support.drafts import details


def test_an_announced_body_over_the_limit_is_refused(client: TestClient) -> None:
    response = client.post("/api/v1/sites", content=b" " * ((20 << 20) + 1), headers={"content-type": "application/json"})
    detail = "It has 20971521 bytes. Send 20971520 or fewer."
    assert (response.status_code, response.json()) == (413, details("too-large", 413, detail))


def test_a_streamed_body_over_the_limit_is_refused(client: TestClient) -> None:
    pieces = iter([b" " * (1 << 20)] * 30)
    response = client.post("/api/v1/sites", content=pieces, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["detail"]) == (413, "It has more than 20971520 bytes. Send 20971520 or fewer.")
