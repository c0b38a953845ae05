"""The value of one more: what one more chair-day, room-slot, Friday, equipment or minute taker would change of a plan."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from api.errors import NotFoundError, conflict
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.jobs.queue import JobState
from api.whatif import requests as studies
from api.whatif import sweeps
from api.whatif.requests import ValueRequest
from api.whatif.routes import SweepProgressItem
from api.whatif.sweeps import StoredSweep, SweepKind
from scheduler.whatif.marginal_value.search import Appraisal

router = APIRouter(prefix="/plans/{id}/value", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class PlanValue(BaseModel):
    """What is known so far: ``appraisal`` is null until the plan's problem is solved. What comes next is seen round by round."""

    plan: str
    state: JobState
    top: int
    seed: int
    work_limit: float
    time_limit: int
    progress: SweepProgressItem
    error: str | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None
    appraisal: Appraisal | None
    links: dict[str, str]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[plans_],
    openapi_extra=request_example({"top": 5}),
    summary="Find what one more, and one less, would change of a plan",
)
def begin(
    connection: Writing, now: Now, request: Request, response: Response, id: str, asked: ValueRequest | None = None
) -> PlanValue:
    """Begin to find it. It goes on in the background: GET it. Where the same is known, or being found, that is told instead.

    What was being found with other limits ends: of a plan there is one at a time.
    """
    settings = request.app.state.settings
    study = studies.value(connection, id, asked or ValueRequest(), settings)
    sweep = sweeps.latest_of_plan(connection, id)
    if sweep is None or sweep.asked != study.request or sweep.state in (JobState.CANCELLED, JobState.FAILED):
        before, sweep = sweep, studies.begin(connection, SweepKind.VALUE, study, settings, now, id)
        if before is not None:
            sweeps.cancel(connection, before.id, now)
    response.headers["Location"] = _path(id)
    return _told(connection, sweep, id)


@router.get("", dependencies=[reads], summary="What one more, and one less, would change of a plan")
def value(connection: Reading, id: str) -> PlanValue:
    """What is known so far."""
    return _told(connection, _found(connection, id), id)


@router.post("/cancel", status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], summary="End it with what is known")
def cancel(connection: Writing, now: Now, id: str) -> PlanValue:
    """Solve nothing more for it. What is solved stays, and is there at once when it is asked for again."""
    sweep = _found(connection, id)
    if not sweeps.cancel(connection, sweep.id, now):
        raise conflict("ended", f"The value for the plan '{id}' has ended already: it is {sweep.state}.")
    return _told(connection, _found(connection, id), id)


def _found(connection: Connection, plan: str) -> StoredSweep:
    sweep = sweeps.latest_of_plan(connection, plan)
    if sweep is None:
        studies.hold_to_plan(connection, plan)
        message = f"Nobody has asked yet what one more would change of a plan '{plan}'. POST to {_path(plan)} to begin."
        raise NotFoundError("not-found", message)
    return sweep


def _told(connection: Connection, sweep: StoredSweep, plan: str) -> PlanValue:
    path = _path(plan)
    links = {"self": path, "plan": resource_path("plans", plan)} | ({} if sweep.has_ended else {"cancel": f"{path}/cancel"})
    own = {name: getattr(sweep, name) for name in ("plan", "state", "error", "created_at", "ended_at")}
    asked = {name: sweep.asked[name] for name in ("top", "seed", "work_limit", "time_limit")}
    appraisal = sweeps.result_of(connection, sweep.id)
    progress = vars(sweeps.progress(connection, sweep.id))
    return PlanValue.model_validate({**own, **asked, "progress": progress, "appraisal": appraisal, "links": links})


def _path(plan: str) -> str:
    return f"{resource_path('plans', plan)}/value"
