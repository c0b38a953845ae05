"""A day of a manager, who plans the rest of the month, publishes it, and hands the families of a chair over who leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.days.comparison import assert_as_the_log_says
from tests.api.days.office import ALLOWED, QUARTER, WAIVED, book, first_week, initial, review, set_up
from tests.api.days.recording import API, Recorder
from tests.api.support.builders import Clock
from tests.api.support.databases import slow_on_postgresql
from tests.api.support.plans import wait_until

REST = {"first": "2027-01-18", "last": "2027-01-31", "time_limit": 20}


@pytest.fixture
def planning(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    """A client of a service that makes plans."""
    with TestClient(create_app(replace(settings, plan_processes=1, plan_workers=1), clock)) as client:
        yield client


@slow_on_postgresql
def test_a_day_of_a_manager(planning: TestClient, clock: Clock) -> None:
    user = Recorder(planning, clock)
    set_up(user)
    first_week(user)
    for of, subject in (("service", None), ("chair", "C1"), ("chair", "C2"), ("site", "AYL")):
        user.subscribe(of, subject)
    before = len(user.log)
    user.on("2027-01-12")
    _requests(user)
    plan = _plans(user)
    _publishes(user, plan)
    _hands_over(user)
    assert_as_the_log_says(user, *QUARTER)
    _plans_again(user)
    _changes_settings(user)
    assert 40 <= len(user.log) - before <= 140
    assert_as_the_log_says(user, *QUARTER)


def _requests(user: Recorder) -> None:
    """What has come in: one request is late already, two families are kept apart, and a slot is kept free."""
    user.post("conferences", initial("CPC-401", trigger="2026-12-21", requested="2027-01-12", children=3))
    user.post("conferences", initial("CPC-402", requested="2027-01-11", site="WYC", social_worker="SW-7"))
    user.post("conferences", initial("CPC-403", requested="2027-01-11", children=1, school_age=0))
    user.post("conferences", initial("CPC-404", trigger="2027-01-11", requested="2027-01-12", site="AMR", accessible=True))
    user.post("conferences", review("CPC-405", trigger="2026-07-30", chair="C2", site="WYC", mode="in_person"))
    user.post("conferences", review("CPC-406", trigger="2026-08-10", chair="C4", children=2))
    user.post("apart", {"pair": ["CPC-401", "CPC-403"]})
    user.post("holds", {"id": "H-1", "site": "AYL", "week": "2027-01-25", "count": 1})
    book(user, "CPC-402", "21T09:30", "WYC-1", "C2", "M2")


def _plans(user: Recorder) -> str:
    """A plan of the rest of the month, with a look at what would follow if a room closed."""
    user.post("plans", {"first": "2027-01-18", "last": "2027-01-01"}, expect=422)
    plan: str = _done(user, "plans", REST)
    user.get(f"plans/{plan}/schedule")
    difference = user.get(f"plans/{plan}/diff")
    assert difference["obstacles"] == []
    assert "CPC-401" in [one["conference"] for one in difference["exceptions_needed"]]
    closes = {"name": "Wycombe closes", "changes": [{"change": "room_closes", "room": "WYC-1"}]}
    _done(user, "whatif", {"first": "2027-01-18", "last": "2027-01-22", "time_limit": 10, "scenarios": [closes]})
    return plan


def _publishes(user: Recorder, plan: str) -> None:
    """First without what is needed, then with it, then once more by mistake."""
    user.minutes_later(20)
    user.send("POST", f"plans/{plan}/publish", {}, expect=428)
    tag = user.etag(f"plans/{plan}/diff")
    user.change("POST", f"plans/{plan}/publish", {}, expect=422, seen=tag)
    user.change("POST", f"plans/{plan}/publish", _needs(user, plan), expect=412, seen='"another"')
    user.change("POST", f"plans/{plan}/publish", _needs(user, plan), expect=201, seen=tag)
    user.change("POST", f"plans/{plan}/publish", {}, expect=200, seen=tag)
    assert [one["number"] for one in user.get("publications")["items"]] == [1]
    user.get("conflicts")


def _hands_over(user: Recorder) -> None:
    """C1 leaves at the end of February: the proposal is confirmed family by family, one of them otherwise."""
    user.on("2027-01-12", "11:30")
    user.edit("chairs/C1", last="2027-02-28")
    families = user.get("chairs/C1/handover-proposal")["families"]
    assert {one["conference"] for one in families} == {"CPC-106", "CPC-101-R1"}
    for one in families:
        user.act(f"conferences/{one['conference']}/handover", {"chair": one["to"]})
    user.act("conferences/CPC-106/handover", {"chair": "C9"}, expect=422)
    user.act("conferences/CPC-106/handover", {"chair": "C3"})
    assert user.get("chairs/C1/handover-proposal")["families"] == []
    user.get("reports/caseloads", first="2027-01-01", last="2027-01-31")


def _plans_again(user: Recorder) -> None:
    """Two days later a room is closed and a request is urgent. The plan is published a day late, so notice must be waived."""
    user.on("2027-01-14", "09:00")
    user.act("conferences/CPC-103/outcome", {"outcome": "plan made"})
    user.act("conferences/CPC-104/outcome", {"outcome": "no plan"})
    user.act("conferences/CPC-109/outcome", {"outcome": "plan continues"})
    user.change("PUT", "conferences/CPC-104/late-reason", {"reason": "social worker changed"})
    user.change("PUT", "conferences/CPC-401/late-reason", {"reason": "assessment not ready"})
    user.post("room-closures", {"room": "AYL-1", "first": "2027-01-25", "last": "2027-01-26"})
    user.post("conferences", initial("CPC-407", trigger="2027-01-08", requested="2027-01-13", children=2))
    user.act("conferences/CPC-407/waive-notice", WAIVED)
    user.post("conferences", initial("CPC-408", trigger="2026-12-30", requested="2027-01-07"))  # due on the first day with notice
    plan = _done(user, "plans", REST)
    user.get(f"plans/{plan}/schedule")
    user.on("2027-01-15", "10:00")
    needs = _needs(user, plan)
    assert needs["waivers"]
    user.change("POST", f"plans/{plan}/publish", needs, expect=201, seen=user.etag(f"plans/{plan}/diff"))


def _changes_settings(user: Recorder) -> None:
    """The council's clocks change; the reports of the year so far are read for the board."""
    user.on("2027-01-15", "15:00")
    user.act("conferences/CPC-107/outcome", {"outcome": "plan ended", "reason": "family asked"}, expect=200)
    user.edit("policy", caseload_cap=60, clock={"initial_days": 12})
    user.edit("after-conferences", rebook_days=5)
    user.act("conferences/CPC-102/outcome", {"outcome": "inquorate"})
    user.post("closures", {"day": "2027-01-29"})
    for name in ("timeliness", "weekly-icpc", "caseloads", "rooms", "reschedules"):
        user.get(f"reports/{name}", first="2026-12-01", last="2027-03-31")


def _done(user: Recorder, path: str, wanted: dict[str, Any]) -> str:
    """Ask for something that is solved in the background, wait until it is done, and return its id."""
    identifier: str = user.post(path, wanted, expect=202)["id"]
    wait_until(lambda: user.client.get(f"{API}/{path}/{identifier}").json()["state"] not in ("queued", "running"))
    assert user.get(f"{path}/{identifier}")["state"] == "done"
    return identifier


def _needs(user: Recorder, plan: str) -> dict[str, Any]:
    """Return an exception for each late conference, and a waiver for each at short notice, as the difference lists them."""
    difference = user.get(f"plans/{plan}/diff")
    return {
        "exceptions": [ALLOWED | {"conference": one["conference"]} for one in difference["exceptions_needed"]],
        "waivers": [WAIVED | {"conference": one["conference"]} for one in difference["waivers_needed"]],
    }
