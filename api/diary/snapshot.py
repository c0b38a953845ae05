"""From the diary's rows to a Problem: the only place that builds the scheduler's input from stored data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError
from sqlalchemy import Connection, or_, select

from api.database.tables import conferences as conferences_table
from api.diary import apart
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import ALL_LOCKS
from api.diary.caseloads import as_counted, given_by_bookings, with_children_given
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.free_busy import conflicts as busy_conflicts
from api.free_busy.conflicts import Busy
from scheduler.domain.conference import Conference, ConferenceKind, Hold
from scheduler.domain.faults import WITH_IDS, Fault, InputError, Place, checked, faults_of
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem
from scheduler.domain.values import Interval, Period, monday_of

REVIEWS = (ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW)
ANY_WEEK = Period(first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 7))
"""The horizon of a problem that is only checked, not planned."""


def problem_of(
    connection: Connection,
    first: dt.date,
    last: dt.date,
    also: Iterable[str] = (),
    *,
    given: Sequence[Conference] = (),
    busy: Busy | None = None,
    today: dt.date | None = None,
    as_stored: bool = False,
) -> Problem:
    """Return the problem of planning ``first`` to ``last``, from the current data.

    It has every conference booked in these days, and of the requested ones: those due by the last day, reviews in the second half
    of the time in which they may be held (or else all those due early in the next month would fall on its first days), other
    kinds that may be held by then, and those in ``also``. Bookings made by hand, and conferences that have been held, keep their
    time, chair and room. ``given`` are conferences that are not stored, are booked on other days, or count with other values than
    the stored ones. ``busy`` is when calendars block chairs, beside the busy times stored with the chairs; by default it is
    read from the current data. ``today`` is the day on which the plan is made, unless all its days are over: notice counts from
    it, and published bookings of the next days are frozen.

    The caseloads include the children whom bookings on other days give to a chair, and a conference that has been held gives
    nobody a family, so that the tier of the caseloads (T5) is that of the report. With ``as_stored`` both are as the diary stores
    them. Raise InputError if the data make no valid problem.
    """
    booked = [stored for stored in bookings.active_in(connection, first, last) if not stored.booking.held]
    chosen = _of(connection, [stored.booking.conference for stored in booked]) + _requested(connection, last, also)
    chosen.sort(key=lambda stored: stored.position)
    states = {stored.value.id: stored.state for stored in chosen}
    holds = [hold for hold in registers.values(connection, registers.HOLDS) if monday_of(first) <= monday_of(hold.week) <= last]
    if busy is None:
        busy = busy_conflicts.blocking(connection, first, last)
    chair_of = {stored.booking.conference: stored.booking.chair for stored in booked}
    values = [stored.value if as_stored else as_counted(stored, chair_of.get(stored.value.id)) for stored in chosen]
    every = _with_given(values, given)
    chairs = registers.values(connection, registers.CHAIRS)
    if not as_stored:
        chairs = with_children_given(chairs, given_by_bookings(connection), {conference.id for conference in every})
    return _problem(
        connection,
        horizon={"first": first, "last": last},
        conferences=every,
        chairs=chairs,
        holds=[Hold(site=hold.site, week=hold.week, count=hold.count) for hold in holds],
        published=[
            {
                "conference": stored.booking.conference,
                "start": stored.booking.start,
                "room": stored.booking.room,
                "chair": stored.booking.chair,
                "minute_taker": stored.booking.minute_taker,
                "locks": ALL_LOCKS if stored.by_hand or states[stored.booking.conference] not in OPEN else stored.locks,
            }
            for stored in booked
        ],
        busy=busy,
        today=None if today is None or today > last else today,
        families={conference.id: conference.family for conference in given},
    )


def frame_of(connection: Connection) -> Problem:
    """Return everything that others refer to, with all open conferences. Raise InputError if the parts contradict each other."""
    query = select(conferences_table).where(conferences_table.c.state.in_(OPEN)).order_by(conferences_table.c.position)
    opened = [stored.value for stored in conferences.select_conferences(connection, query)]
    holds = [Hold(site=hold.site, week=hold.week, count=hold.count) for hold in registers.values(connection, registers.HOLDS)]
    chairs = registers.values(connection, registers.CHAIRS)
    return _problem(connection, horizon=ANY_WEEK, conferences=opened, chairs=chairs, holds=holds, published=[], busy={})


def hold_to_references(connection: Connection, conference: Conference) -> None:
    """Raise InputError if a conference refers to a site or chair that does not exist."""
    sites, chairs = registers.values(connection, registers.SITES), registers.values(connection, registers.CHAIRS)
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
    chairs: Sequence[Chair],
    holds: list[Hold],
    published: object,
    busy: Busy,
    today: dt.date | None = None,
    families: Mapping[str, str | None] | None = None,
) -> Problem:
    takers = registers.values(connection, registers.MINUTE_TAKERS)
    parts = {name: documents.get(connection, name)[0] for name in documents.BY_NAME}
    calendar = {name: parts[name] for name in ("bank_holidays", "terms", "closures")}
    whole = {
        "version": 1,
        "service": parts["service"],
        "horizon": horizon,
        "calendar": calendar,
        "sites": registers.values(connection, registers.SITES),
        "travel": parts["travel"],
        "rooms": registers.values(connection, registers.ROOMS),
        "virtual_starts": parts["virtual_starts"],
        "chairs": [_as_busy(chair, busy.get(chair.id, ())) for chair in chairs],
        "minute_takers": takers or None,
        "conferences": conferences,
        "holds": holds,
        "apart": apart.pairs_between(connection, parts["apart"], [conference.id for conference in conferences], families),
        "published": published,
        "policy": parts["policy"],
        "today": today,
    }
    try:
        problem = Problem.model_validate(whole)
    except ValidationError as error:  # there is no site yet, or the last day is before the first
        raise InputError(list(faults_of(error, Problem))) from None
    try:
        return checked(problem)
    except InputError as error:
        raise InputError([replace(fault, place=_by_id(problem, fault.place)) for fault in error.faults]) from None


def _with_given(stored: list[Conference], given: Sequence[Conference]) -> list[Conference]:
    """Return the stored conferences with the given ones, each in the place of the stored one of its id or else at the end."""
    by_id = {conference.id: conference for conference in stored} | {conference.id: conference for conference in given}
    return list(by_id.values())


def _as_busy(chair: Chair, busy: tuple[Interval, ...]) -> Chair:
    """Return the chair with further busy times."""
    return chair.model_copy(update={"busy": chair.busy + busy}) if busy else chair


def _by_id(problem: Problem, place: Place) -> Place:
    """Return a place with an id instead of a position, because a position is meaningless to a person who changes one item."""
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
    return conferences.select_conferences(
        connection, select(table).where((table.c.state == ConferenceState.REQUESTED) & may_come)
    )


def _of(connection: Connection, identifiers: list[str]) -> list[StoredConference]:
    return conferences.select_conferences(connection, select(conferences_table).where(conferences_table.c.id.in_(identifiers)))
