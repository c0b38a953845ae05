"""The contents of each report, read from the diary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.caseloads import given_by_bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.reports import annual, caseloads, reschedules, rooms, timeliness_by_month, weekly_icpc
from api.reports import queries as report_queries
from api.reports.report import Content, Report
from scheduler.domain.values import Period, monday_of, sunday_of


@dataclass(frozen=True)
class ReportSource:
    """A report, and the function that reads its content for some days, as of today."""

    report: Report[Any]
    content: Callable[[Connection, Period, dt.date], Content[Any]]


def _weekly_icpc(connection: Connection, days: Period, today: dt.date) -> Content[weekly_icpc.Week]:
    weeks = Period(first=monday_of(days.first), last=sunday_of(days.last))
    placed, not_booked = report_queries.placed(connection, weeks, today), report_queries.not_booked(connection, weeks)
    return Content(weekly_icpc.rows(weeks, placed, not_booked))


def _timeliness(connection: Connection, days: Period, today: dt.date) -> Content[timeliness_by_month.Month]:
    placed, not_booked = report_queries.placed(connection, days, today), report_queries.not_booked(connection, days)
    return Content(timeliness_by_month.rows(days, placed, not_booked))


def _caseloads(connection: Connection, _: Period, today: dt.date) -> Content[caseloads.CaseloadRow]:
    policy = documents.get(connection, "policy")[0]
    chairs, given = registers.values(connection, registers.CHAIRS), given_by_bookings(connection)
    rows = caseloads.rows(chairs, given, policy.caseload_cap, today)
    return Content(rows, caseloads.without_chair(rows, report_queries.reviews_without_chair(connection)))


def _rooms(connection: Connection, days: Period, _: dt.date) -> Content[rooms.RoomUse]:
    booked = bookings.active_in(connection, days.first, days.last)
    return Content(rooms.rows(days, registers.values(connection, registers.ROOMS), conferences.calendar(connection), booked))


def _reschedules(connection: Connection, days: Period, _: dt.date) -> Content[reschedules.Reschedule]:
    return Content(reschedules.rows(report_queries.reschedules(connection, days)))


def _annual(connection: Connection, days: Period, today: dt.date) -> Content[annual.AnnualMonth]:
    rows = annual.rows(days, report_queries.placed(connection, days, today))
    return Content(rows, annual.totals(rows))


SOURCES = {
    source.report.name: source
    for source in (
        ReportSource(weekly_icpc.REPORT, _weekly_icpc),
        ReportSource(timeliness_by_month.REPORT, _timeliness),
        ReportSource(caseloads.REPORT, _caseloads),
        ReportSource(rooms.REPORT, _rooms),
        ReportSource(reschedules.REPORT, _reschedules),
        ReportSource(annual.REPORT, _annual),
    )
}
"""Every report, by its name."""
