"""The occurrences of a calendar's events in a period. Libraries expand the repeating ones."""

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
from api.free_busy.ics_lines import REPEATABLE, Component, Line, calendars_in
from api.free_busy.time_zones import known_zone, refused_zone
from scheduler.domain.values import Period, quoted
from scheduler.wording import count_of

MAX_EVENTS = 10_000
MAX_TIMES = 20_000
MAX_ZONE_TIMES = 500
MAX_OCCURRENCES = 20_000
MAX_PER_DAY = 24
MARGIN = dt.timedelta(days=2)
"""A day begins elsewhere in the world up to a day earlier or later. One more day is a margin."""
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
CORRECT_IT = "Correct it in the calendar, or delete it there."


@dataclass
class Occurrences:
    """The occurrences in a calendar: a copy of the event for each, the periods of free/busy lists, and the assumptions made."""

    events: list[Any] = field(default_factory=list)
    periods: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, note: str) -> None:
        """Add an assumption, unless it is already listed."""
        if note not in self.notes:
            self.notes.append(note)


def occurrences_in(content: bytes, period: Period, *, names: bool = False) -> Occurrences:
    """Return the occurrences in or close to the period, with the titles of events if ``names``.

    Raise CalendarRefused if the file can't be read. Only one thread of a process may run this at a time, because icalendar
    stores the time zones that a calendar describes for the whole process.
    """
    occurrences = Occurrences()
    for calendar in calendars_in(content, names=names):
        prepared = _prepared(calendar, period, occurrences)
        with refuse_unreadable_dates():
            _expand(prepared, period, occurrences)
    return occurrences


@contextmanager
def refuse_unreadable_dates() -> Iterator[None]:
    """Raise CalendarRefused for any error of the libraries, which fail on unusual dates and rules."""
    try:
        yield
    except (CalendarRefused, MemoryError):
        raise
    except Exception as error:
        raise CalendarRefused(
            f"The calendar has dates or repetitions that can't be read ({type(error).__name__}). "
            "Look for an event that repeats in an unusual way, or has a year such as 9999, and correct it in the calendar."
        ) from error


def _expand(prepared: Component, period: Period, occurrences: Occurrences) -> None:
    tzp.use_default()  # clears the time zones of other calendars
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they concern programmers
        calendar: Any = Calendar.from_ical("\r\n".join(_ics_lines(prepared)))
        events = calendar.walk("VEVENT")
        for event in events:
            _check_event(event)
        _make_ids_unique(events)
        first, last = (dt.datetime.combine(day, dt.time()) for day in (period.first - MARGIN, period.last + MARGIN))
        occurrences.events += recurring_ical_events.of(calendar).between(first, last)
    _check_number("events in these days", len(occurrences.events), MAX_OCCURRENCES)
    for busy in calendar.walk("VFREEBUSY"):
        periods = busy.get("FREEBUSY", [])
        occurrences.periods += periods if isinstance(periods, list) else [periods]


def _prepared(calendar: Component, period: Period, occurrences: Occurrences) -> Component:
    """Return the calendar with checked rules and known time zones, without events that are clearly outside the period."""
    described = {zone.value("TZID") or "": zone for zone in calendar.parts if zone.name == "VTIMEZONE"}
    default = calendar.value("X-WR-TIMEZONE")
    zone = known_zone(default) if default else None
    if default and zone is None:
        raise refused_zone(default)
    parts = [part for part in calendar.parts if part.name == "VFREEBUSY"]
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    dated = [event for event in events if event.value("DTSTART") is not None]
    if len(dated) < len(events):
        occurrences.note(f"No busy time for {count_of(len(events) - len(dated), 'event')} without a start.")
    parts += _near_the_period(dated, period)
    _check_number("events", len(parts), MAX_EVENTS)
    _check_number("dates", _count_of_times(parts), MAX_TIMES)
    for part in parts:
        _check_rules(part, FREQUENCIES)
        part.lines = [_in_known_zone(line, described, occurrences) for line in part.lines]
        if zone is None and any(_is_floating(line) for line in part.lines):
            occurrences.note("Times without a time zone are read as Europe/London.")
    used = {line.parameters.get("TZID") for part in parts for line in part.lines}
    zones = [part for name, part in described.items() if name in used and known_zone(name) is None]
    for part in zones:
        _check_number("changes of one time zone", _count_of_times(part.parts), MAX_ZONE_TIMES)
        for change in part.parts:
            _check_rules(change, {"YEARLY"})
    return Component("VCALENDAR", [Line("X-WR-TIMEZONE", {}, zone)] if zone else [], [*zones, *parts])


