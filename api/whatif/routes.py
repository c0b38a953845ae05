"""Routes for what-ifs: request, watch, cancel and read a comparison of scenarios, which are solved in the background."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.clock import local_day
from api.database.session import Store
from api.errors import conflict, invalid, not_found
from api.http.formats import BINARY, MEDIA_TYPES, Format
from api.http.paging import AfterId, Most, page_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.state import now_of, store_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.http.uploads import UploadRoute
from api.jobs.queue import JobState
from api.whatif import requests as whatif_requests
from api.whatif import sweeps
from api.whatif.requests import Study, WhatifRequest
from api.whatif.sweep_fields import SweepItem, fields_of
from api.whatif.sweeps import StoredSweep, SweepKind
from api.whatif.views import comparison_json, comparison_of, require
from scheduler.domain.values import Date
from scheduler.whatif.comparison.results import Comparison

SVG, PNG = "image/svg+xml", "image/png"
PICTURES = {"svg": SVG, "png": PNG}


class WhatifRoute(UploadRoute):
    """A route that builds the problems of all scenarios before the transaction begins, which can take seconds."""

    @staticmethod
    def read(request: Request, content: bytes) -> Study | None:
        """Return the study of a request; None if the request is invalid, so that FastAPI's own validation refuses it."""
        try:
            new = WhatifRequest.model_validate_json(content)
        except ValidationError:
            return None
        with store_of(request).reading() as connection:
            return whatif_requests.whatif(connection, new, request.app.state.settings, local_day(now_of(request)))


upload_router = APIRouter(prefix="/whatif", tags=["what if"], route_class=WhatifRoute, responses=ERRORS)
router = APIRouter(prefix="/whatif", tags=["what if"], route_class=WritingRoute, responses=ERRORS)
ROUTERS = (upload_router, router)
reads, plans_ = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class Unsolved(BaseModel):
    """A scenario that failed, and the reason."""

    scenario: str
    why: str


class WhatifScope(BaseModel):
    """The subject of a what-if; ``scenarios`` counts its scenarios without the base."""

    id: str
    state: JobState
    first: Date
    last: Date
    plan: str | None
    grid: list[str]
    scenarios: int


class WhatifItem(SweepItem, WhatifScope):  # pydantic puts the fields of the last base first
    """A what-if in a list."""


class Whatif(WhatifItem):
    """A what-if with its comparison so far, which is null until the base is solved and lists ``missing`` scenarios."""

    failed: list[Unsolved]
    comparison: Comparison | None
    links: dict[str, str]


class WhatifPage(BaseModel):
    """A page of what-ifs, newest first; ``next`` is the what-if after which the next page begins."""

    items: list[WhatifItem]
    next: str | None = None


class PictureItem(BaseModel):
    """A picture of a comparison, with its address in each format."""

    name: str
    svg: str
    png: str


class PictureList(BaseModel):
    """The pictures of a comparison."""

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


@upload_router.post(
    "", response_model=Whatif, status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], openapi_extra=_EXAMPLE,
    summary="Compare scenarios with a base",
)  # fmt: skip
def add(connection: Writing, now: Now, request: Request, new: WhatifRequest) -> Response:
    """Start to solve a base and its scenarios in the background. GET the what-if for its progress and results."""
    study: Study | None = request.state.read
    if study is None:  # Python's JSON parser, which FastAPI uses, accepts more than pydantic's
        raise invalid("The request contains something that JSON does not allow, such as NaN or half a character. Remove it.")
    sweep = whatif_requests.begin(connection, SweepKind.WHATIF, study, request.app.state.settings, now, new.plan)
    return _answer(connection, sweep, HTTPStatus.ACCEPTED)


@router.get("", response_model=WhatifPage, dependencies=[reads], summary="List the what-ifs, newest first")
def listed(connection: Reading, after: AfterId = None, most: Most = 100) -> dict[str, Any]:
    """Return a page of what-ifs, without their comparisons."""
    before = None if after is None else require(connection, after)
    results = sweeps.list_sweeps(connection, SweepKind.WHATIF, after=before, most=most + 1)
    return page_of(results, most, lambda sweep: _item(connection, sweep), lambda sweep: sweep.id)


@router.get("/{id}", response_model=Whatif, dependencies=[reads], summary="One what-if: its progress and its comparison")
def one(connection: Reading, id: str) -> Response:
    """Return the what-if with an id, and its comparison so far."""
    return _answer(connection, require(connection, id))


