"""Who could take a slot that a cancelled or moved booking leaves free: waiting requests, and conferences booked late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import BaseModel
from sqlalchemy import Connection, select

from api.clock import local_day
from api.database.tables import bookings as bookings_table
from api.database.tables import conferences as conferences_table
from api.diary.boards import board_of_weeks, whole_weeks
from api.diary.bookings import queries as bookings
from api.diary.bookings.notice import first_movable_day
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.service import queries as documents
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Identifier
from scheduler.offers.filters import OfferFilter
from scheduler.offers.offer import offers_on
from scheduler.offers.results import Offer

MOST_TRIED = 12
"""The most requests, and the most late conferences, for which a freed slot is tried, those due first: each takes some 20 ms."""


class FreedMatch(BaseModel):
    """A conference that could take a freed slot: as ``POST /api/v1/offers`` would offer it, ready to be booked.

    ``booking`` is the number of its present, late booking, from which it would be ``working_days_gained`` earlier; both are null
    if it waits.
    """

    conference: Identifier
    booking: int | None
    working_days_gained: int | None
    offer: Offer


def matches(connection: Connection, freed: Booking, now: dt.datetime) -> list[FreedMatch]:
    """Return the conferences that could take the place of a booking that is gone from the diary, those due first.

    The place is its start and room, with any chair, or if it was virtual its start and chair. Its own conference is left out.
    """
    today, day = local_day(now), freed.day
    if day <= today:
        return []
    requests, late = _waiting(connection, freed), _late(connection, freed, today)
    if not requests and not late:
        return []
    names = [stored.value.id for stored in requests]
    given = [stored.value for stored, _ in late]
    board = board_of_weeks(connection, whole_weeks(day, day), today, also=names, given=given)
    booked = {stored.value.id: one for stored, one in late}
    days = conferences.calendar(connection)
    time = freed.start.time()
    there = OfferFilter(first=day, last=day, first_time=time, last_time=time, chairs=() if freed.room else (freed.chair,))
    found: list[FreedMatch] = []
    for stored in sorted([*requests, *(stored for stored, _ in late)], key=lambda one: (one.due, one.position)):
        name = stored.value.id
        offers = offers_on(board, board.problem.conference_by_id[name], every=True, accepted=there).offers
        best = next((offer for offer in offers if offer.booking.room == freed.room), None)
        if best is not None:
            own = booked.get(name)
            gained = None if own is None else days.working_days(day, own.booking.day)
            number = None if own is None else own.number
            found.append(FreedMatch(conference=name, booking=number, working_days_gained=gained, offer=best))
    return found


def left_by(connection: Connection, before: Booking, after: Booking, now: dt.datetime) -> list[FreedMatch]:
    """Return the matches of the place that a move leaves free, if it leaves one."""
    place, new = ((one.start, one.room or one.chair) for one in (before, after))
    return [] if place == new else matches(connection, before, now)


def _waiting(connection: Connection, freed: Booking) -> list[StoredConference]:
    """Return the requests that may be held on the day, by due date."""
    table = conferences_table
    may_be_held = (
        (table.c.state == ConferenceState.REQUESTED) & (table.c.earliest <= freed.day) & (table.c.id != freed.conference)
    )
    query = select(table).where(may_be_held).order_by(table.c.due, table.c.position).limit(MOST_TRIED)
    return conferences.select_conferences(connection, query)


def _late(connection: Connection, freed: Booking, today: dt.date) -> list[tuple[StoredConference, StoredBooking]]:
    """Return the conferences that are booked late, on a later day than the freed one, and may be moved, by due date."""
    first = first_movable_day(today, conferences.calendar(connection), documents.get(connection, "policy")[0])
    if freed.day < first:
        return []  # no published booking moves into these days
    found = sorted(_booked_late(connection, freed), key=lambda pair: (pair[0].due, pair[0].position))
    return found[:MOST_TRIED]


def _booked_late(connection: Connection, freed: Booking) -> Iterator[tuple[StoredConference, StoredBooking]]:
    table, midnight = bookings_table, dt.datetime.combine(freed.day + dt.timedelta(days=1), dt.time())
    later = (
        table.c.active & (table.c.start >= midnight) & table.c.conference.is_not(None) & (table.c.conference != freed.conference)
    )
    booked = {one.booking.conference: one for one in bookings.select_bookings(connection, select(table).where(later))}
    for stored in conferences.of(connection, booked):
        own = booked[stored.value.id]
        if stored.state is ConferenceState.BOOKED and own.booking.day > stored.due and stored.earliest <= freed.day:
            yield stored, own
