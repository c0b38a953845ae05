"""The queue of jobs. A job is queued, running, and in the end done, cancelled or failed.

Every change locks the job's row, so that its events are in order.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, insert, select, tuple_, update

from api.database.tables import job_events, jobs, problems
from api.jobs import problems as stored_problems
from scheduler.domain.problem import Problem

MOST_CUT_OFFS = 20
"""Interruptions that a job may have caused before it fails."""


class JobState(StrEnum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class JobKind(StrEnum):
    """A kind of job: solving a plan, or solving a task of sweeps."""

    PLAN = "plan"
    SOLVE = "solve"


class JobEventKind(StrEnum):
    """A kind of event. The last event of a job is named after its final state."""

    QUEUED = "queued"
    STARTED = "started"
    PROGRESS = "progress"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)


@dataclass(frozen=True)
class Attempt:
    """A start of a job, with its ``number``. Its ``runner`` last reported at ``heard_at``."""

    job: str
    number: int
    runner: str
    heard_at: dt.datetime = field(compare=False)
    kind: JobKind = JobKind.PLAN


@dataclass(frozen=True)
class Job:
    """The job of a plan, without its problem.

    ``request`` has ``first``, ``last``, ``time_limit`` (seconds), ``seed`` and ``workers``. ``attempt`` counts the starts. A
    ``cancelled`` job has ended, or will soon.
    """

    id: str
    request: dict[str, Any]
    state: JobState
    attempt: int
    cancelled: bool
    error: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None

    @property
    def has_ended(self) -> bool:
        """True if its state is final."""
        return self.state in ENDED


@dataclass(frozen=True)
class JobEvent:
    """An event of a job. Its ``number`` is greater than those of earlier events."""

    number: int
    at: dt.datetime
    event: JobEventKind
    data: dict[str, Any]


_JOB = (
    jobs.c.id,
    jobs.c.request,
    *(jobs.c[name] for name in ("state", "attempt", "cancelled", "error", "created_at", "started_at", "ended_at")),
)
_ATTEMPT = jobs.c.id, jobs.c.attempt, jobs.c.runner, jobs.c.heard_at, jobs.c.kind
_IS_PLAN = jobs.c.kind == JobKind.PLAN
_AGE = jobs.c.created_at, jobs.c.id


def add(connection: Connection, problem: Problem, request: dict[str, Any], now: dt.datetime) -> Job:
    """Queue a plan of a problem. The caller must have locked the diary."""
    identifier = _add(connection, JobKind.PLAN, request, now, stored_problems.add(connection, problem))
    return _jobs(connection, _of(identifier))[0]


def add_solve(connection: Connection, key: str, now: dt.datetime) -> str:
    """Queue a solve by its key, and return the job's id."""
    return _add(connection, JobKind.SOLVE, {"key": key}, now)


def key_of(connection: Connection, identifier: str) -> str:
    """Return the key of the task that a job solves."""
    key: str = connection.execute(select(jobs.c.request["key"]).where(jobs.c.id == identifier)).scalar_one()
    return key


def find(connection: Connection, identifier: str) -> Job | None:
    """Return a plan's job by its id."""
    return next(iter(_jobs(connection, _of(identifier))), None)


def problem_of(connection: Connection, identifier: str) -> Problem:
    """Return the problem that a plan's job solves."""
    query = select(problems.c.value).join(jobs, jobs.c.problem == problems.c.digest).where(jobs.c.id == identifier)
    return Problem.model_validate(connection.execute(query).scalar_one())


def list_jobs(connection: Connection, *, after: Job | None = None, most: int | None = None) -> list[Job]:
    """Return the jobs of plans, newest first: at most ``most``, after the job ``after``."""
    query = select(*_JOB).where(_IS_PLAN).order_by(*(column.desc() for column in _AGE)).limit(most)
    if after is not None:
        query = query.where(tuple_(*_AGE) < (after.created_at, after.id))
    return _jobs(connection, query)


