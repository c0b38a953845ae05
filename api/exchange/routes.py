"""The diary in and out as the scheduler's files: a problem of some days, an import, an export."""

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
    """What an import would add and change, or where ``mode`` is commit, what it has added and changed."""

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
        f"Send JSON, a workbook, or a zip of CSV files, and say which as Content-Type: {', '.join(MEDIA_TYPES.values())}.",
    )


@router.get("/problem", response_model=Problem, dependencies=[reads], summary="What a plan of these days has to solve")
def problem(connection: Reading, days: Days) -> Response:
    """As the contract writes it. The ETag is the problem's digest, which schedules of it name."""
    found = snapshot.problem_of(connection, days.first, days.last)
    return Response(found.model_dump_json(by_alias=True), media_type="application/json", headers={"ETag": etag(found.digest)})


@router.post(
    "/import",
    dependencies=[needs(Permission.CHANGE_SERVICE)],
    openapi_extra=IMPORT_BODY,
    summary="Bring in a workbook, CSV files or JSON",
)
def bring_in(
    connection: Writing,
    now: Now,
    body: Annotated[bytes, Depends(_body)],
    format_: Annotated[Format, Depends(_format)],
    mode: Annotated[ImportMode, Query(description="Only tell what would happen, or let it happen.")] = ImportMode.PREVIEW,
) -> Import:
    """All or nothing. What has an id that is known is changed, and what the file doesn't mention stays as it is.

    Published bookings become bookings. Faults are told by sheet, row and column.
    """
    value, told = packing.unpacked(body, format_)
    if mode is ImportMode.COMMIT:
        return Import(mode=mode, **dict(exchange.bring_in(connection, value, told, now)))
    attempt = connection.begin_nested()
    try:
        return Import(mode=mode, **dict(exchange.bring_in(connection, value, told, now)))
    finally:
        attempt.rollback()


@router.get("/export", response_model=Problem, responses=FILES, dependencies=[reads], summary="These days as a file")
def export(
    connection: Reading,
    days: Days,
    format_: Annotated[Format, Query(alias="format", description="JSON, a workbook, or CSV files in a zip.")] = Format.JSON,
) -> Response:
    """What the service has, and what is booked or to be planned on these days: it can be imported as it is.

    Chairs are busy only as entered with them: what their calendars tell is no part of it.
    """
    found = snapshot.problem_of(connection, days.first, days.last, busy={})
    suffix = "zip" if format_ is Format.CSV else format_
    name = f"diary-{days.first}-{days.last}.{suffix}"
    headers = {"ETag": etag(found.digest), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(packing.packed(found, format_), media_type=MEDIA_TYPES[format_], headers=headers)
