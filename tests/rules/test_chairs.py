from typing import Any

import pytest

from scheduler.domain.schedule import Booking, Violation
from scheduler.model.build import build_programme
from scheduler.rules.chairs import ChairsRule
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

HOLDS = [{"site": "AYL", "week": "2027-03-03", "count": 1}]
HOLD = "HOLD-AYL-2027-03-03-1"


def broken(text: str, subject: str = "A", *among: str) -> list[Violation]:
    return [Violation(rule="R3", subject=subject, text=text, among=among)]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"works": ["mon", "wed"]}, "A: C1 does not work on Tuesday 2 March 2027.", id="weekday"),
        pytest.param({"first": "2027-03-03"}, "A: C1 does not work on Tuesday 2 March 2027.", id="not yet in post"),
        pytest.param({"last": "2027-03-01"}, "A: C1 does not work on Tuesday 2 March 2027.", id="in post no more"),
        pytest.param(
            {"absences": [{"first": "2027-03-02", "last": "2027-03-05"}], "name": "Advisor 1"},
            "A: Advisor 1 does not work on Tuesday 2 March 2027.",
            id="absent",
        ),
        pytest.param(
            {"busy": [{"start": "2027-03-02T09:00", "end": "2027-03-02T09:31"}]},
            "A: C1 is busy at its time, Tuesday 2 March 2027 at 10:00.",
            id="busy in the pre-meet",
        ),
        pytest.param(
            {"busy": [{"start": "2027-03-02T11:44", "end": "2027-03-02T12:00"}]},
            "A: C1 is busy at its time, Tuesday 2 March 2027 at 10:00.",
            id="busy before its end",
        ),
    ],
)
def test_a_chair_who_is_not_there_or_not_free_is_broken(changes: dict[str, Any], text: str) -> None:
    assert ChairsRule().check(tiny_problem(chairs=[chair(**changes)]), schedule(booking())) == broken(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"works": ["tue"]},
        {"first": "2027-03-02", "last": "2027-03-02"},
        {"absences": [{"first": "2027-03-03", "last": "2027-03-05"}]},
        {
            "busy": [
                {"start": "2027-03-02T09:00", "end": "2027-03-02T09:30"},
                {"start": "2027-03-02T11:45", "end": "2027-03-02T13:00"},
            ]
        },
    ],
)
def test_a_chair_who_is_there_and_free_is_unbroken(changes: dict[str, Any]) -> None:
    assert ChairsRule().check(tiny_problem(chairs=[chair(**changes)]), schedule(booking())) == []


def test_a_chair_the_family_is_kept_from_is_broken() -> None:
    problem = tiny_problem(conferences=[conference(not_chairs=["C1"])])
    assert ChairsRule().check(problem, schedule(booking())) == broken("A: the family is kept from C1.")
    assert ChairsRule().check(problem, schedule(booking(chair="C2"))) == []


def test_two_of_one_chair_may_touch_but_not_overlap() -> None:
    problem = tiny_problem(conferences=[conference("A"), conference("B")], virtual_starts=["10:00", "12:14", "12:15"])
    assert ChairsRule().check(problem, schedule(booking("A"), booking("B", "2027-03-02T12:15", room=None))) == []
    assert ChairsRule().check(problem, schedule(booking("A"), booking("B", "2027-03-02T12:14", room=None))) == broken(
        "B, Tuesday 2 March 2027 at 12:14: C1 is then taken by A.", "B", "A", "B"
    )


def week_of(*rooms: str | None) -> list[Booking]:
    """Conferences A, B, C, … of one chair on Monday, Tuesday, Wednesday, …"""
    return [
        booking(name, f"2027-03-0{n}T10:00", room=room) for n, (name, room) in enumerate(zip("ABCDE", rooms, strict=False), 1)
    ]


def test_a_day_above_the_limit_is_broken_once() -> None:
    problem = tiny_problem(chairs=[chair(max_per_day=1)], conferences=[conference(name) for name in "ABC"])
    starts = "2027-03-02T10:00", "2027-03-02T14:00", "2027-03-03T10:00"
    day = [booking(name, start) for name, start in zip("ABC", starts, strict=True)]
    assert ChairsRule().check(problem, schedule(*day)) == broken(
        "C1 has 2 bookings on Tuesday 2 March 2027; at most 1.", "C1", "A", "B"
    )
    assert ChairsRule().check(problem, schedule(*day[1:])) == []


def test_a_week_above_the_limit_is_broken_once() -> None:
    problem = tiny_problem(chairs=[chair(max_per_week=2)], conferences=[conference(name) for name in "ABCDE"])
    assert ChairsRule().check(problem, schedule(*week_of(None, None, None, None))) == broken(
        "C1 has 4 bookings in the week from Monday 1 March 2027; at most 2.", "C1", *"ABCD"
    )
    next_week = booking("E", "2027-03-08T10:00")
    assert ChairsRule().check(problem, schedule(*week_of(None, None), next_week)) == []


