"""Events that are written in an odd way. Each is read if its meaning is plain, or else named in a note."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from icalendar import Event, vDDDTypes

from api.free_busy.ics_lines import REPEATABLE, TIMES, Component, Line, ics_lines
from api.free_busy.reading_notes import Notes
from api.free_busy.rules import fault_of, plain
from api.free_busy.series_dates import Time, instant
from api.free_busy.text_lines import STATUSES
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import quoted

_MIDNIGHT_AT_24 = re.compile(r"([0-9]{8})T240000(?=Z?(?![0-9]))")
_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{6})Z?)?")
_LENGTH = re.compile(r"[+-]?P[0-9TWDHMS]+", re.IGNORECASE)
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
"""Days far outside those that are read. An event of years 1 to 9999 is read within them, since libraries overflow on it."""
IN_WORDS = {"DTSTART": "start", "DTEND": "end", "DURATION": "length", "RECURRENCE-ID": "date in its series"}


class OddEventError(Exception):
    """An event without a plain meaning; the message is a clause that says why."""


def cleaned(part: Component, zones: Mapping[str, str | None], notes: Notes) -> Component:
    """Return an event, or a free/busy list, with readable lines and time zones; note which lines are left out.

    Raise OddEventError if the rest has no plain meaning.
    """
    for name in sorted(part.contradictions & IN_WORDS.keys()):
        raise OddEventError(f"it has two different values of {name}")
    for name in sorted(part.contradictions & STATUSES):
        notes.read_as(part, "without its status", f"it has two different values of {name}")
    for name, value in part.doubts.items():
        if part.value(name) is None:
            reading = "as one event" if name == "BEGIN" else "as busy"
            notes.read_as(part, reading, f"{name}:{value} comes after a text, and may be part of it")
    contradicted = part.contradictions & STATUSES
    lines = [_cleaned_line(line, part, zones, notes) for line in part.lines if line.name not in contradicted]
    clean = Component(part.name, [line for line in lines if line is not None])
    if part.value("RECURRENCE-ID") is not None and clean.value("RECURRENCE-ID") is None:  # it must not replace its series
        clean.lines = [line for line in clean.lines if line.name != "UID"]
    return clean


def _cleaned_line(line: Line, part: Component, zones: Mapping[str, str | None], notes: Notes) -> Line | None:
    if line.name == "RRULE":
        rule = plain(_MIDNIGHT_AT_24.sub(_next_midnight, line.value))
        if fault := fault_of(rule, part.value("DTSTART") or ""):
            notes.read_as(part, "only for its first time", fault)
            return None
        return Line(line.name, {}, rule)
    if line.name == "EXRULE":  # RFC 2445, obsolete since 2009
        notes.read_as(part, "without its EXRULE", "rules for exceptions are not supported")
        return None
    if line.name == "SEQUENCE" and not line.value.isdecimal():
        return None
    if line.name not in TIMES:
        return line
    return _cleaned_times(line, part, zones, notes)


def _cleaned_times(line: Line, part: Component, zones: Mapping[str, str | None], notes: Notes) -> Line | None:
    value = _MIDNIGHT_AT_24.sub(_next_midnight, line.value)
    name = line.parameters.get("TZID")
    zone = None if name is None else zones[name]
    is_in_unknown_zone = name is not None and zone is None
    if line.name in REPEATABLE:
        items = [item for item in value.split(",") if item]
        if line.name in ("EXDATE", "RDATE"):
            items = [item for item in items if _is_near(item) or not _is_time(item)]
        may_be_periods = line.name != "EXDATE"  # an event is excepted by its start
        readable = [item for item in items if _is_time(item) or (may_be_periods and _is_period(item))]
        readable = [] if is_in_unknown_zone else readable
        if len(readable) < len(items):
            notes.read_as(part, "only in part", f"its {line.name} has a date or time that can't be read")
        if not readable:
            return None
        value = ",".join(readable)
    elif line.name == "RECURRENCE-ID" and (is_in_unknown_zone or not _is_time(value) or not _is_near(value)):
        notes.read_as(part, "as an event of its own", "its date in its series can't be read")
        return None
    elif is_in_unknown_zone:
        raise OddEventError(f"its time zone {quoted(name)} is unknown, and the calendar does not describe it in a readable way")
    elif not _is_time(value):
        raise OddEventError(f"its {IN_WORDS[line.name]} can't be read")
    return Line(line.name, line.parameters if zone is None else line.parameters | {"TZID": zone}, value)


def _next_midnight(time: re.Match[str]) -> str:
    try:
        return f"{dt.datetime.strptime(time[1], '%Y%m%d') + ONE_DAY:%Y%m%d}T000000"
    except (ValueError, OverflowError):
        return time[0]


def _is_time(text: str) -> bool:
    matched = _TIME.fullmatch(text)
    try:
        return matched is not None and bool(dt.datetime.strptime(matched[1] + (matched[2] or "000000"), "%Y%m%d%H%M%S"))
    except ValueError:
        return False


def _is_near(time: str) -> bool:
    return time[:4].isdecimal() and FIRST_DAY.year <= int(time[:4]) <= LAST_DAY.year


def _is_period(text: str) -> bool:
    start, _, end = text.partition("/")
    return _is_time(start) and (_is_time(end) or _LENGTH.fullmatch(end) is not None)


def parsed(part: Component, notes: Notes) -> Any:
    """Return the library's event of a cleaned one. Raise OddEventError if it has no plain meaning."""
    try:
        event: Any = Event.from_ical("\r\n".join(ics_lines(part)))
    except ValueError as error:
        raise OddEventError("it can't be read") from error
    faulty = {name for name, _ in event.errors}
    for name in sorted(faulty):
        if name in IN_WORDS:
            raise OddEventError(f"its {IN_WORDS[name]} can't be read")
        notes.read_as(part, "only for its first time" if name == "RRULE" else "only in part", f"its {name} can't be read")
        del event[name]
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in event and not isinstance(event[name].dt, dt.date):
            raise OddEventError(f"its {IN_WORDS[name]} is not a date or time")
    _check_order(event)
    _cut_to_years(event)
    return event


