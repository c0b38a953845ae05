"""The days for which a conference may be booked or moved by hand: not before its clock, and with notice (contract, section 8).

Notice may be waived; the clock may not.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection

from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.service import queries as documents
from api.errors import ErrorItem
from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.policy import Policy
from scheduler.domain.problem import is_moved
from scheduler.domain.schedule import Booking
from scheduler.wording import count_of, date_in_words

RECORD = "Choose another day, or record the waiver: by whom, and why."
ON_CLOCK = "Choose a day on which it has begun, or correct the trigger of the conference."


def first_day_with_notice(today: dt.date, days: Calendar, policy: Policy) -> dt.date:
    """Return the first day that leaves a family its notice if it is informed today."""
    return days.working_days_after(today, policy.notice_days)


def first_movable_day(today: dt.date, days: Calendar, policy: Policy) -> dt.date:
    """Return the first day from which, and to which, a booking may be moved without a waiver."""
    return days.working_days_after(today, policy.move_notice_days)


def before_clock(conference: Conference, day: dt.date) -> str | None:
    """Return that a conference can't be held on a day because its clock begins later; None if it can.

    The clock of a pre-birth conference is an expected birth, before which it is held.
    """
    if conference.kind is ConferenceKind.PRE_BIRTH or day >= conference.trigger:
        return None
    return f"{date_in_words(day)} is before {date_in_words(conference.trigger)}, when the clock of {conference.id} begins."


def short_notice(connection: Connection, conference: Conference, booking: Booking, today: dt.date) -> list[ErrorItem]:
    """Return a fault if a new start leaves a family too short a notice and nobody has waived it.

    There is none for a day before the clock, which no waiver allows.
    """
    policy = documents.get(connection, "policy")[0]
    first = first_day_with_notice(today, conferences.calendar(connection), policy)
    if booking.day >= first or conference.notice_waived or before_clock(conference, booking.day):
        return []
    notice = count_of(policy.notice_days, "working day")
    message = f"{date_in_words(booking.day)} is before {date_in_words(first)}: the family has {notice} of notice. {RECORD}"
    return [ErrorItem(where="waiver", message=message)]


def moved_too_soon(connection: Connection, before: StoredBooking, after: Booking, today: dt.date) -> list[ErrorItem]:
    """Return a fault if a booking moves from or to a day within the notice of moves."""
    policy = documents.get(connection, "policy")[0]
    first = first_movable_day(today, conferences.calendar(connection), policy)
    old, has_new_start = before.booking, before.booking.start != after.start
    if not is_moved(old, after):
        return []
    if old.day >= first and not (has_new_start and after.day < first):
        return []
    day, notice = old.day if old.day < first else after.day, count_of(policy.move_notice_days, "working day")
    message = (
        f"{date_in_words(day)} is before {date_in_words(first)}: a booking is not moved from or to the next {notice}. {RECORD}"
    )
    return [ErrorItem(where="waiver", message=message)]
