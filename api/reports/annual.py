"""The table of the service's annual report: conferences held by month, and the share of their children in time."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from api.reports import frames
from api.reports.months import month_of, months
from api.reports.report import MONTH, Report
from api.reports.timeliness import PlacedConference, Stage, type_of
from scheduler.domain.values import Date, Period
from scheduler.report.workbook.styles import TableColumn


class AnnualCounts(BaseModel):
    """Conferences that were held, and their children: all, and those in time by the conference's own due date.

    ``icpc_…`` counts initial, transfer-in and pre-birth conferences, ``rcpc_…`` reviews.
    """

    conferences: int = 0
    icpc_children: int = 0
    icpc_children_in_time: int = 0
    icpc_in_time_percent: int | None = None
    rcpc_children: int = 0
    rcpc_children_in_time: int = 0
    rcpc_in_time_percent: int | None = None


class AnnualMonth(AnnualCounts):
    """The conferences held in the month that begins on ``month``."""

    month: Date


_COUNTS = (
    "Conferences", "ICPC children", "ICPC in time", "ICPC in time, %", "RCPC children", "RCPC in time", "RCPC in time, %",
)  # fmt: skip


def _cells(row: AnnualCounts) -> tuple[int | None, ...]:
    return (
        row.conferences, row.icpc_children, row.icpc_children_in_time, row.icpc_in_time_percent,
        row.rcpc_children, row.rcpc_children_in_time, row.rcpc_in_time_percent,
    )  # fmt: skip


REPORT = Report(
    "annual",
    "Conferences held, and children in time",
    AnnualMonth,
    (TableColumn("Month", 16, MONTH), *(TableColumn(heading, 12, "#,##0", centred=True) for heading in _COUNTS)),
    lambda row: (row.month, *_cells(row)),
    totals=AnnualCounts,
    foot=lambda totals: [("All months", *_cells(totals))],
)
_SUMMED = ("conferences", "icpc_children", "icpc_children_in_time", "rcpc_children", "rcpc_children_in_time")


def rows(period: Period, placed: Sequence[PlacedConference]) -> list[AnnualMonth]:
    """Return a row for each month of the period; only conferences that were held count."""
    counts = {month: dict.fromkeys(_SUMMED, 0) for month in months(period)}
    for one in placed:
        if one.stage is Stage.HELD and one.day in period:
            of_month, kind, children = counts[month_of(one.day)], type_of(one.conference).lower(), one.conference.children
            of_month["conferences"] += 1
            of_month[f"{kind}_children"] += children
            of_month[f"{kind}_children_in_time"] += 0 if one.is_late else children
    return [AnnualMonth(month=month, **some, **_percentages(some)) for month, some in counts.items()]


def totals(of_months: Sequence[AnnualMonth]) -> AnnualCounts:
    """Return the sums of the months, and the percentages of these sums."""
    sums = {name: sum(getattr(row, name) for row in of_months) for name in _SUMMED}
    return AnnualCounts(**sums, **_percentages(sums))


def _percentages(counts: dict[str, int]) -> dict[str, int | None]:
    return {
        f"{kind}_in_time_percent": frames.percent(counts[f"{kind}_children_in_time"], counts[f"{kind}_children"])
        for kind in ("icpc", "rcpc")
    }
