"""Many calendars that poll their feeds, and how fast one that has nothing new is answered, beside a bare Starlette's 304."""

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
from api.feeds.subscriptions import path_of
from benchmarks.servers import NOW, bare, served

SUBSCRIBERS, SECONDS, EVERY, PATIENCE = 500, 60.0, 1.0, 30.0
CONNECTIONS, AT_ONCE, ROUND_SECONDS, ROUNDS = 8, 8, 3.0, 5
LEAST_SHARE = 0.5
NOT_MODIFIED = 304


@dataclass(frozen=True)
class Polled:
    """What subscribers were answered, by status; how often they were not, and how long an answer took."""

    answers: Mapping[int, int]
    errors: int
    seconds: Sequence[float]

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "subscribers": SUBSCRIBERS,
            "answers": {str(status): self.answers[status] for status in sorted(self.answers)},
            "errors": self.errors,
            "median_seconds": round(statistics.median(self.seconds), 4),
            "slowest_seconds": round(max(self.seconds), 2),
        }


@dataclass(frozen=True)
class Answer:
    """A status, its headers by names in lower case, and the body's length."""

    status: int
    headers: Mapping[str, str]


def subscribed(store: Store, chairs: Sequence[str]) -> list[str]:
    """The paths of a feed for each subscriber, of these chairs in turn."""
    with store.writing() as connection:
        of = (chairs[number % len(chairs)] for number in range(SUBSCRIBERS))
        return [path_of(feeds.add(connection, FeedOf.CHAIR, chair, Detail.REFERENCE, NOW)[1]) for chair in of]


def polled(port: int, paths: Sequence[str], store: Store, seconds: float = SECONDS) -> Polled:
    """Let each subscriber, who has its feed, ask for it every second with what it has seen; half-way a booking is cancelled."""
    return asyncio.run(_polled(port, paths, store, seconds))


async def _polled(port: int, paths: Sequence[str], store: Store, seconds: float) -> Polled:
    had = [(path, (await _once(port, path, "")).headers["etag"]) for path in paths]
    begun = time.perf_counter()
    answers: Counter[int] = Counter()
    times: list[float] = []

    async def change() -> None:
        await asyncio.sleep(seconds / 2)
        await asyncio.to_thread(_cancel_one, store)

    async def poll(number: int, path: str, seen: str) -> None:
        due = begun + EVERY * number / len(paths)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while due < begun + seconds:
            await asyncio.sleep(due - time.perf_counter())
            asked = time.perf_counter()
            answer = await asyncio.wait_for(_ask(reader, writer, path, seen), PATIENCE)
            answers[answer.status] += 1
            times.append(time.perf_counter() - asked)
            due, seen = max(due + EVERY, time.perf_counter()), answer.headers["etag"]
        writer.close()

    ended = await asyncio.gather(change(), *(poll(number, *one) for number, one in enumerate(had)), return_exceptions=True)
    return Polled(answers, sum(isinstance(one, Exception) for one in ended), times)


def _cancel_one(store: Store) -> None:
    with store.writing() as connection:
        last = bookings.active_in(connection, NOW.date(), NOW.date() + dt.timedelta(days=30))[-1]
        bookings.end(connection, [last.number], Ending.CANCELLED, NOW)


def unchanged(port: int, path: str) -> dict[str, Any]:
    """How many answers a second a feed that is as it was gives, in turn with a bare 304 of the same headers."""
    seen = asyncio.run(_once(port, path, "")).headers["etag"]
    headers = asyncio.run(_once(port, path, seen)).headers
    same = {name: value for name, value in headers.items() if name not in ("date", "server")}
    rates: dict[str, list[float]] = {"feed": [], "bare": []}
    busy: list[float] = []
    with served(bare, NOT_MODIFIED, same, b"") as bare_port:
        assert asyncio.run(_once(bare_port, path, seen)).headers.keys() == headers.keys()
        for _ in range(ROUNDS):
            for name, asked in (("feed", port), ("bare", bare_port)):
                begun = time.process_time()
                rates[name].append(asyncio.run(_rate(asked, _request(path, seen))))
                busy.append((time.process_time() - begun) / ROUND_SECONDS)
    share = statistics.median(feed / other for feed, other in zip(rates["feed"], rates["bare"], strict=True))
    return {
        "answers_a_second": {name: round(statistics.median(each)) for name, each in rates.items()},
        "share_of_bare": round(share, 3),
        "most_that_asking_was_busy": round(max(busy), 2),
    }


class _Asking(asyncio.Protocol):
    """A connection that asks some times at once, and again once all are answered: with streams, asking would be the limit."""

    def __init__(self, request: bytes) -> None:
        self.request, self.answers, self.awaited, self.rest = request * AT_ONCE, 0, AT_ONCE, b""
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
            self.awaited = AT_ONCE
            self.transport.write(self.request)


async def _rate(port: int, request: bytes) -> float:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Asking(request), "127.0.0.1", port) for _ in range(CONNECTIONS)]
    begun, before = time.perf_counter(), sum(asking.answers for _, asking in made)
    await asyncio.sleep(ROUND_SECONDS)
    answers, seconds = sum(asking.answers for _, asking in made) - before, time.perf_counter() - begun
    for transport, asking in made:
        if asking.wrong is not None or transport.is_closing():
            raise RuntimeError(f"The server answered {asking.wrong!r}")
        transport.close()
    return answers / seconds


async def _once(port: int, path: str, seen: str) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await _ask(reader, writer, path, seen)
    writer.close()
    return answer


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, seen: str) -> Answer:
    writer.write(_request(path, seen))
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    status = int(first.split()[1])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    if status not in (200, NOT_MODIFIED):
        raise RuntimeError(f"The server answered {first}")
    await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(status, headers)


def _request(path: str, seen: str) -> bytes:
    asked = f"If-None-Match: {seen}\r\n" if seen else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{asked}\r\n".encode()
