"""What an iCalendar file holds of times: taken out of it line by line, so that nothing else of it is ever parsed or kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from api.free_busy.errors import CalendarRefused

MOST_BYTES = 2 << 20
MOST_CHARACTERS_IN_A_LINE = 100_000
MOST_DEPTH = 8
MOST_COMPONENTS = 100_000
PARENTS = {
    "VCALENDAR": "",
    "VEVENT": "VCALENDAR",
    "VFREEBUSY": "VCALENDAR",
    "VTIMEZONE": "VCALENDAR",
    "STANDARD": "VTIMEZONE",
    "DAYLIGHT": "VTIMEZONE",
}
TIMES = frozenset({"DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID", "FREEBUSY"})
SEVERAL = frozenset({"RRULE", "RDATE", "EXDATE", "FREEBUSY"})
_EVENT = frozenset({"UID", "SEQUENCE", "DURATION", "RRULE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "SUMMARY"})
_CHANGE = frozenset({"DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO"})
KEPT = {
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
    """A property of a component: its name in capitals, those of its parameters that matter, and its value."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    """A part of a calendar, such as an event; ``lines`` are the properties that matter, ``parts`` what is inside it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """The value of a property, the first where there are several; None where there is none."""
        return next((line.value for line in self.lines if line.name == name), None)


def calendars_in(content: bytes, *, names: bool = False) -> list[Component]:
    """The calendars of a file, of which only times are taken, and where ``names`` the events' titles. Raises CalendarRefused."""
    calendars: list[Component] = []
    around: list[Component] = []
    count = 0
    for line in _lines_of(_decoded(content)):
        found = _NAME.match(line)
        if found is None:
            if not around:
                raise _refused_for_its_beginning(line)
            continue  # careless writers break lines of texts, none of which matter here
        name = found[0].upper()
        if name == "BEGIN":
            count += 1
            around.append(_begun(line, around, count))
        elif not around:
            raise _refused_for_its_beginning(line)
        elif name == "END":
            ended = around.pop()
            if line[found.end() + 1 :].strip().upper() != ended.name:
                raise CalendarRefused(
                    f"A part of the calendar begins as {ended.name} and does not end so. It is damaged. {_HOW_TO_EXPORT}"
                )
            _keep(ended, around, calendars)
        elif name in KEPT.get(around[-1].name, ()) and (names or name != "SUMMARY"):
            around[-1].lines.append(_line(name, line[found.end() :], around[-1]))
    if around:
        raise CalendarRefused(f"The calendar breaks off: its end is missing. {_HOW_TO_EXPORT}")
    if not calendars:
        raise CalendarRefused(f"There is nothing in it. {_HOW_TO_EXPORT}")
    return calendars


def check_beginning(content: bytes) -> None:
    """Raise CalendarRefused where it can be seen at once that a file is no calendar, or too large a one."""
    start = _decoded(content).lstrip()[:100]
    if start and start[:5].upper() != b"BEGIN":
        raise _refused_for_its_beginning(start.decode(errors="replace"))


def _decoded(content: bytes) -> bytes:
    """The content as UTF-8 bytes, after a look at whether it is text at all."""
    if len(content) > MOST_BYTES:
        found, most = len(content) / 2**20, MOST_BYTES >> 20
        raise CalendarRefused(f"The calendar has {found:.1f} MB. Give one of {most} MB or less, such as of the coming year only.")
    if content.startswith(_ARCHIVES):
        raise CalendarRefused(f"It is an archive or an old Office file, not a calendar. Unpack it. {_HOW_TO_EXPORT}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            raise CalendarRefused(f"It begins as UTF-16 text, and is not. {_HOW_TO_EXPORT}") from None
    if b"\0" in content:
        raise CalendarRefused(f"There are NUL characters in it, which no calendar has. It is damaged. {_HOW_TO_EXPORT}")
    return content.removeprefix(b"\xef\xbb\xbf")


def _lines_of(content: bytes) -> Iterator[str]:
    try:
        text = _FOLD.sub(b"", content).decode()  # lines may be folded in the middle of a character
    except UnicodeDecodeError as error:
        raise CalendarRefused(
            f"It is not UTF-8 text: the byte at {error.start + 1} can't be. Save it as UTF-8, or export it again."
        ) from None
    return (line for line in _NEWLINE.split(text) if line and not line.isspace())


def _refused_for_its_beginning(line: str) -> CalendarRefused:
    if line.lstrip().startswith("<"):
        return CalendarRefused(
            "It is a web page, not a calendar. Give the calendar's ICS link, which ends in .ics most often and needs no sign-in."
        )
    return CalendarRefused(f"It is no calendar: a calendar begins with BEGIN:VCALENDAR. {_HOW_TO_EXPORT}")


def _begun(line: str, around: list[Component], count: int) -> Component:
    name = line.partition(":")[2].strip().upper()
    parent = around[-1].name if around else ""
    if not around and name != "VCALENDAR":
        raise _refused_for_its_beginning(line)
    if name in PARENTS and PARENTS[name] != parent:
        raise CalendarRefused(f"There is a {name} inside a {parent}, where none can be. It is damaged. {_HOW_TO_EXPORT}")
    if len(around) == MOST_DEPTH:
        raise CalendarRefused(f"Its parts lie inside each other more than {MOST_DEPTH} deep. It is damaged. {_HOW_TO_EXPORT}")
    if count > MOST_COMPONENTS:
        raise CalendarRefused(f"It has more than {MOST_COMPONENTS} parts. Give a calendar of the coming year only.")
    return Component(name)


def _keep(ended: Component, around: list[Component], calendars: list[Component]) -> None:
    if not around:
        calendars.append(ended)
    elif ended.name in PARENTS:
        around[-1].parts.append(ended)


def _line(name: str, rest: str, component: Component) -> Line:
    if len(rest) > MOST_CHARACTERS_IN_A_LINE:
        raise CalendarRefused(
            f"A {name} in it has {len(rest)} characters, and {MOST_CHARACTERS_IN_A_LINE} at most are read. {_HOW_TO_EXPORT}"
        )
    if name not in SEVERAL and component.value(name) is not None:
        raise CalendarRefused(f"A {component.name} in it has {name} twice. Put it right in the calendar, or delete it there.")
    if name not in TIMES:
        parameters = _PARAMETERS.match(rest)
        return Line(name, {}, rest[parameters.end() :].strip() if parameters else "")
    given, _, value = rest.rpartition(":")  # there is none in a time, but in some names of time zones
    found = {key.upper(): text.strip().strip('"') for key, text in _PARAMETER.findall(given)}
    if found.get("VALUE", "").upper() == "DATE" or len(value.strip()) == 8:
        found.pop("TZID", None)
    return Line(name, found, value.strip())
