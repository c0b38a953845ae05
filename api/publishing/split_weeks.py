"""Weeks that the planned days cut in two: what a chair may have in a week counts on both sides of the cut (contract, R3)."""

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
    connection: Connection, problem: Problem, standing: Collection[Booking], planned: Collection[Booking]
) -> tuple[ErrorItem, ...]:
    """The limits of a week that planned bookings break together with what stands beside the planned days.

    A plan knows nothing of what stands there. Not told is what the planned bookings break by themselves, nor what was as bad
    before, with the ``standing`` ones that they replace. People are named by their references.
    """
    beside = _beside(connection, problem.horizon, {booking.conference for booking in (*standing, *planned)})
    weeks = {monday_of(booking.day) for booking in beside}
    advice = (
        "Some of that stands outside the planned days. Move it first, or plan whole weeks, from "
        f"{date_in_words(monday_of(problem.horizon.first))} to {date_in_words(sunday_of(problem.horizon.last))}."
    )

    def above(chair: Chair, *some: Iterable[Booking]) -> Iterator[str]:
        own = [booking for part in some for booking in part if booking.chair == chair.id and monday_of(booking.day) in weeks]
        return above_weekly_limits(chair, own)

    return tuple(
        ErrorItem(where=chair.id, message=f"{text} {advice}")
        for chair in nameless(problem).chairs
        for text in above(chair, beside, planned)
        if text not in {*above(chair, planned), *above(chair, beside), *above(chair, beside, standing)}
    )


def _beside(connection: Connection, horizon: Period, replaced: Collection[str]) -> list[Booking]:
    """What stands, and is not replaced, before and after these days in the weeks that they cut."""
    before = monday_of(horizon.first), horizon.first - ONE_DAY
    after = horizon.last + ONE_DAY, sunday_of(horizon.last)
    kept = [kept for since, until in (before, after) for kept in bookings.active_in(connection, since, until)]
    return [one.booking for one in kept if one.booking.conference not in replaced]
