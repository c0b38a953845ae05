"""Queries for plans: a problem, its schedule, and the checker's report. A stored plan never changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from api.database.json_values import to_json
from api.database.tables import jobs as jobs_table
from api.database.tables import plans, problems
from api.jobs import queue as jobs
from api.jobs.queue import Attempt
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule


@dataclass(frozen=True)
class StoredPlan:
    """A plan, which has its job's id. Its problem is stored with the job.

    ``report`` is the checker's report (``violations``, ``measure``, ``remarks``), with the ``late`` bookings. ``versions`` gives
    those of the planner and of its engines.
    """

    id: str
    problem: Problem
    schedule: Schedule
    report: dict[str, Any]
    versions: dict[str, Any]
    seed: int
    made_at: dt.datetime


@dataclass(frozen=True)
class PlanSummary:
    """A plan without its problem and its bookings, as JSON."""

    tiers: list[dict[str, Any]]
    unplaced: list[dict[str, Any]]
    report: dict[str, Any]
    made_at: dt.datetime
    exceptions: list[dict[str, Any]]


def add(connection: Connection, plan: StoredPlan) -> None:
    """Store the plan of a job. Raise IntegrityError if the job already has one."""
    row = {"report": plan.report, "versions": plan.versions, "seed": plan.seed, "made_at": plan.made_at}
    connection.execute(insert(plans).values(id=plan.id, schedule=to_json(plan.schedule), **row))


def finish(connection: Connection, attempt: Attempt, plan: StoredPlan, now: dt.datetime) -> bool:
    """End a job with its plan, as cancelled if that was requested. Return False if this attempt is not the current one."""
    is_current = jobs.complete(connection, attempt, now)
    if is_current:
        add(connection, plan)
    return is_current


def find(connection: Connection, identifier: str) -> StoredPlan | None:
    """Return a plan by its id."""
    query = select(plans, problems.c.value.label("problem")).select_from(_WITH_PROBLEM).where(plans.c.id == identifier)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    problem, schedule = Problem.model_validate(row.problem), Schedule.model_validate(row.schedule)
    return StoredPlan(row.id, problem, schedule, row.report, row.versions, row.seed, row.made_at)


def problem_of(connection: Connection, identifier: str) -> Problem | None:
    """Return the problem of a plan by its id."""
    query = select(problems.c.value).select_from(_WITH_PROBLEM).where(plans.c.id == identifier)
    value = connection.execute(query).scalar_one_or_none()
    return None if value is None else Problem.model_validate(value)


def schedule_of(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """Return a plan's schedule as JSON."""
    return connection.execute(select(plans.c.schedule).where(plans.c.id == identifier)).scalar_one_or_none()


def summary(connection: Connection, identifier: str) -> PlanSummary | None:
    """Return the summary of a plan by its id."""
    parts = plans.c.schedule["tiers"], plans.c.schedule["unplaced"], plans.c.report, plans.c.made_at
    exceptions = plans.c.schedule["exceptions"]  # missing in plans of earlier versions
    row = connection.execute(select(*parts, exceptions).where(plans.c.id == identifier)).one_or_none()
    return None if row is None else PlanSummary(*row[:4], row[4] or [])


_WITH_PROBLEM = plans.join(jobs_table, jobs_table.c.id == plans.c.id).join(problems, problems.c.digest == jobs_table.c.problem)
