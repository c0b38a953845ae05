"""Routes for the scheduler's files: a period's problem, import and export."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api.clock import local_day
from api.database.trial import trial
from api.diary import snapshot
from api.exchange import workflow as exchange
from api.exchange.answers import Imported
from api.http import formats
from api.http.days import Days
from api.http.etags import etag, expect
from api.http.formats import BINARY, MEDIA_TYPES, Format, ImportMode
from api.http.limits import limited
from api.http.permissions import Permission, needs, require_of
from api.http.problem_details import ERRORS, HttpError
from api.http.state import store_of
from api.http.transaction import Now, Reading, Writing
from api.http.uploads import UploadRoute, check_presence
from scheduler.domain.problem import Problem
from scheduler.files import FaultWording


class ImportRoute(UploadRoute):
    """A route that reads its file before the transaction begins. A preview has none: it is tried on a copy of the diary."""

    @staticmethod
    def read(request: Request, content: bytes) -> tuple[Problem, FaultWording]:
        """Return the problem in the file, and how to word a later fault in it."""
        return formats.decode(content, _format(request))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a commit, or of a preview."""
        commit, handle = super().get_route_handler(), APIRoute.get_route_handler(self)

        async def preview(request: Request) -> Response:
            content = await request.body()
            async with request.app.state.reading:
                await check_presence(request)
                request.state.read = await run_in_threadpool(self.read, request, content)
                tried = trial(store_of(request))
                request.state.connection = await run_in_threadpool(tried.__enter__)
                try:
                    return await handle(request)
                finally:
                    await run_in_threadpool(tried.__exit__, None, None, None)

        async def answer(incoming: Request) -> Response:
            require_of(self, incoming)
            is_commit = incoming.query_params.get("mode") == ImportMode.COMMIT
            return await (commit(incoming) if is_commit else preview(limited(incoming)))

        return answer


router = APIRouter(tags=["files"], responses=ERRORS)
imports = APIRouter(tags=["files"], route_class=ImportRoute, responses=ERRORS)
ROUTERS = (router, imports)
reads = needs(Permission.READ_DIARY)

EXAMPLE = {
    "version": 1,
    "horizon": {"first": "2027-01-01", "last": "2027-01-31"},
    "sites": [{"id": "AYL", "name": "Aylesbury"}],
    "rooms": [{"id": "AYL-1", "site": "AYL", "starts": ["10:00", "14:00"], "hybrid_from": "2022-09-01"}],
    "chairs": [{"id": "C1", "name": "Advisor 1", "base": "AYL", "caseload": 80, "max_per_day": 2}],
    "conferences": [{"id": "CPC-0101", "kind": "initial", "children": 2, "site": "AYL", "trigger": "2027-01-04"}],
    "published": [{"conference": "CPC-0101", "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}],
}
IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            MEDIA_TYPES[Format.JSON]: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": EXAMPLE},
            MEDIA_TYPES[Format.XLSX]: BINARY,
            MEDIA_TYPES[Format.CSV]: BINARY,
        },
    }
}
FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {MEDIA_TYPES[Format.XLSX]: BINARY, MEDIA_TYPES[Format.CSV]: BINARY}}
}


class Import(Imported):
    """The items that an import would add and change, or has added and changed if ``mode`` is commit."""

    mode: ImportMode


Overwrite = Annotated[
    tuple[str, ...],
    Query(description="What may overwrite the diary's newer values: `all`, a kind, `chairs/C1` or `chairs/C1/caseload`."),
]


def _format(request: Request) -> Format:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    for format_, media_type in MEDIA_TYPES.items():
        if sent == media_type:
            return format_
    raise HttpError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unknown-format",
        f"Send JSON, a workbook, or a zip of CSV files, with its Content-Type: {', '.join(MEDIA_TYPES.values())}.",
    )


@router.get("/problem", response_model=Problem, dependencies=[reads], summary="The problem of planning a period")
def problem(connection: Reading, now: Now, days: Days) -> Response:
    """Return the problem as the contract defines it, planned as of `today`. The ETag is its digest, which its schedules refer to.

    Notice counts from `today`, and the bookings of the next days are frozen, as in a plan. If all days are over, it is null.
    """
    result = snapshot.problem_of(connection, days.first, days.last, today=local_day(now))
    return Response(result.model_dump_json(by_alias=True), media_type="application/json", headers={"ETag": etag(result.digest)})


@imports.post(
    "/import",
    dependencies=[needs(Permission.CHANGE_SERVICE)],
    openapi_extra=IMPORT_BODY,
    summary="Import a workbook, CSV files or JSON",
)
def bring_in(
    connection: Writing,
    now: Now,
    request: Request,
    response: Response,
    overwrite: Overwrite = (),
    mode: Annotated[ImportMode, Query(description="Preview the changes, or commit them.")] = ImportMode.PREVIEW,
    if_match: Annotated[str | None, Header(description="The ETag of the preview: refuse if the diary has changed since.")] = None,
) -> Import:
    """Import a file, all or nothing. Known ids are changed field by field; fields that the file lacks stay unchanged.

    A value of the diary that is or may be newer than the file's stays, and is listed under `conflicts`, unless `overwrite` names
    it. Bookings that break a rule are listed under `undecided` and not imported. Send the preview's ETag as `If-Match` to commit
    exactly the previewed changes; without it, a file with conflicts is refused. Faults name the sheet, row and column.
    """
    value, wording = request.state.read
    state = exchange.state_of_diary(connection)
    if if_match is not None:
        expect(state, if_match)
    imported = Import(mode=mode, **dict(exchange.import_problem(connection, value, wording, now, overwrite)))
    if mode is ImportMode.PREVIEW:
        response.headers["ETag"] = etag(state)
        return imported
    if if_match is None:
        exchange.refuse_conflicts(imported)
    return imported


@router.get("/export", response_model=Problem, responses=FILES, dependencies=[reads], summary="Export a period as a file")
def export(
    connection: Reading,
    days: Days,
    format_: Annotated[Format, Query(alias="format", description="JSON, a workbook, or CSV files in a zip.")] = Format.JSON,
) -> Response:
    """Return the service's data with the bookings and requests of a period, ready to be imported again.

    Busy times from chairs' calendars are left out; those stored with the chairs are included. The file records the
    state of the diary, so that its import can detect later changes in the diary.
    """
    problem = exchange.exported(connection, days)
    suffix = "zip" if format_ is Format.CSV else format_
    name = f"diary-{days.first}-{days.last}.{suffix}"
    headers = {"ETag": etag(problem.digest), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(formats.encode(problem, format_), media_type=MEDIA_TYPES[format_], headers=headers)
