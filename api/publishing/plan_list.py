"""Plans with what became of them: drafts to publish, published ones, and drafts that are withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select

from api.clock import local_day
from api.database.tables import jobs as jobs_table
from api.database.tables import plans, publications, withdrawn_drafts
from api.errors import conflict
from api.jobs import queue as jobs
from api.jobs.queue import Job
from api.planning import workflow as planning
from api.planning.repairs import KEY
from scheduler.domain.values import Period

MOST_DRAFTS = 100
"""The most plans that are looked at for drafts to publish, newest first."""


@dataclass(frozen=True)
class ListedPlan:
    """A plan's job, whether it repairs the diary, its days, and what became of it.

    ``made_at`` is None without a schedule; ``publication`` is the latest one.
    """

    job: Job
    is_repair: bool
    days: Period
    made_at: dt.datetime | None
    publication: int | None
    withdrawn_at: dt.datetime | None

    @property
    def is_draft(self) -> bool:
        """True if it could be published: it has a schedule, and was neither published nor withdrawn."""
        return self.made_at is not None and self.publication is None and self.withdrawn_at is None


def listed(connection: Connection, after: str | None, most: int) -> list[ListedPlan]:
    """Return plans, newest first: at most ``most``, after the plan ``after``. Raise NotFoundError if that does not exist."""
    last = None if after is None else planning.require(connection, after)
    return _of(connection, jobs.list_jobs(connection, after=last, most=most))


def find(connection: Connection, identifier: str) -> ListedPlan:
    """Return a plan. Raise NotFoundError if it does not exist."""
    return _of(connection, [planning.require(connection, identifier)])[0]


def to_publish(connection: Connection, now: dt.datetime) -> list[ListedPlan]:
    """Return the drafts of days that are not over, newest first, unless a later publication has bookings in their days."""
    today = local_day(now)
    drafts = [one for one in listed(connection, None, MOST_DRAFTS) if one.is_draft and one.days.last >= today]
    columns = publications.c.first, publications.c.last, publications.c.published_at
    later = [tuple(row) for row in connection.execute(select(*columns).where(publications.c.last >= today))]
    return [
        one
        for one in drafts
        if not any(first <= one.days.last and last >= one.days.first and one.job.created_at < at for first, last, at in later)
    ]


def withdraw(connection: Connection, identifier: str, now: dt.datetime, actor: str) -> None:
    """Take a draft off the list of those to publish. Raise ConflictError if it is none."""
    plan = find(connection, identifier)
    if plan.publication is not None:
        raise conflict("already-published", f"This draft was published as publication {plan.publication}. Nothing was withdrawn.")
    if plan.made_at is None:
        raise conflict("no-schedule", f"The plan '{identifier}' has no schedule that could be withdrawn.")
    if plan.withdrawn_at is None:
        connection.execute(insert(withdrawn_drafts).values(plan=identifier, at=now, actor=actor))


def number_before(connection: Connection, job: Job) -> int:
    """Return how many plans wait or run that were asked for before this one."""
    earlier = (jobs_table.c.kind == jobs.JobKind.PLAN) & (jobs_table.c.created_at < job.created_at)
    waits = jobs_table.c.state.in_((jobs.JobState.QUEUED, jobs.JobState.RUNNING))
    return int(connection.execute(select(func.count()).where(earlier & waits)).scalar_one())


def _of(connection: Connection, some: Sequence[Job]) -> list[ListedPlan]:
    names = [job.id for job in some]
    number = func.max(publications.c.number)
    query = (
        select(plans.c.id, plans.c.made_at, withdrawn_drafts.c.at, number)
        .outerjoin(withdrawn_drafts, withdrawn_drafts.c.plan == plans.c.id)
        .outerjoin(publications, publications.c.plan == plans.c.id)
        .where(plans.c.id.in_(names))
        .group_by(plans.c.id, plans.c.made_at, withdrawn_drafts.c.at)
    )
    known: dict[str, Any] = {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    found = []
    for job in some:
        made_at, withdrawn_at, publication = known.get(job.id, (None, None, None))
        days = Period.model_validate({name: job.request[name] for name in ("first", "last")})
        found.append(ListedPlan(job, KEY in job.request, days, made_at, publication, withdrawn_at))
    return found
