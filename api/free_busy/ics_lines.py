"""The lines of an iCalendar file that concern times. Other properties are skipped, and neither parsed nor stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import chain

from api.free_busy.errors import CalendarRefused
from api.free_busy.text_lines import FREEING, STATUSES, Context, reading

MAX_BYTES = 2 << 20
"""The size of a calendar, from a link or a file: a year of a busy person has some 0.5 MB."""
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
REPEATABLE = frozenset({"RRULE", "EXRULE", "RDATE", "EXDATE", "FREEBUSY"})
_EVENT = STATUSES | {"UID", "SEQUENCE", "DURATION", "RRULE", "EXRULE", "SUMMARY"}
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
_MARK = re.compile(r"(BEGIN|END):[ \t]*([A-Za-z0-9-]+)[ \t]*", re.IGNORECASE)
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
    """A component of a calendar, such as an event; ``lines`` are its relevant properties, ``parts`` the components inside it.

    ``contradictions`` are the properties that it has twice, with different values. ``doubts`` are values of lines after a text
    that would make an event free, or begin another, by the name of the line: they may be part of the text.
    """

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    contradictions: set[str] = field(default_factory=set)
    doubts: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """Return the value of the first property with that name, or None."""
        return next((line.value for line in self.lines if line.name == name), None)


def calendars_in(content: bytes, *, names: bool = False) -> list[Component]:
    """Return the calendars in a file with their times, and with the titles of events if ``names``.

    Raise CalendarRefused if the file is no calendar, is damaged, or exceeds a limit.
    """
    parser = _Parser(names)
    line: str | None = None
    for following in chain(_lines_of(_decoded(content)), (None,)):
        if line is not None:
            parser.read(line, following)
        line = following
    if parser.open:
        raise CalendarRefused(f"The calendar is incomplete: its end is missing. {_HOW_TO_EXPORT}")
    if not parser.calendars:
        raise CalendarRefused(f"The file is empty. {_HOW_TO_EXPORT}")
    return parser.calendars


@dataclass
class _Open:
    """A component whose end has not been read, and the context of its next line."""

    component: Component
    context: Context = Context.PROPERTY
    after_broken_text: set[str] = field(default_factory=set)
    """The properties that were read directly after a text with raw line breaks, and may be part of it."""
    before_quotes: list[tuple[str, Component]] = field(default_factory=list)
    """The beginnings of components inside a text, each with the text before it."""

    @property
    def name(self) -> str:
        return self.component.name


class _Parser:
    """Builds the components from the lines of a file."""

    def __init__(self, names: bool) -> None:
        self.calendars: list[Component] = []
        self.open: list[_Open] = []
        self._names, self._count = names, 0

    def read(self, line: str, following: str | None) -> None:
        """Read a line; ``following`` is the line after it."""
        mark = _MARK.fullmatch(line)
        if mark and mark[1].upper() == "BEGIN":
            self._begin(line, mark[2].upper())
        elif not self.open:
            raise _no_calendar(line)
        elif mark:
            self._end(mark[2].upper(), following)
        else:
            self._property(line)

    def _begin(self, line: str, name: str) -> None:
        self._count += 1
        parent = self.open[-1] if self.open else None
        if parent is None and name != "VCALENDAR":
            raise _no_calendar(line)
        is_misplaced = name in PARENTS and PARENTS[name] != (parent.name if parent else "")
        is_unknown = name not in PARENTS and not name.startswith(("V", "X-")) and name not in ("AVAILABLE", "PARTICIPANT")
        if parent and parent.context is not Context.PROPERTY and (is_misplaced or is_unknown):
            parent.context = Context.BROKEN_TEXT
            if is_misplaced:
                parent.component.doubts["BEGIN"] = name
                parent.before_quotes.append((name, deepcopy(parent.component)))
            return
        if parent and is_misplaced:
            raise CalendarRefused(f"The calendar has a {name} inside a {parent.name}. It is damaged. {_HOW_TO_EXPORT}")
        if len(self.open) == MAX_DEPTH:
            raise CalendarRefused(f"The calendar nests its parts more than {MAX_DEPTH} deep. It is damaged. {_HOW_TO_EXPORT}")
        if self._count > MAX_COMPONENTS:
            raise CalendarRefused(f"The calendar has more than {MAX_COMPONENTS} parts. Export the coming year only.")
        self.open.append(_Open(Component(name)))

    def _end(self, name: str, following: str | None) -> None:
        top = self.open[-1]
        is_in_text = top.context is not Context.PROPERTY or bool(top.before_quotes)
        if is_in_text and (name != top.name or not self._can_follow(following)):
            top.context = Context.BROKEN_TEXT
            if top.before_quotes and top.before_quotes[-1][0] == name:
                _, top.component = top.before_quotes.pop()
            return
        if name != top.name:
            raise CalendarRefused(
                f"A part of the calendar begins as {top.name} but ends as another. It is damaged. {_HOW_TO_EXPORT}"
            )
        self.open.pop()
        if not self.open:
            self.calendars.append(top.component)
            return
        self.open[-1].context = Context.PROPERTY
        if name in PARENTS:
            self.open[-1].component.parts.append(top.component)

    def _can_follow(self, following: str | None) -> bool:
        """True if the line can follow the end of the innermost open component."""
        name = self.open[-1].name
        mark = _MARK.fullmatch(following) if following is not None else None
        if mark and (mark[1].upper(), mark[2].upper()) == ("END", name):
            return False  # that one ends the component, and this one is text
        if following is None or mark or name not in PARENTS:
            return True
        matched = _NAME.match(following)
        return matched is not None and matched[0].startswith(("X-WR-", "X-MS-"))

    def _property(self, line: str) -> None:
        top = self.open[-1]
        matched = _NAME.match(line)
        if matched is None:
            top.context = Context.BROKEN_TEXT
            return
        rest, before = line[matched.end() :], top.context
        read = reading(matched[0], _value(matched[0].upper(), rest), before)
        top.context = read.context
        name = read.name
        if name is None or name not in RELEVANT.get(top.name, ()) or (name == "SUMMARY" and not self._names):
            return
        new = _line(name, rest)
        if not new.value:
            return  # as if the property were absent
        if before is Context.BROKEN_TEXT and name in STATUSES and new.value.upper() in FREEING:
            top.component.doubts[name] = new.value.upper()
            top.context = before
        elif not _add(top, new, before):
            top.context = before


def _add(top: _Open, new: Line, context: Context) -> bool:
    """Add a property to a component, and note a contradiction. Return False if the line is part of a text."""
    component, name = top.component, new.name
    if name in REPEATABLE:
        component.lines.append(new)
        return True
    is_doubtful = context is Context.BROKEN_TEXT
    present = next((line for line in component.lines if line.name == name), None)
    if present is None:
        component.lines.append(new)
    elif is_doubtful and name not in top.after_broken_text:
        return new == present
    elif not is_doubtful and name in top.after_broken_text:
        component.lines[component.lines.index(present)] = new
        top.after_broken_text.discard(name)
    elif new != present:
        component.contradictions.add(name)
    if is_doubtful:
        top.after_broken_text.add(name)
    return True


def check_beginning(content: bytes) -> None:
    """Raise CalendarRefused if the size or the first line shows that a file is no calendar, or too large."""
    start = _decoded(content).lstrip()[:100]
    if start and start[:5].upper() != b"BEGIN":
        raise _no_calendar(start.decode(errors="replace"))


def ics_lines(component: Component) -> Iterator[str]:
    """Yield the lines of a component as a file has them."""
    yield f"BEGIN:{component.name}"
    for line in component.lines:
        parameters = "".join(f';{name}="{value}"' for name, value in line.parameters.items())
        yield f"{line.name}{parameters}:{line.value}"
    for part in component.parts:
        yield from ics_lines(part)
    yield f"END:{component.name}"


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
    unfolded = _FOLD.sub(b"", content)  # a line may be folded in the middle of a character (RFC 5545, section 3.1)
    try:
        text = unfolded.decode()
    except UnicodeDecodeError:  # some exports write titles and names in the code page of Windows; times are ASCII in both
        text = "\n".join(_any_text(line) for line in re.split(rb"\r\n|\r|\n", unfolded))
    return (line for line in _NEWLINE.split(text) if line and not line.isspace())


def _any_text(line: bytes) -> str:
    """Return a line of UTF-8, or else of Windows-1252, as text."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _no_calendar(line: str) -> CalendarRefused:
    if line.lstrip().startswith("<"):
        return CalendarRefused(
            "This is a web page, not a calendar. Give the calendar's ICS link, which usually ends in .ics and needs no sign-in."
        )
    return CalendarRefused(f"This is not a calendar: a calendar begins with BEGIN:VCALENDAR. {_HOW_TO_EXPORT}")


def _value(name: str, rest: str) -> str:
    """Return the value in the rest of a line after the name of its property."""
    if name in TIMES:  # they have no colon, but some names of time zones do
        return rest.rpartition(":")[2]
    parameters = _PARAMETERS.match(rest)
    return rest[parameters.end() :] if parameters else ""


def _line(name: str, rest: str) -> Line:
    if len(rest) > MAX_LINE_CHARACTERS:
        raise CalendarRefused(
            f"The calendar has a {name} of {len(rest)} characters; the limit is {MAX_LINE_CHARACTERS}. {_HOW_TO_EXPORT}"
        )
    value = _value(name, rest).strip()
    if name not in TIMES:
        return Line(name, {}, value)
    parameters = {key.upper(): text.strip().strip('"') for key, text in _PARAMETER.findall(rest.rpartition(":")[0])}
    if parameters.get("VALUE", "").upper() == "DATE" or len(value) == 8:
        parameters.pop("TZID", None)
    return Line(name, parameters, value)
