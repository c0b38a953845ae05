"""A chair's calendar as the times in which the chair is busy: pure, and all that is ever kept of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from api.clock import LONDON
from api.free_busy.occurrences import followed, instant, occurring
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Interval, Period
from scheduler.wording import count_of

FREE_BY_OUTLOOK = frozenset({"FREE", "WORKINGELSEWHERE"})
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
Span = tuple[dt.datetime, dt.datetime]
"""Local wall-clock times: from, and up to but not including."""


@dataclass(frozen=True)
class BusyTimes:
    """When somebody is busy: local times, in order and apart from each other; ``notes`` say what had to be assumed."""

    intervals: tuple[Interval, ...]
    notes: tuple[str, ...]


def busy_times(content: bytes, period: Period) -> BusyTimes:
    """When the owner of a calendar in an iCalendar file is busy on the days of the period. Raises CalendarRefused.

    Busy is what is neither cancelled nor shown as free; tentative and out of office are busy. It is for one thread of a
    process at a time; ``busy_times_apart`` is for files of anybody's making.
    """
    found = occurring(content, period)
    busy = [(event["DTSTART"].dt, event["DTEND"].dt) for event in found.events if _is_busy(event)]
    busy += [(one.start, one.end) for one in found.periods if one.params.get("FBTYPE", "BUSY").upper() != "FREE"]
    if without_length := sum(start == end for start, end in busy):
        found.note(f"No time is taken for {count_of(without_length, 'event')} without a length.")
    with followed():
        spans = [span for start, end in busy if (span := _span(start, end, period))]
    return BusyTimes(tuple(_merged(spans)), tuple(found.notes))


def _is_busy(event: Any) -> bool:
    return not (
        str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() in FREE_BY_OUTLOOK
    )


def _span(start: dt.date, end: dt.date, period: Period) -> Span | None:
    """The local time within the period that covers what goes on from ``start`` to ``end``; None where there is none.

    Where the clocks change meanwhile it covers both what is written and the true time, of which each hour counts; and the
    whole of the hour that comes twice, where one of the two is meant.
    """
    begins, ends = instant(start), instant(end)
    if isinstance(start, dt.datetime) and isinstance(end, dt.datetime) and start.tzinfo == end.tzinfo:
        ends = max(ends, begins + (end - start))
    first, last = dt.datetime.combine(period.first, dt.time()), dt.datetime.combine(period.last, dt.time()) + ONE_DAY
    begins, ends = max(_minute(begins), instant(first)), min(_minute(ends + MINUTE - dt.timedelta.resolution), instant(last))
    if begins >= ends:
        return None
    from_, to = _by_the_clock(begins, ends)
    if _is_local(start):
        from_ = min(from_, max(_minute(_naive(start)), first))
    if _is_local(end):
        to = max(to, min(_minute(_naive(end) + MINUTE - dt.timedelta.resolution), last))
    return from_, to


def _by_the_clock(begins: dt.datetime, ends: dt.datetime) -> Span:
    """The earliest and latest that clocks here show between two instants: they only ever change on a whole hour."""
    next_hour = begins.replace(minute=0) + HOUR
    last_hour = (ends - MINUTE).replace(minute=0)
    from_ = min(_local(one) for one in (begins, next_hour) if one < ends)
    to = max(_local(one - MINUTE) + MINUTE for one in (ends, last_hour) if one > begins)
    return from_, to


def _minute(time: dt.datetime) -> dt.datetime:
    return time.replace(second=0, microsecond=0)


def _local(instant_: dt.datetime) -> dt.datetime:
    return instant_.astimezone(LONDON).replace(tzinfo=None)


def _is_local(time: dt.date) -> bool:
    return not isinstance(time, dt.datetime) or time.tzinfo in (None, LONDON)


def _naive(time: dt.date) -> dt.datetime:
    return dt.datetime.combine(time, time.time() if isinstance(time, dt.datetime) else dt.time())


def _merged(spans: Iterable[Span]) -> Iterator[Interval]:
    """The spans in order, those that overlap as one; what only touches stays apart, as meetings do."""
    present: Span | None = None
    for start, end in sorted(spans):
        if present is None:
            present = start, end
        elif start < present[1]:
            present = present[0], max(present[1], end)
        else:
            yield Interval(start=present[0], end=present[1])
            present = start, end
    if present is not None:
        yield Interval(start=present[0], end=present[1])
