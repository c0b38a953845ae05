from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.diary import snapshot
from api.jobs import queue as jobs
from api.jobs.queue import Attempt
from api.planning import queries as plans
from api.settings import Settings
from scheduler.checker import check
from scheduler.domain.clocks import earliest_date
from scheduler.domain.schedule import Schedule, Tier, Unplaced
from scheduler.planner import plan
from tests.api.diary.conferences.test_routes import post
from tests.api.support.builders import NOW, Clock, book, fill
from tests.api.support.drafts import put
from tests.api.support.plans import events_in, stored_plan
from tests.builders import booking, schedule

PLANS = "/api/v1/plans"
JANUARY = {"first": "2027-01-04", "last": "2027-01-31"}
AT = "2027-01-04T09:00:00Z"
STREAM = {"Accept": "text/event-stream"}


def request_plan(client: TestClient, **changes: Any) -> str:
    """Request a plan, and return its id."""
    response = client.post(PLANS, json=JANUARY | changes)
    assert response.status_code == 202, response.text
    identifier: str = response.json()["id"]
    return identifier


def start_plan(store: Store) -> Attempt:
    with store.noting() as connection:
        attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    return attempt


def finish_plan(store: Store, attempt: Attempt) -> None:
    """End a job with a plan that has a late and an unplaced conference."""
    plan = dataclasses.replace(
        stored_plan(attempt.job),
        schedule=schedule(
            booking("A"),
            unplaced=(Unplaced(conference="B", reason="Nothing is left."),),
            tiers=(Tier(name="unplaced", value=1, bound=1, proven=True),),
        ),
        report={
            "violations": [],
            "measure": {},
            "remarks": ["Assumed."],
            "late": [{"conference": "A", "start": "2027-03-02T10:00", "due": "2027-03-01", "working_days": 1, "why": "So."}],
        },
    )
    with store.noting() as connection:
        assert plans.finish(connection, attempt, plan, NOW)


def short(identifier: str, **changes: Any) -> dict[str, Any]:
    queued = {"state": "queued", "attempt": 0, "cancelled": False, "error": None}
    times = {"created_at": AT, "started_at": None, "ended_at": None}
    return {"id": identifier, **JANUARY, "time_limit": 600, "seed": 1, **queued, **times, **changes}


def links(identifier: str, *names: str) -> dict[str, str]:
    return {"self": f"{PLANS}/{identifier}"} | {name: f"{PLANS}/{identifier}/{name}" for name in names}


def problem(kind: str, title: str, status: int, detail: str) -> dict[str, Any]:
    return {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}


def test_a_plan_is_queued_with_the_current_data(seeded: TestClient, store: Store) -> None:
    response = seeded.post(PLANS, json=JANUARY | {"time_limit": 30, "seed": 5})
    identifier = response.json()["id"]
    assert (response.status_code, response.headers["location"]) == (202, f"{PLANS}/{identifier}")
    expected = short(identifier, time_limit=30, seed=5)
    assert response.json() == expected | {"progress": None, "result": None, "links": links(identifier, "events", "cancel")}
    assert seeded.get(response.headers["location"]).json() == response.json()
    with store.reading() as connection:
        job = jobs.find(connection, identifier)
        assert job is not None
        assert job.request == {**JANUARY, "time_limit": 30, "seed": 5, "workers": 2}
        present = snapshot.problem_of(connection, NOW.date(), NOW.date().replace(day=31), today=NOW.date())
        assert jobs.problem_of(connection, identifier) == present


def test_the_time_limit_is_at_most_the_services_own(seeded: TestClient) -> None:
    identifier = request_plan(seeded, time_limit=1_000_000)
    assert seeded.get(f"{PLANS}/{identifier}").json()["time_limit"] == 600


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        (
            {"first": "2027-01-31", "last": "2027-01-04"},
            [
                {
                    "where": "",
                    "message": "the range runs backwards: 2027-01-31 is after 2027-01-04. "
                    "Enter a first day on or before the last.",
                }
            ],
        ),
        (
            {"first": "soon", "time_limit": 0, "seeds": 1},
            [
                {"where": "first", "message": "'soon' is not a date. Enter a date such as 2026-12-01."},
                {"where": "last", "message": "is missing. Enter it."},
                {"where": "time_limit", "message": "0 is too small. Enter 1 or more."},
                {"where": "seeds", "message": "is not a field here."},
            ],
        ),
    ],
)
def test_an_invalid_request_is_refused_with_all_its_errors(
    seeded: TestClient, sent: dict[str, Any], wrong: list[dict[str, str]]
) -> None:
    response = seeded.post(PLANS, json=sent)
    details = problem("invalid", "Unprocessable Entity", 422, "The request has errors.")
    assert (response.status_code, response.json()) == (422, details | {"errors": wrong})
    assert seeded.get(PLANS).json() == {"items": [], "next": None}


