from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from api.database import tables
from api.database.session import Store
from api.jobs import queue as jobs
from api.whatif import solves, sweeps
from api.whatif.retention import forget
from api.whatif.sweeps import StoredSweep
from tests.api.support.builders import NOW
from tests.api.support.plans import queue
from tests.api.support.sweeps import begin, claimed, found, parts, results, work_on_all
from tests.sweeps.tiny_tasks import figures, tasks

DAY = dt.timedelta(days=1)
LONG_AGO = dt.datetime(2020, 1, 6, tzinfo=dt.UTC)


def forget_before(store: Store, instant: dt.datetime) -> None:
    with store.writing() as connection:
        forget(connection, instant)


def cancel(store: Store, sweep: StoredSweep, now: dt.datetime) -> None:
    with store.writing() as connection:
        assert sweeps.cancel(connection, sweep.id, now)


def is_kept(store: Store, sweep: StoredSweep) -> bool:
    with store.reading() as connection:
        return sweeps.found(connection, sweep.kind, sweep.id) is not None


def counts(store: Store) -> dict[str, int]:
    """How many rows there are of what sweeps leave behind."""
    named = (tables.sweeps, tables.sweep_parts, tables.solves, tables.jobs, tables.job_events)
    with store.reading() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in named}


def test_what_ended_long_ago_goes_with_all_that_it_alone_has_wanted(store: Store) -> None:
    before = counts(store)
    old, same = begin(store, tasks(2)), begin(store, tasks(2))
    cancel(store, old, NOW)
    cancel(store, same, NOW + DAY)
    forget_before(store, NOW + DAY)
    assert not is_kept(store, old)
    assert is_kept(store, same)
    assert counts(store)["solves"] == 2
    forget_before(store, NOW + 2 * DAY)
    assert counts(store) == before


def test_what_another_has_wanted_stays(store: Store) -> None:
    base, one, other = tasks(3)
    old, later = begin(store, [base, one]), begin(store, [base, other])
    cancel(store, old, LONG_AGO)
    work_on_all(store)
    forget_before(store, LONG_AGO + DAY)
    assert not is_kept(store, old)
    assert [part.result is None for part in parts(store, later)] == [False, False]
    assert set(results(store, [base, one, other])) == {base.key, other.key}


def test_what_goes_on_or_is_still_worked_on_stays(store: Store) -> None:
    base, one = tasks(2)
    old, going_on = begin(store, [base]), begin(store, [one])
    running = claimed(store)
    cancel(store, old, NOW)
    plan = queue(store)
    forget_before(store, NOW + DAY)
    assert not is_kept(store, old)
    assert found(store, going_on) == going_on
    with store.reading() as connection:
        assert solves.task_of(connection, base.key) == base  # for whoever works on it
        assert jobs.found(connection, plan.id) == plan
    with store.noting() as connection:
        assert jobs.complete(connection, running, NOW)
    cancel(store, going_on, NOW)
    forget_before(store, NOW + DAY)
    with store.reading() as connection:
        assert connection.execute(select(tables.jobs.c.id)).scalars().all() == [plan.id]


def test_what_was_forgotten_is_solved_anew_to_the_same_end(store: Store) -> None:
    wanted = tasks(2)
    begin(store, wanted)
    work_on_all(store)
    first = figures(results(store, wanted).values())
    forget_before(store, dt.datetime.max.replace(tzinfo=dt.UTC))
    assert results(store, wanted) == {}
    again = begin(store, wanted)
    work_on_all(store)
    assert figures(results(store, wanted).values()) == first
    assert found(store, again).has_ended
