"""What was moved or cancelled, one by one, and why."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from api.clock import local_day
from api.diary.conferences.follow_up import Reason
from api.reports.queries import Change
from api.reports.report import Report
from scheduler.domain.conference import Kind
from scheduler.domain.values import Date, Moment
from scheduler.report.workbook.styles import DATE, Column
from scheduler.wording import KIND_IN_WORDS

MOMENT = f"{DATE} hh:mm"


class Reschedule(BaseModel):
    """A move, a cancellation, or a conference that was inquorate; ``day`` is when that was recorded.

    ``reason`` is null where it came of a publication, whose number is told, or of an import.
    """

    day: Date
    conference: str
    kind: Kind
    children: int
    what: str
    reason: Reason | None
    publication: int | None
    before: Moment | None
    after: Moment | None


REPORT = Report(
    "reschedules",
    "Moves and cancellations",
    Reschedule,
    (
        Column("Recorded", 11.5, DATE),
        Column("Conference", 16),
        Column("Kind", 20),
        Column("Children", 9, centred=True),
        Column("What", 18),
        Column("Reason", 22),
        Column("Publication", 11, centred=True),
        Column("Was booked for", 17, MOMENT),
        Column("Is booked for", 17, MOMENT),
    ),
    lambda row: (
        row.day,
        row.conference,
        KIND_IN_WORDS[row.kind],
        row.children,
        row.what,
        row.reason,
        row.publication,
        row.before,
        row.after,
    ),
)


def rows(changes: Sequence[Change]) -> list[Reschedule]:
    """A row for each, in the order in which they came."""
    return [
        Reschedule(
            day=local_day(change.at),
            conference=change.conference.id,
            kind=change.conference.kind,
            children=change.conference.children,
            what=change.event,
            reason=change.reason,
            publication=change.publication,
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]
