"""Initial conferences (ICPCs) by week: the children in time, and the reasons for the others."""

from __future__ import annotations

from collections.abc import Sequence

from api.diary.conferences.queries import StoredConference
from api.reports.report import Report
from api.reports.timeliness import COLUMNS, PlacedConference, Timeliness, Type, cells, counted
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
_TYPE: Type = "ICPC"


def rows(period: Period, placed: Sequence[PlacedConference], not_booked: Sequence[StoredConference]) -> list[Week]:
    """Return a row for each week: a conference counts when it was held or is booked, or else when it is due."""
    groups = [(monday, _TYPE) for monday in sorted({monday_of(day) for day in days(period)})]
    counts = counted(groups, monday_of, placed, not_booked)
    return [Week.model_validate({"week": monday, **fields}) for (monday, _), fields in zip(groups, counts, strict=True)]
