from __future__ import annotations

import asyncio
import datetime as dt
import io
from dataclasses import replace
from typing import Any

import httpx2
import openpyxl
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.app import create_app
from api.database import tables
from api.database.session import Store
from api.diary import snapshot
from api.jobs import queue as jobs
from api.settings import Settings
from fixtures.tiny import RAW
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.values import Period
from scheduler.rules.frozen import frozen_bookings
from scheduler.sweeps.executors import workers_of
from scheduler.sweeps.task import Effort, Task
from scheduler.whatif.changes.grid import crossed
from scheduler.whatif.comparison.compare import compare, variants
from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.files.scenarios import scenarios_in
from tests.api.support.builders import NOW, Clock, book, fill
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.drafts import ALL, add_job, draft
from tests.api.support.sweeps import claimed, work_on_all

WHATIF = "/api/v1/whatif"
AT = "2027-01-04T09:00:00Z"
JANUARY = {"first": "2027-01-04", "last": "2027-01-31"}
LEAVES: dict[str, Any] = {"name": "C3 leaves", "changes": [{"change": "chair_leaves", "chair": "C3"}]}
CLOSES = {"name": "Wycombe closes", "changes": [{"change": "site_closes", "site": "WYC"}]}
BOTH = {"scenarios": [LEAVES, CLOSES]}
JOINS = {"name": "One more", "changes": [{"change": "chair_joins", "chair": {"id": "C9", "name": "Jo Bloggs", "base": "AYL"}}]}


def requested(client: TestClient, body: dict[str, Any]) -> Any:
    """Request a what-if; return the answer."""
    response = client.post(WHATIF, json=body)
    assert response.status_code == 202, response.text
    return response.json()


def problem(kind: str, title: str, status: int, detail: str) -> dict[str, Any]:
    return {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}


def whatif_item(identifier: str, **changes: Any) -> dict[str, Any]:
    """Return a queued what-if of two scenarios as lists show it, with changes."""
    limits = {"seed": 1, "work_limit": 20.0, "time_limit": 600}
    times = {"created_at": AT, "ended_at": None}
    waits = {"state": "queued", "progress": {"done": 0, "of": 3, "seconds_left": None}, "error": None}
    return {
        "id": identifier,
        **JANUARY,
        "today": "2027-01-04",
        "plan": None,
        "grid": [],
        "scenarios": 2,
        **limits,
        **waits,
        **times,
    } | changes


def links(identifier: str, *names: str) -> dict[str, str]:
    return {"self": f"{WHATIF}/{identifier}"} | {name: f"{WHATIF}/{identifier}/{name}" for name in names}


def expected_comparison(store: Store, body: dict[str, Any]) -> Comparison:
    """Return the scheduler's own comparison over January from the current data."""
    with store.reading() as connection:
        days = Period.model_validate(JANUARY)
        base = nameless(snapshot.problem_of(connection, days.first, days.last, today=NOW.date()))
    listed = [*scenarios_in(body["scenarios"]), *(crossed(base, body["grid"]) if "grid" in body else ())]
    with workers_of("local:1")() as workers:
        comparison = compare(variants(base, listed), workers, effort=Effort(time_limit=600))
    assert comparison is not None
    return comparison


def without_seconds(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: without_seconds(value) for name, value in node.items() if name != "seconds"}
    return [without_seconds(item) for item in node] if isinstance(node, list) else node


def solves_queued(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.jobs)).scalar_one())


@slow_on_postgresql
def test_scenarios_are_compared_from_the_current_data(seeded: TestClient, store: Store) -> None:
    body = BOTH | {"grid": ["chairs=3..4"]}
    response = seeded.post(WHATIF, json=JANUARY | body)
    identifier = response.json()["id"]
    assert (response.status_code, response.headers["location"]) == (202, f"{WHATIF}/{identifier}")
    with_grid = {"grid": ["chairs=3..4"], "scenarios": 4}
    waiting = whatif_item(identifier, progress={"done": 0, "of": 4, "seconds_left": None}, **with_grid)  # "3 chairs" is the base
    assert response.json() == waiting | {"failed": [], "comparison": None, "links": links(identifier, "cancel")}
    assert seeded.get(f"{WHATIF}/{identifier}").json() == response.json()

    work_on_all(store)

    done = whatif_item(identifier, state="done", progress={"done": 4, "of": 4, "seconds_left": 0.0}, **with_grid)
    result = seeded.get(f"{WHATIF}/{identifier}").json()
    expected = expected_comparison(store, body)
    assert without_seconds(result["comparison"]) == without_seconds(expected.model_dump(mode="json"))
    assert result["ended_at"] is not None
    assert result | {"comparison": None, "ended_at": None} == done | {
        "failed": [],
        "comparison": None,
        "links": links(identifier, "workbook", "pictures"),
    }
    assert seeded.get(WHATIF).json() == {"items": [done | {"ended_at": result["ended_at"]}], "next": None}


