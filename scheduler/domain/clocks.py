"""The statutory clock: when each conference is due, and the first day it may be held (contract, "The statutory clock")."""

from __future__ import annotations

import calendar as month_lengths
import datetime as dt
from typing import assert_never

from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.policy import Policy


def due_date(conference: Conference, calendar: Calendar, policy: Policy) -> dt.date:
    """Return the last day on which the conference is in time.

    The conference's own ``due`` takes precedence. Otherwise its kind's clock runs from the trigger, which is day 0.
    """
    if conference.due is not None:
        return conference.due
    trigger, clock = conference.trigger, policy.clock
    if conference.kind is ConferenceKind.INITIAL:
        return calendar.working_days_after(trigger, clock.initial_days)
    if conference.kind is ConferenceKind.TRANSFER_IN:
        return calendar.working_days_after(trigger, clock.transfer_days)
    if conference.kind is ConferenceKind.FIRST_REVIEW:
        return calendar.on_or_last_working_day_before(months_after(trigger, clock.first_review_months))
    if conference.kind is ConferenceKind.REVIEW:
        return calendar.on_or_last_working_day_before(months_after(trigger, clock.review_months))
    if conference.kind is ConferenceKind.PRE_BIRTH:
        return calendar.on_or_last_working_day_before(trigger - dt.timedelta(weeks=clock.pre_birth_weeks))
    assert_never(conference.kind)


def earliest_date(
    conference: Conference, horizon_first: dt.date, calendar: Calendar, policy: Policy, today: dt.date | None = None
) -> dt.date:
    """Return the first day on which the conference may be held, even if it is not a working day.

    It is the latest of the horizon's first day, the conference's own ``earliest``, the request plus its notice (working days;
    unless it is waived), ``today`` plus that notice (one working day if it is waived; contract, section 8), and for
    reviews, the start of the working days before the due date in which a review may be held.
    """
    bounds = [horizon_first]
    if conference.earliest is not None:
        bounds.append(conference.earliest)
    if conference.requested is not None and not conference.notice_waived:
        bounds.append(calendar.working_days_after(conference.requested, policy.notice_days))
    if today is not None:
        bounds.append(calendar.working_days_after(today, 1 if conference.notice_waived else policy.notice_days))
    if conference.kind.is_review:
        due = due_date(conference, calendar, policy)
        bounds.append(calendar.working_days_before(due, policy.review_early_days))
    return max(bounds)


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month, ``months`` calendar months later; the last day of that month if it is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month0 + 1, min(day.day, month_lengths.monthrange(year, month0 + 1)[1]))
