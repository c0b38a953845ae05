"""Builders of iCalendar files for the tests."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.values import Period

PERIOD = Period(first=dt.date(2026, 10, 1), last=dt.date(2027, 10, 31))


def calendar(*parts: str, lines: str = "") -> bytes:
    """Return an iCalendar file of these parts, with CRLF line endings (RFC 5545)."""
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", *lines.split("\n"), *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def event(lines: str) -> str:
    """Return an event with these lines."""
    return f"BEGIN:VEVENT\n{lines}\nEND:VEVENT"


def meeting(start: str, end: str, more: str = "") -> str:
    """Return an event in London time, such as from ``20270104T100000`` to ``20270104T110000``, with more lines."""
    return event(f"DTSTART;TZID=Europe/London:{start}\nDTEND;TZID=Europe/London:{end}" + ("\n" + more if more else ""))
