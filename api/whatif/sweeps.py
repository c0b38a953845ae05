"""Sweeps: scenarios beside a base, or the value of one more. What they want solved are jobs, which they share and take in turn.

Whoever decides about sweeps holds the diary, as writers do, so that one decides after another.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from api.database.session import hold
from api.database.tables import jobs as jobs_table
from api.database.tables import solves as solves_table
from api.database.tables import sweep_parts as parts_table
from api.database.tables import sweeps
from api.jobs import queue as jobs
from api.jobs.queue import ENDED, Attempt, JobState
from api.whatif import solves
from scheduler.sweeps.task import Task


class SweepKind(StrEnum):
    """What a sweep is for: scenarios set side by side, or the value of one more."""

    WHATIF = "whatif"
    VALUE = "value"


GOING_ON = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class SolveRequest:
    """What is to be solved: the base or a scenario with its changes in sentences, and where it stands in a grid."""

    task: Task
    name: str = ""
    changes: tuple[str, ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredSweep:
    """A sweep, as it is kept. ``asked`` is what was asked for; ``result`` is what is known of a value so far."""

    position: int
    id: str
    kind: SweepKind
    plan: str | None
    asked: dict[str, Any]
    state: JobState
    error: str | None
    created_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True)
class SweepPart:
    """A part of a sweep. A scenario has a ``result`` once it is solved and the base too, or an ``error``."""

    number: int
    name: str
    changes: tuple[str, ...]
    at: tuple[str, ...]
    key: str
    result: dict[str, Any] | None
    error: str | None

    @property
    def is_open(self) -> bool:
        """Whether there is anything to come of it."""
        return self.result is None and self.error is None


@dataclass(frozen=True)
class SolveCounts:
    """So many solves done, of so many different ones.

    ``seconds_left`` is None before the first, while nobody works, and between all that is wanted so far and the end.
    """

    done: int
    of: int
    seconds_left: float | None


_SWEEP = tuple(sweeps.c[name] for name in ("position", "id", "kind", "plan", "asked", "state", "error", "created_at", "ended_at"))
_PART = tuple(parts_table.c[name] for name in ("number", "name", "changes", "at", "key", "result", "error"))


def add(
    connection: Connection,
    kind: SweepKind,
    asked: dict[str, Any],
    wanted: Sequence[SolveRequest],
    now: dt.datetime,
    plan: str | None = None,
) -> StoredSweep:
    """Begin a sweep, served after those that wait already; the first that is wanted is the base. The caller holds the diary."""
    identifier = f"{kind[0].upper()}-{secrets.token_hex(6)}"
    row = {
        "kind": kind,
        "plan": plan,
        "asked": asked,
        "state": JobState.QUEUED,
        "turn": _next_turn(connection),
        "created_at": now,
    }
    connection.execute(insert(sweeps).values(id=identifier, **row))
    _add_parts(connection, identifier, wanted, now)
    return _sweeps(connection, sweeps.c.id == identifier)[0]


def found(connection: Connection, kind: SweepKind, identifier: str) -> StoredSweep | None:
    """The sweep of that kind with that id."""
    return next(iter(_sweeps(connection, (sweeps.c.kind == kind) & (sweeps.c.id == identifier))), None)


def latest_of_plan(connection: Connection, plan: str) -> StoredSweep | None:
    """The latest sweep for the value of one more than a plan has."""
    return next(iter(_sweeps(connection, (sweeps.c.kind == SweepKind.VALUE) & (sweeps.c.plan == plan), most=1)), None)


def listed(
    connection: Connection, kind: SweepKind, *, after: StoredSweep | None = None, most: int | None = None
) -> list[StoredSweep]:
    """The sweeps of a kind, the latest first; or those that come after one in that order."""
    which = sweeps.c.kind == kind
    return _sweeps(connection, which if after is None else which & (sweeps.c.position < after.position), most)


def parts(connection: Connection, identifier: str) -> list[SweepPart]:
    """The parts of a sweep, the base first."""
    query = select(*_PART).where(parts_table.c.sweep == identifier).order_by(parts_table.c.number)
    return [
        SweepPart(row.number, row.name, tuple(row.changes), tuple(row.at), row.key, row.result, row.error)
        for row in connection.execute(query)
    ]


def size(connection: Connection, identifier: str) -> int:
    """How many parts a sweep has."""
    mine = parts_table.c.sweep == identifier
    return int(connection.execute(select(func.count()).select_from(parts_table).where(mine)).scalar_one())


def result_of(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """What is known so far of a value."""
    result: dict[str, Any] | None = connection.execute(select(sweeps.c.result).where(sweeps.c.id == identifier)).scalar_one()
    return result


def progress(connection: Connection, identifier: str) -> SolveCounts:
    """How far a sweep is. What is left is reckoned by what those done took, and by how many are worked on now."""
    columns = parts_table.c.key, parts_table.c.error, solves_table.c.seconds, jobs_table.c.state
    joined = parts_table.join(solves_table).join(jobs_table, jobs_table.c.id == solves_table.c.job)
    query = select(*columns).select_from(joined).where(parts_table.c.sweep == identifier).distinct()
    rows = {row.key: row for row in connection.execute(query)}.values()
    seconds = [row.seconds for row in rows if row.seconds is not None]
    done = sum(row.seconds is not None or row.error is not None for row in rows)
    at_once = sum(row.seconds is None and row.state == JobState.RUNNING for row in rows)
    left = len(rows) - done
    if not left:
        return SolveCounts(done, len(rows), None if is_going_on(connection, identifier) else 0.0)
    if not (seconds and at_once):
        return SolveCounts(done, len(rows), None)
    return SolveCounts(done, len(rows), round(sum(seconds) / len(seconds) * left / at_once, 1))


def has_unsolved(connection: Connection, identifier: str) -> bool:
    """Whether anything that a sweep wants is still to be solved."""
    query = select(parts_table.c.number).join(solves_table)
    mine = (parts_table.c.sweep == identifier) & solves_table.c.solved.is_(None)
    return connection.execute(query.where(mine).limit(1)).first() is not None


def is_going_on(connection: Connection, identifier: str) -> bool:
    """Whether a sweep has not ended."""
    return bool(_sweeps(connection, (sweeps.c.id == identifier) & sweeps.c.state.in_(GOING_ON)))


def claim(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    """Start what comes next: the plan that waits longest, or else a solve of the sweep that was served longest ago.

    None where nothing waits, or another runner was quicker.
    """
    return jobs.claim(connection, runner, now) or _claim_solve(connection, runner, now)


def release(connection: Connection, attempt: Attempt, now: dt.datetime, *, may_fail: bool = True) -> None:
    """Queue a job again whose attempt was cut off; a solve that never gets through fails for every sweep that wants it.

    ``may_fail`` is False where the attempt was cut off by what has nothing to do with the job.
    """
    hold(connection)
    error = jobs.release(connection, attempt, now, may_fail=may_fail)
    if error is not None and attempt.kind == jobs.JobKind.SOLVE:
        _fail_solve(connection, attempt, error, now)


def fail(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> None:
    """End the job of a solve without a result, with a sentence that says why; so end the parts of sweeps that want it."""
    hold(connection)
    if jobs.fail(connection, attempt, error, now):
        _fail_solve(connection, attempt, error, now)


def cancel(connection: Connection, identifier: str, now: dt.datetime) -> bool:
    """End a sweep with what it has; solves that no other wants end soon. Gives whether it had not ended yet."""
    hold(connection)
    if not is_going_on(connection, identifier):
        return False
    _end(connection, identifier, JobState.CANCELLED, now)
    return True


def wanting(connection: Connection, key: str) -> list[StoredSweep]:
    """The sweeps that go on, and wait for the solve of that key."""
    of_key = select(parts_table.c.sweep).where((parts_table.c.key == key) & _is_open())
    return _sweeps(connection, sweeps.c.state.in_(GOING_ON) & sweeps.c.id.in_(of_key))


def set_beside(connection: Connection, identifier: str, results: dict[int, dict[str, Any]], now: dt.datetime) -> None:
    """Keep the results of a sweep's parts, by their numbers. With the last it is done."""
    hold(connection)
    if is_going_on(connection, identifier):
        for number, result in results.items():
            mine = (parts_table.c.sweep == identifier) & (parts_table.c.number == number) & _is_open()
            connection.execute(update(parts_table).where(mine).values(result=result))
        _end_if_whole(connection, identifier, now)


