"""The report on moves and cancellations: what changed, and by whom it was changed."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.reports.diary import book, change, done, on, report
from tests.api.support.builders import Clock
from tests.api.support.drafts import CPC_1, CPC_2, CPC_3, draft, publish

JANUARY = ("2027-01-01", "2027-01-31")


def row(conference: str, what: str, why: str, changes: list[tuple[str, Any, Any]], **more: Any) -> dict[str, Any]:
    """Return a row recorded on 4 January; a reason that was given by hand is in ``reason`` too."""
    by_hand = not why.startswith(("moved by", "withdrawn by", "imported"))
    answer = {"day": "2027-01-04", "conference": conference, "kind": "initial", "children": 2, "what": what}
    answer |= {"reason": why if by_hand else None, "publication": None, "before": "2027-01-12T10:00", "after": "2027-01-12T10:00"}
    listed = [{"what": name, "from": from_, "to": to} for name, from_, to in changes]
    return answer | {"why": why, "changes": listed} | more


@pytest.mark.parametrize(
    ("moves", "what", "changes"),
    [
        ({"start": "2027-01-13T14:00"}, "moved", [("date", "2027-01-12", "2027-01-13"), ("time", "10:00", "14:00")]),
        ({"room": "WYC-1"}, "room changed", [("room", "AYL-1", "WYC-1")]),
        ({"chair": "C2"}, "chair changed", [("chair", "C1", "C2")]),
        ({"chair": "C2", "room": "WYC-1"}, "room and chair changed", [("room", "AYL-1", "WYC-1"), ("chair", "C1", "C2")]),
        ({"minute_taker": "M2"}, "minute taker changed", [("minute_taker", "M1", "M2")]),
        ({"room": None}, "hybrid to virtual", [("room", "AYL-1", None), ("mode", "hybrid", "virtual")]),
        (
            {"room": None, "chair": "C2"},
            "hybrid to virtual; chair changed",
            [("room", "AYL-1", None), ("chair", "C1", "C2"), ("mode", "hybrid", "virtual")],
        ),
    ],
)
def test_a_change_by_hand_says_what_changed(
    seeded: TestClient, moves: dict[str, Any], what: str, changes: list[tuple[str, Any, Any]]
) -> None:
    number = book(seeded, "CPC-1", "2027-01-12T10:00", "AYL-1", "C1")
    change(seeded, f"bookings/{number}/move", {"reason": "no room", **moves})
    after = moves.get("start", "2027-01-12T10:00")
    assert report(seeded, "reschedules", *JANUARY)["rows"] == [row("CPC-1", what, "no room", changes, after=after)]


def test_a_mode_is_the_one_of_the_time(seeded: TestClient) -> None:
    """A conference that was hybrid when it lost its room, and was made virtual afterwards."""
    number = book(seeded, "CPC-1", "2027-01-12T10:00", "AYL-1", "C1")
    change(seeded, f"bookings/{number}/move", {"reason": "no room", "room": None})
    seen = seeded.get("/api/v1/conferences/CPC-1")
    virtual = seen.json()["conference"] | {"mode": "virtual"}
    done(seeded.put("/api/v1/conferences/CPC-1", json=virtual, headers={"If-Match": seen.headers["etag"]}))
    (result,) = report(seeded, "reschedules", *JANUARY)["rows"]
    assert result["what"] == "hybrid to virtual"


def test_what_a_plan_moves_is_a_category_of_its_own(seeded: TestClient, store: Store) -> None:
    done(publish(seeded, draft(store, CPC_1, CPC_2, CPC_3)))
    other_room = CPC_2.model_copy(update={"room": None})
    moved = CPC_1.model_copy(update={"start": CPC_1.start.replace(hour=14), "end": CPC_1.end.replace(hour=15)})
    done(publish(seeded, draft(store, moved, other_room, unplaced={"CPC-3": "No place."})))
    by_plan = "moved by publication 2"
    assert report(seeded, "reschedules", *JANUARY)["rows"] == [
        row(
            "CPC-2", "hybrid to virtual", by_plan, [("room", "WYC-1", None), ("mode", "hybrid", "virtual")], children=1,
            publication=2,
        ),
        row("CPC-1", "moved", by_plan, [("time", "10:00", "14:00")], publication=2, after="2027-01-12T14:00"),
        row(
            "CPC-3", "booking cancelled", "withdrawn by publication 2", [], kind="first_review", publication=2,
            before="2027-01-13T10:00", after=None,
        ),
    ]  # fmt: skip


def test_what_an_import_moves_says_so(seeded: TestClient) -> None:
    book(seeded, "CPC-1", "2027-01-12T10:00", "AYL-1", "C1")
    whole = done(seeded.get("/api/v1/export", params={"first": JANUARY[0], "last": JANUARY[1]}))
    whole["published"][0] |= {"start": "2027-01-13T10:00"}
    done(seeded.post("/api/v1/import?mode=commit", json=whole))
    assert report(seeded, "reschedules", *JANUARY)["rows"] == [
        row("CPC-1", "moved", "imported", [("date", "2027-01-12", "2027-01-13")], after="2027-01-13T10:00")
    ]


def test_a_corrected_outcome_counts_as_it_is_now(seeded: TestClient, clock: Clock) -> None:
    """CPC-1 was inquorate, as is known a day later; CPC-2 was entered as inquorate and was not; CPC-3's outcome is withdrawn."""
    book(seeded, "CPC-1", "2027-01-12T10:00", "AYL-1", "C1")
    book(seeded, "CPC-2", "2027-01-13T10:00", "AYL-1", "C1")
    book(seeded, "CPC-3", "2027-01-13T14:00", "AYL-1", "C1")
    on(clock, "2027-01-13")
    change(seeded, "conferences/CPC-1/outcome", {"outcome": "plan made"})
    for name in ("CPC-2", "CPC-3"):
        change(seeded, f"conferences/{name}/outcome", {"outcome": "inquorate"})
    on(clock, "2027-01-14")
    change(seeded, "conferences/CPC-1/correct-outcome", {"outcome": "inquorate", "reason": "report missing"})
    change(seeded, "conferences/CPC-2/correct-outcome", {"outcome": "no plan"})
    change(seeded, "conferences/CPC-3/withdraw-outcome", {})
    on(clock, "2027-01-15")
    change(seeded, "conferences/CPC-1/correct-outcome", {"held_on": "2027-01-11"})
    told = [one for one in report(seeded, "reschedules", *JANUARY)["rows"] if one["what"] == "inquorate"]
    assert told == [row("CPC-1", "inquorate", "report missing", [], day="2027-01-14", after=None)]
