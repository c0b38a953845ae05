"""Routes for repairs: ask for one, and read its report. Its result is a plan, compared and published as any."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from api.decisions.repairing import RepairAsked, begin
from api.errors import not_found
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.jobs import queue as jobs
from api.jobs.queue import Job, JobState
from api.planning import queries as plans
from api.planning.repairs import KEY, of_job
from scheduler.domain.values import Date
from scheduler.repairs.results import RepairReport

router = APIRouter(prefix="/repairs", tags=["decisions"], route_class=WritingRoute, responses=ERRORS)
_reads, _plans = needs(Permission.READ_DIARY), needs(Permission.PLAN)
_EXAMPLE = request_example(
    {
        "first": "2027-01-11",
        "last": "2027-01-31",
        "changes": [{"change": "chair_absent", "chair": "C1", "first": "2027-01-18", "last": "2027-01-22"}],
        "max_moves": 5,
    }
)


class RepairItem(BaseModel):
    """A repair: its state, its changes, and once it is done its report. The plan of the same id has its bookings.

    ``links`` lead to that plan: its events, its difference from the diary, and its publication. If there are ``changes``, enter
    them in the diary before it is published.
    """

    id: str
    state: JobState
    first: Date
    last: Date
    error: str | None
    changes: list[dict[str, Any]]
    report: RepairReport | None
    links: dict[str, str]


@router.post(
    "", response_model=RepairItem, status_code=HTTPStatus.ACCEPTED, dependencies=[_plans], openapi_extra=_EXAMPLE,
    summary="Repair the diary after changes",
)  # fmt: skip
def add(connection: Writing, now: Now, request: Request, response: Response, asked: RepairAsked) -> Any:
    """Queue a repair: as few conferences as possible without a booking, as little lateness, then as few moves as possible.

    The changes are checked at once. The solve runs in the background, in turn with plans: GET the repair, or its plan's events.
    """
    job = begin(connection, asked, request.app.state.settings, now)
    response.headers["Location"] = resource_path("repairs", job.id)
    return _repair(connection, job)


@router.get("/{id}", response_model=RepairItem, dependencies=[_reads], summary="A repair, with its report once it is done")
def one(connection: Reading, id: str) -> Any:
    """Return who is affected, which bookings move, the proof, and the front of moves against lateness."""
    job = jobs.find(connection, id)
    if job is None or of_job(job) is None:
        raise not_found("repair", id)
    return _repair(connection, job)


def _repair(connection: Connection, job: Job) -> dict[str, Any]:
    wanted, summary = of_job(job), plans.summary(connection, job.id)
    assert wanted is not None  # the caller has looked
    plan = resource_path("plans", job.id)
    actions = ("events", *(("schedule", "diff", "publish") if summary else () if job.has_ended else ("cancel",)))
    return {
        "id": job.id,
        "state": job.state,
        "first": job.request["first"],
        "last": job.request["last"],
        "error": job.error,
        "changes": wanted.changes,
        "report": None if summary is None else summary.report[KEY],
        "links": {"self": resource_path("repairs", job.id), "plan": plan} | {name: f"{plan}/{name}" for name in actions},
    }
