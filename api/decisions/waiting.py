"""Requests that wait for a booking, most urgent first, each with the slots that it has left in time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import queries
from api.decisions.offers import MOST_WEEKS
from api.diary.boards import board_of_weeks, whole_weeks
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import StoredConference
from scheduler.offers.counting import slots_in_time


@dataclass(frozen=True)
class Waiting:
    """A request without a booking.

    ``working_days_left`` are counted from today to the due date, and are negative if it is overdue. ``slots_left`` are the starts
    in a room, or virtually, until then; None if it is due too late for them to be counted.
    """

    stored: StoredConference
    working_days_left: int
    slots_left: int | None


def most_urgent(connection: Connection, after: int, most: int, now: dt.datetime) -> list[Waiting]:
    """Return at most ``most`` requests after the one at a position: by due date, then by the slots left, then as entered.

    The number of queries doesn't depend on the number of requests.
    """
    first_due = queries.due_of(connection, after) if after else None
    if after and first_due is None:
        return []
    today = local_day(now)
    found = _with_slots(connection, queries.waiting(connection, first_due, most), today)
    found.sort(key=_urgency)
    positions = [one.stored.position for one in found]
    if after in positions:
        found = found[positions.index(after) + 1 :]
    elif first_due is not None:  # it has been booked since
        found = [one for one in found if (one.stored.due, one.stored.position) > (first_due, after)]
    return found[:most]


def _urgency(one: Waiting) -> tuple[dt.date, bool, int, int]:
    return one.stored.due, one.slots_left is None, one.slots_left or 0, one.stored.position


def _with_slots(connection: Connection, some: list[StoredConference], today: dt.date) -> list[Waiting]:
    if not some:
        return []
    last = min(max(today, *(one.due for one in some)), today + dt.timedelta(weeks=MOST_WEEKS))
    weeks = whole_weeks(today, last)
    counted = [one.value.id for one in some if weeks.first <= one.due <= weeks.last]
    board = board_of_weeks(connection, weeks, today, also=counted)
    slots = slots_in_time(board, counted) | {one.value.id: 0 for one in some if one.due < weeks.first}
    days = conferences.calendar(connection)
    return [Waiting(one, days.working_days_to_spare(today, one.due), slots.get(one.value.id)) for one in some]
