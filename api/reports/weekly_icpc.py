"""Initial conferences (ICPCs) by week: the children in time, and the reasons for the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from api.diary.conferences.queries import StoredConference
from api.reports.child_counts import COLUMNS, Timeliness, cells, counted
from api.reports.queries import PlacedConference
from api.reports.report import Report
from scheduler.domain.values import Date, Period, days, monday_of
from scheduler.report.workbook.styles import DATE, TableColumn


class Week(Timeliness):
    """The initial, transfer-in and pre-birth conferences of the week that begins on ``week``."""

    week: Date


REPORT = Report(
    "weekly-icpc",
    "Initial conferences by week",
    Week,
    (TableColumn("Week of", 11.5, DATE), *COLUMNS),
    lambda row: (row.week, *cells(row)),
)


def rows(period: Period, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]) -> list[Week]:
    """Return a row for each week. A conference counts in the week of its booking, or else of its due date."""
    mondays = sorted({monday_of(day) for day in days(period)})
    return [Week.model_validate({"week": monday, **_of(monday, placed, not_booked)}) for monday in mondays]


def _of(monday: dt.date, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]) -> dict[str, object]:
    return counted(
        [one for one in placed if not one.conference.kind.is_review and monday_of(one.start.date()) == monday],
        [stored for stored in not_booked if not stored.value.kind.is_review and monday_of(stored.due) == monday],
    )