def _check_order(event: Any) -> None:
    """Raise OddEventError if an event ends before it begins."""
    if "DTEND" in event:
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        is_backwards = end.year < start.year if _is_far(start) or _is_far(end) else instant(end) < instant(start)
    else:
        is_backwards = "DURATION" in event and event["DURATION"].dt < dt.timedelta()
    if is_backwards:
        raise OddEventError("it ends before it begins")


def _cut_to_years(event: Any) -> None:
    """Cut an event that does not repeat to ``FIRST_DAY`` and ``LAST_DAY`` if it reaches beyond one of them."""
    start = event["DTSTART"].dt
    if start.year == dt.MAXYEAR:
        raise OddEventError("its dates are out of range")
    end = _end_of(event, start)
    if "RRULE" in event or "RDATE" in event or end.year < FIRST_DAY.year or start.year > LAST_DAY.year:
        return
    if _is_far(start) or _is_far(end):
        event.pop("DURATION", None)
        event["DTSTART"] = vDDDTypes(_on(FIRST_DAY, start) if _is_far(start) else start)
        event["DTEND"] = vDDDTypes(_on(LAST_DAY, end) if _is_far(end) else end)


def _end_of(event: Any, start: Time) -> Time:
    if "DURATION" not in event:
        end: Time = event["DTEND"].dt if "DTEND" in event else start
        return end
    length: dt.timedelta = event["DURATION"].dt
    try:
        return start + length
    except OverflowError:
        return _on(dt.date.max, start)


def _is_far(time: Time) -> bool:
    return not FIRST_DAY.year <= time.year <= LAST_DAY.year


def _on(day: dt.date, time: Time) -> Time:
    """Return a day, or its midnight in the time zone of a moment."""
    return dt.datetime.combine(day, dt.time(), time.tzinfo) if isinstance(time, dt.datetime) else day
