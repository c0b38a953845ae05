"""Moves and cancellations, one by one: what changed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from api.clock import local_day
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.publishing.difference import Aspect, AspectChange
from api.reports.queries import StoredReschedule
from api.reports.report import Report
from api.reports.timeliness import NO_REASON
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.values import Date, Moment
from scheduler.report.workbook.styles import DATE, TableColumn
from scheduler.wording import KIND_IN_WORDS, MODE_IN_WORDS, in_a_row

MOMENT = f"{DATE} hh:mm"
IMPORT = "import"
_WHEN = ("date", "time")
_IN_WORDS: dict[Aspect, str] = {"date": "date", "time": "time", "room": "room", "chair": "chair", "minute_taker": "minute taker"}


class Reschedule(BaseModel):
    """A change of a booking, a cancellation, or an inquorate conference; ``day`` is when it was recorded.

    ``what`` is ``moved`` if the date or time changed, and else says what did; ``changes`` lists every change. ``why`` is the
    reason given by hand, or else the publication or import that made the change; ``reason`` is the former alone.
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
    why: str = NO_REASON
    changes: list[AspectChange] = []


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
        TableColumn("Reason", 24),
        TableColumn("Publication", 11, centred=True),
        TableColumn("Was booked for", 17, MOMENT),
        TableColumn("Is booked for", 17, MOMENT),
        TableColumn("Changed", 40, wraps=True),
    ),
    lambda row: (
        row.day,
        row.conference,
        KIND_IN_WORDS[row.kind],
        row.children,
        row.what,
        row.why,
        row.publication,
        row.before,
        row.after,
        "; ".join(map(_change_in_words, row.changes)),
    ),
)


def rows(changes: Sequence[StoredReschedule]) -> list[Reschedule]:
    """Return a row for each change, in the order recorded."""
    return [_of(change) for change in changes]


def _of(change: StoredReschedule) -> Reschedule:
    aspects = list(_aspects(change))
    return Reschedule(
        day=local_day(change.at),
        conference=change.conference.id,
        kind=change.conference.kind,
        children=change.conference.children,
        what=_what(change.event, aspects),
        reason=change.reason,
        publication=change.publication,
        before=(change.before or {}).get("start"),
        after=(change.after or {}).get("start"),
        why=_why(change),
        changes=aspects,
    )


def _aspects(change: StoredReschedule) -> Iterator[AspectChange]:
    if change.before is None or change.after is None:
        return
    before, after = (_values(booking, change.mode) for booking in (change.before, change.after))
    for what in before:
        if before[what] != after[what]:
            yield AspectChange.model_validate({"what": what, "from": before[what], "to": after[what]})


def _values(booking: dict[str, Any], mode: Mode) -> dict[Aspect, str | None]:
    date, _, time = booking["start"].partition("T")
    return {
        "date": date,
        "time": time[:5],
        "room": booking["room"],
        "chair": booking["chair"],
        "minute_taker": booking["minute_taker"],
        "mode": mode.held_in(booking["room"]),
    }


def _what(event: str, aspects: Sequence[AspectChange]) -> str:
    """Return the event; of a move with the same date and time, the changes instead: ``room and chair changed``."""
    names = [one.what for one in aspects]
    if event != ConferenceEvent.MOVED or any(name in _WHEN for name in names):
        return event
    if not names:
        return "length changed"  # the history of a booking holds everything else that a move can change
    modes = [_change_in_words(one) for one in aspects if one.what == "mode"]
    others = [_IN_WORDS[name] for name in names if name != "mode" and not (modes and name == "room")]
    return "; ".join([*modes, *([f"{in_a_row(others)} changed"] if others else [])])


def _why(change: StoredReschedule) -> str:
    if change.reason is not None:
        return change.reason
    if change.publication is not None:
        done = "withdrawn" if change.event == ConferenceEvent.UNBOOKED else "moved"
        return f"{done} by publication {change.publication}"
    return "imported" if change.actor == IMPORT else NO_REASON


def _change_in_words(change: AspectChange) -> str:
    if change.what == "mode":
        return " to ".join(MODE_IN_WORDS[Mode(str(mode))] for mode in (change.from_, change.to))
    if change.what in _WHEN:
        return _IN_WORDS[change.what]
    return f"{_IN_WORDS[change.what]} {change.from_ or 'none'} to {change.to or 'none'}"
