r"""Lines of text that look like properties of an iCalendar file.

Some programs write the line breaks of a description as they are, instead of as ``\n`` (RFC 5545, section 3.3.11). Lines such
as "End: 11:00" or "Status: Cancelled" are then text, and neither properties nor a sign of damage. This module decides which
lines are properties, from the way they are written and from the lines before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

STATUSES = frozenset({"STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"})
FREEING = frozenset({"CANCELLED", "TRANSPARENT", "FREE", "WORKINGELSEWHERE"})
"""Values of these that make an event free."""
_DATES = re.compile(r"[0-9]{8}[0-9TZPWDHMS,/+-]*")
_WORD = re.compile("TENTATIVE|CONFIRMED|CANCELLED|OPAQUE|TRANSPARENT|FREE|BUSY|OOF|WORKINGELSEWHERE", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*([;=])\s*")
"""A separator in a rule, which some programs surround with spaces."""
_OFFSET = re.compile("[+-][0-9]{4,6}")
VALUES: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID", "FREEBUSY"), _DATES),
    **dict.fromkeys(STATUSES, _WORD),
    **dict.fromkeys(("TZOFFSETFROM", "TZOFFSETTO"), _OFFSET),
    **dict.fromkeys(("RRULE", "EXRULE"), re.compile(r"\S*FREQ=\S*", re.IGNORECASE)),
    "DURATION": re.compile(r"[+-]?P[0-9TWDHMS]+"),
    "SEQUENCE": re.compile("[0-9]+"),
}
"""How the values of properties look, as distinct from text."""
TEXTS = frozenset({"CATEGORIES", "COMMENT", "CONTACT", "DESCRIPTION", "LOCATION", "NAME", "RESOURCES", "SUMMARY", "X-ALT-DESC"})
_NO_TEXTS = frozenset(
    {
        *("ACTION", "ATTACH", "ATTENDEE", "CALSCALE", "CLASS", "COLOR", "COMPLETED", "CONFERENCE", "CREATED", "DTSTAMP", "DUE"),
        *("GEO", "IMAGE", "LAST-MODIFIED", "METHOD", "ORGANIZER", "PERCENT-COMPLETE", "PRIORITY", "PRODID", "REFRESH-INTERVAL"),
        *("RELATED-TO", "REPEAT", "REQUEST-STATUS", "SOURCE", "TRIGGER", "TZID", "TZNAME", "TZURL", "UID", "URL", "VERSION"),
        "X-WR-TIMEZONE",
    }
)
_PREFIXES_OF_NO_TEXTS = ("X-APPLE-", "X-GOOGLE-", "X-LIC-", "X-MICROSOFT-", "X-MOZ-", "X-MS-")


class Context(Enum):
    """What comes before a line in its component: a property, a text, or a text with raw line breaks."""

    PROPERTY = 1
    TEXT = 2
    BROKEN_TEXT = 3


@dataclass(frozen=True)
class LineReading:
    """How a line is read: ``name`` is the property's, or None for text, and ``context`` that of the next line."""

    name: str | None
    context: Context


def reading(word: str, value: str, context: Context) -> LineReading:
    """Return how a line is read that begins with ``word`` and a colon or semicolon, after these lines."""
    name = word.upper()
    if word != name and not (context is Context.PROPERTY and word == word.lower()):
        return LineReading(None, Context.BROKEN_TEXT)
    if context is not Context.PROPERTY and name in VALUES and not VALUES[name].fullmatch(_SEPARATOR.sub(r"\1", value).rstrip()):
        return LineReading(None, Context.BROKEN_TEXT)
    if name in TEXTS:
        return LineReading(name, Context.TEXT)
    if name in VALUES or name in _NO_TEXTS or name.startswith(_PREFIXES_OF_NO_TEXTS):
        return LineReading(name, Context.PROPERTY)
    if name.startswith("X-") or context is Context.PROPERTY:
        return LineReading(name, Context.TEXT)
    return LineReading(None, Context.BROKEN_TEXT)
