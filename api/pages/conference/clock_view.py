"""A conference's clock as a line in time: what begins it, notice, today, its date and its due date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.diary.conferences.queries import LONG_AGO, StoredConference
from api.pages.words import day_short
from scheduler.domain.conference import ConferenceKind

WIDTH, MARGIN = 720, 60
BEGINS = {
    ConferenceKind.INITIAL: "Strategy discussion",
    ConferenceKind.TRANSFER_IN: "Told by the other council",
    ConferenceKind.PRE_BIRTH: "Expected birth",
    ConferenceKind.FIRST_REVIEW: "Initial conference",
    ConferenceKind.REVIEW: "Last conference",
}


@dataclass(frozen=True)
class ClockMark:
    """A day on the line: where it is, from 0 to ``WIDTH``, on which ``row`` its text is, and what it is."""

    x: int
    row: int
    day: str
    what: str
    shape: str


def clock_marks(stored: StoredConference, booked: dt.date | None, today: dt.date) -> Sequence[ClockMark]:
    """Return the days of a conference's clock, earliest first."""
    days = [
        (stored.value.trigger, BEGINS[stored.value.kind], "start"),
        (stored.due, "Due", "due"),
        (today, "Today", "today"),
    ]
    if stored.earliest != LONG_AGO:
        days.append((stored.earliest, "Earliest", "earliest"))
    if booked is not None:
        days.append((booked, "Held" if stored.outcome else "Booked", "late" if booked > stored.due else "booked"))
    days.sort(key=lambda one: one[0])
    first, last = days[0][0], days[-1][0]
    span = max((last - first).days, 1)
    return [
        ClockMark(MARGIN + round((day - first).days / span * (WIDTH - 2 * MARGIN)), n % 2, day_short(day, today), what, shape)
        for n, (day, what, shape) in enumerate(days)
    ]
