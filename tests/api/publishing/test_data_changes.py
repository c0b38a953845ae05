"""The changes between two problems, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.publishing.data_changes import changed_conferences, changes_between
from scheduler.domain.problem import Problem
from tests.builders import chair, conference, minute_taker, room, tiny_data, tiny_problem

BOOKED = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1", "locks": []}
BASE: dict[str, Any] = {
    "conferences": [conference("A"), conference("B"), conference("C")],
    "chairs": [chair("C1", name="Advisor 1"), chair("C2")],
    "minute_takers": [minute_taker("M1")],
    "published": [BOOKED],
    "holds": [{"site": "AYL", "week": "2027-03-08", "count": 2}],
    "virtual_starts": ["10:00"],
}
AWAY = [{"first": "2027-03-08", "last": "2027-03-10"}]
BUSY = [{"start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}]
PRIVATE = "Somebody's name"


def changes(fates: dict[str, str] | None = None, before: dict[str, Any] | None = None, **after: Any) -> list[tuple[str, str]]:
    planned, present = tiny_problem(**(BASE | (before or {}))), tiny_problem(**(BASE | after))
    return [(wrong.where, wrong.message) for wrong in changes_between(planned, present, fates or {})]


CASES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    (
        {"conferences": [*BASE["conferences"], conference("Z", children=1)]},
        [("conferences.Z", "Z has been added: initial, 1 child, due 19 March 2027.")],
    ),
    ({"conferences": [conference("A"), conference("C")]}, [("conferences.B", "B no longer needs planning: it is cancelled.")]),
    (
        {"conferences": [conference("A"), conference("C"), conference("B", due="2027-03-12", children=3)]},
        [("conferences.B", "B has changed: due from 19 March 2027 to 12 March 2027; children from 2 to 3.")],
    ),
    (
        {
            "conferences": [
                conference("A"),
                conference("C"),
                conference("B", unavailable=BUSY, not_chairs=["C2"], accessible=True, chair="C1"),
            ]
        },
        [
            (
                "conferences.B",
                "B has changed: chair from not given to C1; not chairs now with C2; accessible from no to yes; now unavailable "
                "Tuesday 2 March 2027 at 09:00 to Tuesday 2 March 2027 at 12:00.",
            )
        ],
    ),
    ({"published": []}, [("published.A", "A is no longer booked: it is requested.")]),
    (
        {"published": [BOOKED, BOOKED | {"conference": "C", "room": None, "minute_taker": None}]},
        [("published.C", "C has been booked by hand: Tuesday 2 March 2027 at 10:00, virtual, chair C1.")],
    ),
    (
        {"published": [BOOKED | {"start": "2027-03-03T10:00", "locks": ["time"]}]},
        [
            (
                "published.A",
                "A is booked otherwise: start from Tuesday 2 March 2027 at 10:00 to Wednesday 3 March 2027 at 10:00; locks now "
                "with time.",
            )
        ],
    ),
    ({"chairs": [*BASE["chairs"], chair("C3", name=PRIVATE)]}, [("chairs.C3", "The chair C3 has been added.")]),
    ({"chairs": BASE["chairs"][:1]}, [("chairs.C2", "The chair C2 has been removed.")]),
    ({"chairs": [chair("C1", name=PRIVATE), chair("C2")]}, [("chairs.C1", "The chair C1 has changed: name changed.")]),
    (
        {"chairs": [BASE["chairs"][0], chair("C2", absences=AWAY, busy=BUSY, max_per_day=1)]},
        [
            (
                "chairs.C2",
                "The chair C2 has changed: now absent 8 to 10 March 2027; now busy Tuesday 2 March 2027 at 09:00 to Tuesday "
                "2 March 2027 at 12:00; max per day from not given to 1.",
            )
        ],
    ),
    (
        {"minute_takers": [minute_taker("M1", sites=["AYL"])]},
        [("minute_takers.M1", "The minute taker M1 has changed: sites no longer with WYC.")],
    ),
    (
        {"rooms": [room("AYL-1", closed=AWAY), room("WYC-1", starts=["10:00"])]},
        [
            ("rooms.AYL-1", "The room AYL-1 has changed: now closed 8 to 10 March 2027."),
            ("rooms.WYC-1", "The room WYC-1 has changed: starts no longer with 14:00."),
        ],
    ),
    (
        {"holds": [{"site": "AYL", "week": "2027-03-08", "count": 1}]},
        [
            ("holds", "Holds now with 1 at AYL in the week of 8 March 2027."),
            ("holds", "Holds no longer with 2 at AYL in the week of 8 March 2027."),
        ],
    ),
    ({"travel": []}, [("travel", "Travel no longer with AYL to WYC in 40 minutes.")]),
    ({"apart": [["A", "B"]]}, [("apart", "Apart now with A and B.")]),
    ({"virtual_starts": None}, [("virtual_starts", "Virtual starts from 10:00 to not given.")]),
    ({"service": {"name": PRIVATE}}, [("service", "Service changed.")]),
    (
        {"policy": {"weights": {"friday": 20}, "off": ["R6"]}},
        [("policy", "Policy weights friday from 40 to 20."), ("policy", "Policy off now with R6.")],
    ),
    (
        {"calendar": {"terms": None, "closures": ["2027-03-08"]}},
        [
            ("calendar", "Calendar terms from 22 February to 25 March 2027 to not given."),
            ("calendar", "Calendar closures now with 8 March 2027."),
        ],
    ),
]


@pytest.mark.parametrize(("after", "expected"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_each_kind_of_change_is_described_in_words(after: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert changes({"B": "cancelled", "C": "booked by hand"}, **after) == expected
    assert PRIVATE not in str(expected)


def test_removed_items_of_a_list_are_described() -> None:
    away = [BASE["chairs"][0], chair("C2", absences=AWAY)]
    assert changes(before={"chairs": away}) == [("chairs.C2", "The chair C2 has changed: no longer absent 8 to 10 March 2027.")]


def test_the_order_of_lists_does_not_matter() -> None:
    assert changes(chairs=BASE["chairs"][::-1], conferences=BASE["conferences"][::-1]) == []


def test_conferences_added_removed_or_rebooked_are_listed() -> None:
    planned = tiny_problem(**BASE)
    present = tiny_problem(**BASE | {"conferences": [conference("A", children=5), conference("Z")], "published": []})
    assert changed_conferences(planned, present) == ["A", "B", "C", "Z"]


def field_changes() -> list[tuple[str, Any]]:
    """Return every field of a problem, with a different value from that in ``BASE``."""
    others: dict[str, Any] = {
        "service": {"chair_title": "chair"},
        "horizon": {"first": "2027-03-01", "last": "2027-03-30"},
        "calendar": {"bank_holidays": []},
        "sites": [*tiny_data()["sites"], {"id": "AMR"}],
        "travel": [],
        "rooms": [room("AYL-1"), room("WYC-1", accessible=True)],
        "virtual_starts": ["14:00"],
        "chairs": [chair("C1"), chair("C2", fte=0.5)],
        "minute_takers": None,
        "conferences": [conference("A"), conference("B", minutes=60), conference("C")],
        "holds": [],
        "apart": [["A", "B"]],
        "published": [BOOKED | {"locks": ["chair"]}],
        "policy": {"clock": {"initial_days": 20}},
        "today": "2027-03-01",
    }
    assert others.keys() == Problem.model_fields.keys() - {"version", "exported"}
    return list(others.items())


@given(st.sets(st.sampled_from(range(len(field_changes()))), min_size=1))
def test_a_change_of_any_field_is_described(chosen: set[int]) -> None:
    after = dict(field_changes()[n] for n in chosen)
    whole = {place.split(".")[0] for place, _ in changes(**after)}
    assert after.keys() <= whole
