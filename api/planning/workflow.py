"""Plans are asked for, and cancelled: a job is queued with the problem that the diary makes of the days."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection

from api.clock import local_day, still_to_come
from api.diary import snapshot
from api.diary.service import queries as documents
from api.diary.split_weeks import with_bookings_beside
from api.errors import conflict, not_found
from api.jobs import queue as jobs
from api.jobs.queue import Job
from api.settings import Settings
from scheduler.defaults import SEED
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period, Whole


class PlanRequest(Period):
    """The days to plan. Bookings on the other days of the first and the last week count in chairs' weekly limits.

    If some of the days are past, the plan begins today and the bookings on past days stay. If all are past, all are planned.
    ``time_limit`` is in seconds, up to the service's own limit. ``seed`` is the random seed of the search.
    """

    time_limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    seed: Whole = SEED


def problem_of(connection: Connection, asked: Period, now: dt.datetime) -> Problem:
    """Return the problem that a plan of these days solves, from the current data. Raise InputError if they make none."""
    days = still_to_come(asked, now)
    made_on = _made_on(connection, days, local_day(now))
    return with_bookings_beside(connection, snapshot.problem_of(connection, days.first, days.last, today=made_on))


def begin(connection: Connection, asked: PlanRequest, settings: Settings, now: dt.datetime) -> Job:
    """Queue a plan of the days, from the current data, within the service's limits. Raise InputError with every fault."""
    problem, days = problem_of(connection, asked, now), still_to_come(asked, now)
    seconds = min(asked.time_limit or settings.plan_seconds, settings.plan_seconds)
    limits = {"time_limit": seconds, "workers": settings.plan_workers}
    return jobs.add(connection, problem, {**asked.model_dump(mode="json"), **days.model_dump(mode="json"), **limits}, now)


def cancel(connection: Connection, identifier: str, now: dt.datetime) -> Job:
    """End a running plan soon, with the best schedule so far, or a queued plan at once. Raise ConflictError if it has ended."""
    require(connection, identifier)
    could = jobs.cancel(connection, identifier, now)
    job = require(connection, identifier)
    if not could:
        raise conflict("ended", f"The plan '{identifier}' has ended already: it is {job.state}. Ask for a new one instead.")
    return job


def require(connection: Connection, identifier: str) -> Job:
    """Return a plan's job by its id. Raise NotFoundError if there is none."""
    job = jobs.find(connection, identifier)
    if job is None:
        raise not_found("plan", identifier)
    return job


def _made_on(connection: Connection, days: Period, today: dt.date) -> dt.date:
    """Return the day on which a plan is made: today, or if all its days are over, one so early that no notice binds it.

    Such a plan too drops the locks that it can't keep: no call can take a lock off a conference that has been held.
    """
    if today <= days.last:
        return today
    policy = documents.get(connection, "policy")[0]
    return days.first - dt.timedelta(days=2 * max(policy.notice_days, policy.move_notice_days) + 30)
