"""Bookings that a draft would make or move at short notice, counted from the day of publication (contract, section 8).

A plan counts notice from the day on which it was made. A booking that has too short a notice by the day of publication needs a
waiver: who allows it, and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from api.diary.bookings.notice import first_day_with_notice, first_movable_day
from api.publishing.difference import Differences
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, PlanException
from scheduler.domain.values import Date, Value
from scheduler.wording import date_in_words

MOVES = ("date", "time", "room", "chair")


class WaiverNeeded(Value):
    """A booking that would be new or moved too soon: the first day without a waiver, and whose notice it is."""

    conference: str
    first: Date
    notice: Literal["notice", "move"]
    text: str


def waivers_needed(
    problem: Problem,
    conferences: Mapping[str, Conference],
    booked: Mapping[str, Booking],
    differences: Differences,
    excepted: Collection[str],
    today: dt.date,
) -> tuple[WaiverNeeded, ...]:
    """Return each booking of a conference that needs a waiver, by conference; none if all days of the problem are over.

    ``excepted`` conferences may be moved without one, because their present booking breaks a rule.
    """
    if problem.horizon.last < today:
        return ()
    with_notice = first_day_with_notice(today, problem.calendar, problem.policy)
    movable = first_movable_day(today, problem.calendar, problem.policy)
    needed: dict[str, WaiverNeeded] = {}
    for before, after in _changed(booked, differences):
        name, has_new_start = after.conference, before is None or before.start != after.start
        if has_new_start and after.day < with_notice and not conferences[name].notice_waived:
            needed[name] = _needed(name, with_notice, "notice", f"{name} would be on {date_in_words(after.day)}")
        elif before is not None and name not in excepted and (before.day < movable or (has_new_start and after.day < movable)):
            day = before.day if before.day < movable else after.day
            needed[name] = _needed(name, movable, "move", f"{name} would be moved from or to {date_in_words(day)}")
    return tuple(needed[name] for name in sorted(needed))


def excepted_in(exceptions: Iterable[PlanException]) -> frozenset[str]:
    """Return the conferences that a plan has moved within the notice, because they broke a rule as published."""
    return frozenset(one.conference for one in exceptions if one.rule == "R9")


def _changed(booked: Mapping[str, Booking], differences: Differences) -> Iterator[tuple[Booking | None, Booking]]:
    yield from ((None, booking) for booking in differences.new)
    for moved in differences.moved:
        if any(change.what in MOVES for change in moved.changes):
            yield booked[moved.booking.conference], moved.booking


def _needed(name: str, first: dt.date, notice: Literal["notice", "move"], what: str) -> WaiverNeeded:
    return WaiverNeeded(conference=name, first=first, notice=notice, text=f"{what}, before {date_in_words(first)}.")
