"""Jobs that repair the published diary: queued and run as plans are, with a plan as their result."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection

from api.database.json_values import to_json
from api.jobs import problems as stored_problems
from api.jobs import queue as jobs
from api.jobs.queue import Job
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Date, Identifier
from scheduler.repairs.request import RepairRequest
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.files.changes import changes_in

KEY = "repair"
"""Where the request of a repair's job, and the report of its plan, hold what plans don't have."""


class RepairJob(BaseModel):
    """What a repair's job needs besides its own problem, which has the changes: the digest of the problem without them."""

    before: str
    bookings: list[Any]
    changes: list[dict[str, Any]]
    freeze_until: Date | None
    max_moves: int | None
    keep: list[Identifier]

    @property
    def schedule(self) -> Schedule:
        """Return the published schedule."""
        return Schedule.model_validate({"bookings": self.bookings})

    @property
    def read_changes(self) -> tuple[ChangeBase, ...]:
        """Return the changes."""
        return changes_in(self.changes)


def add(connection: Connection, problem: Problem, repair: RepairRequest, limits: dict[str, Any], now: dt.datetime) -> Job:
    """Queue a repair of a problem, whose validated request is ``repair``. The caller must have locked the diary.

    The job's own problem has the changes: its plan can be published once they have been entered in the diary.
    """
    job = RepairJob(
        before=stored_problems.add(connection, problem),
        bookings=to_json(repair.schedule)["bookings"],
        changes=[to_json(change) for change in repair.changes],
        freeze_until=repair.freeze_until,
        max_moves=repair.max_moves,
        keep=sorted(repair.keep),
    )
    days = problem.horizon.model_dump(mode="json")
    return jobs.add(connection, repair.changed, {**days, **limits, KEY: job.model_dump(mode="json")}, now)


def of_job(job: Job) -> RepairJob | None:
    """Return what a job repairs, or None if it is that of a plan."""
    return RepairJob.model_validate(job.request[KEY]) if KEY in job.request else None
