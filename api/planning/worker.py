"""The solve of one plan's or repair's job: report its progress, stop if it is cancelled, and store its complete result."""

from __future__ import annotations

import logging
import platform
from importlib.metadata import version
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.clock import utc_now
from api.database.session import Store
from api.jobs import problems as stored_problems
from api.jobs import queue as jobs
from api.jobs.queue import Attempt, Job
from api.jobs.watch import Watch, store_end, watched
from api.planning import queries as plans
from api.planning import repairs
from api.planning.queries import StoredPlan
from api.planning.repairs import RepairJob
from scheduler.checker import check
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import written_moment
from scheduler.planner import plan
from scheduler.repairs.repair import repair
from scheduler.report.account import Account

TOO_LARGE = (
    "It needs more memory than the service allows for it. Plan fewer days at once, or ask to raise CONFERENCES_PLAN_MEMORY."
)
PACKAGES = ("conference-planner", "ortools")
_log = logging.getLogger(__name__)


def work_on(url: str, attempt: Attempt) -> None:
    """Solve a plan's job, and end the job with the plan if the attempt is still the current one."""
    store = Store(url)
    try:
        _work(store, attempt)
    finally:
        store.close()


def _work(store: Store, attempt: Attempt) -> None:
    try:
        with store.reading() as connection:
            job, problem = jobs.find(connection, attempt.job), jobs.problem_of(connection, attempt.job)
        assert job is not None
        with watched(store, attempt) as watch:
            if watch.stop.is_set():
                return
            wanted = repairs.of_job(job)
            result = _plan(job, problem, watch) if wanted is None else _repaired(store, job, wanted, watch)
        store_end(store, lambda connection: plans.finish(connection, attempt, result, utc_now()))
        return
    except InputError as error:
        message = f"No such plan is possible. {' '.join(str(fault) for fault in error.faults)}"
    except SQLAlchemyError:
        raise  # the job is queued again
    except MemoryError:
        message = TOO_LARGE
    except Exception:
        _log.exception("The plan %s failed", attempt.job)
        message = "The planner itself failed. Ask the service's administrator to look up the plan's id in the server's log."
    store_end(store, lambda connection: jobs.fail(connection, attempt, message, utc_now()))


def _repaired(store: Store, job: Job, wanted: RepairJob, watch: Watch) -> StoredPlan:
    """Return the repair of the published bookings as a plan of the changed problem, with the report of the repair."""
    request = job.request
    with store.reading() as connection:
        before = stored_problems.find(connection, wanted.before)
    result = repair(
        before,
        wanted.schedule,
        wanted.read_changes,
        freeze_until=wanted.freeze_until,
        max_moves=wanted.max_moves,
        keep=wanted.keep,
        time_limit=request["time_limit"],
        workers=request["workers"],
        seed=request["seed"],
        stop=watch.stop,
    )
    report = report_of(result.problem, result.schedule) | {repairs.KEY: result.report.model_dump(mode="json")}
    return StoredPlan(job.id, result.problem, result.schedule, report, versions(), request["seed"], utc_now())


def _plan(job: Job, problem: Problem, watch: Watch) -> StoredPlan:
    request = job.request
    schedule = plan(
        problem,
        time_limit=request["time_limit"],
        workers=request["workers"],
        seed=request["seed"],
        on_progress=watch.hear,
        stop=watch.stop,
    )
    return StoredPlan(job.id, problem, schedule, report_of(problem, schedule), versions(), request["seed"], utc_now())


def versions() -> dict[str, str]:
    """Return the versions of Python, the planner and its engines."""
    return {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}


def report_of(problem: Problem, schedule: Schedule) -> dict[str, Any]:
    """Return the checker's report on a schedule, with the late bookings."""
    late = [
        {
            "conference": one.conference.id,
            "start": written_moment(one.booking.start),
            "due": one.due.isoformat(),
            "working_days": one.working_days,
            "why": one.why,
        }
        for one in Account(problem, schedule).late
    ]
    return {**check(problem, schedule).model_dump(mode="json"), "late": late}
