"""A small diary to repair: one week, two offices with a room each, two chairs, three conferences and a hold."""

from __future__ import annotations

from typing import Any

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.engines.kept_highs import kept_highs
from scheduler.repairs.repair import repair
from scheduler.repairs.results import Repair
from scheduler.whatif.files.changes import changes_in
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

WEEK = {"first": "2027-03-01", "last": "2027-03-05"}
ABSENT = {"change": "chair_absent", "chair": "C1", "first": "2027-03-02", "last": "2027-03-03"}


def diary(**fields: Any) -> Problem:
    """Build the week from 1 March 2027, in which nothing may be held virtually."""
    return tiny_problem(
        **{
            "horizon": WEEK,
            "rooms": [room("AYL-1"), room("WYC-1")],
            "chairs": [chair("C1"), chair("C2")],
            "conferences": [conference("A"), conference("B", site="WYC"), conference("C", family="F")],
            "policy": {"virtual_fallback": False},
        }
        | fields
    )


def published(*more: Booking) -> Schedule:
    """Build the schedule: A and B on 2 March, C on 3 March."""
    return schedule(
        booking("A", "2027-03-02T10:00"),
        booking("B", "2027-03-02T10:00", room="WYC-1", chair="C2"),
        booking("C", "2027-03-03T10:00"),
        *more,
    )


def after(*changes: Any, problem: Problem | None = None, old: Schedule | None = None, **options: Any) -> Repair:
    """Repair the schedule after raw changes."""
    with kept_highs() as highs:
        return repair(problem or diary(), old or published(), changes_in(list(changes)), highs=highs, **options)
