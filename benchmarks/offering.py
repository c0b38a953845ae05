"""Offers by HTTP against the same offers by the engine, alone and while a plan is solved. Part of ``--suite decide``.

The service runs on SQLite with ten years of history and a full month. Each request is sent once. Then the engine computes the
same offers in this process, on the problem that the service has built for them; building it is not counted. Client and engine
take turns, so that other load on the machine affects both alike.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from api.clock import local_day
from api.database.migrate import migrate
from api.database.session import Store
from api.diary.boards import board_of_weeks, whole_weeks
from api.settings import Settings
from benchmarks.decide import PERCENTILE, percentile, requests_of
from benchmarks.full_diary import fill_month
from benchmarks.machine import commit, machine
from benchmarks.servers import served, service
from benchmarks.serving import HISTORY
from benchmarks.suites import INSTANCES
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.files import read_problem_file
from scheduler.offers.offer import offer
from scheduler.planner import plan

MONTH = "three-starts"
"""The month whose plan takes longest."""
FILL_SECONDS = 20.0
"""Limit of the plan that fills the month."""
PLAN_SECONDS, PLAN_WORKERS = 600, 2
START_SECONDS = 60.0
"""Longest time until the service has begun to solve the plan."""
MAX_TIMES_ENGINE = 2.0
OFFERS, PLANS = "/api/v1/offers", "/api/v1/plans"


@dataclass(frozen=True)
class Times:
    """The seconds of each request by HTTP and by the engine, in the same order."""

    http: tuple[float, ...]
    engine: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the figures to store, with HTTP as a multiple of the engine."""
        return {
            "requests": len(self.http),
            **{f"{side}_seconds": _summary(getattr(self, side), 4) for side in ("http", "engine")},
            "times_engine": {name: round(of(self.http) / of(self.engine), 2) for name, of in MEASURES.items()},
        }


def _tail(values: Sequence[float]) -> float:
    return percentile(values, PERCENTILE)


MEASURES: dict[str, Callable[[Sequence[float]], float]] = {"median": statistics.median, f"p{PERCENTILE}": _tail}


def _summary(values: Sequence[float], digits: int) -> dict[str, float]:
    return {name: round(of(values), digits) for name, of in MEASURES.items()}


