"""The events of a calendar as they occur within a period: repeating ones unfolded, with their exceptions, by libraries."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import Any

import recurring_ical_events
from icalendar import Calendar, vText
from icalendar.timezone import tzp

from api.clock import LONDON
from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import SEVERAL, Component, Line, calendars_in
from api.free_busy.time_zones import known_zone, refused_zone
from scheduler.domain.values import Period, shown
from scheduler.wording import count_of

MOST_EVENTS = 10_000
MOST_TIMES = 20_000
MOST_TIMES_OF_A_ZONE = 500
MOST_OCCURRENCES = 20_000
MOST_A_DAY = 24
AROUND = dt.timedelta(days=2)
"""A day begins elsewhere in the world up to a day earlier or later; and one more to be sure."""
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
PUT_RIGHT = "Put it right in the calendar, or delete it there."


@dataclass
class Occurring:
    """What occurs: copies of the events, each at its own time; the periods of free-busy lists; and what was assumed."""

    events: list[Any] = field(default_factory=list)
    periods: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, note: str) -> None:
        """Say what was assumed, once."""
        if note not in self.notes:
            self.notes.append(note)


def occurring(content: bytes, period: Period, *, names: bool = False) -> Occurring:
    """What of the calendars in a file occurs in the period or close to it; with the events' titles where ``names``.

    Raises CalendarRefused. It is for one thread: libraries keep for all of a process which time zones a calendar describes.
    """
    found = Occurring()
    for calendar in calendars_in(content, names=names):
        prepared = _prepared(calendar, period, found)
        with followed():
            _unfold(prepared, period, found)
    return found


@contextmanager
def followed() -> Iterator[None]:
    """Turns into CalendarRefused whatever libraries raise at dates and rules that they can't follow."""
    try:
        yield
    except (CalendarRefused, MemoryError):
        raise
    except Exception as error:
        raise CalendarRefused(
            f"The calendar has dates or repetitions that can't be followed ({type(error).__name__}). "
            "Look for an event that repeats in an unusual way, or lies in a year such as 9999, and put it right in the calendar."
        ) from error


def _unfold(prepared: Component, period: Period, found: Occurring) -> None:
    tzp.use_default()  # forgets the time zones of other calendars
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they speak to programmers
        calendar: Any = Calendar.from_ical("\r\n".join(_written(prepared)))
        events = calendar.walk("VEVENT")
        for event in events:
            _check_event(event)
        _tell_apart(events)
        first, last = (dt.datetime.combine(day, dt.time()) for day in (period.first - AROUND, period.last + AROUND))
        found.events += recurring_ical_events.of(calendar).between(first, last)
    _check_number("events in these days", len(found.events), MOST_OCCURRENCES)
    for busy in calendar.walk("VFREEBUSY"):
        periods = busy.get("FREEBUSY", [])
        found.periods += periods if isinstance(periods, list) else [periods]


def _prepared(calendar: Component, period: Period, found: Occurring) -> Component:
    """The calendar with checked rules and known time zones, and without the events that are over or far ahead."""
    described = {zone.value("TZID") or "": zone for zone in calendar.parts if zone.name == "VTIMEZONE"}
    default = calendar.value("X-WR-TIMEZONE")
    zone = known_zone(default) if default else None
    if default and zone is None:
        raise refused_zone(default)
    parts = [part for part in calendar.parts if part.name == "VFREEBUSY"]
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    dated = [event for event in events if event.value("DTSTART") is not None]
    if len(dated) < len(events):
        found.note(f"No time is taken for {count_of(len(events) - len(dated), 'event')} without a beginning.")
    parts += _of_the_period(dated, period)
    _check_number("events", len(parts), MOST_EVENTS)
    _check_number("dates", _count_of_times(parts), MOST_TIMES)
    for part in parts:
        _check_rules(part, FREQUENCIES)
        part.lines = [_in_known_zone(line, described, found) for line in part.lines]
        if zone is None and any(_is_floating(line) for line in part.lines):
            found.note("Times without a time zone are taken as Europe/London.")
    used = {line.parameters.get("TZID") for part in parts for line in part.lines}
    zones = [part for name, part in described.items() if name in used and known_zone(name) is None]
    for part in zones:
        _check_number("changes of one time zone", _count_of_times(part.parts), MOST_TIMES_OF_A_ZONE)
        for change in part.parts:
            _check_rules(change, {"YEARLY"})
    return Component("VCALENDAR", [Line("X-WR-TIMEZONE", {}, zone)] if zone else [], [*zones, *parts])


def _in_known_zone(line: Line, described: Collection[str], found: Occurring) -> Line:
    name = line.parameters.get("TZID")
    if name is None:
        return line
    known = known_zone(name)
    if known is None and name not in described:
        raise refused_zone(name)
    if known not in (None, name) and name not in described:
        found.note(f"Times in the time zone {shown(name)} are taken as {known}.")
    return Line(line.name, line.parameters | {"TZID": known or name}, line.value)


