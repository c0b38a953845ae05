"""Pages of reports, and their downloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.service import queries as documents
from api.errors import not_found
from api.http.formats import Format
from api.http.permissions import Permission, needs
from api.http.transaction import Now
from api.pages.downloads import MARKING, download
from api.pages.forms import NO_PROBLEMS, Problems, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.periods import month_of, period_of, typed_day
from api.pages.rendering import ENVIRONMENT, page, redirect
from api.pages.reports import tables
from api.pages.reports.tables import ShownTable, ShowReport
from api.pages.routing import PageReading, PageRoute
from api.reports.contents import SOURCES, ReportSource
from api.reports.report import as_csv, as_workbook
from scheduler.domain.clocks import months_after
from scheduler.domain.values import Period, monday_of
from scheduler.wording import period_in_words

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_reads = needs(Permission.READ_REPORTS)
CSV, SVG = "text/csv; charset=utf-8", "image/svg+xml"
ACTIVE = "/reports"


@dataclass(frozen=True)
class ReportPage:
    """A report's page: the last part of its address, its link and heading, how it is shown, and its usual days.

    ``also`` are parts of other reports below it, which its downloads don't have.
    """

    slug: str
    link: str
    heading: str
    source: ReportSource
    show: ShowReport
    usual: Callable[[dt.date], Period]
    has_days: bool = True
    also: tuple[tuple[ReportSource, ShowReport], ...] = ()

    def parts(self, connection: Connection, days: Period, today: dt.date) -> list[ShownTable]:
        """Return everything that the page shows, also parts of other reports."""
        names = place_names(connection)
        sources = ((self.source, self.show), *self.also)
        return [part for source, show in sources for part in show(source.content(connection, days, today), names, today)]


class File(StrEnum):
    """What a report is downloaded as."""

    CSV = "csv"
    XLSX = "xlsx"
    SVG = "svg"


def _year(today: dt.date) -> Period:
    """Return the financial year, from April to March."""
    first = dt.date(today.year - (today.month < 4), 4, 1)
    return Period(first=first, last=dt.date(first.year + 1, 3, 31))


def _weeks(today: dt.date) -> Period:
    monday = monday_of(today)
    return Period(first=monday - dt.timedelta(weeks=8), last=monday + dt.timedelta(weeks=4, days=6))


def _months(today: dt.date) -> Period:
    """Return the last two months, this one and the next."""
    first, last = (month_of(months_after(today, count)) for count in (-2, 1))
    return Period(first=first.first, last=last.last)


def _quarter(today: dt.date) -> Period:
    return Period(first=today - dt.timedelta(days=91), last=today)


PAGES = {
    one.slug: one
    for one in (
        ReportPage("timeliness", "By month", "Timeliness by month", SOURCES["timeliness"], tables.timeliness, _year),
        ReportPage("weekly-initial", "By week", "Initial conferences by week", SOURCES["weekly-icpc"], tables.weekly, _weeks),
        ReportPage("caseloads", "Caseloads", "Caseloads", SOURCES["caseloads"], tables.caseloads, _quarter, has_days=False),
        ReportPage("rooms", "Rooms", "Use of the rooms", SOURCES["rooms"], tables.rooms, _months),
        ReportPage("reschedules", "Moves", "Moves and cancellations", SOURCES["reschedules"], tables.reschedules, _quarter),
        ReportPage(
            "annual",
            "Annual report",
            "Tables of the annual report",
            SOURCES["annual"],
            tables.annual,
            _year,
            also=(
                (SOURCES["timeliness"], tables.why_late),
                (SOURCES["reschedules"], tables.moves_by_reason),
                (SOURCES["caseloads"], tables.caseloads),
            ),
        ),
    )
}
"""Every report that has a page, in the order of its links."""


@router.get("/reports", dependencies=[_reads])
def first() -> Response:
    """Lead to the first report."""
    return redirect("/reports/timeliness")


@router.get("/reports/{slug}", dependencies=[_reads])
def report(request: Request, connection: PageReading, now: Now, slug: str) -> Response:
    """Show a report for some days."""
    one, today, typed = _require(slug), local_day(now), TypedForm(request.query_params.multi_items())
    with shown_again(lambda after, problems: _page(request, after, one, today, typed, one.usual(today), problems)):
        days = period_of(typed, today, one.usual(today))
    return _page(request, connection, one, today, typed, days, NO_PROBLEMS)


@router.get("/reports/{slug}/download", dependencies=[_reads])
def get_file(request: Request, connection: PageReading, now: Now, slug: str) -> Response:
    """Return a report as a file. Each has the marking: in its name, and within."""
    one, today, typed = _require(slug), local_day(now), TypedForm(request.query_params.multi_items())
    if typed["format"] not in list(File):
        raise not_found("file", typed["format"])
    with shown_again(lambda after, problems: _page(request, after, one, today, typed, one.usual(today), problems)):
        days = period_of(typed, today, one.usual(today))
    name, format_ = f"{slug}-{days.first}-{days.last}", File(typed["format"])
    if format_ is File.SVG:
        pictures = [part.picture for part in one.parts(connection, days, today) if part.picture is not None]
        number = int(typed["picture"]) if typed["picture"].isdecimal() else 0
        if number >= len(pictures):
            raise not_found("picture", number)
        drawing = ENVIRONMENT.get_template("pages/chart.html").module.drawing  # type: ignore[attr-defined]  # its macro
        return download(str(drawing(pictures[number], "chart", MARKING)).encode(), Format.JSON, name, "svg", SVG)
    content = one.source.content(connection, days, today)
    if format_ is File.CSV:
        return download(as_csv(one.source.report, content) + f"{MARKING}\r\n".encode(), Format.CSV, name, "csv", CSV)
    service = documents.get(connection, "service")[0].name
    return download(as_workbook(one.source.report, content, days, service), Format.XLSX, name)


def _page(
    request: Request,
    connection: Connection,
    one: ReportPage,
    today: dt.date,
    typed: TypedForm,
    days: Period,
    problems: Problems,
) -> Response:
    shown: list[ShownTable] = []
    if not problems:
        shown = one.parts(connection, days, today)
    entered = {name: typed[name] or typed_day(getattr(days, name)) for name in ("first", "last")}
    return page(
        request,
        "report.html",
        one.heading,
        active=ACTIVE,
        problems=problems,
        fields=("first", "last"),
        typed=TypedForm(entered.items()),
        one=one,
        pages=PAGES.values(),
        parts=shown,
        days=period_in_words(days),
        query=f"first={days.first}&last={days.last}",
    )


def _require(slug: str) -> ReportPage:
    if slug not in PAGES:
        raise not_found("report", slug)
    return PAGES[slug]
