"""The busy times in a chair's calendar. The service stores nothing else of a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from api.clock import LONDON
from api.free_busy.occurrences import occurrences_in, odd_if_it_fails
from api.free_busy.odd_events import OddEventError
from api.free_busy.reading_notes import Notes
from api.free_busy.series_dates import instant
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Interval, Period
from scheduler.wording import count_of

BUSY_BY_OUTLOOK = frozenset({"BUSY", "OOF", "TENTATIVE"})
FREE_BY_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
Span = tuple[dt.datetime, dt.datetime]
"""Local start (included) and end (excluded)."""


@dataclass(frozen=True)
class BusyTimes:
    """Busy times: ordered local intervals that don't overlap. ``notes`` list the assumptions made in reading them."""

    intervals: tuple[Interval, ...]
    notes: tuple[str, ...]


def busy_times(content: bytes, period: Period) -> BusyTimes:
    """Return the busy times in an iCalendar file on the days of the period. Raise CalendarRefused if it can't be read.

    An event is busy unless it is cancelled or shown as free; tentative and out of office are busy. Only one thread of a
    process may run this at a time. Use ``busy_times_apart`` for files from outside.
    """
    occurrences = occurrences_in(content, period)
    notes = occurrences.notes
    spans, without_length = [], 0
    for one in occurrences.events:
        if _is_busy(one.event):
            start, end = one.event["DTSTART"].dt, one.event["DTEND"].dt
            without_length += start == end
            try:
                with odd_if_it_fails():
                    spans.append(_span(start, end, period))
            except OddEventError as error:
                notes.not_read(one.part, str(error))
    spans += _spans_of_periods(occurrences.periods, period, notes)
    if without_length:
        notes.assume(f"No busy time for {count_of(without_length, 'event')} without a length.")
    return BusyTimes(tuple(_merged(filter(None, spans))), notes.listed())


def _is_busy(event: Any) -> bool:
    """True if an event is busy. Outlook's own status outweighs TRANSP, which can't say "out of office"."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    by_outlook = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if by_outlook in BUSY_BY_OUTLOOK or by_outlook in FREE_BY_OUTLOOK:
        return by_outlook in BUSY_BY_OUTLOOK
    return str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _spans_of_periods(periods: Iterable[Any], period: Period, notes: Notes) -> Iterator[Span | None]:
    for one in periods:
        if one.params.get("FBTYPE", "BUSY").upper() != "FREE":
            try:
                with odd_if_it_fails():
                    yield _span(one.start, one.end, period)
            except OddEventError as error:
                notes.assume(f"A busy time in a free/busy list is not read: {error}.")


def _span(start: dt.date, end: dt.date, period: Period) -> Span | None:
    """Return the local span within the period that covers ``start`` to ``end``, or None.

    If the clocks change in between, the span covers both the written times and the true duration. If it touches the hour
    that occurs twice, it covers all of that hour.
    """
    begins, ends = instant(start), instant(end)
    if isinstance(start, dt.datetime) and isinstance(end, dt.datetime) and start.tzinfo == end.tzinfo:
        ends = max(ends, begins + (end - start))
    first, last = dt.datetime.combine(period.first, dt.time()), dt.datetime.combine(period.last, dt.time()) + ONE_DAY
    begins, ends = max(_minute(begins), instant(first)), _next_minute(min(ends, instant(last)))
    if begins >= ends:
        return None
    from_, to = _by_the_clock(begins, ends)
    if _is_local(start):
        from_ = min(from_, max(_minute(_naive(start)), first))
    if _is_local(end):
        to = max(to, _next_minute(min(_naive(end), last)))
    return from_, to


def _by_the_clock(begins: dt.datetime, ends: dt.datetime) -> Span:
    """Return the earliest and latest local time between two instants. London's clocks change on a whole hour."""
    next_hour = begins.replace(minute=0) + HOUR
    last_hour = (ends - MINUTE).replace(minute=0)
    from_ = min(_local(one) for one in (begins, next_hour) if one < ends)
    to = max(_local(one - MINUTE) + MINUTE for one in (ends, last_hour) if one > begins)
    return from_, to


def _minute(time: dt.datetime) -> dt.datetime:
    return time.replace(second=0, microsecond=0)


def _next_minute(time: dt.datetime) -> dt.datetime:
    """Return a time, rounded up to a whole minute."""
    return _minute(time + MINUTE - dt.timedelta.resolution)


def _local(instant_: dt.datetime) -> dt.datetime:
    return instant_.astimezone(LONDON).replace(tzinfo=None)


def _is_local(time: dt.date) -> bool:
    return not isinstance(time, dt.datetime) or time.tzinfo in (None, LONDON)


def _naive(time: dt.date) -> dt.datetime:
    return dt.datetime.combine(time, time.time() if isinstance(time, dt.datetime) else dt.time())


def _merged(spans: Iterable[Span]) -> Iterator[Interval]:
    """Yield the spans in order and merge those that overlap. Spans that only touch stay separate, as meetings do."""
    current: Span | None = None
    for start, end in sorted(spans):
        if current is None:
            current = start, end
        elif start < current[1]:
            current = current[0], max(current[1], end)
        else:
            yield Interval(start=current[0], end=current[1])
            current = start, end
    if current is not None:
        yield Interval(start=current[0], end=current[1])
