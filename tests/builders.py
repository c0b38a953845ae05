"""Builders of tiny problems and schedules, so that a test shows only the details that matter to it.

The month is March 2027: 1 March is a Monday, and every weekday before Good Friday (26 March) is a working day.
There are two sites 40 minutes apart with one room each, two chairs, and one initial conference due by 19 March.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from scheduler.domain.faults import read_problem
from scheduler.domain.preferences import VERSION_1
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.measure import Measure

COUNTED_BY_HAND = VERSION_1
"""The contract's preferences. Tests with counts worked out by hand leave out any that is added to them."""


def conference(identifier: str = "A", **changes: Any) -> dict[str, Any]:
    return {"id": identifier, "kind": "initial", "children": 2, "site": "AYL", "trigger": "2027-02-26"} | changes


def room(identifier: str = "AYL-1", **changes: Any) -> dict[str, Any]:
    return {"id": identifier, "site": identifier[:3], "starts": ["10:00", "14:00"], "hybrid_from": "2022-09-01"} | changes


def chair(identifier: str = "C1", **changes: Any) -> dict[str, Any]:
    return {"id": identifier} | changes


def minute_taker(identifier: str = "M1", **changes: Any) -> dict[str, Any]:
    return {"id": identifier, "sites": ["AYL", "WYC"]} | changes


def tiny_data(**changes: Any) -> dict[str, Any]:
    """Return the tiny problem as raw data; each change replaces a top-level field."""
    tiny = {
        "version": 1,
        "horizon": {"first": "2027-03-01", "last": "2027-03-31"},
        "calendar": {"terms": [{"first": "2027-02-22", "last": "2027-03-25"}]},
        "sites": [{"id": "AYL", "name": "Aylesbury"}, {"id": "WYC", "name": "Wycombe"}],
        "travel": [{"from": "AYL", "to": "WYC", "minutes": 40}],
        "rooms": [room("AYL-1"), room("WYC-1")],
        "chairs": [chair("C1"), chair("C2")],
        "conferences": [conference("A")],
    }
    return tiny | changes


def tiny_problem(**changes: Any) -> Problem:
    """Return the tiny problem with the changes. Raise InputError if they make it invalid."""
    return read_problem(tiny_data(**changes))


def booking(identifier: str = "A", start: str = "2027-03-02T10:00", **changes: Any) -> Booking:
    """Return a booking of 105 minutes in AYL-1 chaired by C1, unless changed; a hold if its id begins with HOLD-."""
    end = dt.datetime.fromisoformat(start) + dt.timedelta(minutes=changes.pop("minutes", 105))
    fields = {"conference": identifier, "start": start, "end": end, "room": "AYL-1", "chair": "C1"}
    return Booking.model_validate(fields | {"held": identifier.startswith("HOLD-")} | changes)


def schedule(*bookings: Booking, **changes: Any) -> Schedule:
    return Schedule(bookings=bookings, **changes)


def counted_by_hand(measured: Measure) -> Measure:
    """Return the measure with the counts of ``COUNTED_BY_HAND`` only."""
    return measured.model_copy(update={"counts": {name: measured.counts[name] for name in COUNTED_BY_HAND}})
