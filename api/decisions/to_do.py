"""What needs doing today, most urgent first. The number of queries doesn't depend on how much that is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import queries, waiting
from api.decisions.waiting import Waiting
from api.diary.bookings import queries as bookings
from api.diary.bookings.notice import first_movable_day
from api.diary.conferences import queries as conferences
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.free_busy import queries as busy_calendars
from api.free_busy.queries import StoredCalendar
from api.publishing import calls, plan_list
from api.publishing.calls import CallCount
from api.publishing.plan_list import ListedPlan
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.places import Site
from scheduler.domain.values import monday_of

MOST_LISTED = 25
"""The most entries of each list: the rest is counted."""
WEEKS_AHEAD = 4
Item = dict[str, Any]
"""A booking as the API shows it."""


@dataclass(frozen=True)
class KeptFree:
    """The slots kept free at a site, in each week from the present one on: how many are left, of how many that are meant."""

    site: Site
    weeks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ToDo:
    """What needs doing. A number counts all entries, of which a list has the first; ``late`` are those that can be moved."""

    waiting: Sequence[Waiting]
    number_waiting: int
    late: Sequence[Item]
    number_late: int
    without_outcome: Sequence[Item]
    number_without_outcome: int
    broken: Sequence[BrokenBooking]
    stale_calendars: Sequence[StoredCalendar]
    kept_free: Sequence[KeptFree]
    drafts: Sequence[ListedPlan]
    calls: Sequence[CallCount]
    weeks: tuple[dt.date, ...]


def to_do(connection: Connection, now: dt.datetime, stale: dt.datetime) -> ToDo:
    """Return what needs doing; a calendar last read before ``stale`` is out of date."""
    today = local_day(now)
    policy = documents.get(connection, "policy")[0]
    movable = first_movable_day(today, conferences.calendar(connection), policy)
    late = (*bookings.matching(movable, None, None, None, active=True), bookings.booked_late())
    held = (*bookings.matching(None, today - ONE_DAY, None, None, active=True), bookings.without_outcome())
    monday = monday_of(today)
    weeks = tuple(monday + dt.timedelta(weeks=n) for n in range(WEEKS_AHEAD))
    return ToDo(
        waiting=waiting.most_urgent(connection, 0, MOST_LISTED, now),
        number_waiting=queries.number_waiting(connection),
        late=_items(connection, late),
        number_late=bookings.number_of_items(connection, *late),
        without_outcome=_items(connection, held),
        number_without_outcome=bookings.number_of_items(connection, *held),
        broken=conflicts.broken(connection, now),
        stale_calendars=busy_calendars.listed(connection, stale, is_stale=True),
        kept_free=_kept_free(connection, weeks, today),
        drafts=plan_list.to_publish(connection, now),
        calls=calls.counts(connection, since=today),
        weeks=weeks,
    )


def _items(connection: Connection, conditions: Sequence[Any]) -> list[Item]:
    return [item for item, _ in bookings.items(connection, *conditions, most=MOST_LISTED)]


def _kept_free(connection: Connection, weeks: Sequence[dt.date], today: dt.date) -> list[KeptFree]:
    """Return the slots kept free at each site for which some are meant in these weeks."""
    meant: Counter[tuple[str, dt.date]] = Counter()
    for hold in registers.values(connection, registers.HOLDS):
        meant[hold.site, monday_of(hold.week)] += hold.count
    left = Counter(
        (site, monday_of(day)) for day, site in bookings.kept_free(connection, today, weeks[-1] + dt.timedelta(days=6))
    )
    sites = registers.values(connection, registers.SITES)
    counted = [KeptFree(site, tuple((left[site.id, week], meant[site.id, week]) for week in weeks)) for site in sites]
    return [one for one in counted if any(meant for _, meant in one.weeks)]
