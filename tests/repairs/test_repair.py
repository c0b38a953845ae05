import datetime as dt
import threading
from typing import Any

import pytest

from scheduler.checker import check
from scheduler.domain.faults import InputError
from scheduler.domain.problem import on_day
from scheduler.domain.schedule import PlanException
from scheduler.repairs.results import Affected, FrontPoint, Repair, report_of
from tests.builders import booking, chair, conference, minute_taker, room, schedule
from tests.repairs.diary_builders import ABSENT, after, diary, published

CANCEL_A = {"change": "cancel", "conference": "A"}


def tiers(repaired: Repair) -> dict[str, int]:
    return {tier.name: tier.value for tier in repaired.schedule.tiers}


def place(repaired: Repair, name: str) -> tuple[str, str | None, str] | None:
    """Return the start, room and chair of a conference."""
    booked = {one.conference: (f"{one.start:%d %H:%M}", one.room, one.chair) for one in repaired.schedule.bookings}
    return booked.get(name)


def test_without_changes_nothing_moves() -> None:
    repaired = after()
    assert repaired.report.model_dump() == {
        "moved": (),
        "withdrawn": (),
        "added": (),
        "affected": {"families": 0, "chairs": 0, "minute_takers": 0},
        "proven": True,
        "front": ({"moves": 0, "late": 0, "proven": True},),
    }
    assert repaired.schedule.bookings == published().bookings


def test_a_chairs_absence_moves_only_what_the_chair_has_then() -> None:
    repaired = after(ABSENT)
    assert [one.conference for one in repaired.report.moved] == ["A", "C"]
    assert place(repaired, "B") == ("02 10:00", "WYC-1", "C2")
    assert place(repaired, "C") == ("03 10:00", "AYL-1", "C2")
    assert repaired.report.affected == Affected(families=2, chairs=2, minute_takers=0)
    assert repaired.report.front == (FrontPoint(moves=2, late=0, proven=True),)
    assert all(tier.proven for tier in repaired.schedule.tiers)
    assert check(repaired.problem, repaired.schedule).remarks == ()


def test_the_result_belongs_to_the_changed_problem_with_the_schedule_published() -> None:
    repaired = after(ABSENT)
    assert [one.conference for one in repaired.problem.published] == ["A", "B", "C"]
    assert repaired.schedule.problem == repaired.problem.digest
    assert not repaired.problem.chair_by_id["C1"].works_on(dt.date(2027, 3, 2))


def test_fewer_moves_come_before_smaller_changes() -> None:
    """Moving A and B costs 3 + 1 of T3, moving A to another day 5; the second is one move."""
    problem = diary(chairs=[chair("C1"), chair("C2", max_per_day=1)], rooms=[room("AYL-1", starts=["10:00"]), room("WYC-1")])
    repaired = after(ABSENT | {"last": "2027-03-02"}, problem=problem)
    assert [one.conference for one in repaired.report.moved] == ["A"]
    assert tiers(repaired)["stability"] == 5


def test_a_cancelled_conference_is_withdrawn_and_its_slot_is_left_to_those_that_wait() -> None:
    problem = diary(rooms=[room("AYL-1", starts=["10:00"], last="2027-03-02"), room("WYC-1", last="2027-03-02")])
    old = schedule(*published().bookings[:2], booking("C", "2027-03-01T10:00"))
    problem = diary(**{"conferences": [*problem.model_dump()["conferences"], conference("W", earliest="2027-03-02")]})
    repaired = after(CANCEL_A, problem=problem, old=old)
    assert (repaired.report.withdrawn, repaired.report.added, repaired.report.moved) == (("A",), ("W",), ())
    assert repaired.report.affected.families == 2


def test_a_new_conference_is_added_beside_what_is_published() -> None:
    repaired = after({"change": "add", "conference": conference("N")})
    assert (repaired.report.added, repaired.report.moved, repaired.report.affected.families) == (("N",), (), 1)


def test_an_inquorate_conference_is_booked_again_after_its_day_and_counts_as_added() -> None:
    repaired = after({"change": "inquorate", "conference": "A"})
    assert (repaired.report.added, repaired.report.moved, repaired.report.withdrawn) == (("A",), (), ())
    again = place(repaired, "A")
    assert again is not None
    assert again[0] > "03"


def test_a_family_that_cannot_come_moves_alone() -> None:
    repaired = after({"change": "unavailable", "conference": "C", "start": "2027-03-03T00:00", "end": "2027-03-03T24:00"})
    assert [one.conference for one in repaired.report.moved] == ["C"]


