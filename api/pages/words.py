"""Dates, times and terms as the pages write them."""

from __future__ import annotations

import datetime as dt

from api.diary.conferences.follow_up import Outcome, Reason
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.wording import capitalised

KINDS: dict[ConferenceKind, str] = {
    ConferenceKind.INITIAL: "Initial",
    ConferenceKind.FIRST_REVIEW: "First review",
    ConferenceKind.REVIEW: "Review",
    ConferenceKind.TRANSFER_IN: "Transfer-in",
    ConferenceKind.PRE_BIRTH: "Pre-birth",
}
MODES: dict[Mode, str] = {Mode.HYBRID: "Hybrid", Mode.IN_PERSON: "In person", Mode.VIRTUAL: "Virtual"}
REASONS: dict[str, str] = {reason: capitalised(reason) for reason in Reason}
OUTCOMES: dict[str, str] = {outcome: capitalised(outcome) for outcome in Outcome}
VIRTUAL = "Virtual"


def day_short(day: dt.date, today: dt.date) -> str:
    """Return ``Tue 12 Jan``, followed by the year unless it is today's."""
    text = f"{day:%a} {day.day} {day:%b}"
    return text if day.year == today.year else f"{text} {day.year}"


def moment_short(moment: dt.datetime, today: dt.date) -> str:
    """Return ``Tue 12 Jan, 10:00``."""
    return f"{day_short(moment.date(), today)}, {moment:%H:%M}"


def times(start: dt.datetime, end: dt.datetime) -> str:
    """Return ``10:00 to 11:45``."""
    return f"{start:%H:%M} to {end:%H:%M}"
