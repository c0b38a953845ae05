"""The occurrences of a calendar's events in a period. Libraries expand the repeating ones."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import FreeBusy, Timezone, vText
from icalendar.timezone import tzp
from recurring_ical_events import EventAdapter, Series

from api.free_busy.described_zones import Zones, zones_of
from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import REPEATABLE, Component, calendars_in, ics_lines
from api.free_busy.odd_events import OddEventError, cleaned, parsed
from api.free_busy.reading_notes import Notes
from api.free_busy.series_dates import unify
from api.free_busy.time_zones import known_zone, refused_zone
from scheduler.domain.values import Period, quoted
from scheduler.wording import count_of

MAX_EVENTS = 10_000
MAX_TIMES = 20_000
MAX_OCCURRENCES = 20_000
MARGIN = dt.timedelta(days=2)
"""A day begins elsewhere in the world up to a day earlier or later. One more day is a margin."""
LENGTH_OF_A_FLOATING_TIME = len("20270104T100000")


@dataclass(frozen=True)
class Occurrence:
    """One time of an event: the library's copy of the event, and the event in the file."""

    event: Any
    part: Component


@dataclass
class Occurrences:
    """The occurrences in a calendar, the periods of free/busy lists, and the notes on reading it."""

    events: list[Occurrence] = field(default_factory=list)
    periods: list[Any] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)


def occurrences_in(content: bytes, period: Period, *, names: bool = False) -> Occurrences:
    """Return the occurrences in or close to the period, with the titles of events if ``names``.

    Events without a plain meaning are left out, and named in the notes. Raise CalendarRefused if the file can't be read. Only
    one thread of a process may run this at a time, because icalendar stores the time zones that a calendar describes for the
    whole process.
    """
    occurrences = Occurrences()
    for calendar in calendars_in(content, names=names):
        _read(calendar, period, occurrences)
    return occurrences


@contextmanager
def odd_if_it_fails() -> Iterator[None]:
    """Raise OddEventError for any error of the libraries, which fail on unusual dates and rules."""
    try:
        yield
    except (CalendarRefused, MemoryError, OddEventError):
        raise
    except Exception as error:
        raise OddEventError("it has dates or repetitions that can't be read") from error


def _read(calendar: Component, period: Period, occurrences: Occurrences) -> None:
    """Add the occurrences in one calendar of the file."""
    zone = _zone_of(calendar)
    parts = _relevant(calendar, period, occurrences.notes)
    descriptions = {part.value("TZID") or "": part for part in calendar.parts if part.name == "VTIMEZONE"}
    tzp.use_default()  # clears the time zones of other calendars
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they concern programmers
        zones = zones_of(_zones_used(parts), descriptions, period)
        for described in zones.described:
            tzp.cache_timezone_component(Timezone.from_ical("\r\n".join(ics_lines(described))))
        _note_zones(zones, descriptions, occurrences.notes)
        if zone is None and any(_has_floating_start(part) for part in parts):
            occurrences.notes.assume("Times without a time zone are read as Europe/London.")
        _expand(_events(parts, zones, occurrences), zone, period, occurrences)


def _zone_of(calendar: Component) -> dt.tzinfo | None:
    name = calendar.value("X-WR-TIMEZONE")
    if name is None:
        return None
    known = known_zone(name)
    if known is None:
        raise refused_zone(name)
    return ZoneInfo(known)


def _relevant(calendar: Component, period: Period, notes: Notes) -> list[Component]:
    """Return the free/busy lists and the events with a start that are not clearly outside the period."""
    events = [part for part in calendar.parts if part.name == "VEVENT"]
    dated = [event for event in events if event.value("DTSTART") is not None or "DTSTART" in event.contradictions]
    if len(dated) < len(events):
        notes.assume(f"No busy time for {count_of(len(events) - len(dated), 'event')} without a start.")
    parts = [part for part in calendar.parts if part.name == "VFREEBUSY"] + _near_the_period(dated, period)
    _check_number("events", len(parts), MAX_EVENTS)
    times = [line.value.count(",") + 1 for part in parts for line in part.lines if line.name in REPEATABLE]
    _check_number("dates", sum(times), MAX_TIMES)
    return parts


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


def _check_number(noun: str, count: int, limit: int) -> None:
    if count > limit:
        raise CalendarRefused(f"The calendar has {count} {noun}; the limit is {limit}. Export the coming year only.")


def _zones_used(parts: Sequence[Component]) -> set[str]:
    return {line.parameters["TZID"] for part in parts for line in part.lines if "TZID" in line.parameters}


def _note_zones(zones: Zones, descriptions: dict[str, Component], notes: Notes) -> None:
    for name, known in zones.names.items():
        if known not in (None, name) and name not in descriptions:
            notes.assume(f"Times in the time zone {quoted(name)} are read as {known}.")


def _has_floating_start(part: Component) -> bool:
    return any(
        line.name == "DTSTART" and "TZID" not in line.parameters and len(line.value) == LENGTH_OF_A_FLOATING_TIME
        for line in part.lines
    )


def _events(parts: Sequence[Component], zones: Zones, occurrences: Occurrences) -> list[Occurrence]:
    """Return the events that can be read, and add the periods of the free/busy lists.

    Raise CalendarRefused if all events are in unknown time zones, because then the calendar is odd, and not its events.
    """
    matching = []
    for part in parts:
        try:
            clean = cleaned(part, zones.names, occurrences.notes)
            if part.name == "VFREEBUSY":
                occurrences.periods += _periods(clean)
            else:
                with odd_if_it_fails():
                    matching.append(Occurrence(parsed(clean, occurrences.notes), part))
        except OddEventError as error:
            occurrences.notes.not_read(part, str(error))
    unknown = [name for part in parts if (name := _start_zone(part)) is not None and zones.names[name] is None]
    if unknown and len(unknown) == len(parts):
        raise refused_zone(unknown[0], is_described=unknown[0] in zones.unreadable)
    return matching


def _start_zone(part: Component) -> str | None:
    return next((line.parameters.get("TZID") for line in part.lines if line.name == "DTSTART"), None)


def _periods(part: Component) -> list[Any]:
    with odd_if_it_fails():
        periods = FreeBusy.from_ical("\r\n".join(ics_lines(part))).get("FREEBUSY", [])
    return periods if isinstance(periods, list) else [periods]


def _expand(events: Sequence[Occurrence], zone: dt.tzinfo | None, period: Period, occurrences: Occurrences) -> None:
    """Add the occurrences of events in or close to the period."""
    first, last = (dt.datetime.combine(day, dt.time()) for day in (period.first - MARGIN, period.last + MARGIN))
    for series in _series_of(events, zone):
        try:
            with odd_if_it_fails():
                matching = list(Series([EventAdapter(one.event) for one in series]).between(first, last))
        except OddEventError as error:
            occurrences.notes.not_read(series[0].part, str(error))
            continue
        occurrences.events += [Occurrence(one.as_component(False), series[0].part) for one in matching]
        _check_number("events in these days", len(occurrences.events), MAX_OCCURRENCES)


def _series_of(events: Sequence[Occurrence], zone: dt.tzinfo | None) -> list[list[Occurrence]]:
    """Return the events by series, each with its exceptions, and with their dates in one form."""
    for number, one in enumerate(events):
        one.event.setdefault("UID", vText(f"{number} without an id"))
    unify([one.event for one in events], zone)
    series: dict[Any, list[Occurrence]] = defaultdict(list)
    for one in events:
        series[one.event["UID"]].append(one)
    return list(series.values())
