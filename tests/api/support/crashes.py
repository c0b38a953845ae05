"""A service that is killed and restarted at random, and writers that keep working during that."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import re
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError

from tests.api.support.plans import is_alive, wait_until, workers_of
from tests.api.support.services import SECONDS, command, environment

JANUARY = {"first": "2027-01-01", "last": "2027-01-31"}
SECONDS_OF_A_PLAN = 3
LATER = "2027-06-01"
EXCEPTION = {"by": "manager", "reason": "request late", "safety_plan_reviewed": True}


@dataclass
class Service:
    """The service as a process that is killed and restarted, each time on another port."""

    cwd: Path
    settings: dict[str, object]
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def begin(self) -> subprocess.Popen[str]:
        """Start the process without waiting until it serves."""
        variables = environment(**self.settings)
        self.process = subprocess.Popen(command("--port", "0"), cwd=self.cwd, env=variables, stdout=subprocess.PIPE, text=True)
        return self.process

    def start(self) -> None:
        process = self.begin()
        assert process.stdout is not None
        result = re.search(r"http://[^/]+", process.stdout.readline())
        assert result is not None, "the service says where it runs in its first line"
        self.url = result[0]

    def workers(self) -> list[int]:
        return workers_of(self.process.pid) if self.process else []

    def kill(self) -> None:
        """Kill the server, and wait until its worker processes have ended."""
        assert self.process is not None
        workers = self.workers()
        self.process.kill()
        self.process.wait(SECONDS)
        self.process.communicate()
        wait_until(lambda: not any(is_alive(worker) for worker in workers))


def crash(service: Service, written: Written, chance: random.Random, times: int) -> Iterator[None]:
    """Kill the server, or one of its workers, at random moments, and yield each time the service runs again."""
    for _ in range(times):
        _let_them_work(written, chance)
        workers = service.workers()
        if workers and chance.random() < 0.4:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(workers), signal.SIGKILL)
        else:
            service.kill()
            if chance.random() < 0.1:
                service.begin()
                time.sleep(chance.uniform(0, 2))
                service.kill()
            service.start()
        yield


def _let_them_work(written: Written, chance: random.Random) -> None:
    """Sleep for up to 3 seconds; one time in eight, first wait until a plan has ended."""
    if chance.random() < 0.125:
        before = len(written.ended)
        wait_until(lambda: len(written.ended) > before)
    time.sleep(chance.uniform(0, 0.5) if chance.random() < 0.6 else chance.uniform(0.5, 3))


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    etag: str | None


@dataclass
class Caller:
    """A client that repeats a request with the same idempotency key until it gets an answer."""

    service: Service

    def get(self, path: str) -> Answer:
        return self._ask(lambda: urllib.request.Request(f"{self.service.url}/api/v1{path}"))

    def post(self, path: str, body: Any = None, etag: str | None = None) -> Answer:
        headers = {"Idempotency-Key": secrets.token_hex(8), "Content-Type": "application/json"}
        if etag is not None:
            headers["If-Match"] = etag
        content = None if body is None else json.dumps(body).encode()
        return self._ask(lambda: urllib.request.Request(f"{self.service.url}/api/v1{path}", content, headers, method="POST"))

    def _ask(self, request: Callable[[], urllib.request.Request]) -> Answer:
        while True:
            try:
                return _answered(request())
            except (OSError, HTTPException, ValueError):  # refused, cut off, or half an answer
                time.sleep(0.05)


def _answered(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return Answer(response.status, json.loads(response.read()), response.headers["ETag"])
    except HTTPError as error:
        with error:
            return Answer(error.code, json.loads(error.read()), None)


@dataclass
class Written:
    """The writes that the service has acknowledged; ``ended`` lists the plans that have ended."""

    conferences: list[str] = field(default_factory=list)
    bookings: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    publications: list[int] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def has_some(self) -> bool:
        """True if there is a write of each kind."""
        return all((self.conferences, self.bookings, self.cancelled, self.plans, self.publications))


def import_conferences(call: Caller, over: Event, written: Written) -> None:
    """Import three conferences at a time, which can't be booked before June."""
    sites = call.get("/sites").body["items"]
    for batch in itertools.count():
        if over.wait(0.2):
            return
        identifiers = [f"IMP-{batch}-{n}" for n in range(3)]
        conference = {"kind": "initial", "children": 1, "site": sites[0]["id"], "trigger": LATER, "earliest": LATER}
        problem = {
            "version": 1,
            "horizon": {"first": LATER, "last": LATER},
            "sites": sites,
            "rooms": [],
            "chairs": [],
            "conferences": [{"id": identifier, **conference, "due": "2027-12-31"} for identifier in identifiers],
        }
        answer = call.post("/import?mode=commit", problem)
        assert (answer.status, answer.body["conferences"]["added"]) == (200, identifiers), answer
        written.conferences += identifiers


def book_by_hand(call: Caller, over: Event, written: Written, chance: random.Random) -> None:
    """Book imported conferences at times in June that other writers try to book too."""
    rooms, chairs, takers = (call.get(f"/{noun}").body["items"] for noun in ("rooms", "chairs", "minute-takers"))
    while not over.is_set():
        if not written.conferences:
            time.sleep(0.05)
            continue
        place = {
            "conference": chance.choice(written.conferences),
            "start": f"2027-06-{chance.randint(7, 30):02}T{chance.choice(('10:00', '14:00'))}",
            "room": chance.choice(rooms)["id"],
            "chair": chance.choice(chairs)["id"],
            "minute_taker": chance.choice(takers)["id"],
        }
        answer = call.post("/bookings", place)
        assert answer.status in (201, 409, 422), answer
        if answer.status == 201:
            written.bookings.append(answer.body["number"])


def plan_and_publish(call: Caller, over: Event, written: Written, chance: random.Random) -> None:
    """Repeatedly plan January, publish the plan and cancel some of its bookings; cancel one plan in five."""
    while not over.is_set():
        answer = call.post("/plans", JANUARY | {"time_limit": SECONDS_OF_A_PLAN, "seed": chance.randint(0, 99)})
        assert answer.status == 202, answer
        plan = answer.body["id"]
        written.plans.append(plan)
        if chance.random() < 0.2:
            assert call.post(f"/plans/{plan}/cancel").status in (202, 409)
        while (answer := call.get(f"/plans/{plan}")).body["ended_at"] is None:
            time.sleep(0.1)
        written.ended.append(plan)
        if "publish" in answer.body["links"]:
            _publish(call, plan, written)
            _cancel_some(call, written, chance)


def _publish(call: Caller, plan: str, written: Written) -> None:
    seen = call.get(f"/plans/{plan}/diff")
    assert seen.status == 200, seen
    needed = [{"conference": late["conference"], **EXCEPTION} for late in seen.body["exceptions_needed"]]
    answer = call.post(f"/plans/{plan}/publish", {"exceptions": needed}, seen.etag)
    assert answer.status == 201, answer
    written.publications.append(answer.body["number"])


def _cancel_some(call: Caller, written: Written, chance: random.Random) -> None:
    booked = call.get("/bookings?first=2027-01-01&last=2027-01-31&most=500").body["items"]
    for booking in chance.sample([one for one in booked if not one["held"]], 3):
        seen = call.get(f"/bookings/{booking['number']}")
        answer = call.post(f"/bookings/{booking['number']}/cancel", {"reason": "family asked"}, seen.etag)
        assert answer.status == 200, answer
        written.cancelled.append(booking["number"])
