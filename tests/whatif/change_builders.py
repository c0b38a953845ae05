"""Builders for tests of changes: a small problem with every kind of item, scenarios and faults."""

from __future__ import annotations

from typing import Any

from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.scenario import Scenario
from tests.builders import chair, conference, minute_taker, room, tiny_problem


def service(**fields: Any) -> Problem:
    """Build March 2027 at two sites: three chairs, two rooms, two minute takers, four conferences and a hold."""
    return tiny_problem(
        **{
            "rooms": [
                room("AYL-1", name="Room 1"),
                room("WYC-1", hybrid_from="2027-03-15", closed=[{"first": "2027-03-04", "last": "2027-03-05"}]),
            ],
            "chairs": [
                chair("C1", name="Advisor 1", caseload=80, works=["mon", "tue", "wed", "thu"]),
                chair("C2", last="2027-03-19", absences=[{"first": "2027-03-15", "last": "2027-03-16"}]),
                chair("C3", first="2027-03-08"),
            ],
            "minute_takers": [minute_taker("M1", name="Taker 1"), minute_taker("M2", works=["fri"])],
            "conferences": [
                conference("A"),
                conference("B", site="WYC", mode="virtual"),
                conference("R", kind="review", chair="C2", trigger="2026-09-21"),
                conference("T", kind="transfer_in", chair="C1"),
            ],
            "holds": [{"site": "AYL", "week": "2027-03-09", "count": 2}],
        }
        | fields
    )


def scenario(*changes: ChangeBase, name: str = "S") -> Scenario:
    """Build a scenario of these changes."""
    return Scenario.model_validate({"name": name, "changes": changes})


def faults(change: ChangeBase, problem: Problem | None = None) -> list[str]:
    """Return each fault of a change, with its place."""
    return [str(fault) for fault in change.faults(problem or service())]