def base_of(store: Store, sweep: str) -> Problem:
    """Return the problem of a what-if's base."""
    base = select(tables.sweep_parts.c.key).where((tables.sweep_parts.c.sweep == sweep) & (tables.sweep_parts.c.number == 0))
    with store.reading() as connection:
        task = connection.execute(select(tables.solves.c.task).where(tables.solves.c.key.in_(base))).scalar_one()
    return Problem.model_validate(task["problem"])


@pytest.mark.parametrize(("days", "today"), [(0, "2027-01-04"), (7, "2027-01-11"), (60, None)])
def test_a_period_is_compared_as_of_today(seeded: TestClient, store: Store, clock: Clock, days: int, today: str | None) -> None:
    book(store, "CPC-4", "2027-01-14T10:00", room="AMR-1", chair="C2", minute_taker="M1", by_hand=False)
    clock.forward(days=days)
    response = seeded.post(WHATIF, json=JANUARY | BOTH)
    assert response.json()["today"] == today
    base = base_of(store, response.json()["id"])
    assert base.today == (today and NOW.date() + dt.timedelta(days=days))
    frozen = [published.conference for published in frozen_bookings(base)]
    assert frozen == (["CPC-4"] if days == 7 else [])


def test_a_given_problem_keeps_its_own_day(seeded: TestClient) -> None:
    for today in (None, "2027-03-01"):
        given = RAW if today is None else RAW | {"today": today}
        assert requested(seeded, {"problem": given, "scenarios": [{"name": "As it is", "changes": []}]})["today"] == today


@slow_on_postgresql
def test_a_running_what_if_has_a_partial_comparison(seeded: TestClient, store: Store) -> None:
    from api.whatif import worker as whatif_worker  # noqa: PLC0415 - load the solver only in this test

    identifier = requested(seeded, JANUARY | BOTH)["id"]
    whatif_worker.work_on(store.url, claimed(store), "local")
    claimed(store)
    result = seeded.get(f"{WHATIF}/{identifier}").json()
    assert result["progress"]["done"] == 1
    assert result["progress"]["seconds_left"] > 0
    assert result["state"] == "running"
    comparison = result["comparison"]
    assert (comparison["base"]["name"], comparison["scenarios"]) == ("base", [])
    assert comparison["missing"] == ["C3 leaves", "Wycombe closes"]
    assert result["links"] == links(identifier, "workbook", "pictures", "cancel")
    assert without_seconds(comparison["base"]) == without_seconds(expected_comparison(store, BOTH).base.model_dump(mode="json"))


