from typing import Any

import pytest

from scheduler.domain.schedule import PlanException, Tier
from scheduler.report.account import Account
from scheduler.report.causes import why_after_the_plan, why_late, why_never
from tests.builders import booking, chair, conference, minute_taker, room, schedule, tiny_problem

PROVEN = (Tier(name="unplaced", value=0, bound=0, proven=True), Tier(name="late", value=24, bound=24, proven=True))


def cause(day: str, *, of: dict[str, Any] | None = None, tiers: tuple[Tier, ...] = PROVEN, **changes: Any) -> str:
    """Return the cause of lateness of conference A, due on Friday 19 March unless changed, if booked at 10:00 on the day."""
    problem = tiny_problem(conferences=[conference("A", **(of or {}))], **changes)
    held = booking("A", f"{day}T10:00")
    return why_late(problem, schedule(held, tiers=tiers), held)


def test_a_late_request_is_the_cause():
    assert cause("2027-03-24", of={"requested": "2027-03-17"}) == (
        "It could not be held before Wednesday 24 March: it was requested on Wednesday 17 March, "
        "and 5 working days of notice must be given."
    )


def test_one_day_of_notice_is_in_the_singular():
    assert cause("2027-03-22", of={"requested": "2027-03-19"}, policy={"notice_days": 1}) == (
        "It could not be held before Monday 22 March: it was requested on Friday 19 March, "
        "and 1 working day of notice must be given."
    )


def test_an_earliest_date_after_the_due_date_is_the_cause():
    assert cause("2027-03-22", of={"earliest": "2027-03-22"}) == (
        "It could not be held before Monday 22 March: that is the earliest date given for it."
    )


def test_a_due_date_before_the_plan_is_the_cause():
    assert cause("2027-03-01", of={"due": "2027-02-26"}) == (
        "It could not be held before Monday 1 March: it was due before this plan begins."
    )


def test_after_the_earliest_date_it_may_compete_with_others():
    assert cause("2027-03-02", of={"due": "2027-02-26"}) == (
        "It could not be held before Monday 1 March: it was due before this plan begins. "
        "Holding it earlier would make others at least as much later, or leave one out (proven)."
    )


def test_after_the_earliest_date_there_may_be_an_obstacle():
    blocked = [{"start": "2027-03-01T00:00", "end": "2027-03-02T00:00"}]
    assert cause("2027-03-02", of={"due": "2027-02-26", "unavailable": blocked}) == (
        "It could not be held before Monday 1 March: it was due before this plan begins. "
        "From then until 1 March the family or its social worker can't come at any start."
    )


def test_an_earliest_date_on_a_weekend_explains_the_next_monday():
    assert cause("2027-03-22", of={"earliest": "2027-03-20"}) == (
        "It could not be held before Saturday 20 March: that is the earliest date given for it."
    )


ABSENT = [{"first": "2027-03-01", "last": "2027-03-19"}]


