"""Calendar clients that poll their feeds, and the response rate of an unchanged feed compared with a bare Starlette 304."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending
from api.feeds import queries as feeds
from api.feeds.calendar import Detail, FeedOf
from api.feeds.paths import path_of
from benchmarks.servers import NOW, bare, served

SUBSCRIBERS, SECONDS, INTERVAL, TIMEOUT = 500, 60.0, 1.0, 30.0
CONNECTIONS, PIPELINED, ROUND_SECONDS, ROUNDS = 8, 8, 3.0, 5
MIN_SHARE = 0.5
NOT_MODIFIED = 304


@dataclass(frozen=True)
class PollingResult:
    """The responses to subscribers by status, the number of subscribers with errors, and the seconds of each response."""

    answers: Mapping[int, int]
    errors: int
    seconds: Sequence[float]

    def as_json(self) -> dict[str, Any]:
        """Return the figures to store."""
        return {
            "subscribers": SUBSCRIBERS,
            "answers": {str(status): self.answers[status] for status in sorted(self.answers)},
            "errors": self.errors,
            "median_seconds": round(statistics.median(self.seconds), 4),
            "slowest_seconds": round(max(self.seconds), 2),
        }


@dataclass(frozen=True)
class Head:
    """A response's status and its headers, with names in lower case."""

    status: int
    headers: Mapping[str, str]


def add_subscriptions(store: Store, chairs: Sequence[str]) -> list[str]:
    """Add a feed for each subscriber, taking the chairs in turn, and return the feeds' paths."""
    with store.writing() as connection:
        of = (chairs[number % len(chairs)] for number in range(SUBSCRIBERS))
        return [path_of(feeds.add(connection, FeedOf.CHAIR, chair, Detail.REFERENCE, NOW)[1]) for chair in of]


def poll_feeds(port: int, paths: Sequence[str], store: Store, seconds: float = SECONDS) -> PollingResult:
    """Let each subscriber request its feed every second with the last ETag; cancel a booking half-way through."""
    return asyncio.run(_poll_feeds(port, paths, store, seconds))


async def _poll_feeds(port: int, paths: Sequence[str], store: Store, seconds: float) -> PollingResult:
    subscriptions = [(path, (await _once(port, path, "")).headers["etag"]) for path in paths]
    started = time.perf_counter()
    answers: Counter[int] = Counter()
    times: list[float] = []

    async def change() -> None:
        await asyncio.sleep(seconds / 2)
        await asyncio.to_thread(_cancel_one, store)

    async def poll(number: int, path: str, seen: str) -> None:
        due = started + INTERVAL * number / len(paths)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while due < started + seconds:
            await asyncio.sleep(due - time.perf_counter())
            sent = time.perf_counter()
            answer = await asyncio.wait_for(_ask(reader, writer, path, seen), TIMEOUT)
            answers[answer.status] += 1
            times.append(time.perf_counter() - sent)
            due, seen = max(due + INTERVAL, time.perf_counter()), answer.headers["etag"]
        writer.close()

    ended = await asyncio.gather(
        change(), *(poll(number, *one) for number, one in enumerate(subscriptions)), return_exceptions=True
    )
    return PollingResult(answers, sum(isinstance(one, Exception) for one in ended), times)


def _cancel_one(store: Store) -> None:
    with store.writing() as connection:
        last = bookings.active_in(connection, NOW.date(), NOW.date() + dt.timedelta(days=30))[-1]
        bookings.end(connection, [last.number], Ending.CANCELLED, NOW)


def unchanged(port: int, path: str) -> dict[str, Any]:
    """Measure the responses a second of an unchanged feed, alternating with a bare 304 that has the same headers."""
    seen = asyncio.run(_once(port, path, "")).headers["etag"]
    headers = asyncio.run(_once(port, path, seen)).headers
    same = {name: value for name, value in headers.items() if name not in ("date", "server")}
    rates: dict[str, list[float]] = {"feed": [], "bare": []}
    busy: list[float] = []
    with served(bare, NOT_MODIFIED, same, b"") as bare_port:
        assert asyncio.run(_once(bare_port, path, seen)).headers.keys() == headers.keys()
        for _ in range(ROUNDS):
            for name, target in (("feed", port), ("bare", bare_port)):
                started = time.process_time()
                rates[name].append(asyncio.run(_rate(target, _request(path, seen))))
                busy.append((time.process_time() - started) / ROUND_SECONDS)
    share = statistics.median(feed / other for feed, other in zip(rates["feed"], rates["bare"], strict=True))
    return {
        "answers_a_second": {name: round(statistics.median(each)) for name, each in rates.items()},
        "share_of_bare": round(share, 3),
        "most_that_asking_was_busy": round(max(busy), 2),
    }


class _Client(asyncio.Protocol):
    """A connection that pipelines requests and repeats them once all are answered; asyncio streams would be the bottleneck."""

    def __init__(self, request: bytes) -> None:
        self.request, self.answers, self.awaited, self.rest = request * PIPELINED, 0, PIPELINED, b""
        self.wrong: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        *heads, self.rest = (self.rest + data).split(b"\r\n\r\n")
        self.wrong = next((head for head in heads if not head.startswith(b"HTTP/1.1 304")), self.wrong)
        self.answers += len(heads)
        self.awaited -= len(heads)
        if self.awaited == 0:
            self.awaited = PIPELINED
            self.transport.write(self.request)


async def _rate(port: int, request: bytes) -> float:
    loop = asyncio.get_running_loop()
    connections = [await loop.create_connection(lambda: _Client(request), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    started, before = time.perf_counter(), sum(client.answers for _, client in connections)
    await asyncio.sleep(ROUND_SECONDS)
    answers, seconds = sum(client.answers for _, client in connections) - before, time.perf_counter() - started
    for transport, client in connections:
        if client.wrong is not None or transport.is_closing():
            raise RuntimeError(f"The server answered {client.wrong!r}")
        transport.close()
    return answers / seconds


async def _once(port: int, path: str, seen: str) -> Head:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await _ask(reader, writer, path, seen)
    writer.close()
    return answer


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, seen: str) -> Head:
    writer.write(_request(path, seen))
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    status = int(first.split()[1])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    if status not in (200, NOT_MODIFIED):
        raise RuntimeError(f"The server answered {first}")
    await reader.readexactly(int(headers.get("content-length", 0)))
    return Head(status, headers)


def _request(path: str, seen: str) -> bytes:
    asked = f"If-None-Match: {seen}\r\n" if seen else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{asked}\r\n".encode()
