from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.jobs import queue as jobs
from api.jobs.queue import JobState
from api.planning import queries as plans
from api.whatif import sweeps
from scheduler.domain.problem import nameless
from scheduler.sweeps.executors import workers_of
from scheduler.sweeps.task import Effort
from scheduler.whatif.marginal_value.search import marginal_value
from tests.api.support.builders import NOW
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.drafts import ALL, add_job, draft
from tests.api.support.plans import REQUEST, stored_plan
from tests.api.support.sweeps import WEEK, claimed, work_on_all
from tests.api.whatif.test_routes import AT, problem, without_seconds
from tests.builders import tiny_problem

PLANS = "/api/v1/plans"


def tiny_plan(store: Store) -> str:
    """Store a plan of a week of the tiny problem; return its id."""
    with store.noting() as connection:
        week = tiny_problem(horizon=WEEK)
        job = jobs.add(connection, week, REQUEST, NOW)
        attempt = jobs.claim(connection, "R", NOW)
        assert attempt is not None
        plans.finish(connection, attempt, replace(stored_plan(job.id), problem=week), NOW)
    return job.id


def value_item(plan: str, **changes: Any) -> dict[str, Any]:
    """Return the answer about a new request, with changes."""
    path = f"{PLANS}/{plan}"
    limits: dict[str, Any] = {"today": None, "top": 5, "seed": 1, "work_limit": 20.0, "time_limit": 600}
    waits = {"state": "queued", "progress": {"done": 0, "of": 1, "seconds_left": None}, "error": None, "appraisal": None}
    links = {"self": f"{path}/value", "plan": path, "cancel": f"{path}/value/cancel"}
    return {"plan": plan, **limits, **waits, "created_at": AT, "ended_at": None, "links": links} | changes


@slow_on_postgresql
def test_the_value_of_one_more_for_a_plan(client: TestClient, store: Store) -> None:
    plan = tiny_plan(store)
    path = f"{PLANS}/{plan}/value"
    response = client.post(path, json={"top": 2})
    assert (response.status_code, response.headers["location"], response.json()) == (202, path, value_item(plan, top=2))
    assert client.get(path).json() == value_item(plan, top=2)

    work_on_all(store)

    result = client.get(path).json()
    assert (result["state"], result["error"], result["links"]) == ("done", None, {"self": path, "plan": f"{PLANS}/{plan}"})
    assert result["progress"]["done"] == result["progress"]["of"] > 1
    with store.reading() as connection:
        stored = plans.find(connection, plan)
    assert stored is not None
    with workers_of("local:1")() as workers:
        expected = marginal_value(nameless(stored.problem), workers, top=2, effort=Effort(time_limit=600))
    assert expected is not None
    assert without_seconds(result["appraisal"]) == without_seconds(expected.model_dump(mode="json"))
    assert client.post(path, json={"top": 2}).json() == result, "it is done already"


def test_the_value_of_one_more_is_as_of_the_plans_day(seeded: TestClient) -> None:
    plan = seeded.post(PLANS, json={"first": "2027-01-04", "last": "2027-01-31"}).json()["id"]
    store: Store = seeded.app.state.store  # type: ignore[attr-defined]  # Starlette types its app loosely
    with store.noting() as connection:
        problem_ = jobs.problem_of(connection, plan)
        attempt = jobs.claim(connection, "R", NOW)
        assert attempt is not None
        plans.finish(connection, attempt, replace(stored_plan(plan), problem=problem_), NOW)
    assert seeded.post(f"{PLANS}/{plan}/value").json() == value_item(plan, today="2027-01-04")


def test_a_repeated_request_starts_nothing_and_another_starts_anew(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    path = f"{PLANS}/{plan}/value"
    for _ in range(2):
        assert seeded.post(path).json() == value_item(plan)
    assert seeded.post(path, json={"top": 3}).json() == value_item(plan, top=3)
    assert seeded.get(path).json() == value_item(plan, top=3)
    with store.reading() as connection:
        newer, older = sweeps.list_sweeps(connection, sweeps.SweepKind.VALUE)
    assert (older.state, newer.state) == (JobState.CANCELLED, JobState.QUEUED), "a plan has one at a time"
    claimed(store)
    assert seeded.get(path).json()["state"] == "running"


def test_a_value_that_was_never_requested_reports_how_to_request_it(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    path = f"{PLANS}/{plan}/value"
    message = f"The value of one more has not been requested for the plan '{plan}'. POST to {path} to request it."
    for response in (seeded.get(path), seeded.post(f"{path}/cancel")):
        assert (response.status_code, response.json()) == (404, problem("not-found", "Not Found", 404, message))


def test_a_cancelled_value_can_be_requested_again(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    path = f"{PLANS}/{plan}/value"
    seeded.post(path)
    links = {"self": path, "plan": f"{PLANS}/{plan}"}
    response = seeded.post(f"{path}/cancel")
    assert (response.status_code, response.json()) == (202, value_item(plan, state="cancelled", ended_at=AT, links=links))
    with store.reading() as connection:
        assert not jobs.queued(connection)
    ended = f"The value for the plan '{plan}' has ended already: it is cancelled."
    response = seeded.post(f"{path}/cancel")
    assert (response.status_code, response.json()) == (409, problem("ended", "Conflict", 409, ended))
    assert seeded.post(path).json() == value_item(plan)


def test_a_plan_that_does_not_exist_is_not_found(seeded: TestClient) -> None:
    path = f"{PLANS}/P-none/value"
    for response in (seeded.post(path), seeded.get(path), seeded.post(f"{path}/cancel")):
        expected = problem("not-found", "Not Found", 404, "There is no plan 'P-none'.")
        assert (response.status_code, response.json()) == (404, expected)


@pytest.mark.parametrize("state", ["running", "failed"])
def test_a_plan_without_a_schedule_has_no_value(seeded: TestClient, store: Store, state: str) -> None:
    add_job(store, "P-1", state)
    instead = "GET the plan, or its events, until it has ended" if state == "running" else "Ask for a new one"
    response = seeded.post(f"{PLANS}/P-1/value")
    wait = f"The plan 'P-1' has no schedule: it is {state}. {instead}."
    assert (response.status_code, response.json()) == (409, problem("no-schedule", "Conflict", 409, wait))
