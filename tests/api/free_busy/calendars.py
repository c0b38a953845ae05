"""Calendars as text, for the tests of what is read of them."""

from __future__ import annotations

import datetime as dt

from scheduler.domain.values import Period

PERIOD = Period(first=dt.date(2026, 10, 1), last=dt.date(2027, 10, 31))


def calendar(*parts: str, lines: str = "") -> bytes:
    """An iCalendar file of these parts; its lines end as the standard says."""
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", *lines.split("\n"), *parts, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def event(lines: str) -> str:
    """An event of these lines."""
    return f"BEGIN:VEVENT\n{lines}\nEND:VEVENT"


def meeting(start: str, end: str, more: str = "") -> str:
    """An event in London's time, such as from ``20270104T100000`` to ``20270104T110000``, with more lines."""
    return event(f"DTSTART;TZID=Europe/London:{start}\nDTEND;TZID=Europe/London:{end}" + ("\n" + more if more else ""))
