"""Routes for reports, as JSON, CSV or a workbook."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, create_model
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.http.days import Days
from api.http.formats import MEDIA_TYPES, Format
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Now, Reading
from api.reports import caseloads, reschedules, rooms, timeliness_by_month, weekly_icpc
from api.reports import queries as report_queries
from api.reports.report import Content, R, Report, as_csv, as_workbook
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


def _weekly_icpc(connection: Connection, days: Period, today: dt.date) -> Content[weekly_icpc.Week]:
    weeks = Period(first=monday_of(days.first), last=sunday_of(days.last))
    placed, not_booked = report_queries.placed(connection, weeks, today), report_queries.not_booked(connection, weeks)
    return Content(weekly_icpc.rows(weeks, placed, not_booked))


def _timeliness(connection: Connection, days: Period, today: dt.date) -> Content[timeliness_by_month.Month]:
    placed, not_booked = report_queries.placed(connection, days, today), report_queries.not_booked(connection, days)
    return Content(timeliness_by_month.rows(days, placed, not_booked))


def _caseloads(connection: Connection, _: Period, today: dt.date) -> Content[caseloads.CaseloadRow]:
    policy = documents.get(connection, "policy")[0]
    chairs, given = registers.values(connection, registers.CHAIRS), report_queries.given_by_bookings(connection)
    rows = caseloads.rows(chairs, given, policy.caseload_cap, today)
    return Content(rows, caseloads.without_chair(rows, report_queries.reviews_without_chair(connection)))


def _rooms(connection: Connection, days: Period, _: dt.date) -> Content[rooms.RoomUse]:
    booked = bookings.active_in(connection, days.first, days.last)
    return Content(rooms.rows(days, registers.values(connection, registers.ROOMS), conferences.calendar(connection), booked))


def _reschedules(connection: Connection, days: Period, _: dt.date) -> Content[reschedules.Reschedule]:
    return Content(reschedules.rows(report_queries.reschedules(connection, days)))


def _add(report: Report[R], content_of: Callable[[Connection, Period, dt.date], Content[R]]) -> None:
    fields: Any = {"first": (Date, ...), "last": (Date, ...), "rows": (list[report.model], ...)}  # type: ignore[name-defined]  # known at run time
    if report.totals is not None:
        fields[report.totals_name] = (report.totals, report.totals())
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
        now: Now,
        days: Days,
        format_: Annotated[Format, Query(alias="format", description="The format of the report.")] = Format.JSON,
    ) -> Any:
        content = content_of(connection, days, local_day(now))
        if format_ is Format.JSON:
            totals = {} if content.totals is None else {report.totals_name: content.totals}
            return {"first": days.first, "last": days.last, "rows": content.rows, **totals}
        name = f"{report.name}-{days.first}-{days.last}.{format_}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if format_ is Format.CSV:
            return Response(as_csv(report, content), media_type=CSV, headers=headers)
        workbook = as_workbook(report, content, days, documents.get(connection, "service")[0].name)
        return Response(workbook, media_type=MEDIA_TYPES[format_], headers=headers)


_add(weekly_icpc.REPORT, _weekly_icpc)
_add(timeliness_by_month.REPORT, _timeliness)
_add(caseloads.REPORT, _caseloads)
_add(rooms.REPORT, _rooms)
_add(reschedules.REPORT, _reschedules)