def test_a_requested_move_is_made_and_counts() -> None:
    repaired = after({"change": "move", "conference": "C", "start": "2027-03-02T10:00"})
    assert place(repaired, "C") == ("02 10:00", "AYL-1", "C1")
    assert {one.conference for one in repaired.report.moved} == {"A", "C"}
    assert repaired.report.front == (FrontPoint(moves=2, late=0, proven=True),)


def test_a_hold_gives_way() -> None:
    rooms = [room("AYL-1", starts=["10:00"], last="2027-03-02"), room("WYC-1", starts=["10:00"], last="2027-03-02")]
    problem = diary(rooms=rooms, holds=[{"site": "WYC", "week": "2027-03-01", "count": 1}])
    hold = booking("HOLD-WYC-2027-03-01-1", "2027-03-01T10:00", room="WYC-1", chair="C2")
    old = schedule(*published().bookings[:2], booking("C", "2027-03-01T10:00"), hold)
    closed = {"change": "room_closes", "room": "AYL-1", "first": "2027-03-01", "last": "2027-03-01"}
    repaired = after(closed, problem=problem, old=old)
    assert repaired.report.withdrawn == ("HOLD-WYC-2027-03-01-1",)
    assert [one.conference for one in repaired.report.moved] == ["C"]


def test_minute_takers_change_as_little_as_possible_and_count_as_affected() -> None:
    problem = diary(minute_takers=[minute_taker("M1"), minute_taker("M2"), minute_taker("M3")])
    with_takers = zip(published().bookings, ("M1", "M2", "M3"), strict=True)
    old = schedule(*(one.model_copy(update={"minute_taker": taker}) for one, taker in with_takers))
    gone = {"change": "minute_taker_absent", "minute_taker": "M1"}
    repaired = after(gone, problem=problem, old=old)
    assert [one.minute_taker for one in repaired.schedule.bookings] == ["M3", "M2", "M3"]
    assert repaired.report.moved == ()
    assert repaired.report.affected == Affected(families=0, chairs=0, minute_takers=2)


def test_a_minute_taker_whose_conference_gets_another_chair_only_is_not_affected() -> None:
    problem = diary(minute_takers=[minute_taker("M1"), minute_taker("M2"), minute_taker("M3")])
    takers = ("M1", "M2", "M3")
    old = schedule(
        *(one.model_copy(update={"minute_taker": taker}) for one, taker in zip(published().bookings, takers, strict=True))
    )
    first = old.bookings[0]
    other_chair, other_room = first.model_copy(update={"chair": "C9"}), first.model_copy(update={"room": "ELSE"})
    counts = []
    for becomes in (other_chair, other_room, first.model_copy(update={"minute_taker": "M2"})):
        report = report_of(problem, problem, old, schedule(becomes, *old.bookings[1:]), proven=True, front=())
        counts.append((report.affected.chairs, report.affected.minute_takers))
    assert counts == [(2, 0), (1, 1), (0, 2)]


# What stays -------------------------------------------------------------------------------------------


def test_a_frozen_booking_that_breaks_a_rule_changes_its_chair_and_not_its_start() -> None:
    problem = diary(chairs=[chair("C1"), chair("C2"), chair("C3", first="2027-03-02")])
    repaired = after(ABSENT, problem=problem, freeze_until=dt.date(2027, 3, 4))
    assert place(repaired, "A") == ("02 10:00", "AYL-1", "C3")
    assert [exception.conference for exception in repaired.schedule.exceptions] == ["A", "C"]
    assert repaired.schedule.exceptions[0] == PlanException(
        conference="A",
        rule="R9",
        text="Published for Tuesday 2 March 2027 at 10:00, it breaks a rule. It changes its chair from C1 to C3. "
        "R3: A: C1 does not work on Tuesday 2 March 2027.",
    )


def test_a_frozen_booking_that_cannot_stay_at_its_start_moves_behind_the_frozen_days() -> None:
    only = diary(chairs=[chair("C1"), chair("C2", busy=[{"start": "2027-03-02T00:00", "end": "2027-03-03T24:00"}])])
    old = schedule(booking("A", "2027-03-02T10:00"), booking("B", "2027-03-01T10:00", room="WYC-1", chair="C2"))
    without_c = diary(chairs=only.model_dump()["chairs"], conferences=only.model_dump()["conferences"][:2])
    repaired = after(ABSENT, problem=without_c, old=old, freeze_until=dt.date(2027, 3, 4))
    assert place(repaired, "B") == ("01 10:00", "WYC-1", "C2")
    moved = place(repaired, "A")
    assert moved is not None
    assert moved[0] >= "04"


