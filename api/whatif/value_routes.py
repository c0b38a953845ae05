"""The value of one more: the effect on a plan of one more chair-day, room-slot, Friday, hybrid kit or minute taker."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from api.errors import NotFoundError, conflict
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.jobs.queue import JobState
from api.whatif import requests as whatif_requests
from api.whatif import sweeps
from api.whatif.requests import ValueRequest
from api.whatif.sweep_fields import SweepItem, fields_of
from api.whatif.sweeps import StoredSweep, SweepKind
from scheduler.whatif.marginal_value.search import Appraisal

router = APIRouter(prefix="/plans/{id}/value", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class ValueScope(BaseModel):
    """The plan whose resources are valued; ``top`` is the number shown of each kind."""

    plan: str
    state: JobState
    top: int


class PlanValue(SweepItem, ValueScope):  # pydantic puts the fields of the last base first
    """The results so far: ``appraisal`` is null until the plan's problem is solved. Each round adds solves."""

    appraisal: Appraisal | None
    links: dict[str, str]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[plans_],
    openapi_extra=request_example({"top": 5}),
    summary="Find the value of one more, and of one less, for a plan",
)
def begin(
    connection: Writing, now: Now, request: Request, response: Response, id: str, new: ValueRequest | None = None
) -> PlanValue:
    """Start to find the value of one more in the background. GET it for its progress and results.

    If the same request is done or in progress, return that one. A request with other limits ends the previous one: a plan has
    one value at a time.
    """
    settings = request.app.state.settings
    study = whatif_requests.value(connection, id, new or ValueRequest(), settings)
    sweep = sweeps.latest_of_plan(connection, id)
    if sweep is None or sweep.request != study.request or sweep.state in (JobState.CANCELLED, JobState.FAILED):
        previous, sweep = sweep, whatif_requests.begin(connection, SweepKind.VALUE, study, settings, now, id)
        if previous is not None:
            sweeps.cancel(connection, previous.id, now)
    response.headers["Location"] = _path(id)
    return _value(connection, sweep, id)


@router.get("", dependencies=[reads], summary="The value of one more, and of one less, for a plan")
def value(connection: Reading, id: str) -> PlanValue:
    """Return the results so far."""
    return _value(connection, _require(connection, id), id)


@router.post("/cancel", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], summary="Cancel the value of one more")
def cancel(connection: Writing, now: Now, id: str) -> PlanValue:
    """End it with the results so far. They remain stored, and a later request for the same plan reuses them."""
    sweep = _require(connection, id)
    if not sweeps.cancel(connection, sweep.id, now):
        raise conflict("ended", f"The value for the plan '{id}' has ended already: it is {sweep.state}.")
    return _value(connection, _require(connection, id), id)


def _require(connection: Connection, plan: str) -> StoredSweep:
    sweep = sweeps.latest_of_plan(connection, plan)
    if sweep is None:
        whatif_requests.require_plan(connection, plan)
        message = f"The value of one more has not been requested for the plan '{plan}'. POST to {_path(plan)} to request it."
        raise NotFoundError("not-found", message)
    return sweep


def _value(connection: Connection, sweep: StoredSweep, plan: str) -> PlanValue:
    path = _path(plan)
    links = {"self": path, "plan": resource_path("plans", plan)} | ({} if sweep.has_ended else {"cancel": f"{path}/cancel"})
    appraisal = sweeps.result_of(connection, sweep.id)
    return PlanValue.model_validate({**fields_of(connection, sweep), "appraisal": appraisal, "links": links})


def _path(plan: str) -> str:
    return f"{resource_path('plans', plan)}/value"