def go_on(
    connection: Connection, identifier: str, result: dict[str, Any] | None, wanted: Sequence[SolveRequest], now: dt.datetime
) -> None:
    """Keep what is known so far of a value, and what is wanted next; where that is nothing, it is done."""
    hold(connection)
    if is_going_on(connection, identifier):
        connection.execute(update(sweeps).where(sweeps.c.id == identifier).values(result=result))
        _add_parts(connection, identifier, wanted, now)
        if not wanted:
            _end(connection, identifier, JobState.DONE, now)


def give_up(connection: Connection, identifier: str, error: str, now: dt.datetime) -> None:
    """End a sweep of which nothing can come, with a sentence that says why."""
    hold(connection)
    if is_going_on(connection, identifier):
        _end(connection, identifier, JobState.FAILED, now, error)


def _claim_solve(connection: Connection, runner: str, now: dt.datetime) -> Attempt | None:
    if not hold(connection, wait=False):
        return None
    waiting = sweeps.c.state.in_(GOING_ON) & _is_open() & (jobs_table.c.state == JobState.QUEUED)
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


def _add_parts(connection: Connection, identifier: str, wanted: Iterable[SolveRequest], now: dt.datetime) -> None:
    """Add what a sweep wants, but for what it has wanted before: another process may have been quicker to add it."""
    known = connection.execute(select(parts_table.c.key).where(parts_table.c.sweep == identifier)).scalars().all()
    added = [one for one in wanted if one.task.key not in known]
    solves.want(connection, (one.task for one in added), now)
    for number, one in enumerate(added, len(known)):
        row = {"name": one.name, "changes": list(one.changes), "at": list(one.at), "key": one.task.key}
        connection.execute(insert(parts_table).values(sweep=identifier, number=number, **row))


