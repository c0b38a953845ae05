"""Links fetched from a real local server and read in a child process."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from api.database.session import Store, version_of
from api.free_busy import queries as busy_calendars
from api.free_busy.download import fetch
from api.free_busy.fetcher import FAILED, Fetcher
from api.free_busy.queries import LEASE, StoredCalendar, stale_before
from scheduler.domain.values import Interval
from tests.api.free_busy.outside import HOST, World, certificate_in, reply, sends, world
from tests.api.support.builders import Clock, fill
from tests.api.support.plans import wait_until

EVERY = dt.timedelta(minutes=30)
LINK = f"https://{HOST}/s3cret/calendar.ics"
Begin = Callable[..., Fetcher]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def outside(certificate: Path) -> Iterator[World]:
    with world(certificate) as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


@pytest.fixture
def begin(filled: Store, clock: Clock, outside: World) -> Iterator[Begin]:
    """Start fetchers on the store, which stop with the test."""
    with ExitStack() as stack:

        def start(get: Callable[[str], bytes] | None = None, every: dt.timedelta = EVERY) -> Fetcher:
            get = get or partial(fetch, hosts=(HOST,), network=outside.network())
            fetcher = Fetcher(filled, clock, every, get)
            stack.callback(fetcher.stop)
            fetcher.start()
            return fetcher

        yield start


def calendar(*events: tuple[str, str]) -> bytes:
    """Return a calendar with events between these times of 12 January 2027, with secret titles."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for n, (start, end) in enumerate(events):
        times = [f"DTSTART;TZID=Europe/London:20270112T{start}00", f"DTEND;TZID=Europe/London:20270112T{end}00"]
        lines += ["BEGIN:VEVENT", f"UID:{n}", "DTSTAMP:20270104T090000Z", *times, "SUMMARY:s3cret", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(*times: tuple[str, str]) -> list[Interval]:
    return [Interval.model_validate({"start": f"2027-01-12T{start}", "end": f"2027-01-12T{end}"}) for start, end in times]


def link(store: Store, now: dt.datetime, chair: str = "C1") -> None:
    with store.writing() as connection:
        busy_calendars.store_link(connection, chair, LINK, now)


def stored(store: Store, clock: Clock, chair: str = "C1") -> StoredCalendar:
    with store.reading() as connection:
        find = busy_calendars.find(connection, chair, stale_before(clock.now, EVERY))
    assert find is not None
    return find


def version(store: Store) -> int:
    with store.reading() as connection:
        return version_of(connection)


def stored_times(store: Store, chair: str = "C1") -> list[Interval]:
    with store.reading() as connection:
        return busy_calendars.intervals(connection, chair=chair)[chair]


def test_a_link_is_fetched_at_each_interval(filled: Store, begin: Begin, clock: Clock, outside: World) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    fetcher = begin()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert stored_times(filled) == busy(("09:00", "12:00"))

    outside.script = sends(reply(body=calendar(("0900", "1200"), ("1400", "1500"))))
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert stored_times(filled) == busy(("09:00", "12:00"), ("14:00", "15:00"))
    assert [request.split()[1] for request in outside.requests] == [b"/s3cret/calendar.ics"] * 2
    assert not outside.inside_was_reached()


def test_only_changed_busy_times_raise_the_diarys_version(filled: Store, begin: Begin, clock: Clock, outside: World) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    before = version(filled)
    fetcher = begin()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert version(filled) == before + 1
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert version(filled) == before + 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            reply("404 Not Found", b"gone"),
            f"{HOST} has no calendar at this link (404): the link is withdrawn, or the calendar is not published. "
            "Publish the calendar to everybody, and enter its ICS link.",
        ),
        (
            reply("429 Too Many Requests", b"wait"),
            f"{HOST} receives too many requests, or is too slow (429). "
            "The service tries again later; the busy times that it has read before stay.",
        ),
        (reply(body=b"<html>s3cret</html>", content_type="text/calendar"), None),
    ],
)
def test_busy_times_stay_while_a_link_fails(
    filled: Store, begin: Begin, clock: Clock, outside: World, answer: bytes, error: str | None
) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    fetcher = begin()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    good_at = clock.now

    outside.script = sends(answer)
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: stored(filled, clock).error)
    failed = stored(filled, clock)
    assert (failed.good_at, failed.tried_at, failed.due_at) == (good_at, clock.now, clock.now + EVERY)
    assert failed.error == (error or failed.error)
    assert "s3cret" not in str(failed.error)
    assert stored_times(filled) == busy(("09:00", "12:00"))

    outside.script = sends(reply(body=calendar(("1400", "1500"))))
    clock.forward(days=2)
    assert stored(filled, clock).stale
    fetcher.wake()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert (stored(filled, clock).error, stored(filled, clock).stale) == (None, False)
    assert stored_times(filled) == busy(("14:00", "15:00"))