@router.post(
    "/{id}/cancel", response_model=Whatif, status_code=HTTPStatus.ACCEPTED, dependencies=[plans_], summary="Cancel a what-if"
)
def cancel(connection: Writing, now: Now, id: str) -> Response:
    """End a what-if with its results so far. They remain stored, and a later what-if with the same problems reuses them."""
    require(connection, id)
    is_cancelled = sweeps.cancel(connection, id, now)
    sweep = require(connection, id)
    if not is_cancelled:
        raise conflict("ended", f"The what-if '{id}' has ended already: it is {sweep.state}. Ask for a new one instead.")
    return _answer(connection, sweep, HTTPStatus.ACCEPTED)


@router.get(
    "/{id}/workbook", responses=_WORKBOOK, response_class=Response, dependencies=[reads], summary="The comparison as a workbook"
)
def workbook(connection: Reading, id: str) -> Response:
    """Return the comparison so far as a workbook."""
    from scheduler.whatif.files.comparison_workbook import comparison_workbook  # noqa: PLC0415 - keep the start fast

    content = comparison_workbook(comparison_of(connection, id))
    headers = {"Content-Disposition": f'attachment; filename="what-if-{id}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPES[Format.XLSX], headers=headers)


@router.get("/{id}/pictures", dependencies=[reads], summary="List the pictures of a comparison")
def pictures(connection: Reading, id: str) -> PictureList:
    """Return each picture with its addresses."""
    from scheduler.whatif.pictures import picture_names  # noqa: PLC0415 - load matplotlib only to draw

    names, path = picture_names(comparison_of(connection, id)), resource_path("whatif", id)
    return PictureList(items=[PictureItem(name=name, **_addresses(f"{path}/pictures/{name}")) for name in names])


@router.get(
    "/{id}/pictures/{name}", responses=_PICTURE, response_class=Response, dependencies=[reads],
    summary="The comparison as a picture",
)  # fmt: skip
async def picture(
    request: Request,
    id: str,
    name: str,
    format_: Annotated[Literal["svg", "png"], Query(alias="format", description="The file format.")] = "svg",
) -> Response:
    """Return one picture of the comparison so far."""
    comparison = await run_in_threadpool(_comparison_to_draw, store_of(request), id, name)
    async with request.app.state.drawing:  # matplotlib draws one at a time; a waiting request holds no connection or thread
        content = await run_in_threadpool(_drawn, comparison, name, format_)
    return Response(content, media_type=PICTURES[format_])


def _comparison_to_draw(store: Store, identifier: str, name: str) -> Comparison:
    from scheduler.whatif.pictures import picture_names  # noqa: PLC0415 - load matplotlib only to draw

    with store.reading() as connection:
        comparison = comparison_of(connection, identifier)
    if name not in picture_names(comparison):
        raise not_found(f"picture of the what-if '{identifier}' called", name)
    return comparison


def _drawn(comparison: Comparison, name: str, form: Literal["svg", "png"]) -> bytes:
    from scheduler.whatif import pictures  # noqa: PLC0415 - load matplotlib only to draw

    return pictures.picture(comparison, name, form)


def _answer(connection: Connection, sweep: StoredSweep, status: HTTPStatus = HTTPStatus.OK) -> Response:
    parts = sweeps.parts(connection, sweep.id)
    comparison, path = comparison_json(sweep, parts), resource_path("whatif", sweep.id)
    actions = (*(("workbook", "pictures") if comparison else ()), *(() if sweep.has_ended else ("cancel",)))
    whatif = Whatif.model_validate(
        _item(connection, sweep)
        | {
            "failed": [{"scenario": part.name, "why": part.error} for part in parts if part.error is not None],
            "comparison": None,  # added below as it is stored, which needs no validation
            "links": {"self": path} | {name: f"{path}/{name}" for name in actions},
        }
    )
    headers = {"Location": path} if status is HTTPStatus.ACCEPTED else {}
    return JSONResponse(whatif.model_dump(mode="json") | {"comparison": comparison}, status, headers)


def _item(connection: Connection, sweep: StoredSweep) -> dict[str, Any]:
    return {**fields_of(connection, sweep), "scenarios": sweeps.size(connection, sweep.id) - 1}


def _addresses(path: str) -> dict[str, str]:
    return {form: f"{path}?format={form}" for form in PICTURES}
