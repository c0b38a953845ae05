"""The present diary of some weeks as a board, beside whose bookings the scheduler looks for slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence, Set

from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.bookings import queries as bookings
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem, nameless, with_published
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Period, monday_of, sunday_of
from scheduler.offers.board import OfferBoard, board_of


def whole_weeks(first: dt.date, last: dt.date) -> Period:
    """Return the weeks of these days, Monday to Sunday, since chairs' weekly limits count whole weeks."""
    return Period(first=monday_of(first), last=sunday_of(last))


def board_of_weeks(
    connection: Connection, weeks: Period, today: dt.date, *, also: Iterable[str] = (), given: Sequence[Conference] = ()
) -> OfferBoard:
    """Return the board of whole weeks with their active bookings; ``also`` and ``given`` are those of ``problem_of``.

    The bookings of the ``given`` conferences have no locks, as a person may move each by hand. A held slot whose hold has been
    removed since holds nothing any more, and is left out.
    """
    problem = nameless(snapshot.problem_of(connection, weeks.first, weeks.last, also, given=given, today=today))
    problem = _unlocked(problem, {conference.id for conference in given})
    active = (stored.booking for stored in bookings.active_in(connection, weeks.first, weeks.last))
    kept = tuple(booking for booking in active if not booking.held or booking.conference in problem.held_slot_by_id)
    return board_of(problem, Schedule(bookings=kept))


def _unlocked(problem: Problem, names: Set[str]) -> Problem:
    """Return the problem with no locks on the bookings of these conferences."""
    return with_published(
        problem, (one.model_copy(update={"locks": ()}) if one.conference in names else one for one in problem.published)
    )
