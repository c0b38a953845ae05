"""Jobs: queued, running, and then done, cancelled or failed, once. A change holds the job's row, so its events are in order."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, insert, select, tuple_, update

from api.database.json_values import written
from api.database.tables import job_events, jobs
from scheduler.domain.problem import Problem

MOST_CUT_OFFS = 20


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class JobKind(StrEnum):
    """What is made: a plan, or a solve that sweeps want."""

    PLAN = "plan"
    SOLVE = "solve"


class JobEventKind(StrEnum):
    """What a job's events tell; the last one is named as the state in which the job has ended."""

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
    """One start of a job, by its ``number``. ``runner`` has it, and was last heard of at ``heard_at``."""

    job: str
    number: int
    runner: str
    heard_at: dt.datetime = field(compare=False)
    kind: JobKind = JobKind.PLAN


@dataclass(frozen=True)
class Job:
    """The job of a plan, without the problem that it solves.

    ``asked`` is what was asked for: ``first``, ``last``, ``time_limit`` (seconds), ``seed``, ``workers``. ``attempt`` counts its
    starts. ``cancelled``: it is to end soon.
    """

    id: str
    asked: dict[str, Any]
    state: JobState
    attempt: int
    cancelled: bool
    error: str | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True)
class JobEvent:
    """What has happened to a job; its ``number`` is greater than those of the events before it."""

    number: int
    at: dt.datetime
    event: JobEventKind
    data: dict[str, Any]


_JOB = (
    jobs.c.id,
    jobs.c.request["asked"],
    *(jobs.c[name] for name in ("state", "attempt", "cancelled", "error", "created_at", "started_at", "ended_at")),
)
_ATTEMPT = jobs.c.id, jobs.c.attempt, jobs.c.runner, jobs.c.heard_at, jobs.c.kind
_IS_PLAN = jobs.c.kind == JobKind.PLAN
_AGE = jobs.c.created_at, jobs.c.id


def add(connection: Connection, problem: Problem, asked: dict[str, Any], now: dt.datetime) -> Job:
    """Queue a plan of a problem."""
    identifier = _add(connection, JobKind.PLAN, {"problem": written(problem), "asked": asked}, now)
    return _jobs(connection, _of(identifier))[0]


def add_solve(connection: Connection, key: str, now: dt.datetime) -> str:
    """Queue a solve by its key; gives the job's id."""
    return _add(connection, JobKind.SOLVE, {"key": key}, now)


def key_of(connection: Connection, identifier: str) -> str:
    """The key of what the job of a solve is to solve."""
    key: str = connection.execute(select(jobs.c.request["key"]).where(jobs.c.id == identifier)).scalar_one()
    return key


def found(connection: Connection, identifier: str) -> Job | None:
    """The plan's job with that id."""
    return next(iter(_jobs(connection, _of(identifier))), None)


def problem_of(connection: Connection, identifier: str) -> Problem:
    """The problem that the job solves."""
    return Problem.model_validate(
        connection.execute(select(jobs.c.request["problem"]).where(jobs.c.id == identifier)).scalar_one()
    )


def listed(connection: Connection, *, after: Job | None = None, most: int | None = None) -> list[Job]:
    """The jobs of plans, the latest first; or those that come after one in that order."""
    query = select(*_JOB).where(_IS_PLAN).order_by(*(column.desc() for column in _AGE)).limit(most)
    if after is not None:
        query = query.where(tuple_(*_AGE) < (after.created_at, after.id))
    return _jobs(connection, query)


def events(connection: Connection, identifier: str, *, after: int = 0, most: int | None = None) -> list[JobEvent]:
    """What has happened to the job since the event of that number."""
    of_it = (job_events.c.job == identifier) & (job_events.c.number > after)
    columns = job_events.c.number, job_events.c.at, job_events.c.event, job_events.c.data
    query = select(*columns).where(of_it).order_by(job_events.c.number).limit(most)
    return [JobEvent(row.number, row.at, JobEventKind(row.event), row.data) for row in connection.execute(query)]


