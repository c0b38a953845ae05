"""Moves and cancellations, one by one, and their reasons."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from api.clock import local_day
from api.diary.conferences.follow_up import Reason
from api.reports.queries import StoredReschedule
from api.reports.report import Report
from scheduler.domain.conference import ConferenceKind
from scheduler.domain.values import Date, Moment
from scheduler.report.workbook.styles import DATE, TableColumn
from scheduler.wording import KIND_IN_WORDS

MOMENT = f"{DATE} hh:mm"


class Reschedule(BaseModel):
    """A move, a cancellation, or an inquorate conference; ``day`` is when it was recorded.

    ``reason`` is null for changes by a ``publication`` or an import.
    """

    day: Date
    conference: str
    kind: ConferenceKind
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
        TableColumn("Recorded", 11.5, DATE),
        TableColumn("Conference", 16),
        TableColumn("Kind", 20),
        TableColumn("Children", 9, centred=True),
        TableColumn("What", 18),
        TableColumn("Reason", 22),
        TableColumn("Publication", 11, centred=True),
        TableColumn("Was booked for", 17, MOMENT),
        TableColumn("Is booked for", 17, MOMENT),
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


def rows(changes: Sequence[StoredReschedule]) -> list[Reschedule]:
    """Return a row for each change, in the order recorded."""
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
