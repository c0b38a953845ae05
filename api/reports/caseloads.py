"""Each chair's caseload against the cap."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from api.diary.conferences.queries import ConferenceState
from api.reports.queries import PlacedConference
from api.reports.report import Report
from scheduler.domain.people import Chair
from scheduler.report.workbook.styles import TableColumn


class CaseloadRow(BaseModel):
    """A chair's children ``now``, and ``after`` the period's bookings of families without a chair of their own.

    ``cap`` is the full-time cap in proportion to the chair's hours, 0 for a reserve; ``above`` counts whole children above it.
    """

    chair: str
    fte: float
    reserve: bool
    now: int
    given: int
    after: int
    cap: int
    above: int


_COUNTS = ("Children now", "Given", "After", "Cap", "Above the cap")
REPORT = Report(
    "caseloads",
    "Caseloads against the cap",
    CaseloadRow,
    (
        TableColumn("Chair", 20),
        TableColumn("Full-time equivalent", 12, "0.0#", centred=True),
        TableColumn("Reserve", 9, centred=True),
        *(TableColumn(heading, 11, "#,##0", centred=True) for heading in _COUNTS),
    ),
    lambda row: (row.chair, row.fte, "yes" if row.reserve else None, row.now, row.given, row.after, row.cap, row.above),
)


def rows(chairs: Sequence[Chair], placed: Sequence[PlacedConference], caseload_cap: int) -> list[CaseloadRow]:
    """Return a row for each chair. A conference that has been held is in its chair's caseload already."""
    return [_of(chair, placed, caseload_cap) for chair in chairs]


def _of(chair: Chair, placed: Sequence[PlacedConference], caseload_cap: int) -> CaseloadRow:
    new = [
        one.conference
        for one in placed
        if one.chair == chair.id and one.state is ConferenceState.BOOKED and one.conference.chair is None
    ]
    given, cap = sum(conference.children for conference in new), chair.cap(caseload_cap)
    after = chair.caseload + given
    return CaseloadRow(
        chair=chair.id,
        fte=chair.fte,
        reserve=chair.reserve,
        now=chair.caseload,
        given=given,
        after=after,
        cap=cap,
        above=max(0, after - cap),
    )
