"""A plan made some days ago, published when its notice is shorter. It is the 4th, so families have notice of the 11th."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.snapshot import problem_of
from tests.api.support.builders import NOW, Clock
from tests.api.support.drafts import (
    ALL,
    CPC_1,
    CPC_2,
    CPC_3,
    CPC_4,
    FIRST,
    HELD,
    LAST,
    draft,
    history,
    keep,
    placed,
    publish,
    states,
)

WAIVER = {"by": "manager", "why": "The families agreed by phone."}


def planned_today(store: Store, *planned: Any) -> str:
    """Store a plan made today, as the service makes it."""
    with store.reading() as connection:
        problem = problem_of(connection, FIRST, LAST, today=NOW.date())
    return keep(store, problem, planned, {})


def send(client: TestClient, plan: str, **body: Any) -> Any:
    seen = client.get(f"/api/v1/plans/{plan}/diff").headers["ETag"]
    return client.post(f"/api/v1/plans/{plan}/publish", json=body, headers={"If-Match": seen})


def needed(client: TestClient, plan: str) -> list[tuple[str, str, str]]:
    result = client.get(f"/api/v1/plans/{plan}/diff").json()["waivers_needed"]
    return [(one["conference"], one["notice"], one["text"]) for one in result]


def test_a_plan_of_yesterday_is_published_with_the_waivers_it_needs(seeded: TestClient, store: Store, clock: Clock) -> None:
    plan = planned_today(store, *ALL)
    assert needed(seeded, plan) == []
    clock.forward(days=2)
    first = "before Wednesday 13 January 2027."
    assert needed(seeded, plan) == [
        ("CPC-1", "notice", f"CPC-1 would be on Tuesday 12 January 2027, {first}"),
        ("CPC-2", "notice", f"CPC-2 would be on Tuesday 12 January 2027, {first}"),
    ]
    refused = send(seeded, plan, waivers=[WAIVER | {"conference": "CPC-1"}])
    assert (refused.status_code, refused.json()["type"], refused.json()["detail"]) == (
        422,
        "/problems/waiver-needed",
        "1 conference can't be published at short notice without a waiver: who allows it, and why.",
    )
    assert [error["where"] for error in refused.json()["errors"]] == ["CPC-2"]
    assert states(store)["CPC-1"] == "requested"
    response = send(seeded, plan, waivers=[WAIVER | {"conference": name} for name in ("CPC-1", "CPC-2")])
    assert (response.status_code, response.json()["booked"]) == (201, 5)
    assert [event for event, _ in history(store, "CPC-1")] == ["notice waived", "booked"]
    shown = seeded.get("/api/v1/conferences/CPC-1").json()
    assert (shown["conference"]["notice_waived"], shown["notice_waiver"]["why"]) == (True, WAIVER["why"])
    again = send(seeded, plan)
    assert (again.status_code, again.json()) == (200, response.json())


def test_a_waiver_that_nobody_needs_is_refused(seeded: TestClient, store: Store) -> None:
    plan = planned_today(store, *ALL)
    response = send(seeded, plan, waivers=[WAIVER | {"conference": "CPC-1"}])
    message = "CPC-1 needs no waiver. Leave it out."
    assert (response.status_code, response.json()["type"], response.json()["errors"]) == (
        422,
        "/problems/waiver-not-needed",
        [{"where": "CPC-1", "message": message}],
    )


def test_a_published_booking_that_is_near_by_now_moves_with_a_waiver(seeded: TestClient, store: Store, clock: Clock) -> None:
    publish(seeded, draft(store, *ALL))
    moved = placed("CPC-4", "20T10:00", "AMR-1", "C2", "M1")
    plan = planned_today(store, CPC_1, CPC_2, CPC_3, moved, HELD)
    assert needed(seeded, plan) == []
    clock.forward(days=4)
    text = "CPC-4 would be moved from or to Thursday 14 January 2027, before Friday 15 January 2027."
    assert needed(seeded, plan) == [("CPC-4", "move", text)]
    response = send(seeded, plan, waivers=[WAIVER | {"conference": "CPC-4"}])
    assert response.status_code == 201
    assert history(store, "CPC-4")[-2:][0] == ("notice waived", WAIVER | {"waived": "move"})
    assert seeded.get("/api/v1/conferences/CPC-4").json()["conference"]["notice_waived"] is False


def test_a_plan_freezes_what_is_published_for_the_next_days(seeded: TestClient, store: Store) -> None:
    soon = placed("CPC-4", "08T10:00", "AMR-1", "C2", "M1")
    publish_soon = draft(store, CPC_1, CPC_2, CPC_3, soon, HELD)
    assert send(seeded, publish_soon, waivers=[WAIVER | {"conference": "CPC-4"}]).status_code == 201
    plan = planned_today(store, CPC_1, CPC_2, CPC_3, CPC_4, HELD)
    obstacles = seeded.get(f"/api/v1/plans/{plan}/diff").json()["obstacles"]
    assert obstacles == [
        {
            "where": "CPC-4",
            "message": "CPC-4 was published for Friday 8 January 2027 at 10:00, too near to move it, but is booked for Thursday "
            "14 January 2027 at 10:00.",
        }
    ]
