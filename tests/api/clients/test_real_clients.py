"""Real clients against a running service: every booking at the right local time, and after changes just the new truth."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.feeds import Detail, FeedOf
from api.store import bookings, feeds
from api.store.bookings import Ending
from api.store.session import Store
from tests.api.builders import book, fill
from tests.api.clients.clients import Clients, Shown, installed
from tests.api.databases import SqliteFiles
from tests.api.serving import running

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


def clock_changes() -> list[dt.date]:
    """The next two Sundays on which the clocks change."""

    def offset(day: dt.date) -> dt.timedelta | None:
        return dt.datetime.combine(day, dt.time(12), LONDON).utcoffset()

    days = (TODAY + n * DAY for n in range(7, 380))
    return [day for day in days if offset(day) != offset(day - DAY)][:2]


def event(title: str, start: str, status: str = "CONFIRMED") -> Shown:
    """An entry of a conference in London's time: from the pre-meet half an hour before to its end."""
    begins = dt.datetime.fromisoformat(start)
    times = (begins - dt.timedelta(minutes=30), begins + dt.timedelta(minutes=105))
    return Shown(title, *(f"{time:%Y-%m-%dT%H:%M}" for time in times), status)


def in_utc(shown: Shown) -> Shown:
    times = (dt.datetime.fromisoformat(time).replace(tzinfo=LONDON).astimezone(dt.UTC) for time in (shown.start, shown.end))
    return Shown(shown.title, *(f"{time:%Y-%m-%dT%H:%M:%S}.000Z" for time in times), shown.status)


def test_they_show_just_the_truth_across_both_clock_changes(
    clients: Clients, sqlite_databases: SqliteFiles, tmp_path: Path
) -> None:
    url = sqlite_databases.migrated()
    store = Store(url)
    fill(store, NOW)
    first, second = clock_changes()
    before, after = f"{first - 2 * DAY}T10:00", f"{first + DAY}T10:00"
    later, last = f"{second - 2 * DAY}T14:00", f"{second + DAY}T14:00"
    starts = {"CPC-1": before, "CPC-2": after, "CPC-3": later, "CPC-4": last}
    numbers = {name: book(store, name, start, NOW) for name, start in starts.items()}
    with store.writing() as connection:
        secrets = [feeds.add(connection, FeedOf.CHAIR, chair, Detail.REFERENCE, NOW)[1] for chair in ("C1", "C2")]

    with running(tmp_path, database_url=url, demo="false", plan_processes=0) as server:
        addresses = [f"{server.url}/calendars/{secret}.ics" for secret in secrets]

        def each_shows(*expected: list[Shown]) -> None:
            for address, shown in zip(addresses, expected, strict=True):
                folder = tmp_path / address[-10:-4]
                assert clients.khal(address, folder, str(TODAY)) == sorted(shown)
                utc = sorted(map(in_utc, shown))
                assert clients.in_javascript(address) == {"ical.js": utc, "node-ical": utc}

        each_shows([event(f"Conference {name}", start) for name, start in starts.items()], [])

        with store.writing() as connection:
            bookings.end(connection, [numbers["CPC-1"], numbers["CPC-2"]], Ending.MOVED, NOW)
            bookings.end(connection, [numbers["CPC-3"]], Ending.CANCELLED, NOW)
        moved = f"{first + 2 * DAY}T14:00"
        book(store, "CPC-1", moved, NOW)
        book(store, "CPC-2", after, NOW, chair="C2")
        each_shows(
            [
                event("Conference CPC-1", moved),
                event("CANCELLED: Conference CPC-2", after, "CANCELLED"),
                event("CANCELLED: Conference CPC-3", later, "CANCELLED"),
                event("Conference CPC-4", last),
            ],
            [event("Conference CPC-2", after)],
        )
    store.close()
