"""The dates of a series in the form of its start: whole days as days, times as times.

RFC 5545 (sections 3.3.10, 3.8.4.4 and 3.8.5.1) demands this form, but programs write the exceptions and the end of a whole-day
series as the instant of local midnight, and those of a timed series as days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from icalendar import vDDDLists, vDDDTypes, vText

from api.clock import LONDON
from scheduler.domain.calendar import ONE_DAY

Time = dt.date | dt.datetime
"""A day, or a moment with or without a time zone."""


def unify(events: Sequence[Any], zone: dt.tzinfo | None) -> None:
    """Bring the dates of a calendar's events into one form, and make the ids of different events unique.

    ``zone`` is the calendar's: times in UTC are read in it, and so are times without a zone.
    """
    for event in events:
        if zone is not None:
            _change_times(event, lambda time: _in_zone(time, zone))
        _unify_series(event, zone or LONDON)
    _make_ids_unique(events)
    starts = {event["UID"]: event["DTSTART"].dt for event in events if "RECURRENCE-ID" not in event and "UID" in event}
    for event in events:
        start = starts.get(event.get("UID"))
        if "RECURRENCE-ID" in event and start is not None:
            _replace(event, "RECURRENCE-ID", _like(event["RECURRENCE-ID"].dt, start, zone or LONDON))


def instant(time: Time) -> dt.datetime:
    """Return a date or time of a calendar as an instant. A day begins at midnight in London."""
    if not isinstance(time, dt.datetime):
        time = dt.datetime.combine(time, dt.time())
    return (time if time.tzinfo else time.replace(tzinfo=LONDON)).astimezone(dt.UTC)


def _in_zone(time: Any, zone: dt.tzinfo) -> Any:
    if not isinstance(time, dt.datetime):
        return time
    if time.tzinfo is None:
        return time.replace(tzinfo=zone)
    return _out_of_utc(time, zone)


def _out_of_utc(time: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return a time in UTC in a zone, and any other unchanged; so is one in the first or last hours of all years."""
    try:
        return time.astimezone(zone) if time.tzname() == "UTC" else time
    except OverflowError:
        return time


def _change_times(event: Any, change: Callable[[Any], Any]) -> None:
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        if name in event:
            _replace(event, name, change(event[name].dt))
    _change_lists(event, change)


def _change_lists(event: Any, change: Callable[[Any], Any]) -> None:
    for name in ("RDATE", "EXDATE"):
        if name in event:
            lists = event[name] if isinstance(event[name], list) else [event[name]]
            event[name] = vDDDLists([change(item.dt) for one in lists for item in one.dts])


def _replace(event: Any, name: str, time: Time) -> None:
    if time != event[name].dt or type(time) is not type(event[name].dt):
        parameters = event[name].params
        event[name] = vDDDTypes(time)
        if "RANGE" in parameters:
            event[name].params["RANGE"] = parameters["RANGE"]


def _unify_series(event: Any, zone: dt.tzinfo) -> None:
    start = event["DTSTART"].dt
    if not isinstance(start, dt.datetime):
        _make_days_whole(event, start)
    _change_lists(event, lambda time: time if isinstance(time, tuple) else _like(time, start, zone))
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        if "UNTIL" in rule:
            rule["UNTIL"] = [_until(time, start, zone) for time in rule["UNTIL"]]


def _make_days_whole(event: Any, start: dt.date) -> None:
    """Give a whole-day event that ends on the day of its start that day: programs write it for one day."""
    if "DTEND" in event:
        if event["DTEND"].dt == start:
            event["DTEND"] = vDDDTypes(start + ONE_DAY)
    elif "DURATION" in event and not event["DURATION"].dt:
        del event["DURATION"]


def _like(time: Time, start: Time, zone: dt.tzinfo) -> Time:
    """Return a date of a series as a day if the series starts on a day, and else as a time."""
    if not isinstance(start, dt.datetime):
        return _day(time, zone)
    return time if isinstance(time, dt.datetime) else _time_on(time, start, zone)


def _day(time: Time, zone: dt.tzinfo) -> dt.date:
    if not isinstance(time, dt.datetime):
        return time
    return _out_of_utc(time, zone).date()


def _time_on(day: dt.date, start: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the time of a series that starts at ``start`` on a local day. In UTC, it may be that of the day before or after."""
    times = [dt.datetime.combine(day + n * ONE_DAY, start.timetz()) for n in (0, -1, 1)]
    return next((time for time in times if _day(time, zone) == day), times[0])


def _until(until: Time, start: Time, zone: dt.tzinfo) -> Time:
    if isinstance(start, dt.datetime) and not isinstance(until, dt.datetime):
        return dt.datetime.combine(until, dt.time(23, 59, 59), dt.UTC if start.tzinfo else None)
    return _like(until, start, zone)


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
