"""How many slots to keep free, from the service's own initial conferences, or else from published volumes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import queries
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from fixtures import published
from scheduler import hold_advice
from scheduler.domain.values import Date, Identifier, Moment, days, monday_of
from scheduler.domain.values import Period as Days
from scheduler.hold_advice import ReleaseAdvice, SiteAdvice

LEAST_WEEKS = 13
"""The shortest history that is counted: of fewer weeks, the share of weeks that run out says little."""
CHILDREN_IN_A_CONFERENCE = 2.0
"""The mean of the published volumes (``fixtures/README.md``), which count children."""
WEEKS_IN_A_MONTH = 52.18 / 12


class UnusedHold(BaseModel):
    """A slot kept free that no new request can use any more, with the number of its booking."""

    number: int
    hold: Identifier
    start: Moment


class HoldAdvice(BaseModel):
    """How many slots to keep free at each site, so that at most ``percent`` of the weeks run out, and when to release them.

    ``source`` says what is counted, of the weeks from ``first`` to ``last`` if it is the service's own history.
    ``to_release`` are the slots kept free that can be released today.
    """

    percent: int
    source: Literal["own history", "published volumes"]
    first: Date | None
    last: Date | None
    sites: list[SiteAdvice]
    release: ReleaseAdvice
    to_release: list[UnusedHold]


def advice(connection: Connection, percent: int, weeks: int, now: dt.datetime) -> HoldAdvice:
    """Return the advice from the last whole ``weeks`` before this one, from the first with an initial conference on."""
    this_week = monday_of(local_day(now))
    first, last = this_week - dt.timedelta(weeks=weeks), this_week - dt.timedelta(days=1)
    due = queries.initial_due(connection, first, last)
    sites = [site.id for site in registers.values(connection, registers.SITES)]
    calendar, policy = conferences.calendar(connection), documents.get(connection, "policy")[0]
    first = monday_of(due[0].due) if due else this_week
    mondays = [day for day in days(Days(first=first, last=last)) if day.weekday() == 0] if first <= last else []
    is_own = len(mondays) >= LEAST_WEEKS
    return HoldAdvice(
        percent=percent,
        source="own history" if is_own else "published volumes",
        first=first if is_own else None,
        last=last if is_own else None,
        sites=_by_history(sites, due, mondays, percent) if is_own else _by_volumes(sites, percent),
        release=hold_advice.release_advice(
            [calendar.working_days(one.requested, one.due) for one in due if one.requested is not None], policy.notice_days
        ),
        to_release=_to_release(connection, local_day(now), calendar.working_days_after(local_day(now), policy.notice_days)),
    )


def _by_history(sites: list[str], due: list[queries.InitialConference], mondays: list[dt.date], percent: int) -> list[SiteAdvice]:
    counts = Counter((one.site, monday_of(one.due)) for one in due)
    return [hold_advice.advice_by_history(site, {monday: counts[site, monday] for monday in mondays}, percent) for site in sites]


def _by_volumes(sites: list[str], percent: int) -> list[SiteAdvice]:
    """Return the advice from the mean of the published months, shared equally among the sites."""
    months = published.initial_children()
    mean = sum(months) / len(months) / CHILDREN_IN_A_CONFERENCE / WEEKS_IN_A_MONTH
    return [hold_advice.advice_by_mean(site, mean / len(sites), percent) for site in sites]


def _to_release(connection: Connection, today: dt.date, first_with_notice: dt.date) -> list[UnusedHold]:
    """Return the held slots from today on that are too soon for a new request."""
    last = first_with_notice - dt.timedelta(days=1)
    active = bookings.active_in(connection, today, last) if today <= last else []
    return [
        UnusedHold(number=one.number, hold=one.booking.conference, start=one.booking.start) for one in active if one.booking.held
    ]
