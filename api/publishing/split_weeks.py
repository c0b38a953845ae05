"""Weeks that a plan covers in part. A chair's weekly limits count the bookings of the whole week (contract, R3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.errors import ErrorItem
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Period, monday_of, sunday_of
from scheduler.rules.chairs import above_weekly_limits
from scheduler.wording import date_in_words


def broken_limits(
    connection: Connection, problem: Problem, booked: Collection[Booking], planned: Collection[Booking]
) -> tuple[ErrorItem, ...]:
    """Return the weekly limits that planned bookings break together with bookings on the other days of their weeks.

    A plan's problem does not include the other days. Breaches by the planned bookings alone are left out. So are breaches that
    already exist with the ``booked`` ones to be replaced. People are named by their references.
    """
    beside = _beside(connection, problem.horizon, {booking.conference for booking in (*booked, *planned)})
    weeks = {monday_of(booking.day) for booking in beside}
    advice = (
        "Some of these are outside the planned days. Move them first, or plan whole weeks, from "
        f"{date_in_words(monday_of(problem.horizon.first))} to {date_in_words(sunday_of(problem.horizon.last))}."
    )

    def above(chair: Chair, *some: Iterable[Booking]) -> Iterator[str]:
        own = [booking for part in some for booking in part if booking.chair == chair.id and monday_of(booking.day) in weeks]
        return above_weekly_limits(chair, own)

    return tuple(
        ErrorItem(where=chair.id, message=f"{text} {advice}")
        for chair in nameless(problem).chairs
        for text in above(chair, beside, planned)
        if text not in {*above(chair, planned), *above(chair, beside), *above(chair, beside, booked)}
    )


def _beside(connection: Connection, horizon: Period, replaced: Collection[str]) -> list[Booking]:
    """Return the other active bookings of the weeks that the horizon covers in part."""
    before = monday_of(horizon.first), horizon.first - ONE_DAY
    after = horizon.last + ONE_DAY, sunday_of(horizon.last)
    active = [stored for since, until in (before, after) for stored in bookings.active_in(connection, since, until)]
    return [stored.booking for stored in active if stored.booking.conference not in replaced]
