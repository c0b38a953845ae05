"""The service is killed at random: no acknowledged write is lost, nobody is booked twice, and every job ends once."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Row, select

from api.database import tables
from api.database.session import Store
from api.jobs.queue import ENDED
from tests.api.support.crashes import Caller, Service, Written, book_by_hand, crash, import_conferences, plan_and_publish
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.month import import_month
from tests.api.support.plans import wait_until

Rows = dict[str, list[Row[Any]]]


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """Run the service with the fixture month in a process."""
    import_month(database_url)
    service = Service(tmp_path, {"database_url": database_url, "plan_seconds": 60})
    service.start()
    yield service
    service.kill()


@contextmanager
def at_work(service: Service, chance: random.Random) -> Iterator[Written]:
    """Run four writers during the body, and yield their acknowledged writes. They finish when the body ends."""
    call, over, written = Caller(service), Event(), Written()
    with ThreadPoolExecutor(4) as people:
        working = [
            people.submit(import_conferences, call, over, written),
            *(people.submit(book_by_hand, call, over, written, random.Random(chance.random())) for _ in range(2)),
            people.submit(plan_and_publish, call, over, written, random.Random(chance.random())),
        ]
        try:
            yield written
            wait_until(lambda: written.has_some() or any(one.done() for one in working))
        finally:
            over.set()
        for one in working:
            one.result()


def check_all(rows: Rows, written: Written) -> None:
    check_acknowledged(rows, written)
    check_no_double_bookings(rows["bookings"])
    check_publications_are_whole(rows["publications"], rows["bookings"])
    check_jobs_ended_once(rows)


def check_acknowledged(rows: Rows, written: Written) -> None:
    active = {row.number: row.active for row in rows["bookings"]}
    assert {row.id for row in rows["conferences"]} >= set(written.conferences)
    assert all(active[number] for number in written.bookings)
    assert not any(active[number] for number in written.cancelled)
    assert {row.id for row in rows["jobs"]} == set(written.plans)
    assert [row.number for row in rows["publications"]] == sorted(set(written.publications))


def check_no_double_bookings(bookings: list[Row[Any]]) -> None:
    active = [row for row in bookings if row.active]
    assert max(Counter(row.conference for row in active if row.conference).values()) == 1
    for what, until in (("room", "cleared"), ("chair", "end"), ("minute_taker", "end")):
        taken = defaultdict(list)
        for row in active:
            taken[getattr(row, what)].append((row.arrival, getattr(row, until)))
        taken.pop(None, None)
        for times in taken.values():
            assert all(before[1] <= after[0] for before, after in pairwise(sorted(times)))


def check_publications_are_whole(publications: list[Row[Any]], bookings: list[Row[Any]]) -> None:
    """Check that each publication lists the bookings that were active on its days when it was published."""
    for one in publications:
        days = dt.datetime.combine(one.first, dt.time()), dt.datetime.combine(one.last, dt.time.max)
        active = {
            (row.hold or row.conference, f"{row.start:%Y-%m-%dT%H:%M}", row.room, row.chair, row.minute_taker)
            for row in bookings
            if days[0] <= row.start <= days[1]
            and row.made_at <= one.published_at
            and (row.ended_at is None or row.ended_at > one.published_at)
        }
        copies = [tuple(b[name] for name in ("conference", "start", "room", "chair", "minute_taker")) for b in one.bookings]
        assert len(copies) == len(active)
        assert set(copies) == active


def check_jobs_ended_once(rows: Rows) -> None:
    events = defaultdict(list)
    for event in rows["job_events"]:
        events[event.job].append(event.event)
    planned = {row.id for row in rows["plans"]}
    for job in rows["jobs"]:
        assert [event for event in events[job.id] if event in ENDED] == [job.state]
        assert events[job.id][-1] == job.state
        assert events[job.id].count("started") == job.attempt
        assert job.id in planned or job.state != "done"
        assert job.id not in planned or job.state != "failed"


def everything(store: Store) -> Rows:
    with store.reading() as connection:
        ordered = ((table, select(table).order_by(*table.primary_key.columns)) for table in tables.metadata.sorted_tables)
        return {table.name: list(connection.execute(query)) for table, query in ordered}


@slow_on_postgresql
@pytest.mark.parametrize("times", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_the_diary_is_consistent_after_random_kills(service: Service, store: Store, times: int) -> None:
    chance = random.Random(times)
    with at_work(service, chance) as written:
        for _ in crash(service, written, chance, times):
            pass
    check_all(everything(store), written)
