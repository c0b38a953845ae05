"""Routes for the scheduler's files: a period's problem, import and export."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.clock import local_day
from api.diary import snapshot
from api.exchange import workflow as exchange
from api.exchange.answers import Imported
from api.http import formats
from api.http.days import Days
from api.http.etags import etag, expect
from api.http.formats import BINARY, MEDIA_TYPES, Format, ImportMode
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS, HttpError
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.problem import Problem

router = APIRouter(tags=["files"], route_class=WritingRoute, responses=ERRORS)
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


async def _body(request: Request) -> bytes:
    return await request.body()


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


@router.post(
    "/import",
    dependencies=[needs(Permission.CHANGE_SERVICE)],
    openapi_extra=IMPORT_BODY,
    summary="Import a workbook, CSV files or JSON",
)
def bring_in(
    connection: Writing,
    now: Now,
    response: Response,
    body: Annotated[bytes, Depends(_body)],
    format_: Annotated[Format, Depends(_format)],
    overwrite: Overwrite = (),
    mode: Annotated[ImportMode, Query(description="Preview the changes, or commit them.")] = ImportMode.PREVIEW,
    if_match: Annotated[str | None, Header(description="The ETag of the preview: refuse if the diary has changed since.")] = None,
) -> Import:
    """Import a file, all or nothing. Known ids are changed field by field; fields that the file lacks stay unchanged.

    A value of the diary that is or may be newer than the file's stays, and is listed under `conflicts`, unless `overwrite` names
    it. Bookings that break a rule are listed under `undecided` and not imported. Send the preview's ETag as `If-Match` to commit
    exactly the previewed changes; without it, a file with conflicts is refused. Faults name the sheet, row and column.
    """
    value, wording = formats.decode(body, format_)
    state = exchange.state_of_diary(connection)
    if if_match is not None:
        expect(state, if_match)
    attempt = connection.begin_nested()  # an error rolls it back with the whole transaction
    imported = Import(mode=mode, **dict(exchange.import_problem(connection, value, wording, now, overwrite)))
    if mode is ImportMode.PREVIEW:
        response.headers["ETag"] = etag(state)
        attempt.rollback()
        return imported
    if if_match is None:
        exchange.refuse_conflicts(imported)
    attempt.commit()
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