def latest_progress(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """What the job's present attempt told last."""
    told = job_events.c.event.in_((JobEventKind.STARTED, JobEventKind.PROGRESS))
    query = select(job_events.c.event, job_events.c.data).where((job_events.c.job == identifier) & told)
    row = connection.execute(query.order_by(job_events.c.number.desc()).limit(1)).one_or_none()
    return None if row is None or row.event == JobEventKind.STARTED else row.data


def cancel(connection: Connection, identifier: str, now: dt.datetime) -> bool:
    """Let a job end: at once if it waits, or soon, with the best schedule so far. Gives whether it had not ended yet."""
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
    """Whether any job waits to be started."""
    return connection.execute(select(jobs.c.id).where(jobs.c.state == JobState.QUEUED).limit(1)).first() is not None


def claim(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    """Start the plan that waits longest; None where none waits, or another runner was quicker."""
    waiting = _IS_PLAN & (jobs.c.state == JobState.QUEUED)
    oldest = select(jobs.c.id).where(waiting).order_by(*_AGE).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    return start(connection, oldest, runner, now)


def start(connection: Connection, job: str | ScalarSelect[Any], runner: str, now: dt.datetime) -> Attempt | None:
    """Start a job, unless it waits no longer."""
    started = {"state": JobState.RUNNING, "attempt": jobs.c.attempt + 1, "runner": runner, "started_at": now, "heard_at": now}
    waiting = (jobs.c.id == job) & (jobs.c.state == JobState.QUEUED)
    row = connection.execute(update(jobs).where(waiting).values(started).returning(*_ATTEMPT)).one_or_none()
    if row is None:
        return None
    attempt = _attempt(row)
    _note(connection, attempt.job, JobEventKind.STARTED, now, attempt=attempt.number)
    return attempt


def hear(connection: Connection, attempts: Collection[Attempt], now: dt.datetime) -> None:
    """Keep that these attempts go on."""
    for attempt in sorted(attempts, key=lambda attempt: attempt.job):  # others lock them in this order too
        connection.execute(update(jobs).where(_is_present(attempt)).values(heard_at=now))


def running(connection: Connection) -> list[Attempt]:
    """The attempts that go on, as far as is known."""
    return [_attempt(row) for row in connection.execute(select(*_ATTEMPT).where(jobs.c.state == JobState.RUNNING))]


def is_wanted(connection: Connection, attempt: Attempt) -> bool:
    """Whether the attempt is to go on: it is the present one, and nobody has cancelled the job."""
    return connection.execute(select(jobs.c.id).where(_is_present(attempt) & ~jobs.c.cancelled)).first() is not None


def tell(connection: Connection, attempt: Attempt, progress: dict[str, Any], now: dt.datetime) -> None:
    """Keep an attempt's progress, unless it is no longer the present one."""
    if _hold(connection, attempt) is not None:
        _note(connection, attempt.job, JobEventKind.PROGRESS, now, **progress)


def complete(connection: Connection, attempt: Attempt, now: dt.datetime) -> bool:
    """End a job as done, or as cancelled if that was requested. Return whether this attempt was the current one."""
    held = _hold(connection, attempt)
    if held is not None:
        _end(connection, attempt.job, JobState.CANCELLED if held.cancelled else JobState.DONE, now)
    return held is not None


def fail(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> bool:
    """End a job without a plan, with a sentence that says why; only its present attempt can. Gives whether it did."""
    held = _hold(connection, attempt)
    if held is not None:
        _end(connection, attempt.job, JobState.FAILED, now, error)
    return held is not None


def release(connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> str | None:
    """Queue a job again whose attempt was cut off; one that was to end soon ends, and one that never gets through fails.

    ``may_fail`` is False where the attempt was cut off by what has nothing to do with the job. Gives the sentence with which
    it has failed, where it has.
    """
    held = _hold(connection, attempt)
    if held is None:
        return None
    if held.cancelled:
        _end(connection, attempt.job, JobState.CANCELLED, now)
    elif may_fail and held.cut_offs + 1 >= MOST_CUT_OFFS:
        error = f"It was cut off {MOST_CUT_OFFS} times before it was done. Plan fewer days at once."
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


def _add(connection: Connection, kind: JobKind, request: dict[str, Any], now: dt.datetime) -> str:
    identifier = f"{kind[0].upper()}-{secrets.token_hex(6)}"
    row = {"kind": kind, "request": request, "state": JobState.QUEUED, "attempt": 0, "cancelled": False, "created_at": now}
    connection.execute(insert(jobs).values(id=identifier, **row))
    _note(connection, identifier, JobEventKind.QUEUED, now)
    return identifier


def _attempt(row: Any) -> Attempt:
    return Attempt(row.id, row.attempt, row.runner, row.heard_at, JobKind(row.kind))


def _is_present(attempt: Attempt) -> ColumnElement[bool]:
    return (jobs.c.id == attempt.job) & (jobs.c.attempt == attempt.number) & (jobs.c.state == JobState.RUNNING)


def _hold(connection: Connection, attempt: Attempt) -> Row[bool, int] | None:
    """Hold the job until the transaction ends, and see whether it is cancelled; None where the attempt is not the present one."""
    query = select(jobs.c.cancelled, jobs.c.cut_offs).where(_is_present(attempt))
    return connection.execute(query.with_for_update()).one_or_none()


def _end(connection: Connection, identifier: str, state: JobState, now: dt.datetime, error: str | None = None) -> None:
    connection.execute(update(jobs).where(jobs.c.id == identifier).values(state=state, error=error, ended_at=now))
    told = {} if error is None else {"error": error}
    _note(connection, identifier, JobEventKind(state), now, **told)


def _note(connection: Connection, identifier: str, happening: JobEventKind, now: dt.datetime, **data: Any) -> None:
    connection.execute(insert(job_events).values(job=identifier, at=now, event=happening, data=data))


def _of(identifier: str) -> Select[Any]:
    return select(*_JOB).where(_IS_PLAN & (jobs.c.id == identifier))


def _jobs(connection: Connection, query: Select[Any]) -> list[Job]:
    return [Job(row[0], row[1], JobState(row[2]), *row[3:]) for row in connection.execute(query)]