def _is_open() -> ColumnElement[bool]:
    return parts_table.c.result.is_(None) & parts_table.c.error.is_(None)


def _fail_solve(connection: Connection, attempt: Attempt, error: str, now: dt.datetime) -> None:
    """End what waits for a solve without a result, unless another job has taken it over."""
    key = jobs.key_of(connection, attempt.job)
    if solves.job_of(connection, key) != attempt.job:
        return
    for sweep in wanting(connection, key):
        of_key = (parts_table.c.sweep == sweep.id) & (parts_table.c.key == key) & _is_open()
        first = connection.execute(select(func.min(parts_table.c.number)).where(of_key)).scalar_one()
        if sweep.kind is SweepKind.VALUE or first == 0:
            _end(connection, sweep.id, JobState.FAILED, now, error)
        else:
            connection.execute(update(parts_table).where(of_key).values(error=error))
            _end_if_whole(connection, sweep.id, now)


def _end_if_whole(connection: Connection, identifier: str, now: dt.datetime) -> None:
    query = select(parts_table.c.number).where((parts_table.c.sweep == identifier) & _is_open()).limit(1)
    if connection.execute(query).first() is None:
        _end(connection, identifier, JobState.DONE, now)


def _end(connection: Connection, identifier: str, state: JobState, now: dt.datetime, error: str | None = None) -> None:
    """End a sweep, and what no other wants: all jobs that wait, and those that run where it is not done."""
    connection.execute(update(sweeps).where(sweeps.c.id == identifier).values(state=state, ended_at=now, error=error))
    elsewhere = select(parts_table.c.key).join(sweeps, sweeps.c.id == parts_table.c.sweep)
    wanted = elsewhere.where(sweeps.c.state.in_(GOING_ON) & _is_open())
    mine = select(parts_table.c.key).where(parts_table.c.sweep == identifier)
    alone = solves_table.c.key.in_(mine) & solves_table.c.key.not_in(wanted)
    unneeded = (JobState.QUEUED,) if state is JobState.DONE else GOING_ON
    query = select(jobs_table.c.id).join(solves_table, solves_table.c.job == jobs_table.c.id)
    of_unneeded = query.where(alone & jobs_table.c.state.in_(unneeded)).order_by(jobs_table.c.id)
    for job in connection.execute(of_unneeded).scalars().all():
        jobs.cancel(connection, job, now)
    solves.let_go(connection, alone)


def _sweeps(connection: Connection, which: ColumnElement[bool], most: int | None = None) -> list[StoredSweep]:
    """The sweeps, the latest first."""
    query = select(*_SWEEP).where(which).order_by(sweeps.c.position.desc()).limit(most)
    rows = (row._asdict() for row in connection.execute(query))
    return [StoredSweep(**row | {"kind": SweepKind(row["kind"]), "state": JobState(row["state"])}) for row in rows]