def test_nothing_moves_before_the_freeze_even_if_it_would_be_less_late() -> None:
    late = [conference("A", due="2027-03-01"), *diary().model_dump()["conferences"][1:]]
    free = after(problem=diary(conferences=late))
    frozen = after(problem=diary(conferences=late), freeze_until=dt.date(2027, 3, 3))
    assert (place(free, "A"), tiers(free)["late"]) != (place(frozen, "A"), tiers(frozen)["late"])
    assert place(frozen, "A") == ("02 10:00", "AYL-1", "C1")


def test_a_kept_booking_stays_and_another_moves() -> None:
    away = {"change": "unavailable", "conference": "B", "start": "2027-03-02T09:00", "end": "2027-03-02T12:00"}
    assert place(after(away, keep=["A", "C"]), "A") == ("02 10:00", "AYL-1", "C1")


@pytest.mark.parametrize("stays", [{"keep": ["A"]}, {"freeze_until": dt.date(2027, 3, 3)}], ids=["kept", "frozen"])
def test_kept_and_frozen_bookings_stay_if_locks_are_off(stays: dict[str, Any]) -> None:
    locked = {"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
    afternoon = {"start": "2027-03-02T12:00", "end": "2027-03-02T18:00"}
    urgent = conference("D", earliest="2027-03-02", due="2027-03-02", unavailable=[afternoon])
    problem = diary(
        rooms=[room("AYL-1")],
        chairs=[chair("C1")],
        conferences=[conference("A"), conference("C"), urgent],
        published=[locked],
        policy={"virtual_fallback": False, "off": ["R8"]},
    )
    old = schedule(booking("A", "2027-03-02T10:00"), booking("C", "2027-03-03T10:00"))
    away = {"change": "unavailable", "conference": "C", "start": "2027-03-03T00:00", "end": "2027-03-03T12:00"}
    repaired = after(away, problem=problem, old=old, **stays)
    assert [place(repaired, name) for name in ("A", "C", "D")] == [
        ("02 10:00", "AYL-1", "C1"),
        ("03 14:00", "AYL-1", "C1"),
        ("03 10:00", "AYL-1", "C1"),
    ]
    assert (repaired.problem.policy.off, repaired.problem.published_by_id["C"].locks) == (("R8",), ("time",))


def test_a_move_that_makes_a_conference_late_is_made_if_locks_are_off() -> None:
    problem = diary(conferences=[conference("C", due="2027-03-03")], policy={"virtual_fallback": False, "off": ["R8"]})
    old = schedule(booking("C", "2027-03-03T10:00"))
    repaired = after({"change": "move", "conference": "C", "start": "2027-03-05T10:00"}, problem=problem, old=old)
    assert place(repaired, "C") == ("05 10:00", "AYL-1", "C1")


def test_a_kept_booking_may_get_another_minute_taker() -> None:
    problem = diary(minute_takers=[minute_taker("M1"), minute_taker("M2")], conferences=[conference("A")])
    old = schedule(booking("A", "2027-03-02T10:00", minute_taker="M1"))
    away = {"change": "minute_taker_absent", "minute_taker": "M1"}
    repaired = after(away, problem=problem, old=old, keep=["A"])
    assert repaired.schedule.bookings == (booking("A", "2027-03-02T10:00", minute_taker="M2"),)
    both = [away, {"change": "minute_taker_absent", "minute_taker": "M2"}]
    with pytest.raises(InputError) as error:
        after(*both, problem=problem, old=old, keep=["A"])
    assert str(error.value) == "keep: 'A' can't keep its booking: A: M1 does not work on Tuesday 2 March 2027. Leave it out."


def test_bookings_that_cannot_all_stay_are_reported_together() -> None:
    onto_a = {"change": "move", "conference": "C", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1"}
    with pytest.raises(InputError) as refused:
        after(onto_a, keep=["A"])
    assert [str(fault) for fault in refused.value.faults] == [
        "keep: 'A' can't keep its booking. It can't be kept together with C. Leave it out.",
        "changes[0]: 'C' can't move there. It can't be kept together with A. Enter another place.",
    ]
    moved = place(after(onto_a), "A")
    assert moved is not None
    assert moved != ("02 10:00", "AYL-1", "C1")


def test_a_move_to_a_time_at_which_the_family_cannot_come_is_refused() -> None:
    away = {"change": "unavailable", "conference": "C", "start": "2027-03-04T00:00", "end": "2027-03-04T24:00"}
    move = {"change": "move", "conference": "C", "start": "2027-03-04T10:00"}
    why = "C is on Thursday 4 March 2027 at 10:00, when the family cannot come."
    with pytest.raises(InputError) as refused:
        after(away, move)
    assert [str(fault) for fault in refused.value.faults] == [f"changes[1]: 'C' can't move there. {why} Enter another place."]
    with pytest.raises(InputError, match=r"changes\[1\]: 'C' can't move there. The lock on its time can't be kept") as refused:
        after(away, move, problem=on_day(diary(policy={"move_notice_days": 0, "notice_days": 0}), dt.date(2027, 3, 1)))
    assert len(refused.value.faults) == 1


def test_at_most_so_many_bookings_move_and_the_others_are_not_placed() -> None:
    repaired = after(ABSENT, max_moves=1)
    assert (len(repaired.report.moved), len(repaired.report.withdrawn)) == (1, 1)
    assert repaired.report.proven
    assert after(ABSENT, max_moves=0).report.withdrawn == ("A", "C")


def test_locks_hold() -> None:
    locked = [{"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}]
    assert place(after(ABSENT, problem=diary(published=locked)), "C") == ("03 10:00", "AYL-1", "C2")
    by_chair = [locked[0] | {"locks": ["chair"]}]
    moved = place(after(ABSENT, problem=diary(published=by_chair)), "C")
    assert moved is not None
    assert moved[2] == "C1"


def test_a_lock_that_an_absence_makes_impossible_is_refused_or_with_today_dropped() -> None:
    locked = [{"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "chair"]}]
    with pytest.raises(InputError) as refused:
        after(ABSENT, problem=diary(published=locked))
    assert [str(fault) for fault in refused.value.faults] == [
        "published.C.locks: no schedule can keep the locks of 'C'. C: C1 does not work on Wednesday 3 March 2027. Remove them."
    ]
    dropped = after(ABSENT, problem=on_day(diary(published=locked), dt.date(2027, 2, 18)))
    assert [(one.conference, one.rule) for one in dropped.schedule.exceptions] == [("C", "R8")]


def test_the_past_stays() -> None:
    repaired = after(ABSENT, problem=on_day(diary(), dt.date(2027, 3, 3)))
    assert place(repaired, "A") == ("02 10:00", "AYL-1", "C1")


# The front ----------------------------------------------------------------------------------------------


def test_the_front_sets_moves_against_lateness() -> None:
    """X is late whatever is done: by one day if Y makes way, else by two."""
    problem = diary(
        rooms=[room("AYL-1", starts=["10:00"])],
        chairs=[chair("C1")],
        conferences=[conference("X", due="2027-03-01", children=1), conference("Y"), conference("Z", earliest="2027-03-05")],
    )
    old = schedule(booking("X", "2027-03-01T10:00"), booking("Y", "2027-03-02T10:00"), booking("Z", "2027-03-05T10:00"))
    closed = {"change": "room_closes", "room": "AYL-1", "first": "2027-03-01", "last": "2027-03-01"}
    repaired = after(closed, problem=problem, old=old)
    assert [one.conference for one in repaired.report.moved] == ["X", "Y"]
    assert repaired.report.front == (
        FrontPoint(moves=1, late=12, proven=True),
        FrontPoint(moves=2, late=11, proven=True),
    )
    assert after(closed, problem=problem, old=old, with_front=False).report.front == (FrontPoint(moves=2, late=11, proven=True),)
    assert after(closed, problem=problem, old=old, max_moves=1).report.front == (FrontPoint(moves=1, late=12, proven=True),)


# Time ---------------------------------------------------------------------------------------------------


class Steps:
    """A clock that goes on by a second whenever anybody looks at it, so that time runs out at any place."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


@pytest.mark.parametrize("seconds", [1, 5, 20, 80])
def test_a_schedule_comes_wherever_time_runs_out_and_it_claims_nothing_false(seconds: int) -> None:
    repaired = after(ABSENT, time_limit=seconds, clock=Steps(), workers=1)
    assert check(repaired.problem, repaired.schedule).ok
    for tier, best in zip(repaired.schedule.tiers, after(ABSENT).schedule.tiers, strict=True):
        assert tier.bound <= best.value <= tier.value
        if not tier.proven:
            break
    assert not repaired.report.proven or len(repaired.report.moved) == 2


def test_a_stopped_repair_returns_a_schedule() -> None:
    stop = threading.Event()
    stop.set()
    assert check((stopped := after(ABSENT, stop=stop)).problem, stopped.schedule).ok
