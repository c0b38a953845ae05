"""Real calendar clients of a running service show every booking at its local time, before and after changes."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending
from api.feeds import queries as feeds
from api.feeds.calendar import Detail, FeedOf
from tests.api.feeds.clients.clients import Clients, Shown, installed
from tests.api.feeds.clients.thunderbird import Thunderbird
from tests.api.support.builders import book, fill
from tests.api.support.databases import SqliteFiles
from tests.api.support.services import Server, running

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
TODAY = NOW.date()


@pytest.fixture(scope="session")
def clients() -> Clients:
    try:
        return installed()
    except (OSError, subprocess.SubprocessError) as error:
        missing = f"The calendar clients can't be installed here, with pip and npm: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture(scope="session")
def thunderbird() -> str:
    result = shutil.which("thunderbird")
    if result is None:
        missing = "Thunderbird is not installed: install Debian's thunderbird to test the feeds with it too."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return result


def clock_changes() -> list[dt.date]:
    """Return the next two days on which the clocks change."""

    def offset(day: dt.date) -> dt.timedelta | None:
        return dt.datetime.combine(day, dt.time(12), LONDON).utcoffset()

    days = (TODAY + n * DAY for n in range(7, 380))
    return [day for day in days if offset(day) != offset(day - DAY)][:2]


def event(title: str, start: str, status: str = "CONFIRMED") -> Shown:
    """Return a conference's entry in London time: from the pre-meet half an hour before the start to the end."""
    begins = dt.datetime.fromisoformat(start)
    times = (begins - dt.timedelta(minutes=30), begins + dt.timedelta(minutes=105))
    return Shown(title, *(f"{time:%Y-%m-%dT%H:%M}" for time in times), status)


def in_utc(shown: Shown) -> Shown:
    times = (dt.datetime.fromisoformat(time).replace(tzinfo=LONDON).astimezone(dt.UTC) for time in (shown.start, shown.end))
    return Shown(shown.title, *(f"{time:%Y-%m-%dT%H:%M:%S}.000Z" for time in times), shown.status)


@dataclass(frozen=True)
class Stage:
    """The addresses of two chairs' feeds, and the entries expected in each."""

    addresses: list[str]
    expected: list[list[Shown]]


@contextmanager
def stages(databases: SqliteFiles, folder: Path) -> Iterator[Iterator[Stage]]:
    """Yield two stages of a service: bookings around clock changes, then a move, a cancellation and a reassignment."""
    url = databases.migrated()
    store = Store(url)
    fill(store, NOW)
    first, second = clock_changes()
    before, after = f"{first - 2 * DAY}T10:00", f"{first + DAY}T10:00"
    later, last = f"{second - 2 * DAY}T14:00", f"{second + DAY}T14:00"
    starts = {"CPC-1": before, "CPC-2": after, "CPC-3": later, "CPC-4": last}
    numbers = {name: book(store, name, start, NOW) for name, start in starts.items()}
    with store.writing() as connection:
        secrets = [feeds.add(connection, FeedOf.CHAIR, chair, Detail.REFERENCE, NOW)[1] for chair in ("C1", "C2")]

    def each(server: Server) -> Iterator[Stage]:
        addresses = [f"{server.url}/calendars/{secret}.ics" for secret in secrets]
        yield Stage(addresses, [sorted(event(f"Conference {name}", start) for name, start in starts.items()), []])

        with store.writing() as connection:
            bookings.end(connection, [numbers["CPC-1"], numbers["CPC-2"]], Ending.MOVED, NOW)
            bookings.end(connection, [numbers["CPC-3"]], Ending.CANCELLED, NOW)
        moved = f"{first + 2 * DAY}T14:00"
        book(store, "CPC-1", moved, NOW)
        book(store, "CPC-2", after, NOW, chair="C2")
        of_first = [
            event("CANCELLED: Conference CPC-3", later, "CANCELLED"),
            event("Conference CPC-1", moved),
            event("Conference CPC-4", last),
            event("MOVED: Conference CPC-2", after, "CANCELLED"),
        ]
        yield Stage(addresses, [of_first, [event("Conference CPC-2", after)]])

    with running(folder, database_url=url, demo="false", plan_processes=0) as server:
        yield each(server)
    store.close()


def test_clients_show_the_bookings_across_both_clock_changes(
    clients: Clients, sqlite_databases: SqliteFiles, tmp_path: Path
) -> None:
    with stages(sqlite_databases, tmp_path) as all_stages:
        for stage in all_stages:
            for address, shown in zip(stage.addresses, stage.expected, strict=True):
                assert clients.khal(address, tmp_path / address[-10:-4], str(TODAY)) == shown
                utc = sorted(map(in_utc, shown))
                assert clients.in_javascript(address) == {"ical.js": utc, "node-ical": utc}


def test_thunderbird_shows_the_bookings(thunderbird: str, sqlite_databases: SqliteFiles, tmp_path: Path) -> None:
    with stages(sqlite_databases, tmp_path) as all_stages:
        for stage in all_stages:
            client = Thunderbird(thunderbird, tmp_path / "thunderbird", stage.addresses)
            assert client.run_until(stage.expected) == stage.expected
