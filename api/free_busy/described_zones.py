"""The time zones of a calendar: known by their names, or described in it. A description outweighs a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Timezone

from api.free_busy.errors import CalendarRefused
from api.free_busy.ics_lines import REPEATABLE, Component, Line, ics_lines
from api.free_busy.rules import is_yearly
from api.free_busy.time_zones import known_zone
from scheduler.domain.values import Period, days

MAX_ZONE_CHANGES = 500
MAX_DAYS_COMPARED = 150
NOON = dt.time(12)
BEGINNING = "19700101T000000"


@dataclass(frozen=True)
class Zones:
    """``names`` has the name to read each TZID by, or None if it has no readable meaning.

    ``described`` are the descriptions to use, and ``unreadable`` the TZIDs whose description can't be read.
    """

    names: Mapping[str, str | None]
    described: Sequence[Component]
    unreadable: Collection[str]


def zones_of(used: Collection[str], descriptions: Mapping[str, Component], period: Period) -> Zones:
    """Return the time zones with these TZIDs, for use within the period.

    A description counts if it can be read and differs from the known zone of that name: programs describe summer time under
    names such as GMT. Raise CalendarRefused if a zone that is not known by name has too many changes.
    """
    names: dict[str, str | None] = {}
    described: list[Component] = []
    unreadable: list[str] = []
    for name in sorted(used):
        names[name] = known = known_zone(name)
        description = descriptions.get(name)
        if description is None:
            continue
        own_name = f"Described {len(described)}"  # which no library knows
        renamed = _renamed(description, own_name)
        zone = _built(renamed, period) if _has_few_changes(description, known) else None
        if zone is None:
            unreadable.append(name)
        elif not (known and _agree(zone, ZoneInfo(known), period)):
            names[name] = own_name
            described.append(renamed)
    return Zones(names, described, unreadable)


def _renamed(zone: Component, name: str) -> Component:
    return Component("VTIMEZONE", [Line("TZID", {}, name)], [_completed(change, zone) for change in zone.parts])


def _has_few_changes(zone: Component, known: str | None) -> bool:
    """True if the zone is small enough to build. Raise CalendarRefused if it is not, and is unknown."""
    lines = [line for part in zone.parts for line in part.lines if line.name in REPEATABLE]
    changes = max(sum(line.value.count(",") + 1 for line in lines), len(zone.parts))
    if changes > MAX_ZONE_CHANGES and known is None:
        raise CalendarRefused(
            f"The calendar has {changes} changes of one time zone; the limit is {MAX_ZONE_CHANGES}. Export the coming year only."
        )
    return changes <= MAX_ZONE_CHANGES


def _completed(change: Component, zone: Component) -> Component:
    """Return a change of time completed, if the missing part is plain: Outlook for Mac omits TZOFFSETFROM."""
    others = [part for part in zone.parts if part.name != change.name] or [change]
    lines = list(change.lines)
    for name, opposite in (("TZOFFSETFROM", "TZOFFSETTO"), ("TZOFFSETTO", "TZOFFSETFROM")):
        value = others[0].value(opposite) or change.value(opposite)
        if change.value(name) is None and value:
            lines.append(Line(name, {}, value))
    if change.value("DTSTART") is None:
        lines.append(Line("DTSTART", {}, BEGINNING))
    return Component(change.name, lines)


def _built(zone: Component, period: Period) -> dt.tzinfo | None:
    """Return a described zone, or None if the description can't be read."""
    if not all(is_yearly(line.value) for part in zone.parts for line in part.lines if line.name == "RRULE"):
        return None
    try:
        described: Any = Timezone.from_ical("\r\n".join(ics_lines(zone)))
        built: dt.tzinfo = described.to_tz(lookup_tzid=False)
        for day in (period.first, period.last):
            dt.datetime.combine(day, NOON, built).utcoffset()
    except MemoryError:
        raise
    except Exception:  # the libraries raise many kinds of errors for unusual descriptions
        return None
    return built


def _agree(zone: dt.tzinfo, other: dt.tzinfo, period: Period) -> bool:
    """True if two zones have the same time on each day of the period, or on many days of a long one."""
    every_day = days(period)
    noons = [dt.datetime.combine(day, NOON) for day in every_day[:: max(1, len(every_day) // MAX_DAYS_COMPARED)]]
    return all(noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=other).utcoffset() for noon in noons)