@pytest.mark.parametrize(
    ("of", "changes", "obstacle"),
    [
        (
            {"unavailable": [{"start": "2027-03-01T00:00", "end": "2027-03-19T23:59"}]},
            {},
            "the family or its social worker can't come at any start",
        ),
        (
            {},
            {"chairs": [chair("C1", absences=ABSENT), chair("C2", absences=ABSENT)]},
            "no CPA who may chair it is at work and free for any start and place that suit it",
        ),
        (
            {"not_chairs": ["C2"]},
            {"chairs": [chair("C1", absences=ABSENT), chair("C2")], "service": {"chair_title": "Chair"}},
            "no Chair who may chair it is at work and free for any start and place that suit it",
        ),
        (
            {"accessible": True},
            {"policy": {"virtual_fallback": False}},
            "no room is accessible",
        ),
        (
            {"mode": "in_person"},
            {"policy": {"virtual_fallback": "hybrid"}, "rooms": [room("AYL-1", closed=ABSENT)]},
            "no suitable place is open at any start that suits the family",
        ),
        (
            {},
            {"policy": {"virtual_fallback": False}, "rooms": [room("AYL-1", closed=ABSENT)]},
            "no suitable place is open at any start that suits the family",
        ),
        (
            {},
            {"minute_takers": [minute_taker("M1", absences=ABSENT)]},
            "no minute taker is at work and free for any start, place and CPA that suit it",
        ),
        (
            {},
            {
                "policy": {"virtual_fallback": False},
                "minute_takers": [minute_taker("M1", sites=["WYC"])],
                "rooms": [room("AYL-1")],
            },
            "no minute taker is at work and free for any start, place and CPA that suit it",
        ),
        (
            {},
            {"policy": {"virtual_fallback": False}, "chairs": [chair("C1", max_office_days=0)]},
            "every CPA who is at work and free then has a limit of 0 conferences or office days",
        ),
        (
            {},
            {"calendar": {"closures": [f"2027-03-{day:02}" for day in range(1, 20)]}},
            "each day is a weekend, a bank holiday or a closure",
        ),
    ],
)
def test_each_obstacle_to_a_date_in_time(of: dict[str, Any], changes: dict[str, Any], obstacle: str):
    assert cause("2027-03-22", of=of, **changes) == f"It could not be held in time: from 1 March to 19 March {obstacle}."


def test_one_possible_start_means_that_it_competed_with_others():
    absent_until_the_last_day = [{"first": "2027-03-01", "last": "2027-03-18"}]
    chairs = [chair("C1", absences=absent_until_the_last_day)]
    assert cause("2027-03-22", chairs=chairs) == (
        "Holding it earlier would make others at least as much later, or leave one out (proven)."
    )


def test_without_a_proof_the_cause_claims_none():
    assert cause("2027-03-22", tiers=()) == "No earlier place was found for it within the time limit."