def test_an_internal_error_neither_stops_the_thread_nor_reveals_the_link(
    filled: Store, begin: Begin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(link_: str) -> bytes:
        raise ValueError(f"{link_} is at fault")

    with caplog.at_level(logging.DEBUG):
        link(filled, clock.now)
        fetcher = begin(broken)
        wait_until(lambda: stored(filled, clock).tried_at == clock.now)
        clock.forward(minutes=30)
        fetcher.wake()
        wait_until(lambda: stored(filled, clock).tried_at == clock.now)
    assert stored(filled, clock).error == FAILED
    assert "The calendar of C1 could not be read: ValueError" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_fetched_link_is_not_logged(filled: Store, begin: Begin, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        link(filled, clock.now)
        begin()
        wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert "s3cret" not in caplog.text


def test_two_servers_fetch_each_link_once(filled: Store, begin: Begin, clock: Clock) -> None:
    fetched: list[str] = []

    def get(link_: str) -> bytes:
        fetched.append(link_)
        time.sleep(0.05)
        return calendar(("0900", "1200"))

    for chair in ("C1", "C2", "C3"):
        link(filled, clock.now, chair)
    for _ in range(2):
        begin(get)
    wait_until(lambda: all(stored(filled, clock, chair).good_at for chair in ("C1", "C2", "C3")))
    assert len(fetched) == 3


def test_another_server_takes_over_an_abandoned_claim(filled: Store, begin: Begin, clock: Clock) -> None:
    link(filled, clock.now)
    with filled.noting() as connection:  # leaves the claim of a server that was killed
        assert busy_calendars.claim(connection, clock.now) is not None
    fetcher = begin()
    clock.now += LEASE
    fetcher.wake()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)


def test_a_link_changed_during_a_fetch_is_fetched_again(filled: Store, begin: Begin, clock: Clock) -> None:
    fetching, may_continue = Event(), Event()
    fetched: list[str] = []

    def get(link_: str) -> bytes:
        fetched.append(link_)
        fetching.set()
        assert may_continue.wait(60)
        return calendar(("0900", "1200") if link_ == LINK else ("1400", "1500"))

    link(filled, clock.now)
    begin(get)
    assert fetching.wait(60)
    with filled.writing() as connection:
        busy_calendars.store_link(connection, "C1", LINK + "?new", clock.now)
    may_continue.set()
    wait_until(lambda: stored(filled, clock).good_at)
    assert fetched == [LINK, LINK + "?new"]
    assert stored_times(filled) == busy(("14:00", "15:00"))


def test_a_fetcher_with_interval_0_leaves_links_to_others(filled: Store, begin: Begin, clock: Clock) -> None:
    link(filled, clock.now)
    begin(every=dt.timedelta()).wake()
    begin()
    wait_until(lambda: stored(filled, clock).good_at == clock.now)
    assert stored(filled, clock).due_at == clock.now + EVERY