def events(connection: Connection, identifier: str, *, after: int = 0, most: int | None = None) -> list[JobEvent]:
    """Return a job's events in order: at most ``most``, after the number ``after``."""
    of_it = (job_events.c.job == identifier) & (job_events.c.number > after)
    columns = job_events.c.number, job_events.c.at, job_events.c.event, job_events.c.data
    query = select(*columns).where(of_it).order_by(job_events.c.number).limit(most)
    return [JobEvent(row.number, row.at, JobEventKind(row.event), row.data) for row in connection.execute(query)]


def latest_progress(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """Return the latest progress of a job's current attempt."""
    is_progress = job_events.c.event.in_((JobEventKind.STARTED, JobEventKind.PROGRESS))
    query = select(job_events.c.event, job_events.c.data).where((job_events.c.job == identifier) & is_progress)
    row = connection.execute(query.order_by(job_events.c.number.desc()).limit(1)).one_or_none()
    return None if row is None or row.event == JobEventKind.STARTED else row.data


def cancel(connection: Connection, identifier: str, now: dt.datetime) -> bool:
    """Cancel a queued job at once, or a running one soon, with the best schedule so far. Return False if it has ended."""
    row = connection.execute(select(jobs.c.state, jobs.c.cancelled).where(jobs.c.id == identifier).with_for_update()).one()
    if row.state in ENDED:
        return False
    if not row.cancelled:
        connection.execute(update(jobs).where(jobs.c.id == identifier).values(cancelled=True))
        if row.state == JobState.QUEUED:
            _end(connection, identifier, JobState.CANCELLED, now)
        else:
            _note(connection, identifier, JobEventKind.CANCELLING, now)
    return True


def queued(connection: Connection) -> bool:
    """True if any job is queued."""
    return connection.execute(select(jobs.c.id).where(jobs.c.state == JobState.QUEUED).limit(1)).first() is not None


def claim(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    """Start the oldest queued plan. Return None if none is queued or another runner was quicker."""
    waiting = _IS_PLAN & (jobs.c.state == JobState.QUEUED)
    oldest = select(jobs.c.id).where(waiting).order_by(*_AGE).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    return start(connection, oldest, runner, now)


def start(connection: Connection, job: str | ScalarSelect[Any], runner: str, now: dt.datetime) -> Attempt | None:
    """Start a job. Return None if it is no longer queued."""
    started = {"state": JobState.RUNNING, "attempt": jobs.c.attempt + 1, "runner": runner, "started_at": now, "heard_at": now}
    waiting = (jobs.c.id == job) & (jobs.c.state == JobState.QUEUED)
    row = connection.execute(update(jobs).where(waiting).values(started).returning(*_ATTEMPT)).one_or_none()
    if row is None:
        return None
    attempt = _attempt(row)
    _note(connection, attempt.job, JobEventKind.STARTED, now, attempt=attempt.number)
    return attempt


def heartbeat(connection: Connection, attempts: Collection[Attempt], now: dt.datetime) -> None:
    """Record that these attempts are still running."""
    for attempt in sorted(attempts, key=lambda attempt: attempt.job):  # all writers lock jobs in this order, to avoid deadlocks
        connection.execute(update(jobs).where(_is_current(attempt)).values(heard_at=now))


def running(connection: Connection) -> list[Attempt]:
    """Return the running attempts."""
    return [_attempt(row) for row in connection.execute(select(*_ATTEMPT).where(jobs.c.state == JobState.RUNNING))]


def should_continue(connection: Connection, attempt: Attempt) -> bool:
    """True if the attempt should continue: it is the job's current one, and the job is not cancelled."""
    return connection.execute(select(jobs.c.id).where(_is_current(attempt) & ~jobs.c.cancelled)).first() is not None


def add_progress(connection: Connection, attempt: Attempt, progress: dict[str, Any], now: dt.datetime) -> None:
    """Store an attempt's progress, if it is the current one."""
    if _hold(connection, attempt) is not None:
        _note(connection, attempt.job, JobEventKind.PROGRESS, now, **progress)


def complete(connection: Connection, attempt: Attempt, now: dt.datetime) -> bool:
    """End a job as done, or as cancelled if that was requested. Return False if this attempt is not the current one."""
    held = _hold(connection, attempt)
    if held is not None:
        _end(connection, attempt.job, JobState.CANCELLED if held.cancelled else JobState.DONE, now)
    return held is not None


def fail(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> bool:
    """End a job as failed, with the reason as a sentence. Return False if this attempt is not the current one."""
    held = _hold(connection, attempt)
    if held is not None:
        _end(connection, attempt.job, JobState.FAILED, now, error)
    return held is not None


def release(connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> str | None:
    """Queue an interrupted job again. End it instead if it is cancelled or has been interrupted ``MOST_CUT_OFFS`` times.

    ``api/jobs/runner.py`` decides when: if a process or its server has been killed, or the server stops.
    ``may_fail`` is False if the job can't have caused the interruption. Return the error if the job has failed.
    """
    held = _hold(connection, attempt)
    if held is None:
        return None
    if held.cancelled:
        _end(connection, attempt.job, JobState.CANCELLED, now)
    elif may_fail and held.cut_offs + 1 >= MOST_CUT_OFFS:
        error = f"It was interrupted {MOST_CUT_OFFS} times before it was done. Plan fewer days at once."
        _end(connection, attempt.job, JobState.FAILED, now, error)
        return error
    else:
        again = {
            "state": JobState.QUEUED,
            "runner": None,
            "started_at": None,
            "heard_at": None,
            "cut_offs": held.cut_offs + may_fail,
        }
        connection.execute(update(jobs).where(jobs.c.id == attempt.job).values(again))
        _note(connection, attempt.job, JobEventKind.QUEUED, now)
    return None


def _add(connection: Connection, kind: JobKind, request: dict[str, Any], now: dt.datetime, problem: str | None = None) -> str:
    identifier = f"{kind[0].upper()}-{secrets.token_hex(6)}"
    start = {"state": JobState.QUEUED, "attempt": 0, "cancelled": False, "created_at": now}
    connection.execute(insert(jobs).values(id=identifier, kind=kind, request=request, problem=problem, **start))
    _note(connection, identifier, JobEventKind.QUEUED, now)
    return identifier


def _attempt(row: Any) -> Attempt:
    return Attempt(row.id, row.attempt, row.runner, row.heard_at, JobKind(row.kind))


def _is_current(attempt: Attempt) -> ColumnElement[bool]:
    return (jobs.c.id == attempt.job) & (jobs.c.attempt == attempt.number) & (jobs.c.state == JobState.RUNNING)


def _hold(connection: Connection, attempt: Attempt) -> Row[bool, int] | None:
    """Lock the job until the transaction ends, and return its flags. Return None if the attempt is not the current one."""
    query = select(jobs.c.cancelled, jobs.c.cut_offs).where(_is_current(attempt))
    return connection.execute(query.with_for_update()).one_or_none()


def _end(connection: Connection, identifier: str, state: JobState, now: dt.datetime, error: str | None = None) -> None:
    connection.execute(update(jobs).where(jobs.c.id == identifier).values(state=state, error=error, ended_at=now))
    data = {} if error is None else {"error": error}
    _note(connection, identifier, JobEventKind(state), now, **data)


def _note(connection: Connection, identifier: str, event: JobEventKind, now: dt.datetime, **data: Any) -> None:
    connection.execute(insert(job_events).values(job=identifier, at=now, event=event, data=data))


def _of(identifier: str) -> Select[Any]:
    return select(*_JOB).where(_IS_PLAN & (jobs.c.id == identifier))


def _jobs(connection: Connection, query: Select[Any]) -> list[Job]:
    return [Job(row[0], row[1], JobState(row[2]), *row[3:]) for row in connection.execute(query)]
