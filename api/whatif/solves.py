"""Solves: each distinct task once, with its result under its key, for every sweep that needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update

from api.database.json_values import to_json
from api.database.session import lock_diary
from api.database.tables import jobs as jobs_table
from api.database.tables import solves
from api.jobs import queue as jobs
from api.jobs.queue import JobState
from scheduler.sweeps.task import Solved, Task


def enqueue(connection: Connection, tasks: Iterable[Task], now: dt.datetime) -> None:
    """Ensure that each task has a job that will start, or store its result, after this transaction. The caller holds the diary.

    A solved task gets a job too, since the job also takes the sweeps that wait for the key further.
    """
    for key, task in {task.key: task for task in tasks}.items():
        columns = solves.c.solved.is_not(None).label("is_solved"), jobs_table.c.state, jobs_table.c.cancelled
        query = select(*columns).join(jobs_table, jobs_table.c.id == solves.c.job, isouter=True).where(solves.c.key == key)
        known = connection.execute(query).one_or_none()
        if known is None:
            connection.execute(insert(solves).values(key=key, task=to_json(task)))
        elif not known.cancelled and known.state in (JobState.QUEUED, *(() if known.is_solved else (JobState.RUNNING,))):
            continue
        elif not known.is_solved:  # `drop_tasks` may have emptied it
            connection.execute(update(solves).where(solves.c.key == key).values(task=to_json(task)))
        connection.execute(update(solves).where(solves.c.key == key).values(job=jobs.add_solve(connection, key, now)))


def drop_tasks(connection: Connection, which: ColumnElement[bool]) -> None:
    """Empty the tasks that have no result and are not running, to save space. A sweep that needs one again brings it along."""
    is_running = exists().where((jobs_table.c.id == solves.c.job) & (jobs_table.c.state == JobState.RUNNING))
    connection.execute(update(solves).where(which & solves.c.solved.is_(None) & ~is_running).values(task={}))


def job_of(connection: Connection, key: str) -> str | None:
    """Return the latest job of the task with a key."""
    job: str | None = connection.execute(select(solves.c.job).where(solves.c.key == key)).scalar_one()
    return job


def task_of(connection: Connection, key: str) -> Task:
    """Return the task with a key."""
    return Task.model_validate(connection.execute(select(solves.c.task).where(solves.c.key == key)).scalar_one())


def find_results(connection: Connection, keys: Collection[str]) -> dict[str, Solved]:
    """Return the results of those keys that have one."""
    query = select(solves.c.key, solves.c.solved).where(solves.c.key.in_(keys) & solves.c.solved.is_not(None))
    return {row.key: Solved.model_validate(row.solved) for row in connection.execute(query)}


def add_result(connection: Connection, solved: Solved) -> None:
    """Store a result, unless the task has one already.

    This holds the diary, since a sweep that is being added relies on the running jobs of tasks without a result.
    """
    lock_diary(connection)
    unsolved = (solves.c.key == solved.key) & solves.c.solved.is_(None)
    connection.execute(update(solves).where(unsolved).values(solved=to_json(solved), seconds=solved.seconds))
