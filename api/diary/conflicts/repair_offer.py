"""The repair that is offered once an entry in the diary breaks bookings, as a body that the route of repairs takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings.notice import first_movable_day
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import StoredConference
from api.diary.conflicts.queries import BrokenBooking
from api.diary.service import queries as documents
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.values import Date, monday_of, sunday_of

WEEKS_AFTER = dt.timedelta(weeks=2)
"""How long after the last affected day a repair may move bookings to, by default."""
MOST_WEEKS = dt.timedelta(weeks=13)
"""The most weeks that are offered to be repaired at once: the solve takes longer with each."""


class RepairBody(BaseModel):
    """The days to repair. The changes are in the diary already; bookings before ``freeze_until`` stay, unless they are broken."""

    first: Date
    last: Date
    changes: list[dict[str, Any]] = []
    freeze_until: Date


class RepairOffer(BaseModel):
    """The repair that would mend the diary: POST the ``body`` to ``link``. The result is a plan to look at and publish."""

    link: Literal["/api/v1/repairs"] = "/api/v1/repairs"
    body: RepairBody


def repair_of_broken(connection: Connection, broken: Iterable[BrokenBooking], now: dt.datetime) -> RepairOffer | None:
    """Return the repair of broken bookings, or None if there is none on a day to come."""
    days = [one.start.date() for one in broken if one.start.date() > local_day(now)]
    return _of_days(connection, min(days), max(days), now) if days else None


def repair_for_waiting(connection: Connection, waiting: StoredConference, now: dt.datetime) -> RepairOffer:
    """Return the repair that books a conference which waits since another was inquorate."""
    first = max(waiting.earliest, local_day(now) + ONE_DAY)
    return _of_days(connection, first, max(first, waiting.due), now)


def _of_days(connection: Connection, first: dt.date, last: dt.date, now: dt.datetime) -> RepairOffer:
    """Return the repair of the weeks of these days and those after, of ``MOST_WEEKS`` at most, from tomorrow on."""
    today = local_day(now)
    first = max(monday_of(first), today + ONE_DAY)
    last = min(sunday_of(last) + WEEKS_AFTER, sunday_of(first) + MOST_WEEKS)
    movable = first_movable_day(today, conferences.calendar(connection), documents.get(connection, "policy")[0])
    return RepairOffer(body=RepairBody(first=first, last=last, freeze_until=min(max(first, movable), last)))
