from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.database.session import Store
from api.database.tables import busy_calendars as table
from api.diary.registers import queries as registers
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from api.free_busy.queries import LEASE, CalendarSource, Claim, StoredCalendar, stale_before
from scheduler.domain.values import Interval
from tests.api.support.builders import NOW, fill

HALF_HOUR, HOUR, DAY = dt.timedelta(minutes=30), dt.timedelta(hours=1), dt.timedelta(days=1)
LINK, OTHER = (
    "https://outlook.office365.com/owa/calendar/s3cret/calendar.ics",
    "webcal://p12-caldav.icloud.com/published/2/s3cret",
)
MORNING = {"start": "2027-01-12T09:00", "end": "2027-01-12T12:00"}
EVENING = {"start": "2027-01-12T17:00", "end": "2027-01-13T00:00"}
LEAVE = {"start": "2027-02-01T00:00", "end": "2027-02-06T00:00"}
NOTHING = StoredCalendar(
    position=1,
    chair="C1",
    version=0,
    source=None,
    host=None,
    notes=(),
    changed_at=None,
    good_at=None,
    tried_at=None,
    error=None,
    due_at=None,
    stale=False,
)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def read(*times: dict[str, str], notes: tuple[str, ...] = ()) -> BusyTimes:
    return BusyTimes(tuple(Interval.model_validate(time) for time in times), notes)


def stored(store: Store, chair: str = "C1", now: dt.datetime = NOW) -> StoredCalendar | None:
    with store.reading() as connection:
        return busy_calendars.find(connection, chair, stale_before(now, HALF_HOUR))


def times(store: Store, *days: str, chair: str | None = None) -> dict[str, list[dict[str, str]]]:
    with store.reading() as connection:
        find = busy_calendars.intervals(connection, *map(dt.date.fromisoformat, days), chair=chair)
    return {whose: [one.model_dump(mode="json") for one in busy] for whose, busy in find.items()}


