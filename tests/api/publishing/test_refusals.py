"""Refusals to publish or restore. A refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences import queries as conferences
from scheduler.domain.conference import Conference
from tests.api.support.builders import NOW, Clock, book, conference
from tests.api.support.drafts import (
    ALL,
    CPC_1,
    CPC_2,
    CPC_3,
    CPC_4,
    EXCEPTION,
    HELD,
    LATE_1,
    MOVED_2,
    add_job,
    cancel,
    change,
    contents,
    copied,
    details,
    draft,
    history,
    placed,
    publication,
    publish,
    put,
    restore,
)


def move_due(store: Store) -> None:
    change(store, "CPC-1", trigger="2027-01-04")


def cancel_conference(store: Store) -> None:
    cancel(store, "CPC-2")


def request_another(store: Store) -> None:
    with store.writing() as connection:
        conferences.add(connection, Conference.model_validate(conference("CPC-6")), NOW)


def book_by_hand(store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T14:00", minute_taker="M1")


def book_elsewhere(store: Store) -> None:
    book(store, "CPC-1", "2027-02-02T10:00", minute_taker="M1")


def close_a_day(client: TestClient) -> None:
    closures = client.get("/api/v1/closures")
    client.put("/api/v1/closures", json=["2027-01-29"], headers={"If-Match": closures.headers["ETag"]})


MOVES: list[Any] = [
    (
        move_due,
        (
            "conferences.CPC-1",
            "CPC-1 has changed: due from 22 January 2027 to 25 January 2027; trigger from 1 January 2027 to 4 January 2027.",
        ),
    ),
    (cancel_conference, ("conferences.CPC-2", "CPC-2 no longer needs planning: it is cancelled.")),
    (request_another, ("conferences.CPC-6", "CPC-6 has been added: initial, 2 children, due 22 January 2027.")),
    (
        book_by_hand,
        (
            "published.CPC-1",
            "CPC-1 has been booked by hand: Wednesday 13 January 2027 at 14:00, AYL-1, chair C1, minute taker M1.",
        ),
    ),
    (
        book_elsewhere,
        ("conferences.CPC-1", "CPC-1 no longer needs planning: it is booked by hand for Tuesday 2 February 2027 at 10:00."),
    ),
    (
        put("chairs/C3", absences=[{"first": "2027-01-27", "last": "2027-01-29"}]),
        ("chairs.C3", "The chair C3 has changed: now absent 27 to 29 January 2027."),
    ),
    (
        put("rooms/AMR-1", closed=[{"first": "2027-01-27", "last": "2027-01-27"}]),
        ("rooms.AMR-1", "The room AMR-1 has changed: now closed 27 January 2027."),
    ),
    (close_a_day, ("calendar", "Calendar closures now with 29 January 2027.")),
    (put("policy", caseload_cap=90), ("policy", "Policy caseload cap from 85 to 90.")),
    (put("holds/H-1", count=2), ("holds", "Holds now with 2 at AYL in the week of 18 January 2027.")),
]


@pytest.mark.parametrize(("move", "error"), MOVES, ids=[f"{n}-{error[0]}" for n, (_, error) in enumerate(MOVES)])
def test_a_plan_with_changed_data_is_refused_with_the_changes(
    seeded: TestClient, store: Store, move: Any, error: tuple[str, str]
) -> None:
    plan = draft(store, *ALL)
    seen = seeded.get(f"/api/v1/plans/{plan}/diff").headers["ETag"]
    move(store if "store" in move.__annotations__ else seeded)
    before = contents(store)
    response = seeded.post(f"/api/v1/plans/{plan}/publish", headers={"If-Match": seen})
    body = response.json()
    also = [("holds", "Holds no longer with 1 at AYL in the week of 18 January 2027.")] if error[0] == "holds" else []
    changes = "2 changes" if also else "1 change"
    detail = f"The data have changed since the plan was made: {changes}. Make a new plan, and publish that."
    assert (response.status_code, body) == (409, details("data-moved", 409, detail, error, *also))
    assert contents(store) == before
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json()["obstacles"] == body["errors"]


def test_each_late_booking_needs_an_exception(seeded: TestClient, store: Store) -> None:
    late_2 = placed("CPC-2", "25T10:00", "WYC-1", "C2", "M2")
    plan = draft(store, LATE_1, late_2, CPC_3, CPC_4, HELD)
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json()["exceptions_needed"] == [
        {"conference": "CPC-1", "due": "2027-01-22", "working_days": 2},
        {"conference": "CPC-2", "due": "2027-01-22", "working_days": 1},
    ]
    before = contents(store)
    response = publish(seeded, plan)
    detail = (
        "2 late conferences can't be published without an exception. Enter one for each: who allows it, why, and that the safety "
        "plan was reviewed."
    )
    missing = [
        ("CPC-1", "CPC-1 was due on 22 January 2027 and would be 2 working days late."),
        ("CPC-2", "CPC-2 was due on 22 January 2027 and would be 1 working day late."),
    ]
    refused = details("exception-needed", 422, detail, *missing)
    assert (response.status_code, response.json()) == (422, refused)
    allowed = [{"conference": name, **EXCEPTION} for name in ("CPC-1", "CPC-2", "CPC-3", "CPC-1")]
    response = publish(seeded, plan, *allowed)
    wrong = [("CPC-1", "CPC-1 has two. Give one."), ("CPC-3", "CPC-3 needs no exception. Leave it out.")]
    refused = details("exception-not-needed", 422, "Some exceptions are not valid.", *wrong)
    assert (response.status_code, response.json()) == (422, refused)
    assert contents(store) == before
    response = publish(seeded, plan, *allowed[:2])
    recorded = [copied(late_2, exception=EXCEPTION), copied(LATE_1, exception=EXCEPTION)]
    assert response.json() == publication(1, copied(CPC_3), copied(CPC_4), copied(HELD), *recorded, plan=plan)
    assert history(store, "CPC-1")[0][1]["exception"] == EXCEPTION


def test_a_plan_that_breaks_rules_is_refused(seeded: TestClient, store: Store) -> None:
    plan = draft(store, CPC_1.model_copy(update={"chair": "C2"}), *ALL[1:])
    before = contents(store)
    response = publish(seeded, plan)
    detail = "The plan breaks rules with the current data: 2 breaches. Make a new plan, and publish that."
    broken = [
        ("CPC-2", "CPC-2, Tuesday 12 January 2027 at 10:00: C2 is then taken by CPC-1."),
        ("CPC-2", "CPC-2, Tuesday 12 January 2027 at 10:00: C2 has no minutes after CPC-1, and Aylesbury to Wycombe takes 40."),
    ]
    assert (response.status_code, response.json()) == (409, details("breaks-rules", 409, detail, *broken))
    assert contents(store) == before


def test_a_plan_cannot_change_past_days(seeded: TestClient, store: Store, clock: Clock) -> None:
    first = draft(store, CPC_1, CPC_2, CPC_3, unplaced={"CPC-4": "No place is left for it."})
    publish(seeded, first)
    plan = draft(store, CPC_1, MOVED_2, CPC_3, CPC_4, HELD)
    clock.now = NOW.replace(day=15)
    before = contents(store)
    response = publish(seeded, plan)
    detail = "Some days of the plan are past, and it would change 2 bookings on them. Make a new plan, and publish that."
    over = [
        ("CPC-2", "CPC-2 was booked for Tuesday 12 January 2027 at 10:00, which is past. Record its outcome."),
        ("CPC-4", "CPC-4 would be booked for Thursday 14 January 2027 at 10:00, which is past."),
    ]
    assert (response.status_code, response.json()) == (409, details("over", 409, detail, *over))
    assert contents(store) == before
    restored = draft(store, CPC_1, CPC_2, CPC_3, HELD, unplaced={"CPC-4": "No place is left for it."})
    assert publish(seeded, restored).status_code == 201, "unchanged bookings can be on past days"


def test_publishing_a_plan_again_changes_nothing(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    first = publish(seeded, plan)
    before = contents(store)["publications"], contents(store)["bookings"]
    again = publish(seeded, plan)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (contents(store)["publications"], contents(store)["bookings"]) == before


def test_a_plan_cannot_be_published_again_after_another(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    publish(seeded, plan)
    publish(seeded, draft(store, CPC_1, MOVED_2, *ALL[2:]))
    before = contents(store)
    response = publish(seeded, plan)
    detail = f"The plan '{plan}' was published as 1, and bookings have changed since. Make a new plan, or restore publication 1."
    assert (response.status_code, response.json()) == (409, details("already-published", 409, detail))
    assert contents(store) == before


def test_publishing_needs_the_etag_of_the_difference(seeded: TestClient, store: Store) -> None:
    path = f"/api/v1/plans/{draft(store, *ALL)}/publish"
    before = contents(store)
    assert [seeded.post(path).status_code, seeded.post(path, headers={"If-Match": '"1"'}).status_code] == [428, 412]
    assert contents(store) == before


@pytest.mark.parametrize(
    ("state", "instead"),
    [("queued", "Wait until it has ended"), ("running", "Wait until it has ended"), ("failed", "Ask for a new one")],
)
def test_a_plan_without_a_schedule_cannot_be_published(seeded: TestClient, store: Store, state: str, instead: str) -> None:
    add_job(store, "P-1", state)
    refused = details("no-schedule", 409, f"The plan 'P-1' has no schedule: it is {state}. {instead}.")
    responses = seeded.get("/api/v1/plans/P-1/diff"), seeded.post("/api/v1/plans/P-1/publish", headers={"If-Match": "*"})
    assert [(response.status_code, response.json()) for response in responses] == [(409, refused), (409, refused)]


def test_an_unknown_plan_or_publication_is_not_found(seeded: TestClient) -> None:
    plan = details("not-found", 404, "There is no plan 'P-1'.")
    assert [seeded.get("/api/v1/plans/P-1/diff").json(), seeded.post("/api/v1/plans/P-1/publish").json()] == [plan, plan]
    number = details("not-found", 404, "There is no publication '9'.")
    path = "/api/v1/publications/9"
    assert [seeded.get(path).json(), seeded.get(f"{path}/diff").json(), seeded.post(f"{path}/restore").json()] == [number] * 3


def test_restoring_is_refused_with_all_obstacles(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    publish(seeded, draft(store, HELD, unplaced=dict.fromkeys(("CPC-1", "CPC-2", "CPC-3", "CPC-4"), "No place.")))
    cancel(store, "CPC-1")
    book(store, "CPC-2", "2027-01-13T10:00", room="AYL-1", chair="C3", minute_taker="M1")
    put("chairs/C2", absences=[{"first": "2027-01-14", "last": "2027-01-14"}])(seeded)
    before = contents(store)
    response = restore(seeded, 1)
    detail = (
        "Publication 1, of 4 to 31 January 2027, can't be restored with the current data: 5 obstacles. "
        "Resolve them, or make a new plan."
    )
    obstacles = [
        ("CPC-1", "CPC-1 is cancelled."),
        ("CPC-2", "CPC-2 has been booked by hand for Wednesday 13 January 2027 at 10:00. Cancel that booking first."),
        ("CPC-2", "CPC-2, Wednesday 13 January 2027 at 10:00: room AYL-1 is then taken by CPC-3."),
        ("CPC-4", "CPC-4: C2 does not work on Thursday 14 January 2027."),
        ("CPC-2", "CPC-2, Wednesday 13 January 2027 at 10:00: M1 is then taken by CPC-3."),
    ]
    assert (response.status_code, response.json()) == (409, details("not-restorable", 409, detail, *obstacles))
    assert contents(store) == before


def test_restoring_needs_exceptions_for_newly_late_bookings(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, LATE_1, *ALL[1:]), {"conference": "CPC-1", **EXCEPTION})
    publish(seeded, draft(store, CPC_1, MOVED_2, *ALL[2:]))
    change(store, "CPC-2", due="2027-01-11")
    response = restore(seeded, 1)
    assert [error["where"] for error in response.json()["errors"]] == ["CPC-2"]
    response = restore(seeded, 1, {"conference": "CPC-2", **EXCEPTION})
    copies = [copied(CPC_2, exception=EXCEPTION), *map(copied, (CPC_3, CPC_4, HELD)), copied(LATE_1, exception=EXCEPTION)]
    assert response.json() == publication(3, *copies, restores=1)
