"""The office of the five days: three sites, four rooms, five chairs and three minute takers; what is booked before a day begins.

The first week is that of Monday 4 January 2027. All of it is entered over HTTP, so that the log has it.
"""

from __future__ import annotations

from typing import Any

from tests.api.days.recording import Recorder

ALLOWED = {"by": "manager", "reason": "request late", "safety_plan_reviewed": True}
WAIVED = {"by": "manager", "why": "The child is at risk now."}
JANUARY = ("2027-01-01", "2027-01-31")
QUARTER = ("2027-01-01", "2027-03-31")


def set_up(user: Recorder) -> None:
    """Enter the office on the first working day of January."""
    user.on("2027-01-04", "08:00")
    for site, name in (("AYL", "Aylesbury"), ("AMR", "Amersham"), ("WYC", "Wycombe")):
        user.post("sites", {"id": site, "name": name})
    room = {"starts": ["10:00", "14:00"], "hybrid_from": "2022-09-01"}
    user.post("rooms", room | {"id": "AYL-1", "site": "AYL", "name": "Room 1", "accessible": True})
    user.post("rooms", room | {"id": "AYL-2", "site": "AYL", "hybrid_from": None})
    user.post("rooms", room | {"id": "AMR-1", "site": "AMR"})
    user.post("rooms", room | {"id": "WYC-1", "site": "WYC", "starts": ["09:30", "13:00"]})
    for chair in (
        {"id": "C1", "base": "AYL", "caseload": 80, "max_per_day": 2, "max_per_week": 6},
        {"id": "C2", "base": "WYC", "caseload": 61, "max_per_day": 2},
        {"id": "C3", "base": "AMR", "fte": 0.6, "works": ["mon", "tue", "wed"], "caseload": 40, "max_office_days": 2},
        {"id": "C4", "caseload": 20, "last": "2027-03-31"},
        {"id": "C5", "reserve": True},
    ):
        user.post("chairs", chair)
    for taker in ({"id": "M1"}, {"id": "M2", "max_per_day": 2}, {"id": "M3"}):
        user.post("minute-takers", taker | {"sites": ["AYL", "AMR", "WYC"]})
    user.change("PUT", "travel", [{"from": "AYL", "to": "WYC", "minutes": 40}, {"from": "AYL", "to": "AMR", "minutes": 30}])
    user.change("PUT", "terms", [{"first": "2027-01-04", "last": "2027-02-12"}, {"first": "2027-02-22", "last": "2027-03-25"}])
    user.change("PUT", "service", {"name": "Buckinghamshire"})
    user.change("PUT", "policy", {"virtual_fallback": "hybrid"})


def initial(identifier: str, **changes: Any) -> dict[str, Any]:
    """Return an initial conference of a strategy discussion on 4 January, due by the 25th."""
    return {
        "id": identifier,
        "kind": "initial",
        "children": 2,
        "school_age": 1,
        "site": "AYL",
        "trigger": "2027-01-04",
        "requested": "2027-01-05",
    } | changes


def review(identifier: str, **changes: Any) -> dict[str, Any]:
    """Return a review of a conference on 27 July 2026, due by 27 January."""
    return {"id": identifier, "kind": "review", "children": 3, "site": "AYL", "trigger": "2026-07-27", "chair": "C1"} | changes


def book(
    user: Recorder,
    conference: str,
    start: str,
    room: str | None,
    chair: str,
    taker: str = "M1",
    *,
    expect: int = 201,
    **more: Any,
) -> Any:
    """Book a conference by hand in January: ``start`` is such as ``19T10:00``."""
    body = {"conference": conference, "start": f"2027-01-{start}", "room": room, "chair": chair, "minute_taker": taker}
    return user.post("bookings", body | more, expect=expect)


def first_week(user: Recorder) -> None:
    """Request and book what the office had in hand before the day: held, to come, moved, and late."""
    user.on("2027-01-04", "10:00")
    for conference in (
        initial("CPC-101", trigger="2026-12-14", requested="2026-12-15", children=1, school_age=0),
        initial("CPC-102", trigger="2026-12-14", requested="2026-12-15", site="WYC", social_worker="SW-7"),
        initial("CPC-103", trigger="2026-12-21", requested="2026-12-22", site="AMR", social_worker="SW-7"),
        initial("CPC-104", kind="transfer_in", trigger="2026-12-15", requested=None, children=4),
        initial("CPC-105", kind="pre_birth", trigger="2027-04-20", requested="2026-12-22", children=1, school_age=0),
        review("CPC-106"),
        review("CPC-107", chair="C2", site="WYC", mode="in_person"),
        review("CPC-108", kind="first_review", chair=None, trigger="2026-10-19", children=1),
        review("CPC-109", chair="C3", site="AMR", trigger="2026-07-14", not_chairs=["C5"]),
        review("CPC-110", chair="C4", mode="virtual", trigger="2026-07-21"),
        review("CPC-111", chair="C2", site="WYC", trigger="2026-08-22"),  # not in turn in January
    ):
        user.post("conferences", conference)
    book(user, "CPC-101", "06T10:00", "AYL-1", "C1", waiver=WAIVED)
    book(user, "CPC-102", "07T09:30", "WYC-1", "C2", "M2", waiver=WAIVED)
    book(user, "CPC-103", "13T10:00", "AMR-1", "C3", "M2")
    book(user, "CPC-104", "11T10:00", "AYL-1", "C4", exception=ALLOWED)
    book(user, "CPC-106", "14T14:00", "AYL-1", "C1")
    book(user, "CPC-107", "15T13:00", "WYC-1", "C2", "M3")
    book(user, "CPC-109", "12T14:00", "AMR-1", "C3", "M3")
    book(user, "CPC-110", "20T10:00", None, "C4")
    user.on("2027-01-08", "16:30")
    user.act("conferences/CPC-101/outcome", {"outcome": "plan made"})
