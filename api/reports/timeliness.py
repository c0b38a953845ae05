"""Timeliness by child and month, of initial conferences (ICPCs) and reviews (RCPCs)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from api.diary.conferences.queries import StoredConference
from api.reports.child_counts import COLUMNS, Timeliness, cells, counted
from api.reports.queries import PlacedConference
from api.reports.report import MONTH, Report
from scheduler.domain.values import Date, Period, days
from scheduler.report.workbook.styles import TableColumn


class Month(Timeliness):
    """The initial, transfer-in and pre-birth conferences (ICPC), or the reviews (RCPC), of the month that begins on ``month``."""

    month: Date
    type: Literal["ICPC", "RCPC"]


REPORT = Report(
    "timeliness",
    "Timeliness by child and month",
    Month,
    (TableColumn("Month", 16, MONTH), TableColumn("Type", 8), *COLUMNS),
    lambda row: (row.month, row.type, *cells(row)),
)


def rows(period: Period, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]) -> list[Month]:
    """Return two rows for each month. A conference counts in the month of its booking, or else of its due date."""
    return [
        Month.model_validate({"month": month, "type": "RCPC" if reviews else "ICPC", **_of(month, reviews, placed, not_booked)})
        for month in months(period)
        for reviews in (False, True)
    ]


def months(period: Period) -> list[dt.date]:
    """Return the first day of each month of the period."""
    return sorted({day.replace(day=1) for day in days(period)})


def _of(
    month: dt.date, reviews: bool, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]
) -> dict[str, object]:
    return counted(
        [one for one in placed if one.conference.kind.is_review == reviews and one.start.date().replace(day=1) == month],
        [stored for stored in not_booked if stored.value.kind.is_review == reviews and stored.due.replace(day=1) == month],
    )