def store_file(store: Store, *busy: dict[str, str], chair: str = "C1", now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        busy_calendars.store_file(connection, chair, read(*busy, notes=("A note.",)), now)


def store_link(store: Store, link: str = LINK, chair: str = "C1", now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        busy_calendars.store_link(connection, chair, link, now)


def remove(store: Store, now: dt.datetime = NOW) -> None:
    with store.writing() as connection:
        busy_calendars.remove(connection, "C1", now)


def refresh(store: Store, now: dt.datetime) -> None:
    with store.writing() as connection:
        busy_calendars.refresh(connection, "C1", now)


def claim(store: Store, now: dt.datetime = NOW) -> Claim | None:
    with store.noting() as connection:
        return busy_calendars.claim(connection, now)


def claimed(store: Store, now: dt.datetime = NOW) -> Claim:
    find = claim(store, now)
    assert find is not None
    return find


def succeed(store: Store, of: Claim, *busy: dict[str, str], now: dt.datetime = NOW, every: dt.timedelta = HALF_HOUR) -> None:
    with store.noting() as connection:
        busy_calendars.store_reading(connection, of, read(*busy), now, every)


def fail(store: Store, of: Claim, now: dt.datetime = NOW, every: dt.timedelta = HALF_HOUR) -> None:
    with store.noting() as connection:
        busy_calendars.store_failure(connection, of, "It has no calendar there.", now, every)


def rows(store: Store) -> list[tuple[Any, ...]]:
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(select(table).order_by(table.c.chair))]


def test_a_chair_without_a_calendar_has_no_busy_times(filled: Store) -> None:
    assert stored(filled) == NOTHING
    assert stored(filled, "C9") is None
    assert times(filled) == {}
    assert claim(filled) is None


def test_a_file_replaces_a_link_and_its_busy_times(filled: Store) -> None:
    store_link(filled)
    succeed(filled, claimed(filled), EVENING)
    store_file(filled, MORNING, LEAVE, now=NOW + HOUR)
    at = NOW + HOUR
    assert stored(filled) == replace(
        NOTHING, version=2, source=CalendarSource.FILE, notes=("A note.",), changed_at=at, good_at=at, tried_at=at
    )
    assert times(filled) == {"C1": [MORNING, LEAVE]}
    assert claim(filled, NOW + DAY) is None


def test_busy_times_stay_until_a_new_link_is_read(filled: Store) -> None:
    store_file(filled, MORNING)
    later = NOW + HOUR
    store_link(filled, now=later)
    waiting = replace(
        NOTHING,
        version=2,
        source=CalendarSource.LINK,
        host="outlook.office365.com",
        notes=("A note.",),
        changed_at=later,
        good_at=NOW,
    )
    assert stored(filled) == replace(waiting, due_at=later)
    assert times(filled) == {"C1": [MORNING]}
    of = claimed(filled, later)
    assert of == Claim("C1", 2, LINK, read(MORNING).intervals, later, later + LEASE)
    assert LINK not in repr(of)
    succeed(filled, of, EVENING, now=later)
    good = replace(waiting, notes=(), good_at=later, tried_at=later, due_at=later + HALF_HOUR)
    assert stored(filled) == good
    assert times(filled) == {"C1": [EVENING]}


def test_a_calendar_is_removed_with_its_link_and_can_be_set_again(filled: Store) -> None:
    store_link(filled)
    succeed(filled, claimed(filled), EVENING)
    remove(filled, NOW + HOUR)
    assert stored(filled) == replace(NOTHING, version=2, changed_at=NOW + HOUR)
    assert times(filled) == {}
    assert not any(LINK in str(row) for row in rows(filled))
    store_file(filled, LEAVE)
    assert (stored(filled) or NOTHING).version == 3


def test_removing_a_chair_removes_its_calendar(filled: Store) -> None:
    store_file(filled, MORNING, chair="C1")
    store_file(filled, LEAVE, chair="C2")
    with filled.writing() as connection:
        registers.remove(connection, registers.CHAIRS, "C2")
    assert [row[0] for row in rows(filled)] == ["C1"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((), [MORNING, EVENING, LEAVE]),
        (("2027-01-12",), [MORNING, EVENING, LEAVE]),
        (("2027-01-13",), [LEAVE]),
        (("2027-01-01", "2027-01-11"), []),
        (("2027-01-12", "2027-01-12"), [MORNING, EVENING]),
        (("2027-02-03", "2027-02-03"), [LEAVE]),
        (("2027-02-05", "2027-03-01"), [LEAVE]),
        (("2027-02-06", "2027-03-01"), []),
    ],
)
def test_busy_times_can_be_limited_to_days(filled: Store, days: tuple[str, ...], expected: list[dict[str, str]]) -> None:
    store_file(filled, MORNING, EVENING, LEAVE, chair="C2")
    store_file(filled, chair="C1")
    assert times(filled, *days) == {"C1": [], "C2": expected}
    assert times(filled, *days, chair="C2") == {"C2": expected}


def test_a_link_is_due_every_half_hour(filled: Store) -> None:
    store_link(filled)
    succeed(filled, claimed(filled))
    assert claim(filled, NOW + HALF_HOUR - dt.timedelta(seconds=1)) is None
    assert claimed(filled, NOW + HALF_HOUR).until == NOW + HALF_HOUR + LEASE


def test_the_link_due_longest_is_claimed_first(filled: Store) -> None:
    for chair, minutes in (("C1", 2), ("C2", 0), ("C3", 1)):
        store_link(filled, chair=chair, now=NOW + minutes * dt.timedelta(minutes=1))
    now = NOW + HALF_HOUR
    assert [claimed(filled, now).chair for _ in range(3)] == ["C2", "C3", "C1"]
    assert claim(filled, now) is None


def test_an_abandoned_claim_expires_after_a_minute(filled: Store) -> None:
    store_link(filled)
    left = claimed(filled)
    assert claim(filled, NOW + LEASE - dt.timedelta(seconds=1)) is None
    taken = claimed(filled, NOW + LEASE)
    succeed(filled, left, EVENING, now=NOW + LEASE)
    assert times(filled) == {"C1": []}, "the server that was too slow stores nothing"
    succeed(filled, taken, MORNING, now=NOW + LEASE)
    assert times(filled) == {"C1": [MORNING]}


def test_many_servers_claim_each_link_once(filled: Store) -> None:
    for chair in ("C1", "C2", "C3"):
        store_link(filled, chair=chair)
    with ThreadPoolExecutor(8) as servers:
        find = list(servers.map(lambda _: claim(filled), range(24)))
    assert sorted(one.chair for one in find if one is not None) == ["C1", "C2", "C3"]


