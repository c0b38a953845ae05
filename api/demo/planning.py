"""Plans of the demonstration: each is queued, solved in a process of its own, stored, and published if that is wanted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy import Connection

from api.clock import local_day
from api.diary import snapshot
from api.jobs import queue as jobs
from api.planning import queries as plans
from api.planning.queries import StoredPlan
from api.publishing import drafts
from api.publishing import workflow as publishing
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Period
from scheduler.isolation import ProcessPool

SECONDS = 1
"""The time limit of each plan, in seconds: most are then proven to be as little late as possible, with less sought after."""
SEED, WORKERS = 1, 2
WORKER = "api.planning.worker"
"""The module that loads the solver. Only the process imports it, by name."""
ACTOR = "demonstration"
EXCEPTION = {"by": "manager", "reason": "request late", "safety_plan_reviewed": True}
WAIVER = {"by": "manager", "why": "The family agreed on the telephone"}


class UnpublishedDemoError(Exception):
    """A plan of the demonstration that can't be published: a fault of the demonstration, not of its data."""


@dataclass(frozen=True)
class Planner:
    """What solves the demonstration's plans: the pool of a single process."""

    pool: ProcessPool

    def publish(self, connection: Connection, days: Period, now: dt.datetime, *, is_first: bool = False) -> int:
        """Plan days and publish the plan, with every exception and waiver that it needs; return the publication's number.

        The first plan gives no notice, because it is of conferences that were asked for at different times.
        Raise UnpublishedDemoError if the plan can't be published.
        """
        identifier = self.draft(connection, days, now, today=None if is_first else local_day(now))
        draft = drafts.of_plan(connection, identifier, local_day(now))
        if draft.refusal is not None:
            raise UnpublishedDemoError(f"{draft.refusal.detail} {[one.message for one in draft.refusal.obstacles]}")
        exceptions = [(one.conference, EXCEPTION) for one in draft.difference.exceptions_needed]
        waivers = [(one.conference, WAIVER) for one in draft.difference.waivers_needed]
        return publishing.publish(connection, draft, exceptions, now, ACTOR, waivers)

    def draft(self, connection: Connection, days: Period, now: dt.datetime, *, today: dt.date | None) -> str:
        """Plan days as of ``today`` (None: without notice), store the plan as a worker does, and return its id."""
        problem = snapshot.problem_of(connection, days.first, days.last, today=today)
        request = {"first": str(days.first), "last": str(days.last), "time_limit": SECONDS, "seed": SEED, "workers": WORKERS}
        job = jobs.add(connection, problem, request, now)
        attempt = jobs.start(connection, job.id, ACTOR, now)
        assert attempt is not None  # nobody else sees this transaction
        schedule, report, versions = self.pool.submit(solved, problem).result()
        plans.finish(connection, attempt, StoredPlan(job.id, problem, schedule, report, versions, SEED, now), now)
        return job.id


def solved(problem: Problem) -> tuple[Schedule, dict[str, Any], dict[str, str]]:
    """Return the schedule of a problem, the checker's report on it, and the solver's versions; runs in the process."""
    worker: Any = import_module(WORKER)
    schedule = worker.plan(problem, time_limit=SECONDS, workers=WORKERS, seed=SEED)
    return schedule, worker.report_of(problem, schedule), worker.versions()
