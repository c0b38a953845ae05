"""Deletes sweeps that ended long ago, with the solves and jobs that no other sweep has. A later request solves them again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, exists, select

from api.database.session import lock_diary
from api.database.tables import job_events, jobs, solves, sweep_parts, sweeps
from api.jobs.queue import ENDED, JobKind


def forget(connection: Connection, ended_before: dt.datetime) -> None:
    """Delete every sweep that ended before an instant, and the solves and jobs that only such sweeps had."""
    lock_diary(connection)
    old = select(sweeps.c.id).where(sweeps.c.state.in_(ENDED) & (sweeps.c.ended_at < ended_before))
    ended = connection.execute(old).scalars().all()
    if not ended:
        return
    connection.execute(delete(sweep_parts).where(sweep_parts.c.sweep.in_(ended)))
    connection.execute(delete(sweeps).where(sweeps.c.id.in_(ended)))
    has_open_job = exists().where((jobs.c.id == solves.c.job) & jobs.c.state.not_in(ENDED))
    connection.execute(delete(solves).where(~exists().where(sweep_parts.c.key == solves.c.key) & ~has_open_job))
    ended_solves = (jobs.c.kind == JobKind.SOLVE) & jobs.c.state.in_(ENDED) & (jobs.c.ended_at < ended_before)
    unneeded = select(jobs.c.id).where(ended_solves & ~exists().where(solves.c.job == jobs.c.id))
    connection.execute(delete(job_events).where(job_events.c.job.in_(unneeded)))
    connection.execute(delete(jobs).where(jobs.c.id.in_(unneeded)))