def test_office_days_above_the_limit_are_broken_once_a_week() -> None:
    problem = tiny_problem(chairs=[chair(max_office_days=2)], conferences=[conference(name) for name in "ABCDE"])
    assert ChairsRule().check(problem, schedule(*week_of("AYL-1", "AYL-1", "WYC-1"))) == broken(
        "C1 has 3 office days in the week from Monday 1 March 2027; at most 2.", "C1", *"ABC"
    )
    same_day = booking("E", "2027-03-02T14:00")
    assert ChairsRule().check(problem, schedule(*week_of("AYL-1", "AYL-1", None, None), same_day)) == []


def beside(bookings: int, office_days: int, week: str = "2027-03-05") -> dict[str, Any]:
    return {"beside": [{"week": week, "bookings": bookings, "office_days": office_days}]}


def test_bookings_beside_the_plan_count_in_the_weekly_limit() -> None:
    three = schedule(*week_of(None, None, None))
    conferences = [conference(name) for name in "ABC"]
    problem = tiny_problem(chairs=[chair(max_per_week=4, **beside(2, 0))], conferences=conferences)
    assert ChairsRule().check(problem, three) == broken(
        "C1 has 5 bookings in the week from Monday 1 March 2027, 2 of them beside the plan; at most 4.", "C1", *"ABC"
    )
    another_week = tiny_problem(chairs=[chair(max_per_week=4, **beside(2, 0, "2027-03-08"))], conferences=conferences)
    assert ChairsRule().check(another_week, three) == []


def test_office_days_beside_the_plan_count_if_there_is_one_in_the_plan() -> None:
    problem = tiny_problem(chairs=[chair(max_office_days=2, **beside(3, 3))], conferences=[conference(name) for name in "AB"])
    assert ChairsRule().check(problem, schedule(*week_of("AYL-1", None))) == broken(
        "C1 has 4 office days in the week from Monday 1 March 2027, 3 of them beside the plan; at most 2.", "C1", "A"
    )
    assert ChairsRule().check(problem, schedule(*week_of(None, None))) == []


@pytest.mark.parametrize("limits", [{}, {"max_per_week": 9, "max_office_days": 9}], ids=["none", "high"])
def test_bookings_beside_the_plan_bind_nobody_below_the_limits(limits: dict[str, int]) -> None:
    """The plan has a single candidate, fewer than the chair has bookings beside it."""
    day = {"first": "2027-03-02", "last": "2027-03-02"}
    rooms = [room("AYL-1", starts=["10:00"])]
    problem = tiny_problem(horizon=day, rooms=rooms, virtual_starts=[], chairs=[chair(**limits, **beside(3, 2))])
    builder = build_programme(problem, rules=[ChairsRule()])
    assert len(builder.candidates) == 1
    assert (builder.programme().row_upper >= 1).all()


def test_a_limit_of_none_at_all_lets_nothing_pass() -> None:
    problem = tiny_problem(chairs=[chair(max_per_day=0, max_per_week=0, max_office_days=0)])
    assert ChairsRule().check(problem, schedule(booking())) == [
        *broken("C1 has 1 booking on Tuesday 2 March 2027; at most 0.", "C1", "A"),
        *broken("C1 has 1 booking in the week from Monday 1 March 2027; at most 0.", "C1", "A"),
        *broken("C1 has 1 office day in the week from Monday 1 March 2027; at most 0.", "C1", "A"),
    ]


def test_a_hold_is_not_for_a_reserve() -> None:
    problem = tiny_problem(chairs=[chair(), chair("C7", reserve=True)], holds=HOLDS)
    assert ChairsRule().check(problem, schedule(booking(HOLD), booking("A", chair="C7", room="WYC-1"))) == []
    assert ChairsRule().check(problem, schedule(booking(HOLD, chair="C7"))) == broken(
        f"{HOLD}: C7 is a reserve, and a hold is not for a reserve.", HOLD
    )


def test_holds_take_time_and_count_towards_limits() -> None:
    problem = tiny_problem(chairs=[chair(max_per_day=1)], holds=HOLDS)
    assert ChairsRule().check(problem, schedule(booking(HOLD), booking("A", room="WYC-1"))) == [
        *broken(f"A, Tuesday 2 March 2027 at 10:00: C1 is then taken by {HOLD}.", "A", HOLD, "A"),
        *broken("C1 has 2 bookings on Tuesday 2 March 2027; at most 1.", "C1", HOLD, "A"),
    ]


def test_an_unknown_chair_is_broken() -> None:
    assert ChairsRule().check(tiny_problem(), schedule(booking(chair="Z"))) == broken("A: Z is no chair of this problem.")
