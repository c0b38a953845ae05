"""Calendars behind links, fetched from a real server and read in a process of their own."""

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
    """Starts fetchers on the store, which end with the test."""
    with ExitStack() as stack:

        def begun(get: Callable[[str], bytes] | None = None, every: dt.timedelta = EVERY) -> Fetcher:
            get = get or partial(fetch, hosts=(HOST,), network=outside.network())
            fetcher = Fetcher(filled, clock, every, get)
            stack.callback(fetcher.stop)
            fetcher.start()
            return fetcher

        yield begun


def calendar(*events: tuple[str, str]) -> bytes:
    """A calendar with events from one time to another of 12 January 2027, titled with what nobody may see."""
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


def known(store: Store, clock: Clock, chair: str = "C1") -> StoredCalendar:
    with store.reading() as connection:
        found = busy_calendars.found(connection, chair, stale_before(clock.now, EVERY))
    assert found is not None
    return found


def version(store: Store) -> int:
    with store.reading() as connection:
        return version_of(connection)


def told(store: Store, chair: str = "C1") -> list[Interval]:
    with store.reading() as connection:
        return busy_calendars.intervals(connection, chair=chair)[chair]


def test_a_link_is_fetched_again_and_again(filled: Store, begin: Begin, clock: Clock, outside: World) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    fetcher = begin()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert told(filled) == busy(("09:00", "12:00"))

    outside.script = sends(reply(body=calendar(("0900", "1200"), ("1400", "1500"))))
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert told(filled) == busy(("09:00", "12:00"), ("14:00", "15:00"))
    assert [request.split()[1] for request in outside.requests] == [b"/s3cret/calendar.ics"] * 2
    assert not outside.inside_was_reached()


def test_only_news_lift_the_diarys_version(filled: Store, begin: Begin, clock: Clock, outside: World) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    before = version(filled)
    fetcher = begin()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert version(filled) == before + 1
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert version(filled) == before + 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply("404 Not Found", b"gone"), f"{HOST} has no calendar at this link (404). It may have a new link: copy it again."),
        (reply(body=b"<html>s3cret</html>", content_type="text/calendar"), None),
    ],
)
def test_what_was_known_stays_while_a_link_fails(
    filled: Store, begin: Begin, clock: Clock, outside: World, answer: bytes, error: str | None
) -> None:
    outside.script = sends(reply(body=calendar(("0900", "1200"))))
    link(filled, clock.now)
    fetcher = begin()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    good_at = clock.now

    outside.script = sends(answer)
    clock.forward(minutes=30)
    fetcher.wake()
    wait_until(lambda: known(filled, clock).error)
    failed = known(filled, clock)
    assert (failed.good_at, failed.tried_at, failed.due_at) == (good_at, clock.now, clock.now + EVERY)
    assert failed.error == (error or failed.error)
    assert "s3cret" not in str(failed.error)
    assert told(filled) == busy(("09:00", "12:00"))

    outside.script = sends(reply(body=calendar(("1400", "1500"))))
    clock.forward(days=2)
    assert known(filled, clock).stale
    fetcher.wake()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert (known(filled, clock).error, known(filled, clock).stale) == (None, False)
    assert told(filled) == busy(("14:00", "15:00"))


def test_a_fault_of_its_own_ends_nothing_and_tells_no_link(
    filled: Store, begin: Begin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(wanted: str) -> bytes:
        raise ValueError(f"{wanted} is at fault")

    with caplog.at_level(logging.DEBUG):
        link(filled, clock.now)
        fetcher = begin(broken)
        wait_until(lambda: known(filled, clock).tried_at == clock.now)
        clock.forward(minutes=30)
        fetcher.wake()
        wait_until(lambda: known(filled, clock).tried_at == clock.now)
    assert known(filled, clock).error == FAILED
    assert "The calendar of C1 could not be read: ValueError" in caplog.text
    assert "s3cret" not in caplog.text


def test_nothing_is_logged_of_a_link_that_is_fetched(
    filled: Store, begin: Begin, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        link(filled, clock.now)
        begin()
        wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert "s3cret" not in caplog.text


def test_two_servers_fetch_each_link_once(filled: Store, begin: Begin, clock: Clock) -> None:
    fetched: list[str] = []

    def get(wanted: str) -> bytes:
        fetched.append(wanted)
        time.sleep(0.05)
        return calendar(("0900", "1200"))

    for chair in ("C1", "C2", "C3"):
        link(filled, clock.now, chair)
    for _ in range(2):
        begin(get)
    wait_until(lambda: all(known(filled, clock, chair).good_at for chair in ("C1", "C2", "C3")))
    assert len(fetched) == 3


def test_what_a_server_has_left_is_fetched_by_the_next(filled: Store, begin: Begin, clock: Clock) -> None:
    link(filled, clock.now)
    with filled.noting() as connection:  # as a server that is killed just then leaves it
        assert busy_calendars.claim(connection, clock.now) is not None
    fetcher = begin()
    clock.now += LEASE
    fetcher.wake()
    wait_until(lambda: known(filled, clock).good_at == clock.now)


def test_a_link_that_is_changed_meanwhile_is_fetched_anew(filled: Store, begin: Begin, clock: Clock) -> None:
    asked, may_go_on = Event(), Event()
    fetched: list[str] = []

    def get(wanted: str) -> bytes:
        fetched.append(wanted)
        asked.set()
        assert may_go_on.wait(60)
        return calendar(("0900", "1200") if wanted == LINK else ("1400", "1500"))

    link(filled, clock.now)
    begin(get)
    assert asked.wait(60)
    with filled.writing() as connection:
        busy_calendars.store_link(connection, "C1", LINK + "?new", clock.now)
    may_go_on.set()
    wait_until(lambda: known(filled, clock).good_at)
    assert fetched == [LINK, LINK + "?new"]
    assert told(filled) == busy(("14:00", "15:00"))


def test_a_fetcher_that_is_not_to_fetch_leaves_links_to_others(filled: Store, begin: Begin, clock: Clock) -> None:
    link(filled, clock.now)
    begin(every=dt.timedelta()).wake()
    begin()
    wait_until(lambda: known(filled, clock).good_at == clock.now)
    assert known(filled, clock).due_at == clock.now + EVERY
