"""Plans made on a day: Tuesday 2 March, so that published bookings may be moved from Tuesday 9 March (contract, section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import PlanException, Schedule
from tests.builders import chair, conference, minute_taker, tiny_problem
from tests.engines.small_problems import planned

NEAR, FAR = "2027-03-08T10:00", "2027-03-10T10:00"
Row = tuple[str, str, str | None, str]


def published(start: str, name: str = "A", **changes: object) -> dict[str, object]:
    return {"conference": name, "start": start, "room": "AYL-1", "chair": "C1"} | changes


def absent(*days: str) -> list[dict[str, Any]]:
    return [chair("C1", absences=[{"first": day, "last": day} for day in days]), chair("C2")]


def problem_of(**changes: Any) -> Problem:
    return tiny_problem(**{"today": "2027-03-02"} | changes)


def plan_of(problem: Problem) -> tuple[list[Row], Schedule]:
    """Return the bookings of a sound plan (conference, start, room, chair), and the plan."""
    schedule = planned(problem)
    report = check(problem, schedule)
    assert (report.violations, report.remarks) == ((), problem.assumptions)
    assert all(tier.proven and tier.value == report.measure.tiers[tier.name] for tier in schedule.tiers)
    rows = [(one.conference, f"{one.start:%d %H:%M}", one.room, one.chair) for one in schedule.bookings]
    return rows, schedule


def exception(rule: str, text: str, name: str = "A") -> PlanException:
    return PlanException(conference=name, rule=rule, text=text)


@pytest.mark.parametrize(
    ("changes", "policy", "day"),
    [
        ({}, {}, "09"),
        ({}, {"notice_days": 2}, "04"),
        ({"notice_waived": True}, {}, "03"),
        ({"notice_waived": True, "requested": "2027-03-02"}, {}, "03"),
        ({"requested": "2027-03-04"}, {}, "11"),
        ({"earliest": "2027-03-15"}, {}, "15"),
    ],
)
def test_a_new_conference_has_its_notice_from_today(changes: dict[str, Any], policy: dict[str, int], day: str) -> None:
    rows, schedule = plan_of(problem_of(conferences=[conference(**changes)], policy=policy))
    assert rows == [("A", f"{day} 10:00", "AYL-1", "C1")]
    assert (schedule.tiers[-1].value, schedule.exceptions) == (0, ())  # waiting counts from the earliest date


def test_without_today_a_waiver_removes_the_notice_of_the_request() -> None:
    waived = conference(notice_waived=True, requested="2027-03-02")
    assert plan_of(problem_of(today=None, conferences=[waived]))[0] == [("A", "01 10:00", "AYL-1", "C1")]


def test_a_near_booking_stays_even_if_a_move_would_serve_others() -> None:
    """B can only be held in the place of A, and more children would be in time."""
    late = conference("B", children=9, notice_waived=True, unavailable=[{"start": "2027-03-09T00:00", "end": "2027-04-01T00:00"}])
    only = {"chairs": [chair("C1", works=["mon"])], "virtual_starts": [], "rooms": [{"id": "AYL-1", "site": "AYL",
            "starts": ["10:00"], "hybrid_from": "2022-09-01"}]}  # fmt: skip
    problem = problem_of(conferences=[conference("A"), late], published=[published(NEAR)], **only)
    rows, schedule = plan_of(problem)
    assert rows == [("A", "08 10:00", "AYL-1", "C1")]
    assert [unplaced.conference for unplaced in schedule.unplaced] == ["B"]
    assert schedule.exceptions == ()
    freely = planned(problem_of(today=None, conferences=[conference("A"), late], published=[published(NEAR)], **only))
    assert len(freely.bookings) == 2


def test_a_near_booking_in_breach_changes_its_chair_or_moves_past_the_near_days() -> None:
    breach = "Published for Monday 8 March 2027 at 10:00, it breaks a rule."
    rows, schedule = plan_of(problem_of(published=[published(NEAR)], chairs=absent("2027-03-08")))
    assert rows == [("A", "08 10:00", "AYL-1", "C2")]
    assert schedule.exceptions == (
        exception("R9", f"{breach} It changes its chair from C1 to C2. R3: A: C1 does not work on Monday 8 March 2027."),
    )
    rows, schedule = plan_of(problem_of(published=[published(NEAR)], calendar={"closures": ["2027-03-08"]}))
    assert rows == [("A", "09 10:00", "AYL-1", "C1")]
    assert schedule.exceptions == (
        exception(
            "R9",
            f"{breach} It changes its start to Tuesday 9 March 2027 at 10:00. "
            "R1: A is on Monday 8 March 2027, when the service is closed.",
        ),
    )


def test_of_two_near_bookings_at_once_one_stays_and_both_are_listed() -> None:
    two = [published(NEAR, name) for name in "AB"]
    rows, schedule = plan_of(problem_of(conferences=[conference(name) for name in "AB"], published=two))
    assert sorted(row[1:] for row in rows) == [("08 10:00", "AYL-1", "C1"), ("09 10:00", "AYL-1", "C1")]
    assert {one.rule for one in schedule.exceptions} == {"R9"}
    assert [one.conference for one in schedule.exceptions] == ["A", "B"]
    outcomes = [one.text.split(". ")[1] for one in schedule.exceptions]
    assert sum(outcome == "It keeps its start, room and chair" for outcome in outcomes) == 1


def test_what_can_not_be_mended_is_left_out_and_named() -> None:
    nobody = [chair("C1", absences=[{"first": "2027-03-01", "last": "2027-03-31"}])]
    for start, rule, day in ((NEAR, "R9", "Monday 8"), (FAR, "R3", "Wednesday 10")):
        rows, schedule = plan_of(problem_of(published=[published(start)], chairs=nobody))
        assert rows == []
        assert [unplaced.conference for unplaced in schedule.unplaced] == ["A"]
        assert schedule.exceptions == (
            exception(
                rule,
                f"Published for {day} March 2027 at 10:00, it breaks a rule. It is not placed. "
                f"R3: A: C1 does not work on {day} March 2027.",
            ),
        )


def test_a_lock_that_can_not_be_kept_is_dropped_alone() -> None:
    locked = published(FAR, locks=["time", "chair", "room"])
    rows, schedule = plan_of(problem_of(published=[locked], chairs=absent("2027-03-10")))
    assert rows == [("A", "10 10:00", "AYL-1", "C2")]
    assert schedule.exceptions == (
        exception(
            "R8",
            "The lock on its chair can't be kept and is dropped. It changes its chair from C1 to C2. "
            "R3: A: C1 does not work on Wednesday 10 March 2027.",
        ),
    )
    without = schedule.model_copy(update={"exceptions": ()})
    problem = problem_of(published=[locked], chairs=absent("2027-03-10"))
    assert [violation.rule for violation in check(problem, without).violations] == ["R8"]


def test_of_locks_that_conflict_the_first_are_kept() -> None:
    two = [published(FAR, name, locks=["time", "room"]) for name in "AB"]
    rows, schedule = plan_of(problem_of(conferences=[conference(name) for name in "AB"], published=two))
    assert [row[:3] for row in rows] == [("A", "10 10:00", "AYL-1"), ("B", "10 10:00", "WYC-1")]
    assert [(one.conference, one.rule) for one in schedule.exceptions] == [("B", "R8")]
    assert schedule.exceptions[0].text.startswith("The lock on its room can't be kept and is dropped. ")


def test_a_lock_of_a_booking_in_order_goes_before_others() -> None:
    """A's family can't come at its time; if A were held at B's time in B's room, it would keep its own locks."""
    away = [{"start": "2027-03-10T00:00", "end": "2027-03-11T00:00"}]
    problem = problem_of(
        conferences=[conference("A", unavailable=away), conference("B")],
        published=[
            published(FAR, "A", locks=["chair", "room"]),
            published("2027-03-11T10:00", "B", locks=["time", "chair", "room"]),
        ],
    )
    rows, schedule = plan_of(problem)
    assert rows == [("A", "09 10:00", "AYL-1", "C1"), ("B", "11 10:00", "AYL-1", "C1")]
    assert schedule.exceptions == ()


def test_past_bookings_stay_as_they_are_and_count() -> None:
    """A is on a Sunday before the plan, Z without a minute taker; C1 may chair one conference in Z's week."""
    problem = problem_of(
        conferences=[conference("A"), conference("B", due="2027-03-05", notice_waived=True), conference("Z")],
        published=[published("2027-02-28T10:00", "A", minute_taker="M1"), published("2027-03-01T10:00", "Z", room=None)],
        chairs=[chair("C1", max_per_week=1), chair("C2")],
        minute_takers=[minute_taker()],
    )
    rows, schedule = plan_of(problem)
    assert rows == [("A", "28 10:00", "AYL-1", "C1"), ("Z", "01 10:00", None, "C1"), ("B", "03 10:00", "AYL-1", "C2")]
    assert [booking.minute_taker for booking in schedule.bookings] == ["M1", None, "M1"]
    assert (schedule.exceptions, schedule.unplaced) == ((), ())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"kind": "review", "trigger": "2061-09-14"},
            "It can't be held before Tuesday 14 February 2062, which is after this plan ends on Wednesday 31 March 2027: it is "
            "due on Tuesday 14 March 2062, and a review is held at most 20 working days before that.",
        ),
        (
            {"requested": "2027-03-29"},
            "It can't be held before Monday 5 April 2027, which is after this plan ends on Wednesday 31 March 2027: it was "
            "requested on Monday 29 March, and 5 working days of notice must be given.",
        ),
        (
            {"earliest": "2027-06-01"},
            "It can't be held before Tuesday 1 June 2027, which is after this plan ends on Wednesday 31 March 2027: that is the "
            "earliest date given for it.",
        ),
    ],
)
def test_what_is_not_to_be_held_before_the_plan_ends_says_so(changes: dict[str, Any], reason: str) -> None:
    for today in (None, "2027-03-02"):
        schedule = planned(problem_of(today=today, conferences=[conference(**changes)]))
        assert [(one.conference, one.reason) for one in schedule.unplaced] == [("A", reason)]


def test_notice_from_today_may_leave_no_day() -> None:
    for waived, days, first in ((False, "5 working days", "Monday 5 April"), (True, "1 working day", "Thursday 1 April")):
        today = "2027-03-31" if waived else "2027-03-29"
        schedule = planned(problem_of(today=today, conferences=[conference(notice_waived=waived)]))
        assert [one.reason for one in schedule.unplaced] == [
            f"It can't be held before {first} 2027, which is after this plan ends on Wednesday 31 March 2027: the plan is made "
            f"on {'Wednesday 31' if waived else 'Monday 29'} March, and {days} of notice must be given."
        ]
