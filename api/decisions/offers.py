"""Offers of slots beside the present diary. Nothing here is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from api.clock import local_day
from api.database.session import version_of
from api.decisions.moves import numbers_of
from api.decisions.requests import OfferRequest
from api.diary.boards import board_of_weeks, whole_weeks
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.entry import refuse_faults
from api.diary.conferences.queries import OPEN
from api.diary.references import unknown_conference
from api.diary.service import queries as documents
from api.errors import ErrorItem, invalid
from scheduler.domain.clocks import due_date, earliest_date
from scheduler.domain.conference import Conference
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Date, Identifier, Period, monday_of
from scheduler.offers.board import OfferBoard
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offers_on
from scheduler.offers.results import Offers
from scheduler.wording import date_in_words

LEAST_WEEKS = 4
"""The fewest weeks that are searched, so that a late conference gets offers too."""
MOST_WEEKS = 26
"""The most weeks that are searched: half a year. The time of a search grows with them."""
LONGEST = dt.timedelta(weeks=MOST_WEEKS)


class DiaryOffers(Offers):
    """Offers in the present diary, looked for from ``first`` to ``last``.

    ``replaces`` is the number of the booking that would be rebooked, or null, and ``numbers`` are those of the bookings that an
    offer moves or gives another minute taker. ``version`` names the state of the diary.
    """

    conference: Identifier
    replaces: int | None
    numbers: dict[Identifier, int]
    first: Date
    last: Date
    version: str


@dataclass(frozen=True)
class Subject:
    """The conference to offer slots for, with a waived notice applied, and its booking if it has one."""

    value: Conference
    booked: StoredBooking | None


@dataclass(frozen=True)
class OfferSearch:
    """A request for offers, with what they are looked for in: the present diary of some weeks."""

    request: OfferRequest
    subject: Subject
    days: Period
    board: OfferBoard
    accepted: OfferFilter
    version: int

    @property
    def schedule(self) -> Schedule:
        """Return the bookings of the weeks."""
        return Schedule(bookings=self.board.bookings)

    def found(self) -> Offers:
        """Return the best slots, for which nobody moves. Raise InputError if the conference's booking is too near to be moved."""
        return offers_on(self.board, self.subject.value, top=self.request.top, accepted=self.accepted)

    def answer(self, connection: Connection, found: Offers) -> DiaryOffers:
        """Return the offers with what is needed to book one."""
        return DiaryOffers(
            **dict(found),
            conference=self.subject.value.id,
            replaces=None if self.subject.booked is None else self.subject.booked.number,
            numbers=numbers_of(connection, found.offers),
            first=self.days.first,
            last=self.days.last,
            version=str(self.version),
        )


def without_solver(found: Offers, request: OfferRequest) -> Offers:
    """Return offers for which neither moves nor cures were looked for, and that say so."""
    reason = found.reason
    if request.cures and reason is not None:
        reason = f"{reason} Which changes would make one possible was not found out in time."
    return found.model_copy(update={"proven": found.proven and not request.moves, "reason": reason})


def search_of(connection: Connection, request: OfferRequest, now: dt.datetime) -> OfferSearch:
    """Return the search for offers in the present diary.

    Raise ConflictError if the conference is over, or InvalidError if it is unknown, or it or the days have faults.
    """
    today, subject = local_day(now), subject_of(connection, request)
    days = days_searched(connection, subject, request.filter, today)
    board = board_of_weeks(connection, whole_weeks(days.first, days.last), today, given=[subject.value])
    accepted = _from(request.filter, board.problem.horizon.first)
    return OfferSearch(request, subject, days, board, accepted, version_of(connection))


def subject_of(connection: Connection, request: OfferRequest) -> Subject:
    """Return the conference of a request. Raise the errors of ``search_of``."""
    if request.new is not None:
        refuse_faults(connection, request.new, None)
        conference_workflow.hold_to_new(connection, request.new)
        return Subject(_counted(request.new, request), None)
    assert request.conference is not None
    stored = conferences.find(connection, request.conference)
    if stored is None:
        message = unknown_conference(connection, request.conference).detail
        raise invalid("The request has errors.", [ErrorItem(where="conference", message=f"{message[:1].lower()}{message[1:]}")])
    if stored.state not in OPEN:
        raise conference_workflow.not_open(stored)
    return Subject(_counted(stored.value, request), bookings.active_of(connection, stored.value.id))


def _counted(value: Conference, request: OfferRequest) -> Conference:
    return value.model_copy(update={"notice_waived": True}) if request.is_waived else value


def days_searched(connection: Connection, subject: Subject, accepted: OfferFilter, today: dt.date) -> Period:
    """Return the days in which slots are looked for: those on which it may be held, those of the filter and its present day.

    The days end with the due date, but not before ``LEAST_WEEKS``. Days that only the defaults add are cut to ``MOST_WEEKS``.
    Raise InvalidError if the days of the filter are over, or too many.
    """
    if accepted.last is not None and accepted.last < today:
        raise _invalid("last", f"{date_in_words(accepted.last)} is over. Enter a day from today, {date_in_words(today)}, on.")
    calendar, policy = conferences.calendar(connection), documents.get(connection, "policy")[0]
    earliest = earliest_date(subject.value, today, calendar, policy, today)
    due = max(due_date(subject.value, calendar, policy), earliest + dt.timedelta(weeks=LEAST_WEEKS))
    given = _days_given(subject, accepted, earliest, today)
    last = max(given.last, min(due, monday_of(given.first) + LONGEST))
    return Period(first=min(given.first, max(earliest, _first_monday_before(last))), last=last)


def _days_given(subject: Subject, accepted: OfferFilter, earliest: dt.date, today: dt.date) -> Period:
    """Return the days that must be searched: its present day and those of the filter, or the earliest if there are none.

    A filter with a last day alone begins with the earliest day. Raise InvalidError if they are too many.
    """
    wanted = [max(day, today) for day in (accepted.first, accepted.last) if day is not None]
    given = [*wanted] if subject.booked is None else [*wanted, subject.booked.booking.day]
    if not given or (accepted.first is None and accepted.last is not None):
        given.append(earliest)
    first, last = min(given), max(given)
    if monday_of(first) + LONGEST < last:
        too_many = f"the days from {date_in_words(first)} to {date_in_words(last)} are too many."
        if last == accepted.last:
            raise _invalid("last", f"{too_many} Enter days until {date_in_words(first + LONGEST - dt.timedelta(weeks=1))}.")
        field = "last" if accepted.first is None else "first"
        raise _invalid(field, f"{too_many} Enter days from {date_in_words(_first_monday_before(last))}.")
    return Period(first=first, last=last)


def _first_monday_before(last: dt.date) -> dt.date:
    """Return the first Monday that is at most ``MOST_WEEKS`` before a day."""
    return monday_of(last - LONGEST + dt.timedelta(days=6))


def _invalid(field: str, message: str) -> Exception:
    return invalid("The request has errors.", [ErrorItem(where=f"filter.{field}", message=message)])


def _from(accepted: OfferFilter, first: dt.date) -> OfferFilter:
    """Return the filter without days before the first."""
    if accepted.first is None or accepted.first >= first:
        return accepted
    return accepted.model_copy(update={"first": first})
