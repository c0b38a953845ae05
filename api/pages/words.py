"""Dates, times and terms as the pages write them."""

from __future__ import annotations

import datetime as dt

from api.diary.conferences.follow_up import Outcome, Reason
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.values import Period
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


def day_long(day: dt.date) -> str:
    """Return ``12 January 2027``, as it can be typed into a form again."""
    return f"{day.day} {day:%B} {day.year}"


def days_long(days: Period) -> str:
    """Return ``Mon 18 Jan 2027`` or ``Mon 18 to Fri 22 Jan 2027``; a month or year that both share appears once."""
    first, last = days.first, days.last
    if first == last:
        return f"{last:%a} {last.day} {last:%b} {last.year}"
    before = f"{first:%a} {first.day}"
    if (first.year, first.month) != (last.year, last.month):
        before += f" {first:%b}" if first.year == last.year else f" {first:%b} {first.year}"
    return f"{before} to {last:%a} {last.day} {last:%b} {last.year}"


def moment_short(moment: dt.datetime, today: dt.date) -> str:
    """Return ``Tue 12 Jan, 10:00``."""
    return f"{day_short(moment.date(), today)}, {moment:%H:%M}"


def times(start: dt.datetime, end: dt.datetime) -> str:
    """Return ``10:00 to 11:45``."""
    return f"{start:%H:%M} to {end:%H:%M}"
