"""Routes for reports, as JSON, CSV or a workbook."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, create_model
from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as nouns
from api.diary.service import queries as documents
from api.http.days import Days
from api.http.formats import MEDIA_TYPES, Format
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Reading
from api.reports import caseloads, reschedules, rooms, timeliness, weekly_icpc
from api.reports import queries as store
from api.reports.report import R, Report, as_csv, as_workbook
from scheduler.domain.values import Date, Period, monday_of, sunday_of

CSV = "text/csv; charset=utf-8"
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPES[Format.XLSX]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

router = APIRouter(prefix="/reports", tags=["reports"], responses=ERRORS)


def _weekly_icpc(connection: Connection, days: Period) -> Sequence[weekly_icpc.Week]:
    weeks = Period(first=monday_of(days.first), last=sunday_of(days.last))
    return weekly_icpc.rows(weeks, store.placed(connection, weeks), store.not_booked(connection, weeks))


def _timeliness(connection: Connection, days: Period) -> Sequence[timeliness.Month]:
    return timeliness.rows(days, store.placed(connection, days), store.not_booked(connection, days))


def _caseloads(connection: Connection, days: Period) -> Sequence[caseloads.CaseloadRow]:
    policy = documents.get(connection, "policy")[0]
    return caseloads.rows(nouns.values(connection, nouns.CHAIRS), store.placed(connection, days), policy.caseload_cap)


def _rooms(connection: Connection, days: Period) -> Sequence[rooms.RoomUse]:
    booked = bookings.active_in(connection, days.first, days.last)
    return rooms.rows(days, nouns.values(connection, nouns.ROOMS), conferences.calendar(connection), booked)


def _reschedules(connection: Connection, days: Period) -> Sequence[reschedules.Reschedule]:
    return reschedules.rows(store.reschedules(connection, days))


def _add(report: Report[R], rows_of: Callable[[Connection, Period], Sequence[R]]) -> None:
    fields: Any = {"first": (Date, ...), "last": (Date, ...), "rows": (list[report.model], ...)}  # type: ignore[name-defined]  # known at run time
    whole: type[BaseModel] = create_model(f"{report.model.__name__}Report", __doc__=f"{report.title}, of some days.", **fields)

    @router.get(
        f"/{report.name}",
        response_model=whole,
        responses=FILES,
        dependencies=[needs(Permission.READ_REPORTS)],
        summary=report.title,
    )
    def get(
        connection: Reading,
        days: Days,
        format_: Annotated[Format, Query(alias="format", description="The format of the report.")] = Format.JSON,
    ) -> Any:
        rows = rows_of(connection, days)
        if format_ is Format.JSON:
            return {"first": days.first, "last": days.last, "rows": rows}
        name = f"{report.name}-{days.first}-{days.last}.{format_}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if format_ is Format.CSV:
            return Response(as_csv(report, rows), media_type=CSV, headers=headers)
        content = as_workbook(report, rows, days, documents.get(connection, "service")[0].name)
        return Response(content, media_type=MEDIA_TYPES[format_], headers=headers)


_add(weekly_icpc.REPORT, _weekly_icpc)
_add(timeliness.REPORT, _timeliness)
_add(caseloads.REPORT, _caseloads)
_add(rooms.REPORT, _rooms)
_add(reschedules.REPORT, _reschedules)
