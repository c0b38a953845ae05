"""Routes for the scheduler's files: a period's problem, import and export."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.diary import snapshot
from api.exchange import workflow as exchange
from api.exchange.workflow import Imported
from api.http import formats as packing
from api.http.days import Days
from api.http.etags import etag
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
def problem(connection: Reading, days: Days) -> Response:
    """Return the problem as the contract defines it. The ETag is its digest, which its schedules refer to."""
    result = snapshot.problem_of(connection, days.first, days.last)
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
    body: Annotated[bytes, Depends(_body)],
    format_: Annotated[Format, Depends(_format)],
    mode: Annotated[ImportMode, Query(description="Preview the changes, or commit them.")] = ImportMode.PREVIEW,
) -> Import:
    """Import a file, completely or not at all. Items with known ids are changed; items not in the file stay as they are.

    Published bookings become bookings. Faults give the sheet, row and column.
    """
    value, wording = packing.decode(body, format_)
    if mode is ImportMode.COMMIT:
        return Import(mode=mode, **dict(exchange.import_problem(connection, value, wording, now)))
    attempt = connection.begin_nested()
    try:
        return Import(mode=mode, **dict(exchange.import_problem(connection, value, wording, now)))
    finally:
        attempt.rollback()


@router.get("/export", response_model=Problem, responses=FILES, dependencies=[reads], summary="Export a period as a file")
def export(
    connection: Reading,
    days: Days,
    format_: Annotated[Format, Query(alias="format", description="JSON, a workbook, or CSV files in a zip.")] = Format.JSON,
) -> Response:
    """Return the service's data with the bookings and requests of a period, ready to be imported again.

    Busy times from chairs' calendars are left out. Those entered for the chairs are included.
    """
    result = snapshot.problem_of(connection, days.first, days.last, busy={})
    suffix = "zip" if format_ is Format.CSV else format_
    name = f"diary-{days.first}-{days.last}.{suffix}"
    headers = {"ETag": etag(result.digest), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(packing.encode(result, format_), media_type=MEDIA_TYPES[format_], headers=headers)
