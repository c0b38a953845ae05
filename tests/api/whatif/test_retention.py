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
from tests.api.support.sweeps import begin, claimed, parts, results, stored_sweep, work_on_all
from tests.sweeps.tiny_tasks import figures, tasks

DAY = dt.timedelta(days=1)
LONG_AGO = dt.datetime(2020, 1, 6, tzinfo=dt.UTC)


def forget_before(store: Store, instant: dt.datetime) -> None:
    with store.writing() as connection:
        forget(connection, instant)


def cancel(store: Store, sweep: StoredSweep, now: dt.datetime) -> None:
    with store.writing() as connection:
        assert sweeps.cancel(connection, sweep.id, now)


def is_stored(store: Store, sweep: StoredSweep) -> bool:
    with store.reading() as connection:
        return sweeps.find(connection, sweep.kind, sweep.id) is not None


def counts(store: Store) -> dict[str, int]:
    """Return the number of rows in each table that sweeps write."""
    written = (tables.sweeps, tables.sweep_parts, tables.solves, tables.jobs, tables.job_events)
    with store.reading() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in written}


def test_an_old_sweep_is_deleted_with_the_solves_it_alone_needed(store: Store) -> None:
    before = counts(store)
    old, same = begin(store, tasks(2)), begin(store, tasks(2))
    cancel(store, old, NOW)
    cancel(store, same, NOW + DAY)
    forget_before(store, NOW + DAY)
    assert not is_stored(store, old)
    assert is_stored(store, same)
    assert counts(store)["solves"] == 2
    forget_before(store, NOW + 2 * DAY)
    assert counts(store) == before


def test_solves_that_another_sweep_needs_stay(store: Store) -> None:
    base, one, other = tasks(3)
    old, later = begin(store, [base, one]), begin(store, [base, other])
    cancel(store, old, LONG_AGO)
    work_on_all(store)
    forget_before(store, LONG_AGO + DAY)
    assert not is_stored(store, old)
    assert [part.result is None for part in parts(store, later)] == [False, False]
    assert set(results(store, [base, one, other])) == {base.key, other.key}


def test_active_sweeps_and_running_solves_stay(store: Store) -> None:
    base, one = tasks(2)
    old, active = begin(store, [base]), begin(store, [one])
    running = claimed(store)
    cancel(store, old, NOW)
    plan = queue(store)
    forget_before(store, NOW + DAY)
    assert not is_stored(store, old)
    assert stored_sweep(store, active) == active
    with store.reading() as connection:
        assert solves.task_of(connection, base.key) == base  # its job still runs
        assert jobs.find(connection, plan.id) == plan
    with store.noting() as connection:
        assert jobs.complete(connection, running, NOW)
    cancel(store, active, NOW)
    forget_before(store, NOW + DAY)
    with store.reading() as connection:
        assert connection.execute(select(tables.jobs.c.id)).scalars().all() == [plan.id]


def test_a_deleted_sweep_is_solved_again_with_the_same_result(store: Store) -> None:
    several = tasks(2)
    begin(store, several)
    work_on_all(store)
    first = figures(results(store, several).values())
    forget_before(store, dt.datetime.max.replace(tzinfo=dt.UTC))
    assert results(store, several) == {}
    again = begin(store, several)
    work_on_all(store)
    assert figures(results(store, several).values()) == first
    assert stored_sweep(store, again).has_ended
