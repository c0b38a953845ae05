"""The service's response rate, compared with a bare Starlette app that sends the same bytes: ``--suite serving``.

Each server has one process. The servers are measured in turn, so that other load on the machine affects all of them alike.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from api.database.migrate import migrate
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.settings import Settings
from benchmarks.machine import commit, machine
from benchmarks.polling import MIN_SHARE as MIN_SHARE_OF_FEEDS
from benchmarks.polling import SECONDS as POLLING_SECONDS
from benchmarks.polling import add_subscriptions, poll_feeds, unchanged
from benchmarks.servers import NOW, bare, served, service
from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair
from scheduler.domain.places import Room, Site
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking

FIRST, LAST = dt.date(2027, 1, 1), dt.date(2027, 1, 31)
PATH = f"/api/v1/bookings?first={FIRST}&last={LAST}&most=500"
YEARS, HISTORY = 10, 12_000
STARTS = (dt.time(10), dt.time(14))
ROOMS = CHAIRS = 3
CONNECTIONS, SECONDS, ROUNDS = 8, 3.0, 5
MIN_SHARE, MAX_SLOWDOWN = 0.2, 1.1


def serving(into: Path) -> int:
    """Measure, print and store the rates. Return the exit code: 1 if the service misses a target."""
    header = {"taken": time.strftime("%Y-%m-%d"), "commit": commit(), "machine": machine()}
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        ports = {
            name: running.enter_context(diary(folder / name, history)) for name, history in (("month", 0), ("ten years", HISTORY))
        }
        headers = {"content-type": "application/json"}
        ports["bare"] = running.enter_context(served(bare, 200, headers, response_body(ports["month"])))
        rates: dict[str, list[float]] = {name: [] for name in ports}
        for _ in range(ROUNDS):
            for name, port in ports.items():
                rates[name].append(asyncio.run(rate(port)))
    share = statistics.median(month / bare for month, bare in zip(rates["month"], rates["bare"], strict=True))
    slower = statistics.median(month / years for month, years in zip(rates["month"], rates["ten years"], strict=True))
    result: dict[str, Any] = {
        **header,
        "answers_a_second": {name: round(statistics.median(each)) for name, each in rates.items()},
        "share_of_bare": round(share, 3),
        "times_slower_with_ten_years": round(slower, 3),
        **feeds(POLLING_SECONDS),
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-serving.json").write_text(json.dumps(result, indent=1) + "\n")
    goals = {
        f"At least {MIN_SHARE:g} of the bare rate": share >= MIN_SHARE,
        f"At most {MAX_SLOWDOWN:g} times slower with ten years of history": slower <= MAX_SLOWDOWN,
        f"Unchanged feeds at least at {MIN_SHARE_OF_FEEDS:g} of the bare rate": result["feeds"]["share_of_bare"]
        >= MIN_SHARE_OF_FEEDS,
        "No subscriber had an error": result["polling"]["errors"] == 0,
    }
    for goal, reached in goals.items():
        print(f"{goal}: {'yes' if reached else 'no'}")
    return 0 if all(goals.values()) else 1


def feeds(seconds: float) -> dict[str, Any]:
    """Poll a service for ``seconds``, then measure its response rate for an unchanged feed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), demo=False, plan_processes=0)
        store = Store(settings.url)
        migrate(store)
        fill(store, 0)
        paths = add_subscriptions(store, [f"C{n}" for n in range(CHAIRS)])
        with served(service, settings) as port:
            figures = {"polling": poll_feeds(port, paths, store, seconds).as_json(), "feeds": unchanged(port, paths[0])}
        store.close()
    return figures


@contextmanager
def diary(folder: Path, history: int) -> Iterator[int]:
    """Yield the port of a service with a full month, after ``history`` conferences in the ten years before."""
    settings = Settings(data=folder, demo=False, plan_processes=0)
    folder.mkdir()
    store = Store(settings.url)
    migrate(store)
    fill(store, history)
    store.close()
    with served(service, settings) as port:
        yield port


def fill(store: Store, history: int) -> None:
    """Fill the store with a month in which every slot is booked, and ``history`` conferences in the ten years before."""
    calendar, policy = Calendar(), Policy()
    days = [FIRST.replace(year=FIRST.year - YEARS) + dt.timedelta(days=n) for n in range(366 * YEARS + 31)]
    slots = [(day, start, n) for day in days if calendar.is_open(day) and day <= LAST for start in STARTS for n in range(ROOMS)]
    before = [slot for slot in slots if slot[0] < FIRST]
    chosen = before[len(before) - history :] + [slot for slot in slots if slot[0] >= FIRST]
    with store.writing() as connection:
        registers.add(connection, registers.SITES, "AYL", Site(id="AYL"), NOW)
        for n in range(ROOMS):
            registers.add(connection, registers.ROOMS, f"R{n}", Room(id=f"R{n}", site="AYL", starts=STARTS), NOW)
            registers.add(connection, registers.CHAIRS, f"C{n}", Chair(id=f"C{n}"), NOW)
        for number, (day, start, n) in enumerate(chosen):
            conference = Conference(
                id=f"CPC-{number:05}", kind=ConferenceKind.REVIEW, children=2, site="AYL", trigger=day, due=day
            )
            conferences.add(connection, conference, NOW)
            conferences.change(connection, conference, NOW, state="booked" if day >= FIRST else "held")
            begin = dt.datetime.combine(day, start)
            end = begin + dt.timedelta(minutes=conference.minutes)
            booking = Booking(conference=conference.id, start=begin, end=end, room=f"R{n}", chair=f"C{n}")
            bookings.add(connection, DiaryBooking(booking), policy, NOW)


def response_body(port: int, path: str = PATH) -> bytes:
    """Return the body of one response."""

    async def once() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = await _ask(reader, writer, path)
        writer.close()
        return body

    return asyncio.run(once())


async def rate(port: int, path: str = PATH, seconds: float = SECONDS) -> float:
    """Return the responses a second over connections that send the next request as soon as the last is answered."""
    until = time.perf_counter() + seconds

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = 0
        while time.perf_counter() < until:
            await _ask(reader, writer, path)
            answers += 1
        writer.close()
        return answers

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS)))) / seconds


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    host, port = writer.get_extra_info("peername")[:2]
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"The server answered {head.decode()}")
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)
