from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from api.database.session import Store
from api.database.tables import audit
from tests.api.support.builders import NOW

SITE = {"id": "CHE", "name": "Chesham"}


def test_the_audit_has_every_write_and_no_refusal(seeded: TestClient, store: Store) -> None:
    seeded.get("/api/v1/sites")
    seeded.post("/api/v1/sites", json=SITE)
    seeded.post("/api/v1/sites", json=SITE)  # refused
    seeded.put("/api/v1/sites/CHE", json=SITE, headers={"if-match": '"1"'})
    seeded.delete("/api/v1/sites/CHE", headers={"if-match": '"2"'})
    with store.reading() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    assert [tuple(row)[1:] for row in rows] == [
        (NOW, "nobody signed in", "POST", "/api/v1/sites", 201),
        (NOW, "nobody signed in", "PUT", "/api/v1/sites/CHE", 200),
        (NOW, "nobody signed in", "DELETE", "/api/v1/sites/CHE", 204),
    ]
