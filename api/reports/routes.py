"""Routes for reports, as JSON, CSV or a workbook."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, create_model

from api.clock import local_day
from api.diary.service import queries as documents
from api.http.days import Days
from api.http.formats import MEDIA_TYPES, Format
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Now, Reading
from api.reports.contents import SOURCES, ReportSource
from api.reports.report import as_csv, as_workbook
from scheduler.domain.values import Date

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


def _add(source: ReportSource) -> None:
    report = source.report
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
        content = source.content(connection, days, local_day(now))
        if format_ is Format.JSON:
            totals = {} if content.totals is None else {report.totals_name: content.totals}
            return {"first": days.first, "last": days.last, "rows": content.rows, **totals}
        name = f"{report.name}-{days.first}-{days.last}.{format_}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if format_ is Format.CSV:
            return Response(as_csv(report, content), media_type=CSV, headers=headers)
        workbook = as_workbook(report, content, days, documents.get(connection, "service")[0].name)
        return Response(workbook, media_type=MEDIA_TYPES[format_], headers=headers)


for _source in SOURCES.values():
    _add(_source)
