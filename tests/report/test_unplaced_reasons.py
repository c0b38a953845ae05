"""The reason for which a conference is not placed: small problems, each with a single true cause."""

from typing import Any

import pytest

from scheduler.planner import plan
from tests.builders import chair, conference, minute_taker, room, tiny_problem

ALWAYS = [{"first": "2027-03-01", "last": "2027-03-31"}]
DAY = {"first": "2027-03-02", "last": "2027-03-02"}
IN_ROOMS = {"virtual_fallback": False}
AT_TEN = [room("AYL-1", starts=["10:00"]), room("WYC-1", starts=["10:00"])]
PUBLISHED = {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}
ENDS = "which is after this plan ends on Wednesday 31 March 2027"
NO_CHAIR = "no CPA who may chair it is at work and free for any start and place that suit it"
NO_TAKER = "no minute taker is at work and free for any start, place and CPA that suit it"


def reasons(**changes: Any) -> list[tuple[str, str]]:
    return [(one.conference, one.reason) for one in plan(tiny_problem(**changes), workers=1).unplaced]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"conferences": [conference(kind="review", trigger="2062-01-01")]},
            f"It can't be held before Friday 2 June 2062, {ENDS}: it is due on Friday 30 June 2062, and a review is held at most "
            "20 working days before that.",
        ),
        (
            {"conferences": [conference(kind="review", trigger="2026-10-01", due="2062-01-03")]},
            f"It can't be held before Thursday 1 December 2061, {ENDS}: it is due on Tuesday 3 January 2062, and a review is "
            "held at most 20 working days before that.",
        ),
        (
            {"conferences": [conference(earliest="2062-01-01")]},
            f"It can't be held before Sunday 1 January 2062, {ENDS}: that is the earliest date given for it.",
        ),
        (
            {"conferences": [conference(requested="2027-03-30")]},
            f"It can't be held before Tuesday 6 April 2027, {ENDS}: it was requested on Tuesday 30 March, and 5 working days of "
            "notice must be given.",
        ),
        (
            {"today": "2027-03-31"},
            f"It can't be held before Wednesday 7 April 2027, {ENDS}: the plan is made on Wednesday 31 March, and 5 working days "
            "of notice must be given.",
        ),
    ],
)
def test_a_conference_that_comes_after_the_plan_is_explained_by_its_date(changes: dict[str, Any], reason: str) -> None:
    assert reasons(**changes) == [("A", reason)]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        (
            {"horizon": {"first": "2027-03-01", "last": "2027-03-07"}, "conferences": [conference(earliest="2027-03-06")]},
            "each day is a weekend, a bank holiday or a closure",
        ),
        ({"horizon": DAY, "calendar": {"closures": ["2027-03-02"]}}, "each day is a weekend, a bank holiday or a closure"),
        (
            {"conferences": [conference(unavailable=[{"start": "2027-03-01T00:00", "end": "2027-04-01T00:00"}])]},
            "the family or its social worker can't come at any start",
        ),
        ({"conferences": [conference(accessible=True)], "policy": IN_ROOMS}, "no room is accessible"),
        ({"rooms": [room(hybrid_from=None)], "policy": IN_ROOMS}, "no room has hybrid equipment"),
        ({"rooms": [room(hybrid_from="2027-04-01")], "policy": IN_ROOMS}, "no room has hybrid equipment"),
        (
            {
                "conferences": [conference(accessible=True)],
                "rooms": [room(), room("WYC-1", accessible=True, hybrid_from=None)],
                "policy": IN_ROOMS,
            },
            "no accessible room has hybrid equipment",
        ),
        ({"rooms": [room(closed=ALWAYS)], "policy": IN_ROOMS}, "no suitable place is open at any start that suits the family"),
        (
            {"rooms": [room(first="2027-04-05")], "policy": IN_ROOMS},
            "no suitable place is open at any start that suits the family",
        ),
        ({"rooms": [], "virtual_starts": ["10:00"], "policy": IN_ROOMS}, "there is no room"),
        ({"conferences": [conference(mode="virtual")], "virtual_starts": []}, "there is no start for virtual conferences"),
        ({"chairs": []}, "there is no CPA"),
        ({"conferences": [conference(not_chairs=["C1", "C2"])]}, "the family is kept from every CPA who could chair it"),
        ({"chairs": [chair(absences=ALWAYS)]}, NO_CHAIR),
        ({"chairs": [chair(last="2027-02-26")]}, NO_CHAIR),
        ({"chairs": [chair(busy=[{"start": "2027-03-01T00:00", "end": "2027-04-01T00:00"}])]}, NO_CHAIR),
        ({"chairs": [chair(works=[])]}, NO_CHAIR),
        *(
            ({"chairs": [chair(**{limit: 0})], "policy": IN_ROOMS}, "every CPA who is at work and free then has a limit of 0 "
             "conferences or office days")
            for limit in ("max_per_day", "max_per_week", "max_office_days")
        ),
        ({"minute_takers": []}, "there is no minute taker who is at work and free for any start, place and CPA that suit it"),
        ({"minute_takers": [minute_taker(absences=ALWAYS)]}, NO_TAKER),
        ({"minute_takers": [minute_taker(sites=["WYC"])], "rooms": [room()], "policy": IN_ROOMS}, NO_TAKER),
        ({"chairs": [chair(works=["mon"])], "minute_takers": [minute_taker(works=["tue"])]}, NO_TAKER),
        ({"today": "2027-02-26", "published": [PUBLISHED], "chairs": [chair(absences=ALWAYS)]}, NO_CHAIR),
    ],
)  # fmt: skip
def test_what_leaves_a_conference_nothing_is_its_reason(changes: dict[str, Any], cause: str) -> None:
    assert reasons(**changes) == [("A", f"Nothing in this time suits it: {cause}.")]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"rooms": AT_TEN[:1], "policy": IN_ROOMS}, "the rooms or people it needs (a CPA) are booked by others, travelling or "
         "at their limits"),
        ({"chairs": [chair()], "rooms": AT_TEN},
         "the people it needs (a CPA) are booked by others, travelling or at their limits"),
        ({"chairs": [chair(max_per_day=1)], "policy": {"off": ["R4"]}},
         "the people it needs (a CPA) are booked by others or at their limits"),
        ({"minute_takers": [minute_taker(max_per_day=1)]}, "the people it needs (a CPA, a minute taker) are booked by others, "
         "travelling or at their limits"),
        ({"rooms": AT_TEN, "conferences": [conference(name, social_worker="S") for name in "AB"]},
         "the people it needs (a CPA, its social worker) are booked by others, travelling or at their limits"),
        ({"rooms": [room(), room("AYL-2")], "apart": [["A", "B"]], "policy": IN_ROOMS},
         "the rooms or people it needs (a CPA) are booked by others, travelling or at their limits, or a family that must be "
         "kept apart from it is at the same site"),
        ({"chairs": [chair()], "rooms": AT_TEN, "virtual_starts": []},
         "the rooms or people it needs (a CPA) are booked by others, travelling or at their limits"),
    ],
)  # fmt: skip
def test_one_that_lost_to_others_lists_what_it_needed(changes: dict[str, Any], cause: str) -> None:
    competing = {"horizon": DAY, "conferences": [conference("A"), conference("B")]} | changes
    assert reasons(**competing) == [
        ("B", f"No place is left for it on Tuesday 2 March 2027: at every start that suits it, {cause}.")
    ]


def test_a_published_start_that_only_another_booking_takes_is_no_obstacle() -> None:
    """From its earliest date on, A has no chair; at its published start it has one, whom B needs."""
    published = [PUBLISHED | {"start": "2027-03-09T10:00"}, PUBLISHED | {"conference": "B", "start": "2027-03-09T10:00"}]
    ((name, reason),) = reasons(
        today="2027-02-26",
        policy={"notice_days": 10, "move_notice_days": 3},
        chairs=[chair(last="2027-03-09")],
        rooms=AT_TEN[:1],
        conferences=[conference("A"), conference("B")],
        published=published,
    )
    assert (name, reason.split(":")[0]) == ("B", "No place is left for it on Tuesday 9 March 2027")
