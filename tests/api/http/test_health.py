from __future__ import annotations

from starlette.testclient import TestClient

from api.database.session import Store


def test_health_reports_no_version(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok", "diary": None}


def test_ready_counts_the_writes(seeded: TestClient, store: Store) -> None:
    assert seeded.get("/ready").json() == {"status": "ok", "diary": store.version()}
