from __future__ import annotations

import json
import signal
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.api.support.databases import slow_on_postgresql
from tests.api.support.month import BEFORE, import_month
from tests.api.support.services import SECONDS, running

LISTENERS = 60


def send(url: str, body: Any = None, **headers: str) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json", **headers})
    return urllib.request.urlopen(request, timeout=SECONDS)


def event(stream: Any) -> tuple[str, str]:
    """Return the next event of a stream, and its number."""
    name, _, number, _ = (stream.readline().decode().strip() for _ in range(4))
    return name, number


@slow_on_postgresql
def test_many_streams_get_each_event_without_blocking_the_service(tmp_path: Path, database_url: str) -> None:
    import_month(database_url)
    with running(tmp_path, at=BEFORE, database_url=database_url, plan_processes=0) as server, ExitStack() as stack:
        with send(f"{server.url}/api/v1/plans", {"first": "2027-01-01", "last": "2027-01-31"}) as response:
            plan = f"{server.url}{response.headers['Location']}"
        streams = [stack.enter_context(send(f"{plan}/events", Accept="text/event-stream")) for _ in range(LISTENERS)]
        assert {event(stream) for stream in streams} == {("event: queued", "id: 1")}
        with send(f"{server.url}/ready") as response:
            assert json.load(response)["status"] == "ok"
        with send(f"{plan}/cancel", {}) as response:
            assert json.load(response)["state"] == "cancelled"
        assert {event(stream) for stream in streams} == {("event: cancelled", "id: 2")}
        assert {stream.read() for stream in streams} == {b""}


@slow_on_postgresql
def test_a_stream_ends_with_the_service(tmp_path: Path, database_url: str) -> None:
    import_month(database_url)
    with running(tmp_path, at=BEFORE, database_url=database_url, plan_processes=0) as server:
        with send(f"{server.url}/api/v1/plans", {"first": "2027-01-01", "last": "2027-01-31"}) as response:
            plan = f"{server.url}{response.headers['Location']}"
        with send(f"{plan}/events", Accept="text/event-stream") as stream:
            assert event(stream) == ("event: queued", "id: 1")
            server.process.send_signal(signal.SIGINT)
            assert stream.read() == b""
        assert server.process.wait(SECONDS) == 0
