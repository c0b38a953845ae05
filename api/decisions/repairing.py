"""Repairs of the present diary: what has changed is validated at once, and solved in the background."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Connection

from api.clock import local_day, still_to_come
from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.split_weeks import with_bookings_beside
from api.errors import ErrorItem, invalid
from api.jobs.queue import Job
from api.planning import repairs
from api.settings import Settings
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Date, Identifier, Period, Whole
from scheduler.repairs.request import request_of
from scheduler.whatif.files.changes import changes_in
from scheduler.wording import date_in_words

MOST_CHANGES = 50


class RepairAsked(Period):
    """The days of the diary to repair, and the ``changes`` that are not entered in it yet, in the words of scenarios.

    Without changes, what breaks a rule now is mended. Bookings before ``freeze_until`` stay, and nothing moves there. Bookings of
    the conferences in ``keep`` stay too, and at most ``max_moves`` bookings move. ``time_limit`` is in seconds.
    """

    changes: Annotated[list[dict[str, Any]], Field(max_length=MOST_CHANGES)] = Field(default_factory=list)
    freeze_until: Date | None = None
    max_moves: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    keep: tuple[Identifier, ...] = ()
    time_limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    seed: Whole = 1


def begin(connection: Connection, asked: RepairAsked, settings: Settings, now: dt.datetime) -> Job:
    """Queue a repair of the present diary. Raise InputError with every fault of the changes and the options."""
    today = local_day(now)
    if asked.last < today:
        message = f"{date_in_words(asked.last)} is over. Enter a day from today on."
        raise invalid("The request has errors.", [ErrorItem(where="last", message=message)])
    days = still_to_come(asked, now)
    problem = with_bookings_beside(connection, snapshot.problem_of(connection, days.first, days.last, today=today))
    active = (stored.booking for stored in bookings.active_in(connection, days.first, days.last))
    kept = tuple(booking for booking in active if not booking.held or booking.conference in problem.held_slot_by_id)
    request = request_of(
        problem,
        Schedule(bookings=kept),
        changes_in(asked.changes, problem),
        freeze_until=asked.freeze_until,
        max_moves=asked.max_moves,
        keep=asked.keep,
    )
    seconds = min(asked.time_limit or settings.plan_seconds, settings.plan_seconds)
    limits = {"time_limit": seconds, "workers": settings.plan_workers, "seed": asked.seed}
    return repairs.add(connection, problem, request, limits, now)