def test_too_many_days_are_refused(seeded: TestClient, client: TestClient) -> None:
    response = seeded.post(PLANS, json={"first": "2027-01-04", "last": "2030-01-01"})
    wrong = [{"where": "horizon", "message": "1094 days are too many for one plan. Enter 800 days or fewer."}]
    details = problem("invalid", "Unprocessable Entity", 422, "The data has faults: 1.")
    assert (response.status_code, response.json()) == (422, details | {"errors": wrong})


@pytest.mark.parametrize(
    ("days", "first"), [(2, "2027-01-04"), (5, "2027-01-06"), (28, "2027-01-29"), (31, "2027-01-04"), (400, "2027-01-04")]
)
def test_a_plan_begins_today_if_some_of_its_days_are_past(
    seeded: TestClient, store: Store, clock: Clock, days: int, first: str
) -> None:
    clock.now = NOW + dt.timedelta(days=days - 3)
    identifier = request_plan(seeded)
    plan = seeded.get(f"{PLANS}/{identifier}").json()
    assert (plan["first"], plan["last"]) == (first, "2027-01-31")
    with store.reading() as connection:
        assert str(snapshot.problem_of(connection, dt.date.fromisoformat(first), dt.date(2027, 1, 31)).horizon.first) == first


@pytest.mark.parametrize("has_been_held", [False, True])
def test_a_plan_of_past_days_drops_locks_that_cannot_be_kept(
    seeded: TestClient, store: Store, clock: Clock, has_been_held: bool
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    clock.forward(days=40)
    if has_been_held:
        post(seeded, "CPC-1", "outcome", {"outcome": "plan made"})
    put("chairs/C1", absences=[{"first": "2027-01-12", "last": "2027-01-12"}])(seeded)
    identifier = request_plan(seeded)
    with store.reading() as connection:
        problem = jobs.problem_of(connection, identifier)
    assert problem is not None
    assert problem.published_by_id["CPC-1"].locks == ("time", "chair", "room")
    assert problem.earliest == {one.id: earliest_date(one, problem.horizon.first, problem.calendar, problem.policy)
                                for one in problem.conferences}  # fmt: skip
    planned = plan(problem, workers=1, time_limit=20)
    assert [(one.conference, one.rule) for one in planned.exceptions] == [("CPC-1", "R8")]
    assert not planned.unplaced


def test_an_empty_diary_cannot_be_planned(client: TestClient) -> None:
    response = client.post(PLANS, json=JANUARY)
    wrong = [{"where": "sites", "message": "is empty. Enter at least one."}]
    details = problem("invalid", "Unprocessable Entity", 422, "The data has faults: 1.")
    assert (response.status_code, response.json()) == (422, details | {"errors": wrong})


def test_requests_with_the_same_idempotency_key_queue_one_plan(seeded: TestClient) -> None:
    first, second = (seeded.post(PLANS, json=JANUARY, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (second.status_code, second.json(), second.headers["location"]) == (202, first.json(), first.headers["location"])
    assert [plan["id"] for plan in seeded.get(PLANS).json()["items"]] == [first.json()["id"]]


def test_a_plan_shows_its_progress_and_then_its_result(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    attempt = start_plan(store)
    progress = {"tier": "late", "value": 12, "bound": None, "seconds": 1.5}
    with store.noting() as connection:
        jobs.add_progress(connection, attempt, progress, NOW)
    running = short(identifier, state="running", attempt=1, started_at=AT)
    assert seeded.get(f"{PLANS}/{identifier}").json() == running | {
        "progress": progress,
        "result": None,
        "links": links(identifier, "events", "cancel"),
    }
    finish_plan(store, attempt)
    done = short(identifier, state="done", attempt=1, started_at=AT, ended_at=AT)
    assert seeded.get(f"{PLANS}/{identifier}").json() == done | {
        "progress": None,
        "result": {
            "tiers": [{"name": "unplaced", "value": 1, "bound": 1, "proven": True}],
            "unplaced": [{"conference": "B", "reason": "Nothing is left."}],
            "late": [{"conference": "A", "start": "2027-03-02T10:00", "due": "2027-03-01", "working_days": 1, "why": "So."}],
            "remarks": ["Assumed."],
            "made_at": AT,
            "exceptions": [],
        },
        "links": links(identifier, "events", "schedule", "diff", "publish"),
    }
    assert seeded.get(PLANS).json() == {"items": [done], "next": None}


def test_a_failed_plan_shows_its_error(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    with store.noting() as connection:
        jobs.fail(connection, start_plan_in(connection), "No such plan is possible.", NOW)
    failed = short(identifier, state="failed", attempt=1, started_at=AT, ended_at=AT, error="No such plan is possible.")
    assert seeded.get(f"{PLANS}/{identifier}").json() == failed | {
        "progress": None,
        "result": None,
        "links": links(identifier, "events"),
    }


def start_plan_in(connection: Any) -> Attempt:
    attempt = jobs.claim(connection, "R", NOW)
    assert attempt is not None
    return attempt


def test_the_schedule_is_available_once_the_plan_is_done(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    path = f"{PLANS}/{identifier}/schedule"
    wait = f"The plan '{identifier}' has no schedule: it is queued. GET the plan, or its events, until it has ended."
    assert (seeded.get(path).status_code, seeded.get(path).json()) == (409, problem("no-schedule", "Conflict", 409, wait))
    finish_plan(store, start_plan(store))
    assert seeded.get(path).json() == {
        "version": 1,
        "problem": "",
        "bookings": [
            {
                "conference": "A",
                "start": "2027-03-02T10:00",
                "end": "2027-03-02T11:45",
                "room": "AYL-1",
                "chair": "C1",
                "minute_taker": None,
                "held": False,
                "cover": False,
            }
        ],
        "unplaced": [{"conference": "B", "reason": "Nothing is left."}],
        "tiers": [{"name": "unplaced", "value": 1, "bound": 1, "proven": True}],
        "solver": None,
        "assumptions": [],
        "exceptions": [],
        "remarks": [],
    }


def test_a_queued_plan_is_cancelled_at_once_and_only_once(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    response = seeded.post(f"{PLANS}/{identifier}/cancel")
    cancelled = short(identifier, state="cancelled", cancelled=True, ended_at=AT)
    expected = cancelled | {"progress": None, "result": None, "links": links(identifier, "events")}
    assert (response.status_code, response.json()) == (202, expected)
    response = seeded.post(f"{PLANS}/{identifier}/cancel")
    ended = f"The plan '{identifier}' has ended already: it is cancelled. Ask for a new one instead."
    assert (response.status_code, response.json()) == (409, problem("ended", "Conflict", 409, ended))
    missing = f"The plan '{identifier}' has no schedule: it is cancelled. Ask for a new one."
    response = seeded.get(f"{PLANS}/{identifier}/schedule")
    assert (response.status_code, response.json()) == (409, problem("no-schedule", "Conflict", 409, missing))


def test_a_cancelled_running_plan_ends_with_its_result(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    attempt = start_plan(store)
    for _ in range(2):
        response = seeded.post(f"{PLANS}/{identifier}/cancel")
        running = short(identifier, state="running", attempt=1, cancelled=True, started_at=AT)
        expected = running | {"progress": None, "result": None, "links": links(identifier, "events", "cancel")}
        assert (response.status_code, response.json()) == (202, expected)
    finish_plan(store, attempt)
    ended = seeded.get(f"{PLANS}/{identifier}").json()
    assert (ended["state"], ended["result"]["tiers"][0]["value"]) == ("cancelled", 1)
    assert events_in(store, identifier) == ["queued", "started", "cancelling", "cancelled"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/schedule"), ("GET", "/events"), ("POST", "/cancel")],
    ids=lambda part: part or "one",
)
def test_an_unknown_plan_is_not_found(seeded: TestClient, method: str, path: str) -> None:
    response = seeded.request(method, f"{PLANS}/P-none{path}")
    missing = problem("not-found", "Not Found", 404, "There is no plan 'P-none'.")
    assert (response.status_code, response.json()) == (404, missing)


def test_pages_are_stable_when_plans_are_added(seeded: TestClient, clock: Clock) -> None:
    identifiers = []
    for _ in range(3):
        identifiers.insert(0, request_plan(seeded))
        clock.forward(seconds=1)
    page = seeded.get(PLANS, params={"most": 2}).json()
    assert ([plan["id"] for plan in page["items"]], page["next"]) == (identifiers[:2], identifiers[1])
    request_plan(seeded)
    page = seeded.get(PLANS, params={"after": page["next"], "most": 2}).json()
    assert ([plan["id"] for plan in page["items"]], page["next"]) == (identifiers[2:], None)
    assert seeded.get(PLANS, params={"after": "P-none"}).status_code == 404


@pytest.fixture
def planning(settings: Settings, store: Store) -> Iterator[TestClient]:
    """Yield a client of a service that solves plans."""
    with TestClient(create_app(dataclasses.replace(settings, plan_processes=1))) as client:
        fill(store)
        yield client


def test_a_month_is_planned(planning: TestClient, store: Store) -> None:
    identifier = request_plan(planning)
    events = planning.get(f"{PLANS}/{identifier}/events", headers=STREAM).text
    assert events.startswith("event: queued\n")
    assert "event: progress\n" in events
    plan = planning.get(f"{PLANS}/{identifier}").json()
    assert (plan["state"], plan["result"]["unplaced"], plan["result"]["late"]) == ("done", [], [])
    assert all(tier["proven"] for tier in plan["result"]["tiers"])
    result = planning.get(f"{PLANS}/{identifier}/schedule").json()
    assert result["tiers"] == plan["result"]["tiers"]
    with store.reading() as connection:
        solved = jobs.problem_of(connection, identifier)
    assert check(solved, Schedule.model_validate(result)).ok
