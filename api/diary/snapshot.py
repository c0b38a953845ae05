"""From rows to a Problem: the only crossing between what the service keeps and what the scheduler solves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pydantic import ValidationError
from sqlalchemy import Connection, or_, select

from api.database.tables import conferences as conferences_table
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as nouns
from api.diary.service import queries as documents
from api.free_busy import conflicts as busy_times
from api.free_busy.conflicts import Busy
from scheduler.domain.conference import Conference, ConferenceKind, Hold
from scheduler.domain.faults import WITH_IDS, Fault, InputError, Place, checked, faults_of
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.values import Interval, Period, monday_of

REVIEWS = (ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW)
ALL_LOCKS = ("time", "chair", "room")
ANY_WEEK = Period(first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 7))
"""The horizon where nothing is planned."""


def problem_of(
    connection: Connection, first: dt.date, last: dt.date, also: Iterable[str] = (), *, busy: Busy | None = None
) -> Problem:
    """What one plan from ``first`` to ``last`` has to solve, by the present data.

    In it are all that is booked then, and what is requested: reviews of which half the time in which they may be held has come by
    the last day (what is due early in the next month must not all fall on its first days), others that may be held by then, and
    what is named in ``also``. What was booked by hand, or has taken place already, keeps its time, chair and room. ``busy`` is
    what chairs' calendars block, beside what is entered with the chairs; by the present data, unless told. Raises InputError
    where the data don't make a problem.
    """
    booked = [kept for kept in bookings.active_in(connection, first, last) if not kept.booking.held]
    chosen = _of(connection, [kept.booking.conference for kept in booked]) + _requested(connection, last, also)
    chosen.sort(key=lambda kept: kept.position)
    states = {kept.value.id: kept.state for kept in chosen}
    holds = [hold for hold in nouns.values(connection, nouns.HOLDS) if monday_of(first) <= monday_of(hold.week) <= last]
    if busy is None:
        busy = busy_times.blocking(connection, first, last)
    return _problem(
        connection,
        horizon={"first": first, "last": last},
        conferences=[kept.value for kept in chosen],
        holds=[Hold(site=hold.site, week=hold.week, count=hold.count) for hold in holds],
        published=[
            {
                "conference": kept.booking.conference,
                "start": kept.booking.start,
                "room": kept.booking.room,
                "chair": kept.booking.chair,
                "minute_taker": kept.booking.minute_taker,
                "locks": ALL_LOCKS if kept.by_hand or states[kept.booking.conference] not in OPEN else kept.locks,
            }
            for kept in booked
        ],
        busy=busy,
    )


def frame_of(connection: Connection) -> Problem:
    """Everything that others refer to, with all open conferences: what is wrong between the parts is an InputError."""
    query = select(conferences_table).where(conferences_table.c.state.in_(OPEN)).order_by(conferences_table.c.position)
    opened = [kept.value for kept in conferences.queried(connection, query)]
    holds = [Hold(site=hold.site, week=hold.week, count=hold.count) for hold in nouns.values(connection, nouns.HOLDS)]
    return _problem(connection, horizon=ANY_WEEK, conferences=opened, holds=holds, published=[], busy={})


def hold_to_references(connection: Connection, conference: Conference) -> None:
    """Refuse a conference that names what there is not, with an InputError."""
    sites, chairs = nouns.values(connection, nouns.SITES), nouns.values(connection, nouns.CHAIRS)
    alone = Problem.model_construct(version=1, horizon=ANY_WEEK, sites=sites, rooms=(), chairs=chairs, conferences=(conference,))
    try:
        checked(alone)
    except InputError as error:
        raise InputError([Fault(fault.place[2:], fault.message) for fault in error.faults]) from None


def _problem(
    connection: Connection,
    *,
    horizon: object,
    conferences: list[Conference],
    holds: list[Hold],
    published: object,
    busy: Busy,
) -> Problem:
    known = {conference.id for conference in conferences}
    takers = nouns.values(connection, nouns.MINUTE_TAKERS)
    parts = {name: documents.get(connection, name)[0] for name in documents.BY_NAME}
    calendar = {name: parts[name] for name in ("bank_holidays", "terms", "closures")}
    whole = {
        "version": 1,
        "service": parts["service"],
        "horizon": horizon,
        "calendar": calendar,
        "sites": nouns.values(connection, nouns.SITES),
        "travel": parts["travel"],
        "rooms": nouns.values(connection, nouns.ROOMS),
        "virtual_starts": parts["virtual_starts"],
        "chairs": [_as_busy(chair, busy.get(chair.id, ())) for chair in nouns.values(connection, nouns.CHAIRS)],
        "minute_takers": takers or None,
        "conferences": conferences,
        "holds": holds,
        "apart": [pair for pair in parts["apart"] if set(pair) <= known],
        "published": published,
        "policy": parts["policy"],
    }
    try:
        problem = Problem.model_validate(whole)
    except ValidationError as error:  # there is no site yet, or the horizon runs backwards
        raise InputError(list(faults_of(error, Problem))) from None
    try:
        return checked(problem)
    except InputError as error:
        raise InputError([Fault(_by_id(problem, fault.place), fault.message) for fault in error.faults]) from None


def _as_busy(chair: Chair, busy: tuple[Interval, ...]) -> Chair:
    """The chair as entered, busy at other times too."""
    return chair.model_copy(update={"busy": chair.busy + busy}) if busy else chair


def _by_id(problem: Problem, place: Place) -> Place:
    """A place with the id in it, for positions in a problem mean nothing to who changes one part of the data."""
    match place:
        case (str(field), int(n), *rest) if field in WITH_IDS:
            return (field, getattr(problem, field)[n].id, *rest)
        case _:
            return place


def _requested(connection: Connection, last: dt.date, also: Iterable[str]) -> list[StoredConference]:
    table = conferences_table
    kind = table.c.value["kind"].as_string()
    policy = documents.get(connection, "policy")[0]
    until = conferences.calendar(connection).working_days_after(last, policy.review_early_days // 2)
    in_turn = (table.c.earliest <= last) & (kind.not_in(REVIEWS) | (table.c.due <= until))
    may_come = or_(table.c.due <= last, in_turn, table.c.id.in_(list(also)))
    return conferences.queried(connection, select(table).where((table.c.state == ConferenceState.REQUESTED) & may_come))


def _of(connection: Connection, identifiers: list[str]) -> list[StoredConference]:
    return conferences.queried(connection, select(conferences_table).where(conferences_table.c.id.in_(identifiers)))
