"""Plans: what was solved, the schedule that came out, and what the checker found of it. A plan never changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from api.database.json_values import written
from api.database.tables import plans
from api.jobs import queue as jobs
from api.jobs.queue import Attempt
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule


@dataclass(frozen=True)
class StoredPlan:
    """A plan under its job's id.

    ``report`` is what the checker found (``violations``, ``measure``, ``remarks``) with the bookings that are ``late``;
    ``versions`` are those of the planner and of its engines.
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
    """What there is to say of a plan without its problem and its bookings, as the contract writes it."""

    tiers: list[dict[str, Any]]
    unplaced: list[dict[str, Any]]
    report: dict[str, Any]
    made_at: dt.datetime


def add(connection: Connection, plan: StoredPlan) -> None:
    """Keep a plan. IntegrityError where there is one of that id."""
    row = {"report": plan.report, "versions": plan.versions, "seed": plan.seed, "made_at": plan.made_at}
    contents = {"problem": written(plan.problem), "schedule": written(plan.schedule)}
    connection.execute(insert(plans).values(id=plan.id, **contents, **row))


def finish(connection: Connection, attempt: Attempt, plan: StoredPlan, now: dt.datetime) -> bool:
    """End a job with its plan, as cancelled if that was requested. Return whether this attempt was the current one."""
    is_current = jobs.complete(connection, attempt, now)
    if is_current:
        add(connection, plan)
    return is_current


def found(connection: Connection, identifier: str) -> StoredPlan | None:
    """The plan with that id."""
    row = connection.execute(select(plans).where(plans.c.id == identifier)).one_or_none()
    if row is None:
        return None
    problem, schedule = Problem.model_validate(row.problem), Schedule.model_validate(row.schedule)
    return StoredPlan(row.id, problem, schedule, row.report, row.versions, row.seed, row.made_at)


def schedule_of(connection: Connection, identifier: str) -> dict[str, Any] | None:
    """The plan's schedule as the contract writes it."""
    return connection.execute(select(plans.c.schedule).where(plans.c.id == identifier)).scalar_one_or_none()


def summary(connection: Connection, identifier: str) -> PlanSummary | None:
    """What there is to say of the plan with that id."""
    parts = plans.c.schedule["tiers"], plans.c.schedule["unplaced"], plans.c.report, plans.c.made_at
    row = connection.execute(select(*parts).where(plans.c.id == identifier)).one_or_none()
    return None if row is None else PlanSummary(*row)
