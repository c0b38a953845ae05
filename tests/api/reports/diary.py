"""Helpers of the tests of reports: a diary is used through the API, and reports are read from it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.testclient import TestClient

from tests.api.support.builders import Clock

ALLOWED = {"by": "manager", "reason": "family asked", "safety_plan_reviewed": True}


def done(response: Any) -> Any:
    assert response.status_code in (200, 201), response.text
    return response.json()


def change(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    """Let something happen to a conference or booking, having seen it."""
    seen = client.get(f"/api/v1/{path.rsplit('/', 1)[0]}").headers["etag"]
    return done(client.post(f"/api/v1/{path}", json=body, headers={"If-Match": seen}))


def book(client: TestClient, conference: str, start: str, room: str | None, chair: str, **more: Any) -> int:
    body = {"conference": conference, "start": start, "room": room, "chair": chair, "minute_taker": "M1", **more}
    number: int = done(client.post("/api/v1/bookings", json=body))["number"]
    return number


def put_late_reason(client: TestClient, conference: str, reason: str | None) -> Any:
    """Record later why a conference is late, and return the response."""
    path = f"/api/v1/conferences/{conference}/late-reason"
    return client.put(path, json={"reason": reason}, headers={"If-Match": client.get(path).headers["etag"]})


def on(clock: Clock, day: str) -> None:
    """Set the clock to the afternoon of a day."""
    clock.now = dt.datetime.fromisoformat(f"{day}T16:00+00:00")


def report(client: TestClient, name: str, first: str, last: str) -> Any:
    """Return a report as JSON."""
    result = done(client.get(f"/api/v1/reports/{name}", params={"first": first, "last": last}))
    assert {"first": result.pop("first"), "last": result.pop("last")} == {"first": first, "last": last}
    return result


def counts(**some: Any) -> dict[str, Any]:
    """Return a row of timeliness without its period: nothing but these counts."""
    nothing = {
        "conferences": 0,
        "children": 0,
        "held": 0,
        "in_time": 0,
        "late": 0,
        "in_time_percent": None,
        "not_booked": 0,
        "reasons": [],
        "in_statutory_time": 0,
        "late_by_statute": 0,
        "in_statutory_time_percent": None,
        "statutory_reasons": [],
        "booked": 0,
        "booked_late": 0,
        "booked_late_reasons": [],
        "unrecorded": 0,
        "unrecorded_conferences": [],
    }
    assert some.keys() - {"month", "week", "type"} <= nothing.keys()
    return nothing | some


def late_for(reason: str | None, children: int, *conferences: str, reasons: list[str] | None = None) -> dict[str, Any]:
    """Return the children who are late for a reason, as a report shows them."""
    each = reasons if reasons is not None else [] if reason is None else [reason]
    return {"reason": reason, "children": children, "conferences": list(conferences), "reasons": each}