def _is_floating(line: Line) -> bool:
    return line.name == "DTSTART" and "TZID" not in line.parameters and len(line.value) == len("20270104T100000")


def _of_the_period(events: Sequence[Component], period: Period) -> list[Component]:
    """The events, without those that can be seen to be over by then, or to come later."""
    first, last = (f"{day:%Y%m%d}" for day in (period.first - AROUND, period.last + AROUND))
    with_uid = Counter(uid for event in events if (uid := event.value("UID")) is not None)

    def is_elsewhere(event: Component) -> bool:
        if with_uid[event.value("UID") or ""] > 1 or any(line.name in ("RRULE", "RDATE") for line in event.lines):
            return False
        start = (event.value("DTSTART") or "")[:8]
        end = (event.value("DTEND") or start)[:8]
        is_over = event.value("DURATION") is None and max(start, end) < first
        return start.isdecimal() and end.isdecimal() and (is_over or min(start, end) > last)

    return [event for event in events if not is_elsewhere(event)]


def _count_of_times(parts: Sequence[Component]) -> int:
    return sum(line.value.count(",") + 1 for part in parts for line in part.lines if line.name in SEVERAL)


def _check_number(what: str, found: int, most: int) -> None:
    if found > most:
        raise CalendarRefused(f"The calendar has {found} {what}, and {most} at most are read. Give one of the coming year only.")


def _check_rules(part: Component, frequencies: Collection[str]) -> None:
    for line in part.lines:
        if line.name == "RRULE":
            rule = dict(item.partition("=")[::2] for item in line.value.upper().split(";"))
            frequency, interval = rule.get("FREQ", ""), rule.get("INTERVAL", "1")
            a_day = prod(len(rule[name].split(",")) for name in WITHIN_A_DAY if name in rule)
            if frequency not in frequencies or a_day > MOST_A_DAY or not interval.isdecimal() or int(interval) == 0:
                raise CalendarRefused(
                    f"Something in the calendar repeats by the rule {shown(line.value)}, which is not followed: "
                    f"what repeats daily, weekly, monthly or yearly is, up to {MOST_A_DAY} times a day. {PUT_RIGHT}"
                )


def _written(component: Component) -> Iterator[str]:
    yield f"BEGIN:{component.name}"
    for line in component.lines:
        parameters = "".join(f';{name}="{value}"' for name, value in line.parameters.items())
        yield f"{line.name}{parameters}:{line.value}"
    for part in component.parts:
        yield from _written(part)
    yield f"END:{component.name}"


def _check_event(event: Any) -> None:
    """That its properties are what they should be. A rule that holds until a day holds to the end of that day."""
    if event.errors:
        raise CalendarRefused(f"An event in the calendar has a {event.errors[0][0]} that can't be read. {PUT_RIGHT}")
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in event and not isinstance(event[name].dt, dt.date):
            raise CalendarRefused(f"An event in the calendar has a {name} that is no date or time. {PUT_RIGHT}")
    start = event["DTSTART"].dt
    is_backwards = (
        instant(event["DTEND"].dt) < instant(start)
        if "DTEND" in event
        else "DURATION" in event and event["DURATION"].dt < dt.timedelta()
    )
    if is_backwards:
        raise CalendarRefused(f"An event in the calendar, of {start:%-d %B %Y}, ends before it begins. {PUT_RIGHT}")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if "UNTIL" in rule:
            rule["UNTIL"] = [_end_of_day(until, start) for until in rule["UNTIL"]]


def _end_of_day(until: dt.date, start: dt.date) -> dt.date:
    if isinstance(start, dt.datetime) and not isinstance(until, dt.datetime):
        return dt.datetime.combine(until, dt.time(23, 59, 59), dt.UTC if start.tzinfo else None)
    return until


def instant(time: dt.date) -> dt.datetime:
    """A date or time of a calendar as an instant; a day begins at midnight here."""
    if not isinstance(time, dt.datetime):
        time = dt.datetime.combine(time, dt.time())
    return (time if time.tzinfo else time.replace(tzinfo=LONDON)).astimezone(dt.UTC)


def _tell_apart(events: Sequence[Any]) -> None:
    """Give events an id of their own, where a careless writer gave one id to several that can't be versions of each other."""
    latest: dict[Any, int] = {}
    masters = [event for event in events if "RECURRENCE-ID" not in event and "UID" in event]
    for event in masters:
        latest[event["UID"]] = max(latest.get(event["UID"], -1), event.get("SEQUENCE", -1))
    seen = set()
    for number, event in enumerate(masters):
        if event.get("SEQUENCE", -1) == latest[event["UID"]]:
            if event["UID"] in seen:
                event["UID"] = vText(f"{event['UID']} {number}")
            seen.add(event["UID"])
