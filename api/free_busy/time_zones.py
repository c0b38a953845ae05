"""The time zones that calendars name: IANA names, Windows names, and variants of these."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from api.free_busy.errors import CalendarRefused
from scheduler.domain.values import quoted

LONDON = "Europe/London"
_LONDON_IN_WORDS = re.compile(r"\((?:UTC|GMT)(?:[+-]00:?00)?\).*\bLondon\b")
_UTC_IN_WORDS = frozenset({"tzone://microsoft/utc", "(utc) coordinated universal time", "coordinated universal time", "z"})


@cache
def known_zone(name: str) -> str | None:
    """Return the IANA name of a known zone, such as Europe/London for Outlook's "GMT Standard Time", or None."""
    name = name.strip()
    if _LONDON_IN_WORDS.match(name):
        return LONDON
    if name.lower() in _UTC_IN_WORDS:
        return "UTC"
    candidate = WINDOWS_TO_OLSON.get(name, name)
    while candidate:
        try:
            return ZoneInfo(candidate).key
        except (ValueError, OSError, LookupError):
            # Some programs put their own name before the zone's: /citadel.org/20210210_1/Europe/London.
            candidate = candidate.removeprefix("/").partition("/")[2] if name.startswith("/") else ""
    return None


def refused_zone(name: str, *, is_described: bool = False) -> CalendarRefused:
    """Return the error for a time zone that is not known, and that the calendar does not describe in a readable way."""
    lack = "describes it in a way that can't be read" if is_described else "does not describe it"
    return CalendarRefused(
        f"The calendar uses the time zone {quoted(name)}, which is unknown, and {lack}. "
        "Set the calendar's time zone to London's, and export or publish it again."
    )
