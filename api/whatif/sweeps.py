"""Sweeps: scenarios compared with a base, or the value of one more. Their solves are jobs, which they share and take in turn.

Every function that changes the state of a sweep holds the diary, as writers do, so that such changes never run at once.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from api.database.session import lock_diary
from api.database.tables import jobs as jobs_table
from api.database.tables import solves as solves_table
from api.database.tables import sweep_parts as parts_table
from api.database.tables import sweeps
from api.jobs import queue as jobs
from api.jobs.queue import ENDED, Attempt, JobState
from api.whatif import solves
from scheduler.sweeps.task import Task


class SweepKind(StrEnum):
    """The purpose of a sweep: a comparison of scenarios, or the value of one more."""

    WHATIF = "whatif"
    VALUE = "value"


ACTIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class SolveRequest:
    """The request for a solve: the base, or a scenario with its changes in sentences; ``at`` is its place in a grid."""

    task: Task
    name: str = ""
    changes: tuple[str, ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredSweep:
    """A sweep as the database stores it, without its parts. ``request`` has its days and the limits of its solves."""

    position: int
    id: str
    kind: SweepKind
    plan: str | None
    request: dict[str, Any]
    state: JobState
    error: str | None
    created_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def has_ended(self) -> bool:
        """True if its state is final."""
        return self.state in ENDED


@dataclass(frozen=True)
class SweepPart:
    """A part of a sweep. A scenario has a ``result`` once it and the base are solved, or an ``error``."""

    number: int
    name: str
    changes: tuple[str, ...]
    at: tuple[str, ...]
    key: str
    result: dict[str, Any] | None
    error: str | None

    @property
    def is_open(self) -> bool:
        """True if it has neither a result nor an error yet."""
        return self.result is None and self.error is None


@dataclass(frozen=True)
class SolveCounts:
    """Distinct solves finished (``done``), of the total so far (``of``).

    ``seconds_left`` is an estimate. It is null before the first result, while no solve is running, and while results are
    evaluated.
    """

    done: int
    of: int
    seconds_left: float | None


_SWEEP = (
    *(sweeps.c[name] for name in ("position", "id", "kind", "plan", "state", "error", "created_at", "ended_at")),
    sweeps.c.asked.label("request"),
)
_PART = tuple(parts_table.c[name] for name in ("number", "name", "changes", "at", "key", "result", "error"))


def add(
    connection: Connection,
    kind: SweepKind,
    request: dict[str, Any],
    solve_requests: Sequence[SolveRequest],
    now: dt.datetime,
    plan: str | None = None,
) -> StoredSweep:
    """Start a sweep, to be served after those that wait already. Its first solve is the base. The caller holds the diary."""
    identifier = f"{kind[0].upper()}-{secrets.token_hex(6)}"
    row = {
        "kind": kind,
        "plan": plan,
        "asked": request,
        "state": JobState.QUEUED,
        "turn": _next_turn(connection),
        "created_at": now,
    }
    connection.execute(insert(sweeps).values(id=identifier, **row))
    _add_parts(connection, identifier, solve_requests, now)
    return _sweeps(connection, sweeps.c.id == identifier)[0]


def find(connection: Connection, kind: SweepKind, identifier: str) -> StoredSweep | None:
    """Return the sweep of a kind with an id."""
    return next(iter(_sweeps(connection, (sweeps.c.kind == kind) & (sweeps.c.id == identifier))), None)


def latest_of_plan(connection: Connection, plan: str) -> StoredSweep | None:
    """Return the latest sweep for the value of one more of a plan."""
    return next(iter(_sweeps(connection, (sweeps.c.kind == SweepKind.VALUE) & (sweeps.c.plan == plan), most=1)), None)


def list_sweeps(
    connection: Connection, kind: SweepKind, *, after: StoredSweep | None = None, most: int | None = None
) -> list[StoredSweep]:
    """Return the sweeps of a kind, newest first: at most ``most``, after the sweep ``after``."""
    which = sweeps.c.kind == kind
    return _sweeps(connection, which if after is None else which & (sweeps.c.position < after.position), most)


def parts(connection: Connection, identifier: str) -> list[SweepPart]:
    """Return the parts of a sweep, the base first."""
    query = select(*_PART).where(parts_table.c.sweep == identifier).order_by(parts_table.c.number)
    return [
        SweepPart(row.number, row.name, tuple(row.changes), tuple(row.at), row.key, row.result, row.error)
        for row in connection.execute(query)
    ]


def size(connection: Connection, identifier: str) -> int:
    """Return the number of a sweep's parts."""
    of_sweep = parts_table.c.sweep == identifier
    return int(connection.execute(select(func.count()).select_from(parts_table).where(of_sweep)).scalar_one())


