"""Timeliness by child and month, of initial conferences (ICPCs) and reviews (RCPCs)."""

from __future__ import annotations

from collections.abc import Sequence

from api.diary.conferences.queries import StoredConference
from api.reports.months import month_of, months
from api.reports.report import MONTH, Report
from api.reports.timeliness import COLUMNS, PlacedConference, Timeliness, Type, cells, counted
from scheduler.domain.values import Date, Period
from scheduler.report.workbook.styles import TableColumn


class Month(Timeliness):
    """The initial, transfer-in and pre-birth conferences (ICPC), or the reviews (RCPC), of the month that begins on ``month``."""

    month: Date
    type: Type


REPORT = Report(
    "timeliness",
    "Timeliness by child and month",
    Month,
    (TableColumn("Month", 16, MONTH), TableColumn("Type", 8), *COLUMNS),
    lambda row: (row.month, row.type, *cells(row)),
)
_TYPES: tuple[Type, ...] = ("ICPC", "RCPC")


def rows(period: Period, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]) -> list[Month]:
    """Return two rows for each month: a conference counts when it was held or is booked, or else when it is due."""
    groups = [(month, type_) for month in months(period) for type_ in _TYPES]
    counts = counted(groups, month_of, placed, not_booked)
    return [
        Month.model_validate({"month": month, "type": type_, **fields})
        for (month, type_), fields in zip(groups, counts, strict=True)
    ]
