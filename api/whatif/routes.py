"""What if: scenarios asked for, solved in the background, watched, cancelled, and set side by side."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.database.session import Store
from api.errors import conflict, invalid, not_found
from api.http.formats import BINARY, MEDIA_TYPES, Format
from api.http.paging import Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.state import store_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.http.uploads import UploadRoute
from api.jobs.queue import JobState
from api.whatif import requests as studies
from api.whatif import sweeps
from api.whatif.requests import Study, WhatifRequest
from api.whatif.sweeps import StoredSweep, SweepKind, SweepPart
from scheduler.domain.values import Date
from scheduler.whatif.comparison.results import Comparison, axes_of

SVG, PNG = "image/svg+xml", "image/png"
PICTURES = {"svg": SVG, "png": PNG}


class WhatifRoute(UploadRoute):
    """Makes the problems of all scenarios before the transaction begins, since for many it takes a second or more."""

    @staticmethod
    def read(request: Request, content: bytes) -> Study | None:
        """What is to be solved; None where it isn't such as the route takes, which it then tells by itself."""
        try:
            asked = WhatifRequest.model_validate_json(content)
        except ValidationError:
            return None
        with store_of(request).reading() as connection:
            return studies.whatif(connection, asked, request.app.state.settings)


asking = APIRouter(prefix="/whatif", tags=["what if"], route_class=WhatifRoute, responses=ERRORS)
router = APIRouter(prefix="/whatif", tags=["what if"], route_class=WritingRoute, responses=ERRORS)
ROUTERS = (asking, router)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class SweepProgressItem(BaseModel):
    """So many solves done, of so many different ones.

    ``seconds_left`` is null before the first, while nobody works, and while it is seen what all that is solved comes to.
    """

    done: int
    of: int
    seconds_left: float | None


class Unsolved(BaseModel):
    """A scenario of which nothing will come, and why."""

    scenario: str
    why: str


class WhatifItem(BaseModel):
    """A what-if as lists tell it: over which days, and how many ``scenarios`` beside the base."""

    id: str
    state: JobState
    first: Date
    last: Date
    plan: str | None
    grid: list[str]
    scenarios: int
    seed: int
    work_limit: float
    time_limit: int
    progress: SweepProgressItem
    error: str | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None


class Whatif(WhatifItem):
    """A what-if with its comparison so far: null until the base is solved; what is still to come is ``missing`` in it."""

    failed: list[Unsolved]
    comparison: Comparison | None
    links: dict[str, str]


class WhatifPage(BaseModel):
    """A page of the what-ifs, the latest first; ``next`` is the one after which the following page begins."""

    items: list[WhatifItem]
    next: str | None = None


class PictureItem(BaseModel):
    """A picture of a comparison, and where it is found."""

    name: str
    svg: str
    png: str


class PictureList(BaseModel):
    """The pictures that there are of a comparison."""

    items: list[PictureItem]


_EXAMPLE = request_example(
    {
        "first": "2027-01-01",
        "last": "2027-01-31",
        "scenarios": [
            {"name": "C3 leaves", "changes": [{"change": "chair_leaves", "chair": "C3"}]},
            {"name": "ICPCs up by a third", "changes": [{"change": "demand", "kind": "initial", "percent": 33}]},
        ],
        "grid": ["rooms=2..3"],
    }
)
_WORKBOOK: dict[int | str, dict[str, Any]] = {
    200: {"description": "The workbook.", "content": {MEDIA_TYPES[Format.XLSX]: BINARY}}
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {SVG: {"schema": {"type": "string"}}, PNG: BINARY}}
}


@asking.post(
    "", response_model=Whatif, status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], openapi_extra=_EXAMPLE,
    summary="Compare scenarios with a base",
)  # fmt: skip
def ask(connection: Writing, now: Now, request: Request, asked: WhatifRequest) -> Response:
    """Begin to solve a base and its scenarios. It goes on in the background: GET it for how far it is, and for what there is."""
    study: Study | None = request.state.read
    if study is None:  # Python's way to read JSON takes more than there is in JSON
        raise invalid("There is something in it that JSON does not have, such as NaN or half a character. Take it out.")
    sweep = studies.begin(connection, SweepKind.WHATIF, study, request.app.state.settings, now, asked.plan)
    return _answer(connection, sweep, HTTPStatus.ACCEPTED)


@router.get("", dependencies=[reads], summary="List the what-ifs, the latest first")
def listed(
    connection: Reading,
    after: Annotated[str | None, Query(description="Go on after this one: the `next` of the page before.")] = None,
    most: Most = 100,
) -> WhatifPage:
    """A page of the what-ifs, without their comparisons."""
    found = sweeps.listed(connection, SweepKind.WHATIF, after=None if after is None else _found(connection, after), most=most + 1)
    page = [WhatifItem.model_validate(_in_short(connection, one)) for one in found[:most]]
    return WhatifPage(items=page, next=page[-1].id if len(found) > most else None)


@router.get("/{id}", response_model=Whatif, dependencies=[reads], summary="One what-if: how far it is, and what came out")
def one(connection: Reading, id: str) -> Response:
    """The what-if with that id, and its comparison so far."""
    return _answer(connection, _found(connection, id))