def names(connection: Connection, identifiers: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the scenarios of some sweeps, without their bases."""
    columns = parts_table.c.sweep, parts_table.c.name
    query = select(*columns).where(parts_table.c.sweep.in_(identifiers), parts_table.c.number > 0).order_by(parts_table.c.number)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.sweep, []).append(row.name)
    return found


def result_of(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """Return the result so far of a value of one more."""
    result: dict[str, Any] | None = connection.execute(select(sweeps.c.result).where(sweeps.c.id == identifier)).scalar_one()
    return result


def progress(connection: Connection, identifier: str) -> SolveCounts:
    """Return the progress of a sweep. The time left assumes the mean time of its solves, and the number that run now."""
    columns = parts_table.c.key, parts_table.c.error, solves_table.c.seconds, jobs_table.c.state
    joined = parts_table.join(solves_table).join(jobs_table, jobs_table.c.id == solves_table.c.job)
    query = select(*columns).select_from(joined).where(parts_table.c.sweep == identifier).distinct()
    rows = {row.key: row for row in connection.execute(query)}.values()
    seconds = [row.seconds for row in rows if row.seconds is not None]
    done = sum(row.seconds is not None or row.error is not None for row in rows)
    at_once = sum(row.seconds is None and row.state == JobState.RUNNING for row in rows)
    left = len(rows) - done
    if not left:
        return SolveCounts(done, len(rows), None if is_active(connection, identifier) else 0.0)
    if not (seconds and at_once):
        return SolveCounts(done, len(rows), None)
    return SolveCounts(done, len(rows), round(sum(seconds) / len(seconds) * left / at_once, 1))


def has_unsolved(connection: Connection, identifier: str) -> bool:
    """True if a task of the sweep has no result yet."""
    query = select(parts_table.c.number).join(solves_table)
    unsolved = (parts_table.c.sweep == identifier) & solves_table.c.solved.is_(None)
    return connection.execute(query.where(unsolved).limit(1)).first() is not None


def is_active(connection: Connection, identifier: str) -> bool:
    """True if a sweep has not ended."""
    return bool(_sweeps(connection, (sweeps.c.id == identifier) & sweeps.c.state.in_(ACTIVE)))


def claim(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    """Start the next job: the oldest plan in the queue, or else a solve of the sweep that was served longest ago.

    Return None if no job waits, or if another runner was faster.
    """
    return jobs.claim(connection, runner, now) or _claim_solve(connection, runner, now)


def release(connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> None:
    """Queue a job again after its attempt was interrupted.

    A solve that is interrupted too often fails in every sweep that needs it. ``may_fail`` is False if the cause of the
    interruption has nothing to do with the job.
    """
    lock_diary(connection)
    error = jobs.release(connection, attempt, now, may_fail=may_fail)
    if error is not None and attempt.kind == jobs.JobKind.SOLVE:
        _fail_solve(connection, attempt, error, now)


def fail(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> None:
    """End the job of a solve without a result; ``error`` is a sentence. Every sweep that needs it stores the error."""
    lock_diary(connection)
    if jobs.fail(connection, attempt, error, now):
        _fail_solve(connection, attempt, error, now)


def cancel(connection: Connection, identifier: str, now: dt.datetime) -> bool:
    """End a sweep with its results so far, and the solves that only this sweep needs. Return False if it has ended already."""
    lock_diary(connection)
    if not is_active(connection, identifier):
        return False
    _end(connection, identifier, JobState.CANCELLED, now)
    return True


def waiting_for(connection: Connection, key: str) -> list[StoredSweep]:
    """Return the active sweeps that wait for the solve with a key."""
    of_key = select(parts_table.c.sweep).where((parts_table.c.key == key) & _is_open())
    return _sweeps(connection, sweeps.c.state.in_(ACTIVE) & sweeps.c.id.in_(of_key))


def store_results(connection: Connection, identifier: str, results: dict[int, dict[str, Any]], now: dt.datetime) -> None:
    """Store results of a sweep's parts by their numbers, and end the sweep if no part is open."""
    lock_diary(connection)
    if is_active(connection, identifier):
        for number, result in results.items():
            open_part = (parts_table.c.sweep == identifier) & (parts_table.c.number == number) & _is_open()
            connection.execute(update(parts_table).where(open_part).values(result=result))
        _end_if_complete(connection, identifier, now)


def add_round(
    connection: Connection,
    identifier: str,
    result: dict[str, Any] | None,
    solve_requests: Sequence[SolveRequest],
    now: dt.datetime,
) -> None:
    """Store the result so far of a value of one more, and its next solves. If there are none, end the sweep."""
    lock_diary(connection)
    if is_active(connection, identifier):
        connection.execute(update(sweeps).where(sweeps.c.id == identifier).values(result=result))
        _add_parts(connection, identifier, solve_requests, now)
        if not solve_requests:
            _end(connection, identifier, JobState.DONE, now)


def fail_sweep(connection: Connection, identifier: str, error: str, now: dt.datetime) -> None:
    """End a sweep that can have no result; ``error`` is a sentence."""
    lock_diary(connection)
    if is_active(connection, identifier):
        _end(connection, identifier, JobState.FAILED, now, error)


def _claim_solve(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    if not lock_diary(connection, wait=False):
        return None
    waiting = sweeps.c.state.in_(ACTIVE) & _is_open() & (jobs_table.c.state == JobState.QUEUED)
    joined = sweeps.join(parts_table, parts_table.c.sweep == sweeps.c.id).join(solves_table).join(
        jobs_table, jobs_table.c.id == solves_table.c.job
    )  # fmt: skip
    order = sweeps.c.turn, sweeps.c.position, parts_table.c.number
    query = select(sweeps.c.id, jobs_table.c.id).select_from(joined).where(waiting).order_by(*order).limit(1)
    first = connection.execute(query).one_or_none()
    if first is None:
        return None
    identifier, job = first
    served = {"turn": _next_turn(connection), "state": JobState.RUNNING}
    connection.execute(update(sweeps).where(sweeps.c.id == identifier).values(served))
    return jobs.start(connection, job, runner, now)


def _next_turn(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(sweeps.c.turn), 0))).scalar_one()) + 1


