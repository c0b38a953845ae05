"""Forgets sweeps that ended long ago, with the solves and jobs that no other has. What is asked again is solved anew."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, exists, select

from api.database.session import hold
from api.database.tables import job_events, jobs, solves, sweep_parts, sweeps
from api.jobs.queue import ENDED, JobKind


def forget(connection: Connection, ended_before: dt.datetime) -> None:
    """Remove every sweep that ended before an instant, and what only such sweeps have wanted."""
    hold(connection)
    old = select(sweeps.c.id).where(sweeps.c.state.in_(ENDED) & (sweeps.c.ended_at < ended_before))
    gone = connection.execute(old).scalars().all()
    if not gone:
        return
    connection.execute(delete(sweep_parts).where(sweep_parts.c.sweep.in_(gone)))
    connection.execute(delete(sweeps).where(sweeps.c.id.in_(gone)))
    worked_on = exists().where((jobs.c.id == solves.c.job) & jobs.c.state.not_in(ENDED))
    connection.execute(delete(solves).where(~exists().where(sweep_parts.c.key == solves.c.key) & ~worked_on))
    done_with = (jobs.c.kind == JobKind.SOLVE) & jobs.c.state.in_(ENDED) & (jobs.c.ended_at < ended_before)
    unneeded = select(jobs.c.id).where(done_with & ~exists().where(solves.c.job == jobs.c.id))
    connection.execute(delete(job_events).where(job_events.c.job.in_(unneeded)))
    connection.execute(delete(jobs).where(jobs.c.id.in_(unneeded)))