@router.post(
    "/{id}/cancel", response_model=Whatif, status_code=HTTPStatus.ACCEPTED, dependencies=[plans_],
    summary="End a what-if with what it has",
)  # fmt: skip
def cancel(connection: Writing, now: Now, id: str) -> Response:
    """Solve nothing more for it. What is solved stays, and is there at once when it is asked for again."""
    _found(connection, id)
    could = sweeps.cancel(connection, id, now)
    sweep = _found(connection, id)
    if not could:
        raise conflict("ended", f"The what-if '{id}' has ended already: it is {sweep.state}. Ask for a new one instead.")
    return _answer(connection, sweep, HTTPStatus.ACCEPTED)


@router.get(
    "/{id}/workbook", responses=_WORKBOOK, response_class=Response, dependencies=[reads], summary="The comparison as a workbook"
)
def workbook(connection: Reading, id: str) -> Response:
    """What there is so far, side by side, for people."""
    from scheduler.whatif.files.comparison_workbook import comparison_workbook  # noqa: PLC0415 - not everybody who starts the service needs it

    content = comparison_workbook(_comparison(connection, id))
    headers = {"Content-Disposition": f'attachment; filename="what-if-{id}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPES[Format.XLSX], headers=headers)


@router.get("/{id}/pictures", dependencies=[reads], summary="Which pictures there are of the comparison")
def pictures(connection: Reading, id: str) -> PictureList:
    """Each picture with its addresses."""
    from scheduler.whatif.pictures import picture_names  # noqa: PLC0415 - only who draws has to load matplotlib

    names, path = picture_names(_comparison(connection, id)), resource_path("whatif", id)
    return PictureList(items=[PictureItem(name=name, **_addresses(f"{path}/pictures/{name}")) for name in names])


@router.get(
    "/{id}/pictures/{name}", responses=_PICTURE, response_class=Response, dependencies=[reads],
    summary="The comparison as a picture",
)  # fmt: skip
async def picture(
    request: Request,
    id: str,
    name: str,
    format_: Annotated[Literal["svg", "png"], Query(alias="format", description="How it is drawn.")] = "svg",
) -> Response:
    """One of the pictures of what there is so far."""
    comparison = await run_in_threadpool(_to_be_drawn, store_of(request), id, name)
    async with request.app.state.drawing:  # matplotlib draws one at a time, and who waits holds neither connection nor thread
        content = await run_in_threadpool(_drawn, comparison, name, format_)
    return Response(content, media_type=PICTURES[format_])


def _to_be_drawn(store: Store, identifier: str, name: str) -> Comparison:
    from scheduler.whatif.pictures import picture_names  # noqa: PLC0415 - only who draws has to load matplotlib

    with store.reading() as connection:
        comparison = _comparison(connection, identifier)
    if name not in picture_names(comparison):
        raise not_found(f"picture of the what-if '{identifier}' called", name)
    return comparison


def _drawn(comparison: Comparison, name: str, form: Literal["svg", "png"]) -> bytes:
    from scheduler.whatif import pictures  # noqa: PLC0415 - only who draws has to load matplotlib

    return pictures.picture(comparison, name, form)


def _found(connection: Connection, identifier: str) -> StoredSweep:
    sweep = sweeps.found(connection, SweepKind.WHATIF, identifier)
    if sweep is None:
        raise not_found("what-if", identifier)
    return sweep


def _comparison(connection: Connection, identifier: str) -> Comparison:
    sweep = _found(connection, identifier)
    told = _told(sweep, sweeps.parts(connection, identifier))
    if told is None:
        message = f"The what-if '{identifier}' has no comparison: it is {sweep.state}, and its base is not solved."
        raise conflict("no-comparison", message)
    return Comparison.model_validate(told)


def _told(sweep: StoredSweep, parts: list[SweepPart]) -> dict[str, Any] | None:
    """The comparison so far, as a Comparison is written."""
    base, *scenarios = parts
    if base.result is None:
        return None
    return {
        "service": sweep.asked["service"],
        "horizon": {"first": sweep.asked["first"], "last": sweep.asked["last"]},
        "base": base.result,
        "scenarios": [part.result for part in scenarios if part.result is not None],
        "missing": [part.name for part in scenarios if part.result is None],
        "axes": axes_of(part.at for part in scenarios),
    }


def _answer(connection: Connection, sweep: StoredSweep, status: HTTPStatus = HTTPStatus.OK) -> Response:
    parts = sweeps.parts(connection, sweep.id)
    comparison, path = _told(sweep, parts), resource_path("whatif", sweep.id)
    actions = (*(("workbook", "pictures") if comparison else ()), *(() if sweep.has_ended else ("cancel",)))
    whatif = Whatif.model_validate(
        _in_short(connection, sweep)
        | {
            "failed": [{"scenario": part.name, "why": part.error} for part in parts if part.error is not None],
            "comparison": None,
            "links": {"self": path} | {name: f"{path}/{name}" for name in actions},
        }
    )
    headers = {"Location": path} if status is HTTPStatus.ACCEPTED else {}
    return JSONResponse(whatif.model_dump(mode="json") | {"comparison": comparison}, status, headers)


def _in_short(connection: Connection, sweep: StoredSweep) -> dict[str, Any]:
    asked = {name: sweep.asked[name] for name in ("first", "last", "plan", "grid", "seed", "work_limit", "time_limit")}
    own = {name: getattr(sweep, name) for name in ("id", "state", "error", "created_at", "ended_at")}
    progress = sweeps.progress(connection, sweep.id)
    return {**asked, **own, "scenarios": sweeps.size(connection, sweep.id) - 1, "progress": vars(progress)}


def _addresses(path: str) -> dict[str, str]:
    return {form: f"{path}?format={form}" for form in PICTURES}