def _add_parts(connection: Connection, identifier: str, solve_requests: Iterable[SolveRequest], now: dt.datetime) -> None:
    """Add solves to a sweep, except those that it has: another process can have added them already."""
    known = connection.execute(select(parts_table.c.key).where(parts_table.c.sweep == identifier)).scalars().all()
    added = [request for request in solve_requests if request.task.key not in known]
    solves.enqueue(connection, (request.task for request in added), now)
    for number, new in enumerate(added, len(known)):
        row = {"name": new.name, "changes": list(new.changes), "at": list(new.at), "key": new.task.key}
        connection.execute(insert(parts_table).values(sweep=identifier, number=number, **row))


def _is_open() -> ColumnElement[bool]:
    return parts_table.c.result.is_(None) & parts_table.c.error.is_(None)


def _fail_solve(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> None:
    """Store a failed solve's error in every sweep that waits for it, unless another job has taken it over."""
    key = jobs.key_of(connection, attempt.job)
    if solves.job_of(connection, key) != attempt.job:
        return
    for sweep in waiting_for(connection, key):
        of_key = (parts_table.c.sweep == sweep.id) & (parts_table.c.key == key) & _is_open()
        first = connection.execute(select(func.min(parts_table.c.number)).where(of_key)).scalar_one()
        if sweep.kind is SweepKind.VALUE or first == 0:
            _end(connection, sweep.id, JobState.FAILED, now, error)
        else:
            connection.execute(update(parts_table).where(of_key).values(error=error))
            _end_if_complete(connection, sweep.id, now)


def _end_if_complete(connection: Connection, identifier: str, now: dt.datetime) -> None:
    query = select(parts_table.c.number).where((parts_table.c.sweep == identifier) & _is_open()).limit(1)
    if connection.execute(query).first() is None:
        _end(connection, identifier, JobState.DONE, now)


def _end(connection: Connection, identifier: str, state: JobState, now: dt.datetime, error: str | None = None) -> None:
    """End a sweep, and cancel the jobs that no other sweep needs: all queued ones and, unless it is done, running ones."""
    connection.execute(update(sweeps).where(sweeps.c.id == identifier).values(state=state, ended_at=now, error=error))
    with_sweep = select(parts_table.c.key).join(sweeps, sweeps.c.id == parts_table.c.sweep)
    needed = with_sweep.where(sweeps.c.state.in_(ACTIVE) & _is_open())
    own = select(parts_table.c.key).where(parts_table.c.sweep == identifier)
    own_only = solves_table.c.key.in_(own) & solves_table.c.key.not_in(needed)
    ending = (JobState.QUEUED,) if state is JobState.DONE else ACTIVE
    query = select(jobs_table.c.id).join(solves_table, solves_table.c.job == jobs_table.c.id)
    unneeded_jobs = query.where(own_only & jobs_table.c.state.in_(ending)).order_by(jobs_table.c.id)
    for job in connection.execute(unneeded_jobs).scalars().all():
        jobs.cancel(connection, job, now)
    solves.drop_tasks(connection, own_only)


def _sweeps(connection: Connection, which: ColumnElement[bool], most: int | None = None) -> list[StoredSweep]:
    """Return sweeps, newest first."""
    query = select(*_SWEEP).where(which).order_by(sweeps.c.position.desc()).limit(most)
    rows = (row._asdict() for row in connection.execute(query))
    return [StoredSweep(**row | {"kind": SweepKind(row["kind"]), "state": JobState(row["state"])}) for row in rows]
