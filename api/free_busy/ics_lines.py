"""The lines of an iCalendar file that concern times. Other properties are skipped, and neither parsed nor stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from api.free_busy.errors import CalendarRefused

MAX_BYTES = 2 << 20
MAX_LINE_CHARACTERS = 100_000
MAX_DEPTH = 8
MAX_COMPONENTS = 100_000
PARENTS = {
    "VCALENDAR": "",
    "VEVENT": "VCALENDAR",
    "VFREEBUSY": "VCALENDAR",
    "VTIMEZONE": "VCALENDAR",
    "STANDARD": "VTIMEZONE",
    "DAYLIGHT": "VTIMEZONE",
}
TIMES = frozenset({"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID", "FREEBUSY"})
REPEATABLE = frozenset({"RRULE", "RDATE", "EXDATE", "FREEBUSY"})
_EVENT = frozenset({"UID", "SEQUENCE", "DURATION", "RRULE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "SUMMARY"})
_CHANGE = frozenset({"DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO"})
RELEVANT = {
    "VCALENDAR": frozenset({"X-WR-TIMEZONE"}),
    "VEVENT": _EVENT | TIMES - {"FREEBUSY"},
    "VFREEBUSY": frozenset({"FREEBUSY"}),
    "VTIMEZONE": frozenset({"TZID"}),
    "STANDARD": _CHANGE,
    "DAYLIGHT": _CHANGE,
}
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PARAMETERS = re.compile(r'(?:;[^:;"]*(?:"[^"]*"[^:;"]*)*)*:')
_PARAMETER = re.compile(r';\s*(TZID|VALUE|RANGE|FBTYPE)\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)
_HOW_TO_EXPORT = "Export the calendar as an .ics file (iCalendar), or publish it and give its ICS link."


@dataclass(frozen=True)
class Line:
    """A property of a component: its name in capitals, its relevant parameters, and its value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """A component of a calendar, such as an event; ``lines`` are its relevant properties, ``parts`` the components inside it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """Return the value of the first property with that name, or None."""
        return next((line.value for line in self.lines if line.name == name), None)


def calendars_in(content: bytes, *, names: bool = False) -> list[Component]:
    """Return the calendars in a file with their times, and with the titles of events if ``names``.

    Raise CalendarRefused if the file is no calendar, is damaged, or exceeds a limit.
    """
    calendars: list[Component] = []
    open_: list[Component] = []
    count = 0
    for line in _lines_of(_decoded(content)):
        matched = _NAME.match(line)
        if matched is None:
            if not open_:
                raise _no_calendar(line)
            continue  # some programs break the lines of texts, which are not needed here
        name = matched[0].upper()
        if name == "BEGIN":
            count += 1
            open_.append(_component(line, open_, count))
        elif not open_:
            raise _no_calendar(line)
        elif name == "END":
            ended = open_.pop()
            if line[matched.end() + 1 :].strip().upper() != ended.name:
                raise CalendarRefused(
                    f"A part of the calendar begins as {ended.name} but ends as another. It is damaged. {_HOW_TO_EXPORT}"
                )
            _close(ended, open_, calendars)
        elif name in RELEVANT.get(open_[-1].name, ()) and (names or name != "SUMMARY"):
            open_[-1].lines.append(_line(name, line[matched.end() :], open_[-1]))
    if open_:
        raise CalendarRefused(f"The calendar is incomplete: its end is missing. {_HOW_TO_EXPORT}")
    if not calendars:
        raise CalendarRefused(f"The file is empty. {_HOW_TO_EXPORT}")
    return calendars


def check_beginning(content: bytes) -> None:
    """Raise CalendarRefused if the size or the first line shows that a file is no calendar, or too large."""
    start = _decoded(content).lstrip()[:100]
    if start and start[:5].upper() != b"BEGIN":
        raise _no_calendar(start.decode(errors="replace"))


def _decoded(content: bytes) -> bytes:
    """Return the content as UTF-8 bytes. Raise CalendarRefused if it is too large or is not text."""
    if len(content) > MAX_BYTES:
        size, limit = len(content) / 2**20, MAX_BYTES >> 20
        raise CalendarRefused(f"The calendar has {size:.1f} MB. Export {limit} MB or less, such as the coming year only.")
    if content.startswith(_ARCHIVES):
        raise CalendarRefused(f"This is an archive or an old Office file, not a calendar. Unpack it. {_HOW_TO_EXPORT}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            raise CalendarRefused(f"This begins as UTF-16 text, but is not. {_HOW_TO_EXPORT}") from None
    if b"\0" in content:
        raise CalendarRefused(f"This has NUL characters, which a calendar can't have. It is damaged. {_HOW_TO_EXPORT}")
    return content.removeprefix(b"\xef\xbb\xbf")


def _lines_of(content: bytes) -> Iterator[str]:
    try:
        text = _FOLD.sub(b"", content).decode()  # a line may be folded in the middle of a character (RFC 5545, section 3.1)
    except UnicodeDecodeError as error:
        raise CalendarRefused(
            f"This is not UTF-8 text: byte {error.start + 1} is invalid. Save it as UTF-8, or export it again."
        ) from None
    return (line for line in _NEWLINE.split(text) if line and not line.isspace())


def _no_calendar(line: str) -> CalendarRefused:
    if line.lstrip().startswith("<"):
        return CalendarRefused(
            "This is a web page, not a calendar. Give the calendar's ICS link, which usually ends in .ics and needs no sign-in."
        )
    return CalendarRefused(f"This is not a calendar: a calendar begins with BEGIN:VCALENDAR. {_HOW_TO_EXPORT}")


def _component(line: str, open_: list[Component], count: int) -> Component:
    name = line.partition(":")[2].strip().upper()
    parent = open_[-1].name if open_ else ""
    if not open_ and name != "VCALENDAR":
        raise _no_calendar(line)
    if name in PARENTS and PARENTS[name] != parent:
        raise CalendarRefused(f"The calendar has a {name} inside a {parent}. It is damaged. {_HOW_TO_EXPORT}")
    if len(open_) == MAX_DEPTH:
        raise CalendarRefused(f"The calendar nests its parts more than {MAX_DEPTH} deep. It is damaged. {_HOW_TO_EXPORT}")
    if count > MAX_COMPONENTS:
        raise CalendarRefused(f"The calendar has more than {MAX_COMPONENTS} parts. Export the coming year only.")
    return Component(name)


def _close(ended: Component, open_: list[Component], calendars: list[Component]) -> None:
    if not open_:
        calendars.append(ended)
    elif ended.name in PARENTS:
        open_[-1].parts.append(ended)


def _line(name: str, rest: str, component: Component) -> Line:
    if len(rest) > MAX_LINE_CHARACTERS:
        raise CalendarRefused(
            f"The calendar has a {name} of {len(rest)} characters; the limit is {MAX_LINE_CHARACTERS}. {_HOW_TO_EXPORT}"
        )
    if name not in REPEATABLE and component.value(name) is not None:
        raise CalendarRefused(
            f"The calendar has a {component.name} with {name} twice. Correct it in the calendar, or delete it there."
        )
    if name not in TIMES:
        parameters = _PARAMETERS.match(rest)
        return Line(name, {}, rest[parameters.end() :].strip() if parameters else "")
    head, _, value = rest.rpartition(":")  # times have no colon, but some names of time zones do
    parameters_ = {key.upper(): text.strip().strip('"') for key, text in _PARAMETER.findall(head)}
    if parameters_.get("VALUE", "").upper() == "DATE" or len(value.strip()) == 8:
        parameters_.pop("TZID", None)
    return Line(name, parameters_, value.strip())