@pytest.mark.parametrize(
    "change", [store_link, store_file, remove, lambda store: store_link(store, OTHER), lambda store: refresh(store, NOW)]
)
def test_a_change_during_a_fetch_is_not_overwritten(filled: Store, change: Any) -> None:
    store_link(filled)
    of = claimed(filled)
    change(filled)
    before = rows(filled)
    succeed(filled, of, EVENING)
    fail(filled, of)
    assert rows(filled) == before


def test_a_failing_link_keeps_its_busy_times_and_waits_longer(filled: Store) -> None:
    store_link(filled)
    succeed(filled, claimed(filled), MORNING)
    good = stored(filled)
    assert good is not None
    now, waits = NOW + HALF_HOUR, []
    for _ in range(8):
        fail(filled, claimed(filled, now), now=now)
        current = stored(filled, now=now)
        assert current is not None
        assert current.due_at is not None
        stale = now - NOW > DAY
        assert current == replace(good, tried_at=now, error="It has no calendar there.", due_at=current.due_at, stale=stale)
        waits.append((current.due_at - now) / HOUR)
        now = current.due_at
    assert waits == [0.5, 1, 2, 4, 6, 6, 6, 6]
    assert times(filled) == {"C1": [MORNING]}
    succeed(filled, claimed(filled, now), EVENING, now=now)
    assert stored(filled, now=now) == replace(good, good_at=now, tried_at=now, due_at=now + HALF_HOUR)


def test_a_failure_is_not_retried_before_the_interval(filled: Store) -> None:
    store_link(filled)
    fail(filled, claimed(filled), every=2 * DAY)
    assert claim(filled, NOW + DAY) is None
    assert claim(filled, NOW + 2 * DAY) is not None


def test_a_new_link_is_retried_soon_after_a_failure(filled: Store) -> None:
    store_file(filled, MORNING, now=NOW - 30 * DAY)
    store_link(filled)
    fail(filled, claimed(filled))
    assert (stored(filled) or NOTHING).due_at == NOW + HALF_HOUR


def test_a_refreshed_link_is_due_now(filled: Store) -> None:
    store_link(filled)
    succeed(filled, claimed(filled), MORNING)
    refresh(filled, NOW)
    assert claimed(filled).version == 1


@pytest.mark.parametrize(
    ("age", "every", "stale"),
    [
        (DAY, HALF_HOUR, False),
        (DAY + dt.timedelta(seconds=1), HALF_HOUR, True),
        (3 * DAY, DAY, False),
        (3 * DAY + HOUR, DAY, True),
    ],
)
def test_a_link_is_stale_after_a_day_or_three_fetches(filled: Store, age: dt.timedelta, every: dt.timedelta, stale: bool) -> None:
    store_link(filled)
    succeed(filled, claimed(filled), MORNING)
    store_file(filled, MORNING, chair="C2", now=NOW - 300 * DAY)
    store_link(filled, chair="C3")  # never fetched
    before = stale_before(NOW + age, every)
    with filled.reading() as connection:
        find = {is_stale: busy_calendars.listed(connection, before, is_stale=is_stale) for is_stale in (True, False, None)}
    stale_ones = ["C1", "C3"] if stale else []
    assert [one.chair for one in find[True]] == stale_ones
    assert [one.chair for one in find[False]] == [chair for chair in ("C1", "C2", "C3") if chair not in stale_ones]
    assert [(one.chair, one.stale) for one in find[None]] == [(chair, chair in stale_ones) for chair in ("C1", "C2", "C3")]


def test_a_link_that_was_never_read_is_stale_after_a_failure(filled: Store) -> None:
    store_link(filled)
    assert not (stored(filled) or NOTHING).stale
    fail(filled, claimed(filled))
    assert (stored(filled) or NOTHING).stale


def test_calendars_are_listed_in_pages(filled: Store) -> None:
    store_file(filled, chair="C3")
    with filled.reading() as connection:
        first = busy_calendars.listed(connection, NOW, most=2)
        rest = busy_calendars.listed(connection, NOW, after=first[-1].position)
    assert [(one.chair, one.source) for one in (*first, *rest)] == [("C1", None), ("C2", None), ("C3", CalendarSource.FILE)]


def test_a_database_error_does_not_quote_the_link(filled: Store) -> None:
    with pytest.raises(IntegrityError) as refused:
        store_link(filled, chair="C9")
    assert "s3cret" not in str(refused.value)
