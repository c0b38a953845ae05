"""Fills an empty diary with the demonstration, in every state that a page shows."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from api.clock import LONDON, local_day
from api.database.session import Store
from api.demo.planning import ACTOR, Planner
from api.diary.absences import workflow as absences
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import outcomes
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.follow_up import Outcome, Reason, possible_outcomes
from api.diary.conferences.outcomes import OutcomeEntry
from api.diary.registers import queries as registers
from api.exchange import workflow as exchange
from api.free_busy import queries as busy_calendars
from api.publishing import queries as publications
from api.settings import Settings
from fixtures.demo import asked_on, demo_days, demo_problem
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.faults import Fault
from scheduler.domain.problem import Problem
from scheduler.domain.values import Interval, Period, monday_of
from scheduler.isolation import ProcessPool

WORKING_DAYS_AGO = 5
"""When the second publication was: long enough ago that its moves are of the days to come."""
UNRECORDED = 2
"""Days with bookings whose conferences have no outcome yet, the latest before today."""
CALENDAR = "https://outlook.office365.com/owa/calendar/demonstration/calendar.ics"
NEVER = dt.timedelta(days=36500)
"""When the demonstration's calendar is fetched again: it does not exist, so that nobody else's server is asked for it."""
OUTCOMES = (0.64, 0.33, 0.03)
"""The shares of the possible outcomes, in their order: most make or continue a plan, and few are inquorate."""


class OtherDiaryError(Exception):
    """A diary with data that the demonstration has not made. The message says what to do."""


def url_of(settings: Settings, now: dt.datetime) -> str:
    """Return the database of the demonstration: a file of its own for each day, unless the settings name a database."""
    return settings.database_url or f"sqlite:///{settings.data.resolve() / f'demo-{local_day(now)}.db'}"


def fill(store: Store, now: dt.datetime) -> None:
    """Fill an empty diary with the demonstration, completely or not at all. Leave one that it has filled before as it is.

    Raise OtherDiaryError if there are other data, so that no real diary is mixed with made-up conferences.
    """
    with store.reading() as connection:
        if _is_filled(connection):
            return
    with ProcessPool(1) as pool, store.writing() as connection:
        if not _is_filled(connection):  # another server may have filled it meanwhile
            _fill(connection, Planner(pool), now)


def _is_filled(connection: Connection) -> bool:
    if not registers.count(connection, registers.SITES):
        return False
    first = publications.list_publications(connection, most=1)
    if first and first[0].actor == ACTOR:
        return True
    raise OtherDiaryError(
        "This diary has data that are not the demonstration's. Set CONFERENCES_DEMO=false to open it, or another "
        "CONFERENCES_DATABASE_URL for the demonstration."
    )


@dataclass(frozen=True)
class _Story:
    """The days of the demonstration: when its two publications were, and now."""

    connection: Connection
    problem: Problem
    days: Period
    before: dt.datetime
    lately: dt.datetime
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return local_day(self.now)

    def working_days(self, count: int) -> dt.date:
        """Return the day that many working days after today."""
        return self.problem.calendar.working_days_after(self.today, count)


def _fill(connection: Connection, planner: Planner, now: dt.datetime) -> None:
    today, problem = local_day(now), demo_problem(local_day(now))
    days = demo_days(today)
    lately = _morning(problem.calendar.working_days_before(today, WORKING_DAYS_AGO))
    story = _Story(connection, problem, days, _morning(days.first - dt.timedelta(days=10)), lately, now)
    _import(story)
    planner.publish(connection, days, story.before, is_first=True)
    _record_outcomes(story, lately.date(), random.Random(today.toordinal()))
    _ask_for_the_rest(story)
    _close_a_room(story)
    planner.publish(connection, Period(first=monday_of(lately.date()), last=days.last), lately)
    held = sorted({one.booking.day for one in _booked(story, days.first, today - ONE_DAY)})
    _record_outcomes(story, held[-UNRECORDED], random.Random(today.toordinal() + 1))
    _cancel_a_date(story)
    _add_requests(story)
    _make_a_calendar_stale(story)
    _enter_an_absence(story)
    planner.draft(connection, Period(first=monday_of(today), last=days.last), now, today=today)


def _import(story: _Story) -> None:
    """Import the people, places and conferences that were asked for before the second publication."""
    known = tuple(one for one in story.problem.conferences if asked_on(one) <= story.lately.date())
    names = {one.id for one in known}
    pairs = tuple(pair for pair in story.problem.apart if names.issuperset(pair))
    exchange.import_problem(
        story.connection,
        story.problem.model_copy(update={"conferences": known, "apart": pairs}),
        _in_its_own_words,
        story.before,
    )


def _in_its_own_words(fault: Fault) -> Fault:
    return fault


def _ask_for_the_rest(story: _Story) -> None:
    """Request what has been asked for since: these conferences wait until the next plan."""
    for one in sorted(story.problem.conferences, key=asked_on):
        if asked_on(one) > story.lately.date():
            conference_workflow.request(story.connection, one, _morning(asked_on(one)))


def _record_outcomes(story: _Story, until: dt.date, draw: random.Random) -> None:
    """Record what came of each conference that was held before a day."""
    for booked in _booked(story, story.days.first, until - ONE_DAY):
        stored = conferences.find(story.connection, booked.booking.conference)
        assert stored is not None  # a booking's conference can't be removed
        if stored.outcome is None:
            outcome = draw.choices(possible_outcomes(stored.value.kind), OUTCOMES)[0]
            reason = Reason.INQUORATE if outcome is Outcome.INQUORATE else None
            entry = OutcomeEntry(outcome, reason=reason)
            outcomes.record(story.connection, stored, entry, _morning(booked.booking.day, 17))


def _close_a_room(story: _Story) -> None:
    """Close a room on two days soon, so that the second publication moves bookings and there are people to ring."""
    soon = _booked(story, story.working_days(6), story.working_days(12))
    rooms = Counter(one.booking.room for one in soon if one.booking.room)
    if not rooms:
        return
    room = rooms.most_common(1)[0][0]
    day = next(one.booking.day for one in soon if one.booking.room == room)
    absences.enter(story.connection, "room", room, Period(first=day, last=day + ONE_DAY), story.lately)


def _cancel_a_date(story: _Story) -> None:
    """Cancel the date of a booking that is to come, as a family asked for it."""
    coming = _booked(story, story.working_days(3), story.days.last)
    if coming:
        booking_workflow.cancel(story.connection, coming[0], Reason.FAMILY_ASKED, story.now)


def _enter_an_absence(story: _Story) -> None:
    """Enter that the chair with the most bookings soon is away, so that these have to move."""
    soon = _booked(story, story.working_days(7), story.working_days(11))
    chairs = Counter(one.booking.chair for one in soon)
    if not chairs:
        return
    chair = chairs.most_common(1)[0][0]
    its_days = [one.booking.day for one in soon if one.booking.chair == chair]
    absences.enter(story.connection, "chair", chair, Period(first=its_days[0], last=its_days[-1]), story.now)


def _add_requests(story: _Story) -> None:
    """Add requests of today: one that can only be late, one whom a single day suits, and one with many days."""
    today, connection = story.today, story.connection
    begun = {count: story.problem.calendar.working_days_before(today, count) for count in (11, 3, 2)}
    suits = story.working_days(10)
    full = [day for day in (today + n * ONE_DAY for n in range(1, 29)) if day != suits]
    away = tuple(Interval(start=_midnight(day), end=_midnight(day + ONE_DAY)) for day in full)
    usual = Conference(
        id="CPC-0901", kind=ConferenceKind.INITIAL, children=2, school_age=1, site="WYC", trigger=begun[11], requested=today
    )
    more: Sequence[Conference] = (
        usual.model_copy(update={"social_worker": "SW-12"}),
        usual.model_copy(update={"id": "CPC-0902", "trigger": begun[3], "site": "AMR", "unavailable": away}),
        usual.model_copy(update={"id": "CPC-0903", "trigger": begun[2], "site": "AYL", "children": 1, "social_worker": "SW-7"}),
    )
    for one in more:
        conference_workflow.request(connection, one, story.now)


def _make_a_calendar_stale(story: _Story) -> None:
    """Give the second chair a calendar that could not be read since some days ago."""
    chair = story.problem.chairs[1].id
    since = story.now - dt.timedelta(days=3)
    busy_calendars.store_link(story.connection, chair, CALENDAR, since)
    claim = busy_calendars.claim(story.connection, since)
    assert claim is not None  # it is due, and no other is
    busy_calendars.store_failure(story.connection, claim, "Its server does not answer.", story.now, NEVER)


def _booked(story: _Story, first: dt.date, last: dt.date) -> list[StoredBooking]:
    """Return the bookings of conferences in some days, by start."""
    return [one for one in bookings.active_in(story.connection, first, last) if not one.booking.held]


def _morning(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), LONDON).astimezone(dt.UTC)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())