def test_a_locked_time_is_the_cause():
    published = [{"conference": "A", "start": "2027-03-22T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}]
    assert cause("2027-03-22", published=published) == "Its published time is locked."


def test_an_absent_locked_chair_is_the_cause():
    published = [{"conference": "A", "start": "2027-03-05T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}]
    chairs = [chair("C1", absences=ABSENT), chair("C2")]
    assert cause("2027-03-22", published=published, chairs=chairs) == (
        "It could not be held in time: from 1 March to 19 March no CPA who may chair it is at work and free "
        "for any start and place that suit it."
    )


def test_a_chair_who_is_free_only_when_no_place_is_open_is_the_cause():
    mornings = [{"start": f"2027-03-{day:02}T09:00", "end": f"2027-03-{day:02}T12:00"} for day in range(1, 20)]
    rooms = [room("AYL-1", starts=["10:00"])]
    changes = {"rooms": rooms, "chairs": [chair("C1", busy=mornings)], "policy": {"virtual_fallback": False}}
    assert cause("2027-03-22", virtual_starts=["14:00"], **changes) == (
        "It could not be held in time: from 1 March to 19 March no CPA who may chair it is at work and free "
        "for any start and place that suit it."
    )


def test_a_lock_on_another_conference_may_be_the_cause():
    others = [conference("B")]
    published = [{"conference": "B", "start": "2027-03-05T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "room"]}]
    problem = tiny_problem(conferences=[conference("A"), *others], published=published)
    held = booking("A", "2027-03-22T10:00")
    assert why_late(problem, schedule(held, booking("B", "2027-03-05T10:00"), tiers=PROVEN), held) == (
        "Holding it earlier would break a lock, make others at least as much later, or leave one out (proven)."
    )


def test_a_conference_with_one_possible_day_is_not_impossible():
    away = [{"first": "2027-03-01", "last": "2027-03-31"}]
    never = tiny_problem(conferences=[conference("A")], chairs=[chair("C1", absences=away)])
    last_day = tiny_problem(conferences=[conference("A")], chairs=[chair("C1", absences=[away[0] | {"last": "2027-03-30"}])])
    assert why_never(never, never.conferences[0]) == (
        "no CPA who may chair it is at work and free for any start and place that suit it"
    )
    assert why_never(last_day, last_day.conferences[0]) is None


PUBLISHED = {"conference": "A", "start": "2027-03-24T10:00", "room": "AYL-1", "chair": "C1"}


def test_the_day_of_the_plan_is_the_cause():
    assert cause("2027-03-24", today="2027-03-17") == (
        "It could not be held before Wednesday 24 March: the plan is made on Wednesday 17 March, "
        "and 5 working days of notice must be given."
    )
    assert cause("2027-03-22", of={"notice_waived": True}, today="2027-03-19") == (
        "It could not be held before Monday 22 March: the plan is made on Friday 19 March, "
        "and 1 working day of notice must be given."
    )


def test_a_published_time_that_is_past_or_near_is_the_cause():
    assert cause("2027-03-24", today="2027-03-22", published=[PUBLISHED]) == "Its published time is too near to move it."
    assert cause("2027-03-24", today="2027-03-25", published=[PUBLISHED]) == "It is past, and stays as it was."


def test_the_notice_of_a_moved_booking_is_the_cause():
    moved = cause("2027-03-30", today="2027-03-19", published=[PUBLISHED | {"start": "2027-03-31T10:00"}])
    assert moved == (
        "Moved from its published start, it could not be held before Tuesday 30 March: the plan is made on Friday 19 March, "
        "and 5 working days of notice must be given."
    )


def test_a_near_booking_of_another_conference_may_be_the_cause():
    near = PUBLISHED | {"conference": "B", "start": "2027-03-05T10:00"}
    problem = tiny_problem(
        conferences=[conference("A", notice_waived=True), conference("B")], published=[near], today="2027-03-02"
    )
    held = booking("A", "2027-03-22T10:00")
    assert why_late(problem, schedule(held, booking("B", "2027-03-05T10:00"), tiers=PROVEN), held) == (
        "Holding it earlier would change a booking that is too near, make others at least as much later, or leave one out "
        "(proven)."
    )


def test_a_dropped_lock_is_no_cause():
    locked = PUBLISHED | {"locks": ["time"], "start": "2027-03-25T10:00"}
    problem = tiny_problem(published=[locked], today="2027-03-02")
    dropped = (PlanException(conference="A", rule="R8", text="dropped"),)
    late = schedule(booking("A", "2027-03-24T10:00"), tiers=PROVEN, exceptions=dropped)
    (result,) = Account(problem, late).late
    assert result.why == "Holding it earlier would make others at least as much later, or leave one out (proven)."


def test_the_notice_of_a_move_is_the_cause_if_it_is_longer_than_that_of_a_request():
    changes = {"today": "2027-03-08", "policy": {"notice_days": 0, "move_notice_days": 10}}
    absent = [{"first": "2027-03-10", "last": "2027-03-10"}]
    moved = cause(
        "2027-03-22", **changes, chairs=[chair("C1", absences=absent)], published=[PUBLISHED | {"start": "2027-03-10T10:00"}]
    )
    assert moved == (
        "Moved from its published start, it could not be held before Monday 22 March: the plan is made on Monday 8 March, "
        "and nobody is moved to the 10 working days from then."
    )


def test_the_notice_of_a_move_may_end_after_the_plan():
    changes = {"today": "2027-03-22", "policy": {"notice_days": 0, "move_notice_days": 10}}
    problem = tiny_problem(conferences=[conference("A")], published=[PUBLISHED], **changes)
    assert why_after_the_plan(problem, problem.conferences[0]) == (
        "Moved from its published start, it can't be held before Wednesday 7 April 2027, which is after this plan ends on "
        "Wednesday 31 March 2027: the plan is made on Monday 22 March, and nobody is moved to the 10 working days from then."
    )