def _in_known_zone(line: Line, described: Collection[str], occurrences: Occurrences) -> Line:
    name = line.parameters.get("TZID")
    if name is None:
        return line
    known = known_zone(name)
    if known is None and name not in described:
        raise refused_zone(name)
    if known not in (None, name) and name not in described:
        occurrences.note(f"Times in the time zone {quoted(name)} are read as {known}.")
    return Line(line.name, line.parameters | {"TZID": known or name}, line.value)


def _is_floating(line: Line) -> bool:
    return line.name == "DTSTART" and "TZID" not in line.parameters and len(line.value) == len("20270104T100000")


def _near_the_period(events: Sequence[Component], period: Period) -> list[Component]:
    """Return the events, without those that are clearly before or after the period."""
    first, last = (f"{day:%Y%m%d}" for day in (period.first - MARGIN, period.last + MARGIN))
    with_uid = Counter(uid for event in events if (uid := event.value("UID")) is not None)

    def is_outside(event: Component) -> bool:
        if with_uid[event.value("UID") or ""] > 1 or any(line.name in ("RRULE", "RDATE") for line in event.lines):
            return False
        start = (event.value("DTSTART") or "")[:8]
        end = (event.value("DTEND") or start)[:8]
        is_over = event.value("DURATION") is None and max(start, end) < first
        return start.isdecimal() and end.isdecimal() and (is_over or min(start, end) > last)

    return [event for event in events if not is_outside(event)]


def _count_of_times(parts: Sequence[Component]) -> int:
    return sum(line.value.count(",") + 1 for part in parts for line in part.lines if line.name in REPEATABLE)


def _check_number(noun: str, count: int, limit: int) -> None:
    if count > limit:
        raise CalendarRefused(f"The calendar has {count} {noun}; the limit is {limit}. Export the coming year only.")


def _check_rules(part: Component, frequencies: Collection[str]) -> None:
    for line in part.lines:
        if line.name == "RRULE":
            rule = dict(item.partition("=")[::2] for item in line.value.upper().split(";"))
            frequency, interval = rule.get("FREQ", ""), rule.get("INTERVAL", "1")
            a_day = prod(len(rule[name].split(",")) for name in WITHIN_A_DAY if name in rule)
            if frequency not in frequencies or a_day > MAX_PER_DAY or not interval.isdecimal() or int(interval) == 0:
                raise CalendarRefused(
                    f"The calendar has the repetition rule {quoted(line.value)}, which is not supported. "
                    f"Daily, weekly, monthly and yearly rules are, up to {MAX_PER_DAY} times a day. {CORRECT_IT}"
                )


def _ics_lines(component: Component) -> Iterator[str]:
    yield f"BEGIN:{component.name}"
    for line in component.lines:
        parameters = "".join(f';{name}="{value}"' for name, value in line.parameters.items())
        yield f"{line.name}{parameters}:{line.value}"
    for part in component.parts:
        yield from _ics_lines(part)
    yield f"END:{component.name}"


def _check_event(event: Any) -> None:
    """Raise CalendarRefused if an event has invalid properties. Extend a rule that ends on a day to the end of that day."""
    if event.errors:
        raise CalendarRefused(f"An event in the calendar has a {event.errors[0][0]} that can't be read. {CORRECT_IT}")
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in event and not isinstance(event[name].dt, dt.date):
            raise CalendarRefused(f"An event in the calendar has a {name} that is not a date or time. {CORRECT_IT}")
    start = event["DTSTART"].dt
    is_backwards = (
        instant(event["DTEND"].dt) < instant(start)
        if "DTEND" in event
        else "DURATION" in event and event["DURATION"].dt < dt.timedelta()
    )
    if is_backwards:
        raise CalendarRefused(f"An event of {start:%-d %B %Y} in the calendar ends before it begins. {CORRECT_IT}")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if "UNTIL" in rule:
            rule["UNTIL"] = [_end_of_day(until, start) for until in rule["UNTIL"]]


def _end_of_day(until: dt.date, start: dt.date) -> dt.date:
    if isinstance(start, dt.datetime) and not isinstance(until, dt.datetime):
        return dt.datetime.combine(until, dt.time(23, 59, 59), dt.UTC if start.tzinfo else None)
    return until


def instant(time: dt.date) -> dt.datetime:
    """Return a date or time of a calendar as an instant. A day begins at midnight in London."""
    if not isinstance(time, dt.datetime):
        time = dt.datetime.combine(time, dt.time())
    return (time if time.tzinfo else time.replace(tzinfo=LONDON)).astimezone(dt.UTC)


def _make_ids_unique(events: Sequence[Any]) -> None:
    """Give events with the same id ids of their own if they can't be versions of each other, as some programs write them."""
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
