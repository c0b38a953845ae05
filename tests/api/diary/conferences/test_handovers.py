"""Cover, handovers, and the proposal for the families of a chair who leaves."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences.handovers import NOBODY_LEFT, proposed
from api.diary.conferences.queries import LONG_AGO, ConferenceState, StoredConference
from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from tests.api.diary.conferences.test_routes import caseloads, events, get, post, set_caseload
from tests.api.support import builders
from tests.api.support.builders import Clock, book

DUE = dt.date(2027, 4, 12)


def review(identifier: str, children: int, **changes: Any) -> StoredConference:
    value = Conference.model_validate(builders.conference(identifier, kind="review", chair="C1", children=children) | changes)
    return StoredConference(1, value, 1, ConferenceState.REQUESTED, DUE, LONG_AGO, None, None)


def test_one_review_chaired_by_somebody_else_is_cover(seeded: TestClient, store: Store, clock: Clock) -> None:
    set_caseload(seeded, "C1", 2)
    number = book(store, "CPC-3", "2027-01-12T10:00", chair="C2")
    assert seeded.get(f"/api/v1/bookings/{number}").json()["cover"] is True
    clock.forward(days=21)
    following = post(seeded, "CPC-3", "outcome", {"outcome": "plan continues"}).json()["next"]
    assert (following["conference"]["chair"], caseloads(seeded)) == ("C1", {"C1": 2, "C2": 0, "C3": 0})


def test_after_a_handover_the_next_review_is_the_new_chairs(seeded: TestClient, store: Store, clock: Clock) -> None:
    set_caseload(seeded, "C1", 2)
    number = book(store, "CPC-3", "2027-01-12T10:00", chair="C2")
    response = post(seeded, "CPC-3", "handover", {"chair": "C2"})
    assert (response.status_code, response.json()["conference"]["chair"]) == (200, "C2")
    assert (response.json()["booking"]["cover"], caseloads(seeded)) == (False, {"C1": 0, "C2": 2, "C3": 0})
    assert seeded.get(f"/api/v1/bookings/{number}").json()["cover"] is False
    assert events(seeded, "CPC-3") == [("handed over", None, {"before": "C1", "after": "C2"})]
    clock.forward(days=21)
    assert post(seeded, "CPC-3", "outcome", {"outcome": "plan continues"}).json()["next"]["conference"]["chair"] == "C2"


def test_a_handover_that_cannot_be_is_refused(seeded: TestClient) -> None:
    expected = {
        "C9": "There is no chair 'C9'. Enter an id that is listed under chairs.",
        "C1": "C1 is the chair of CPC-3 already. Enter another chair.",
        "C3": "The family of CPC-3 is kept from C3. Enter another chair.",
    }
    value = get(seeded, "CPC-3")["conference"] | {"not_chairs": ["C3"]}
    seen = seeded.get("/api/v1/conferences/CPC-3").headers["ETag"]
    seeded.put("/api/v1/conferences/CPC-3", json=value, headers={"If-Match": seen})
    for chair, detail in expected.items():
        response = post(seeded, "CPC-3", "handover", {"chair": chair})
        assert (response.status_code, response.json()["detail"]) == (422, detail)


def test_a_chair_who_leaves_hands_families_over_by_caseload(seeded: TestClient) -> None:
    chair = seeded.get("/api/v1/chairs/C1")
    seeded.put("/api/v1/chairs/C1", json=chair.json() | {"last": "2027-02-26"}, headers={"If-Match": chair.headers["ETag"]})
    set_caseload(seeded, "C2", 80)
    family = {"family": None, "remark": None}
    assert seeded.get("/api/v1/chairs/C1/handover-proposal").json() == {
        "chair": "C1",
        "last": "2027-02-26",
        "families": [
            {
                "conference": "CPC-3",
                "kind": "first_review",
                "site": "AYL",
                "children": 2,
                "due": "2027-01-26",
                "to": "C3",
                **family,
            }
        ],
        "chairs": [
            {"chair": "C2", "cap": 85, "before": 80, "after": 80},
            {"chair": "C3", "cap": 85, "before": 0, "after": 2},
        ],
    }
    assert seeded.get("/api/v1/chairs/C9/handover-proposal").status_code == 404


def test_the_largest_families_go_first_to_whoever_is_least_above_the_cap() -> None:
    chairs = [
        Chair(id="C1", last=dt.date(2027, 2, 26)),
        Chair(id="C2", caseload=80),
        Chair(id="C3", caseload=40, fte=0.5),
        Chair(id="C4", reserve=True),
        Chair(id="C5", last=dt.date(2027, 6, 30)),
        Chair(id="C6", first=dt.date(2027, 5, 1)),
    ]
    families = [review("A", 1), review("B", 5), review("C", 2), review("D", 3, not_chairs=["C2", "C3"])]
    result = proposed(chairs[0], families, chairs, 85)
    assert {one.conference: (one.to, one.remark) for one in result.families} == {
        "A": ("C2", None),
        "B": ("C2", None),
        "C": ("C3", None),
        "D": (None, NOBODY_LEFT),
    }
    assert [(one.chair, one.cap, one.before, one.after) for one in result.chairs] == [
        ("C2", 85, 80, 86),
        ("C3", 42, 40, 42),
        ("C6", 85, 0, 0),
    ]


def test_families_are_shared_out_evenly_between_equals() -> None:
    chairs = [Chair(id="C1"), Chair(id="C2"), Chair(id="C3", base="AYL")]
    families = [review(name, 2) for name in "ABCD"]
    result = proposed(chairs[0], families, chairs, 85)
    assert [one.to for one in result.families] == ["C3", "C2", "C3", "C2"]
