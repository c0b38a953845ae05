"""Solves: each different task once, with its result under its key, for every sweep that wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update

from api.database.json_values import written
from api.database.session import hold
from api.database.tables import jobs as jobs_table
from api.database.tables import solves
from api.jobs import queue as jobs
from api.jobs.queue import JobState
from scheduler.sweeps.task import Solved, Task


def want(connection: Connection, tasks: Iterable[Task], now: dt.datetime) -> None:
    """Have each task worked on by a job that begins, or keeps its result, later than this. The caller holds the diary.

    One that is solved already gets a job too: whoever is told the key then goes on with it.
    """
    for key, task in {task.key: task for task in tasks}.items():
        columns = solves.c.solved.is_not(None).label("is_solved"), jobs_table.c.state, jobs_table.c.cancelled
        query = select(*columns).join(jobs_table, jobs_table.c.id == solves.c.job, isouter=True).where(solves.c.key == key)
        known = connection.execute(query).one_or_none()
        if known is None:
            connection.execute(insert(solves).values(key=key, task=written(task)))
        elif not known.cancelled and known.state in (JobState.QUEUED, *(() if known.is_solved else (JobState.RUNNING,))):
            continue
        elif not known.is_solved:  # it may have been let go
            connection.execute(update(solves).where(solves.c.key == key).values(task=written(task)))
        connection.execute(update(solves).where(solves.c.key == key).values(job=jobs.add_solve(connection, key, now)))


def let_go(connection: Connection, which: ColumnElement[bool]) -> None:
    """Keep no longer what is to be solved where nobody solves it: whoever wants it again brings it along."""
    worked_on = exists().where((jobs_table.c.id == solves.c.job) & (jobs_table.c.state == JobState.RUNNING))
    connection.execute(update(solves).where(which & solves.c.solved.is_(None) & ~worked_on).values(task={}))


def job_of(connection: Connection, key: str) -> str | None:
    """The latest job for the task with that key."""
    job: str | None = connection.execute(select(solves.c.job).where(solves.c.key == key)).scalar_one()
    return job


def task_of(connection: Connection, key: str) -> Task:
    """The task with that key."""
    return Task.model_validate(connection.execute(select(solves.c.task).where(solves.c.key == key)).scalar_one())


def found(connection: Connection, keys: Collection[str]) -> dict[str, Solved]:
    """The results that there are of these keys."""
    query = select(solves.c.key, solves.c.solved).where(solves.c.key.in_(keys) & solves.c.solved.is_not(None))
    return {row.key: Solved.model_validate(row.solved) for row in connection.execute(query)}


def keep(connection: Connection, solved: Solved) -> None:
    """Keep a result for good; there may be one already, which stays.

    It waits for who writes: a sweep that is being begun counts on the job of a task that has no result yet.
    """
    hold(connection)
    new = (solves.c.key == solved.key) & solves.c.solved.is_(None)
    connection.execute(update(solves).where(new).values(solved=written(solved), seconds=solved.seconds))