def fair_slowdown(workers: int, cores: int) -> dict[str, float]:
    """Return how many times longer a thread takes beside so many busy workers, if the scheduler shares all cores fairly.

    ``workers + 1`` threads share the cores, so in the long run each has ``cores / (workers + 1)`` of one, or a whole one. The
    tail can be worse: a request is shorter than it takes to balance the load, and the fullest core has that number rounded up.
    """
    threads = workers + 1
    return {"median": max(1.0, threads / cores), f"p{PERCENTILE}": float(-(-threads // cores))}


def slowdown(alone: Sequence[float], beside: Sequence[float]) -> dict[str, float]:
    """Return how many times longer requests take beside a plan than alone, in the median and in the tail."""
    return {name: round(of(beside) / of(alone), 2) for name, of in MEASURES.items()}


def offering(into: Path, month: str = MONTH, history: int = HISTORY) -> int:
    """Measure, print and store the figures. Return the exit code: 1 if the service misses a target."""
    problem = read_problem_file(INSTANCES / "month" / f"{month}.json")
    alone, beside = _measured(problem, history)
    cores = os.cpu_count() or 1
    result: dict[str, Any] = {
        "taken": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "month": month,
        "alone": alone.as_json(),
        "beside_a_plan": beside.as_json(),
        "slower_beside_a_plan": {"http": slowdown(alone.http, beside.http), "engine": slowdown(alone.engine, beside.engine)},
        "fair_slowdown": {"workers": PLAN_WORKERS, "cores": cores, **fair_slowdown(PLAN_WORKERS, cores)},
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-offers.json").write_text(json.dumps(result, indent=1) + "\n")
    goals = dict(_goals(result))
    for goal, reached in goals.items():
        print(f"{goal}: {'yes' if reached else 'no'}")
    return 0 if all(goals.values()) else 1


def _goals(result: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    slower = result["slower_beside_a_plan"]
    for name in MEASURES:
        times = result["alone"]["times_engine"][name]
        yield f"Offers by HTTP take at most {MAX_TIMES_ENGINE:g} times the engine ({name}: {times:g})", times <= MAX_TIMES_ENGINE
    for name in MEASURES:
        limit = max(result["fair_slowdown"][name], slower["engine"][name])
        text = f"Beside a plan they take at most {limit:g} times as long as alone ({name}: {slower['http'][name]:g})"
        yield text, slower["http"][name] <= limit


def _measured(problem: Problem, history: int) -> tuple[Times, Times]:
    """Return the times of the requests alone, and of the same requests while the service solves the month's plan."""
    schedule = plan(problem, time_limit=FILL_SECONDS)
    requests = list(requests_of(problem))
    now = dt.datetime.combine(problem.horizon.first, dt.time(), dt.UTC) - dt.timedelta(days=1)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), demo=False, plan_processes=1, plan_workers=PLAN_WORKERS, plan_seconds=PLAN_SECONDS)
        store = Store(settings.url)
        migrate(store)
        fill_month(store, problem, schedule, now, history)
        with served(service, settings, now) as port:
            client = Client(port)
            _times(client, store, requests[:5], now)  # the first requests load modules
            alone = _times(client, store, requests, now)
            print(f"{len(requests)} offers alone", file=sys.stderr, flush=True)
            beside = _times(client, store, requests, now, PlanBeside(client, problem))
            client.close()
        store.close()
    return alone, beside


def _times(
    client: Client, store: Store, requests: Sequence[Conference], now: dt.datetime, beside: PlanBeside | None = None
) -> Times:
    """Return the times of the requests, without those during which the plan beside them ended."""
    times = []
    for one in requests:
        if beside is not None:
            beside.ensure()
        timed = _timed(client, store, one, local_day(now))
        if beside is None or beside.is_running:
            times.append(timed)
    if beside is not None:
        beside.end()
    return Times(tuple(http for http, _ in times), tuple(engine for _, engine in times))


def _timed(client: Client, store: Store, one: Conference, today: dt.date) -> tuple[float, float]:
    """Return the seconds of a request by HTTP and by the engine. Raise AssertionError if their offers differ."""
    body = json.dumps({"new": one.model_dump(mode="json"), "cures": False})
    started = time.perf_counter()
    answer = client.post(OFFERS, body)
    http = time.perf_counter() - started
    found = json.loads(answer)
    weeks = whole_weeks(dt.date.fromisoformat(found["first"]), dt.date.fromisoformat(found["last"]))
    with store.reading() as connection:
        board = board_of_weeks(connection, weeks, today, given=[one])
    started = time.perf_counter()
    offers = offer(board.problem, Schedule(bookings=board.bookings), one, with_cures=False)
    engine = time.perf_counter() - started
    expected = offers.model_dump(mode="json")
    if {name: found[name] for name in expected} != expected:
        raise AssertionError(f"The service and the engine offer different slots for {one.id}.")
    return http, engine


class PlanBeside:
    """The month's plan, which the service solves beside the requests, again with another seed whenever it has ended."""

    def __init__(self, client: Client, problem: Problem) -> None:
        self._client, self._seed, self._path = client, 0, ""
        self._days = {"first": str(problem.horizon.first), "last": str(problem.horizon.last)}

    @property
    def is_running(self) -> bool:
        """True while a plan is being solved."""
        return bool(self._path) and json.loads(self._client.get(self._path))["state"] == "running"

    def ensure(self) -> None:
        """Start a plan unless one is being solved. Raise RuntimeError if it doesn't begin."""
        if self.is_running:
            return
        self._seed += 1
        queued = json.loads(self._client.post(PLANS, json.dumps({**self._days, "seed": self._seed})))
        self._path = f"{PLANS}/{queued['id']}"
        until = time.monotonic() + START_SECONDS
        while json.loads(self._client.get(self._path))["progress"] is None:
            if time.monotonic() > until:
                raise RuntimeError(f"The plan of {MONTH} has not begun after {START_SECONDS:g} s.")
            time.sleep(0.2)

    def end(self) -> None:
        """Cancel the plan, if one is being solved."""
        if self.is_running:
            self._client.post(f"{self._path}/cancel", "{}")


class Client:
    """A connection to the service that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)

    def get(self, path: str) -> bytes:
        """Return the body of an answer. Raise RuntimeError if it is an error."""
        return self._answer("GET", path, None)

    def post(self, path: str, body: str) -> bytes:
        """Send JSON; return the body of the answer. Raise RuntimeError if it is an error."""
        return self._answer("POST", path, body)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _answer(self, method: str, path: str, body: str | None) -> bytes:
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: the service answered {response.status}: {content.decode()}")
        return content