def test_a_scenario_that_breaks_a_booking_by_hand_drops_its_locks(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-20T10:00", chair="C3", minute_taker="M1")
    identifier = requested(seeded, JANUARY | {"scenarios": [LEAVES]})["id"]
    work_on_all(store)
    (scenario,) = seeded.get(f"{WHATIF}/{identifier}").json()["comparison"]["scenarios"]
    assert (scenario["refused"], scenario["outlook"]["placed"]) == ([], scenario["outlook"]["conferences"])
    assert [(one["conference"], "chair" in one["what"]) for one in scenario["moved"] if one["conference"] == "CPC-1"] == [
        ("CPC-1", True)
    ]


def test_stored_results_are_in_the_answer_at_once(seeded: TestClient, store: Store) -> None:
    first = requested(seeded, JANUARY | {"scenarios": [LEAVES]})["id"]
    work_on_all(store)
    known = seeded.get(f"{WHATIF}/{first}").json()["comparison"]

    again = requested(seeded, JANUARY | {"scenarios": [LEAVES | {"name": "again"}]})
    renamed = [known["scenarios"][0] | {"name": "again"}]
    assert (again["state"], again["ended_at"], again["comparison"]) == ("done", AT, known | {"scenarios": renamed})
    assert again["links"] == links(again["id"], "workbook", "pictures")
    with store.reading() as connection:
        assert not jobs.queued(connection)

    more = requested(seeded, JANUARY | BOTH)
    assert (more["state"], more["progress"]["done"], more["comparison"]) == ("queued", 2, known | {"missing": ["Wycombe closes"]})
    work_on_all(store)
    result = seeded.get(f"{WHATIF}/{more['id']}").json()
    assert without_seconds(result["comparison"]) == without_seconds(expected_comparison(store, BOTH).model_dump(mode="json"))


def test_scenarios_are_compared_from_the_problem_of_a_plan(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    whatif = requested(seeded, {"plan": plan, **BOTH})
    assert whatif == whatif_item(whatif["id"], plan=plan, today=None) | {
        "failed": [],
        "comparison": None,
        "links": links(whatif["id"], "cancel"),
    }
    again = requested(seeded, {"plan": plan, **BOTH})
    assert keys(store, whatif["id"]) == keys(store, again["id"]), "the same problem is solved once"
    assert solves_queued(store) == 1 + 3


def keys(store: Store, identifier: str) -> list[str]:
    table = tables.sweep_parts
    with store.reading() as connection:
        return list(connection.execute(select(table.c.key).where(table.c.sweep == identifier).order_by(table.c.number)).scalars())


def test_a_problem_in_the_request_is_compared_without_names(client: TestClient, store: Store) -> None:
    raw = RAW | {"chairs": [chair | {"name": "Jo Bloggs"} for chair in RAW["chairs"]]}
    whatif = requested(client, {"problem": raw, "scenarios": [JOINS], "seed": 3, "work_limit": 5, "time_limit": 10})
    assert (whatif["seed"], whatif["work_limit"], whatif["time_limit"]) == (3, 5.0, 10)
    assert (whatif["first"], whatif["last"]) == (RAW["horizon"]["first"], RAW["horizon"]["last"])
    work_on_all(store)
    result = client.get(f"{WHATIF}/{whatif['id']}")
    assert result.json()["state"] == "done"
    with store.reading() as connection:
        rows = [connection.execute(select(table)).all() for table in (tables.solves, tables.sweeps, tables.sweep_parts)]
        tasks = [Task.model_validate(row.task) for row in rows[0]]
    assert {(task.seed, task.work_limit, task.time_limit) for task in tasks} == {(3, 5.0, 10.0)}
    assert "Bloggs" not in result.text + str(rows)


def test_no_solve_takes_longer_than_a_plan(seeded: TestClient) -> None:
    assert requested(seeded, JANUARY | BOTH | {"time_limit": 1_000_000})["time_limit"] == 600


@pytest.mark.parametrize(("days", "is_stored"), [(366, True), (367, False)])
def test_a_new_what_if_deletes_those_past_their_retention(seeded: TestClient, clock: Clock, days: int, is_stored: bool) -> None:
    old = requested(seeded, JANUARY | BOTH)["id"]
    seeded.post(f"{WHATIF}/{old}/cancel")
    clock.forward(days=days)
    new = requested(seeded, JANUARY | BOTH)["id"]
    assert [one["id"] for one in seeded.get(WHATIF).json()["items"]] == ([new, old] if is_stored else [new])


def test_no_what_if_is_deleted_without_a_retention_limit(settings: Settings, store: Store) -> None:
    fill(store)
    clock = Clock()
    with TestClient(create_app(replace(settings, whatif_days=0), clock)) as client:
        old = requested(client, JANUARY | BOTH)["id"]
        client.post(f"{WHATIF}/{old}/cancel")
        clock.forward(days=10_000)
        new = requested(client, JANUARY | BOTH)["id"]
        assert [one["id"] for one in client.get(WHATIF).json()["items"]] == [new, old]


def test_a_repeated_idempotency_key_starts_one_what_if(seeded: TestClient, store: Store) -> None:
    first, second = (seeded.post(WHATIF, json=JANUARY | BOTH, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (second.status_code, second.json(), second.headers["location"]) == (202, first.json(), first.headers["location"])
    assert [one["id"] for one in seeded.get(WHATIF).json()["items"]] == [first.json()["id"]]


def test_an_answer_is_replayed_even_if_the_request_is_now_invalid(seeded: TestClient) -> None:
    joins = {"name": "C9", "changes": [{"change": "chair_joins", "chair": {"id": "C9"}}]}
    body, key = JANUARY | {"scenarios": [joins]}, {"Idempotency-Key": "k"}
    first = seeded.post(WHATIF, json=body, headers=key)
    assert first.status_code == 202
    assert seeded.post("/api/v1/chairs", json={"id": "C9"}).status_code == 201
    again = seeded.post(WHATIF, json=body, headers=key)
    assert (again.status_code, again.json(), again.headers["Idempotency-Replayed"]) == (202, first.json(), "true")
    assert seeded.post(WHATIF, json=body).status_code == 422


def test_a_plan_without_a_schedule_is_refused(seeded: TestClient, store: Store) -> None:
    response = seeded.post(WHATIF, json={"plan": "P-none", **BOTH})
    assert (response.status_code, response.json()) == (404, problem("not-found", "Not Found", 404, "There is no plan 'P-none'."))
    add_job(store, "P-1", "running")
    response = seeded.post(WHATIF, json={"plan": "P-1", **BOTH})
    wait = "The plan 'P-1' has no schedule: it is running. GET the plan, or its events, until it has ended."
    assert (response.status_code, response.json()) == (409, problem("no-schedule", "Conflict", 409, wait))


def test_a_what_if_is_cancelled_with_its_results_so_far(seeded: TestClient, store: Store) -> None:
    identifier = requested(seeded, JANUARY | BOTH)["id"]
    attempt = claimed(store)
    response = seeded.post(f"{WHATIF}/{identifier}/cancel")
    cancelled = whatif_item(identifier, state="cancelled", ended_at=AT)
    assert response.status_code == 202
    assert response.json() == cancelled | {"failed": [], "comparison": None, "links": links(identifier)}
    with store.reading() as connection:
        assert not jobs.should_continue(connection, attempt)
        assert not jobs.queued(connection)
    response = seeded.post(f"{WHATIF}/{identifier}/cancel")
    ended = f"The what-if '{identifier}' has ended already: it is cancelled. Ask for a new one instead."
    assert (response.status_code, response.json()) == (409, problem("ended", "Conflict", 409, ended))


def test_the_comparison_as_a_workbook_and_as_pictures(seeded: TestClient, store: Store) -> None:
    identifier = requested(seeded, JANUARY | {"scenarios": [LEAVES]})["id"]
    path = f"{WHATIF}/{identifier}"
    none = f"The what-if '{identifier}' has no comparison: it is queued, and its base is not solved."
    for part in ("workbook", "pictures", "pictures/tiers"):
        response = seeded.get(f"{path}/{part}")
        assert (response.status_code, response.json()) == (409, problem("no-comparison", "Conflict", 409, none))
    work_on_all(store)
    workbook = seeded.get(f"{path}/workbook")
    assert workbook.headers["content-disposition"] == f'attachment; filename="what-if-{identifier}.xlsx"'
    sheets = openpyxl.load_workbook(io.BytesIO(workbook.content))
    assert "C3 leaves" in [row[0].value for row in sheets["Scenarios"].iter_rows()]
    pictures = seeded.get(f"{path}/pictures").json()
    names = ["children", "tiers", "caseloads", "rooms"]
    assert pictures == {
        "items": [
            {"name": name, "svg": f"{path}/pictures/{name}?format=svg", "png": f"{path}/pictures/{name}?format=png"}
            for name in names
        ]
    }
    svg, png = seeded.get(pictures["items"][0]["svg"]), seeded.get(pictures["items"][1]["png"])
    assert (svg.headers["content-type"], png.headers["content-type"]) == ("image/svg+xml", "image/png")
    assert b"<svg" in svg.content
    assert png.content.startswith(b"\x89PNG")
    missing = problem("not-found", "Not Found", 404, f"There is no picture of the what-if '{identifier}' called 'grid'.")
    response = seeded.get(f"{path}/pictures/grid")
    assert (response.status_code, response.json()) == (404, missing)


def test_requests_waiting_for_pictures_do_not_block_others(seeded: TestClient, store: Store) -> None:
    """Even if more requests wait than there are threads and connections, a reader gets an answer before the first picture."""
    path = f"{WHATIF}/{requested(seeded, JANUARY | {'scenarios': [LEAVES]})['id']}"
    work_on_all(store)
    app: Any = seeded.app

    async def statuses() -> list[int]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver") as client:
            async with app.state.drawing:
                waiting = [asyncio.create_task(client.get(f"{path}/pictures/tiers")) for _ in range(60)]
                reader = await asyncio.wait_for(client.get(path), 30)
                assert not any(task.done() for task in waiting)
            drawn, *others = waiting
            picture = await drawn
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        return [reader.status_code, picture.status_code]

    assert asyncio.run(statuses()) == [200, 200]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", "/cancel"), ("GET", "/workbook"), ("GET", "/pictures"), ("GET", "/pictures/tiers")]
)
def test_a_what_if_that_does_not_exist_is_not_found(seeded: TestClient, method: str, path: str) -> None:
    response = seeded.request(method, f"{WHATIF}/W-none{path}")
    missing = problem("not-found", "Not Found", 404, "There is no what-if 'W-none'.")
    assert (response.status_code, response.json()) == (404, missing)


def test_lists_are_paged(seeded: TestClient) -> None:
    identifiers = [requested(seeded, JANUARY | BOTH)["id"] for _ in range(3)][::-1]
    page = seeded.get(WHATIF, params={"most": 2}).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == (identifiers[:2], identifiers[1])
    page = seeded.get(WHATIF, params={"after": page["next"], "most": 2}).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == (identifiers[2:], None)
    assert seeded.get(WHATIF, params={"after": "W-none"}).status_code == 404
