from __future__ import annotations

import threading
from typing import Any

from starlette.testclient import TestClient

from api.database.session import Store
from api.jobs import queue as jobs
from tests.api.planning.test_routes import AT, PLANS, STREAM, finish_plan, request_plan, start_plan
from tests.api.support.builders import NOW


def event(number: int, name: str, **data: Any) -> dict[str, Any]:
    return {"number": number, "at": AT, "event": name, "data": data}


def test_events_are_listed_in_pages(seeded: TestClient, store: Store) -> None:
    path = f"{PLANS}/{request_plan(seeded)}/events"
    response = seeded.get(path)
    assert response.headers["content-type"] == "application/json"
    first = response.json()["next"]
    assert response.json() == {"items": [event(first, "queued")], "next": first}
    assert seeded.get(path, params={"after": first}).json() == {"items": [], "next": first}
    attempt = start_plan(store)
    second = seeded.get(path, params={"after": first}).json()["next"]
    finish_plan(store, attempt)
    page = {"items": [event(second, "started", attempt=1), event(second + 1, "done")], "next": None}
    assert seeded.get(path, params={"after": first}).json() == page
    assert seeded.get(path, headers={"Last-Event-ID": str(first)}).json() == page
    assert seeded.get(path, params={"after": second + 1}).json() == {"items": [], "next": None}
    assert seeded.get(path, headers={"Last-Event-ID": "x"}).status_code == 422


def test_a_stream_sends_the_events_of_all_pages(seeded: TestClient, store: Store) -> None:
    path = f"{PLANS}/{request_plan(seeded)}/events"
    attempt = start_plan(store)
    with store.noting() as connection:
        for second in range(250):
            jobs.add_progress(connection, attempt, {"seconds": second}, NOW)
    finish_plan(store, attempt)
    sizes, after = [], 0
    while after is not None:
        page = seeded.get(path, params={"after": after}).json()
        sizes.append(len(page["items"]))
        after = page["next"]
    assert sizes == [100, 100, 53]
    assert seeded.get(path, headers=STREAM).text.count("event: progress\n") == 250


def test_a_stream_sends_past_events_until_the_last(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    first = seeded.get(f"{PLANS}/{identifier}/events").json()["next"]
    attempt = start_plan(store)
    with store.noting() as connection:
        jobs.add_progress(connection, attempt, {"tier": "late", "value": 1, "bound": None, "seconds": 0.5}, NOW)
    finish_plan(store, attempt)
    response = seeded.get(f"{PLANS}/{identifier}/events", headers=STREAM)
    assert response.headers["content-type"].startswith("text/event-stream")
    queued = f'event: queued\ndata: {{"at":"{AT}","data":{{}}}}\nid: {first}\n\n'
    rest = (
        f'event: started\ndata: {{"at":"{AT}","data":{{"attempt":1}}}}\nid: {first + 1}\n\n'
        f'event: progress\ndata: {{"at":"{AT}","data":{{"tier":"late","value":1,"bound":null,"seconds":0.5}}}}\n'
        f"id: {first + 2}\n\n"
        f'event: done\ndata: {{"at":"{AT}","data":{{}}}}\nid: {first + 3}\n\n'
    )
    assert response.text == queued + rest
    assert seeded.get(f"{PLANS}/{identifier}/events", headers=STREAM | {"Last-Event-ID": str(first)}).text == rest


def test_a_stream_continues_until_the_plan_ends(seeded: TestClient, store: Store) -> None:
    identifier = request_plan(seeded)
    streamed: list[str] = []
    path = f"{PLANS}/{identifier}/events"
    thread = threading.Thread(target=lambda: streamed.append(seeded.get(path, headers=STREAM).text))
    thread.start()
    finish_plan(store, start_plan(store))
    thread.join()
    assert [line for line in streamed[0].splitlines() if line.startswith("event")] == [
        "event: queued",
        "event: started",
        "event: done",
    ]
