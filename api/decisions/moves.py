"""The bookings that make way for an offer: those that move, and those that get another minute taker."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection

from api.decisions.requests import OfferBooking, OfferMove
from api.diary.bookings import notice
from api.diary.bookings import queries as bookings
from api.diary.bookings.placing import booking_at
from api.diary.bookings.queries import StoredBooking
from api.diary.bookings.together import MakingWay
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import StoredConference
from api.errors import ErrorItem
from scheduler.offers.results import NewMinuteTaker, Offer


def numbers_of(connection: Connection, offers: tuple[Offer, ...]) -> dict[str, int]:
    """Return the numbers of the present bookings that the offers move or give another minute taker, by conference."""
    names = {one.conference for offer in offers for one in offer.moves}
    names |= {one.conference for offer in offers for one in offer.minute_takers}
    return {one.booking.conference: one.number for one in _active(connection, names)}


def making_way(connection: Connection, moves: tuple[OfferMove, ...], takers: tuple[NewMinuteTaker, ...]) -> list[MakingWay]:
    """Return the bookings that make way, with their new values; those that have no booking any more are left out."""
    to = {one.conference: one for one in moves}
    recorded_by = {one.conference: one.minute_taker for one in takers}
    found: list[MakingWay] = []
    for old in _active(connection, {*to, *recorded_by}):
        name, booking = old.booking.conference, old.booking
        if name in to:
            stored = conferences.find(connection, name)
            assert stored is not None  # a booking's conference can't be removed
            booking = booking_at(stored, to[name].model_dump(exclude={"conference"}))
        else:
            booking = booking.model_copy(update={"minute_taker": recorded_by[name]})
        found.append(MakingWay(old, booking))
    return found


def obstacles(connection: Connection, request: OfferBooking, ways: list[MakingWay], today: dt.date) -> Iterator[ErrorItem]:
    """Yield why bookings can't make way: changed since the offer, locked, at too short a notice, or late then."""
    present = {one.old.booking.conference: one.old.number for one in ways}
    names = {one.conference for one in request.moved} | {one.conference for one in request.minute_takers}
    for name in sorted(names):
        if name not in present:
            yield ErrorItem(where="moved", message=f"{name} has no booking that could make way.")
        elif present[name] != request.numbers.get(name):
            yield ErrorItem(where="numbers", message=f"the booking of {name} has changed since.")
    for way in ways:
        if way.is_felt:
            yield from _obstacles_of_move(connection, way, today)


def _obstacles_of_move(connection: Connection, way: MakingWay, today: dt.date) -> Iterator[ErrorItem]:
    old, name = way.old, way.booking.conference
    stored = conferences.find(connection, name)
    assert stored is not None  # a booking's conference can't be removed
    if old.booking.held or old.by_hand or old.locks:
        yield ErrorItem(where="moved", message=f"{name} is locked.")
    yield from notice.moved_too_soon(connection, old, way.booking, today)
    if way.booking.start != old.booking.start:
        yield from notice.short_notice(connection, stored.value, way.booking, today)
    if way.booking.day != old.booking.day and _is_late(stored, way):
        yield ErrorItem(where="moved", message=f"{name} would be late. Move it by hand, with an exception.")


def _is_late(stored: StoredConference, way: MakingWay) -> bool:
    return way.booking.day > stored.due


def _active(connection: Connection, names: set[str]) -> list[StoredBooking]:
    of_conferences = (bookings.active_of(connection, name) for name in sorted(names))
    return [*(one for one in of_conferences if one is not None), *bookings.active_slots(connection, names)]
