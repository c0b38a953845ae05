"""A conference's history in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.clock import LONDON
from api.diary.conferences.follow_up import ConferenceEvent
from api.pages.names import PlaceNames
from api.pages.words import OUTCOMES, REASONS, moment_short
from scheduler.wording import in_a_row

_WORDS = {
    ConferenceEvent.REQUESTED: "Requested",
    ConferenceEvent.CHANGED: "Details changed",
    ConferenceEvent.BOOKED: "Booked",
    ConferenceEvent.MOVED: "Moved",
    ConferenceEvent.UNBOOKED: "Booking cancelled: it waits for another date",
    ConferenceEvent.HELD: "Held",
    ConferenceEvent.INQUORATE: "Not enough people came",
    ConferenceEvent.CANCELLED: "Conference cancelled",
    ConferenceEvent.BIRTH: "Birth recorded",
    ConferenceEvent.TRANSFER: "Recorded as coming from another council",
    ConferenceEvent.LATE_REASON: "Reason for lateness recorded",
    ConferenceEvent.CORRECTED: "Outcome corrected",
    ConferenceEvent.WITHDRAWN: "Outcome withdrawn",
    ConferenceEvent.WAIVED: "Notice waived",
    ConferenceEvent.HANDED_OVER: "Handed over to another chair",
    ConferenceEvent.LOCKED: "Locks set",
}


@dataclass(frozen=True)
class HistoryRow:
    """An event: when, what, why, and who did it."""

    when: str
    what: str
    why: str
    who: str


def history_rows(events: Sequence[Any], names: PlaceNames, today: dt.date) -> list[HistoryRow]:
    """Return a conference's history, latest event first."""
    return [
        HistoryRow(
            moment_short(row.at.astimezone(LONDON), today),
            _what(row.event, row.detail, names, today),
            REASONS.get(row.reason or "", ""),
            row.actor,
        )
        for row in reversed(events)
    ]


def _what(event: str, detail: Mapping[str, Any], names: PlaceNames, today: dt.date) -> str:
    words = _WORDS.get(ConferenceEvent(event), event)
    parts = [words]
    if booking := detail.get("booking"):
        parts.append(f"for {_place(booking, names, today)}")
    before = detail.get("before")
    if isinstance(before, Mapping) and "start" in before:
        parts.append(f"(was {_place(before, names, today)})")
    if detail.get("outcome"):
        parts.append(f": {OUTCOMES[detail['outcome']].lower()}")
    if detail.get("next"):
        parts.append(f". {detail['next']} follows")
    if event == ConferenceEvent.CHANGED and isinstance(before, Mapping):
        parts.append(f": {in_a_row([name.replace('_', ' ') for name in before])}")
    if event == ConferenceEvent.WAIVED:
        parts.append(f"by {detail['by']}: {detail['why']}")
    return " ".join(parts).replace(" :", ":").replace(" .", ".")


def _place(booking: Mapping[str, Any], names: PlaceNames, today: dt.date) -> str:
    return names.slot(dt.datetime.fromisoformat(booking["start"]), booking["room"], booking["chair"], today)
