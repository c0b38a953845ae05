import datetime as dt
from collections import Counter
from random import Random

from fixtures.tiny import RAW, tiny
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.marginal_value.units import Group, Market, ResourceUnit, chair_days, days_in_words
from scheduler.whatif.marginal_value.worth import Values
from tests.builders import booking, chair, minute_taker, room, schedule, tiny_problem
from tests.exhaustive import TooLargeError, optimum
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem

FIRST_WEEK = {"first": "2027-03-01", "last": "2027-03-07"}
MONDAY, FRIDAY = dt.date(2027, 3, 1), dt.date(2027, 3, 5)


def group_of(kind: str, problem: Problem) -> Group | None:
    return next((group for group in Market(problem).groups if group.offers[0].kind == kind), None)


def offers(kind: str, problem: Problem) -> tuple[ResourceUnit, ...]:
    group = group_of(kind, problem)
    return () if group is None else group.offers


def change(group: Group | ResourceUnit) -> dict[str, object]:
    """Return the only change of a scenario as JSON, without default values."""
    (only,) = group.scenario.changes
    assert isinstance(only, ChangeBase)
    return only.model_dump(mode="json", exclude_defaults=True)


def test_a_chair_day_is_a_new_chair_with_a_full_caseload():
    chairs = [chair("C1", max_per_day=2), chair("C2", max_per_day=2), chair("C3"), chair("R", max_per_day=9, reserve=True)]
    problem = tiny_problem(horizon=FIRST_WEEK, chairs=chairs, policy={"caseload_cap": 80})
    units = offers("chair_day", problem)
    assert [(offer.what, offer.site, offer.week) for offer in units] == [
        (f"One more chair-day, on {day} March 2027", None, MONDAY)
        for day in ("Monday 1", "Tuesday 2", "Wednesday 3", "Thursday 4", "Friday 5")
    ]
    extra = {"id": "extra-copy-1", "name": "Extra chair", "caseload": 80, "max_per_day": 2}
    assert change(units[1]) == {"chair": extra | {"first": "2027-03-02", "last": "2027-03-02"}}
    whole = group_of("chair_day", problem)
    assert whole is not None
    assert change(whole) == {"chair": extra | {"first": "2027-03-01", "last": "2027-03-07"}}


def test_a_room_slot_equals_the_best_room_of_an_open_site():
    rooms = [
        room("AYL-1", hybrid_from=None, accessible=True, closed=[{"first": "2027-03-02", "last": "2027-03-05"}]),
        room("AYL-2", starts=["10:00", "16:00"], hybrid_from="2025-01-01", first="2027-03-05"),
    ]
    problem = tiny_problem(horizon=FIRST_WEEK, rooms=rooms)
    units = offers("room_slot", problem)
    assert [(offer.what, offer.site, offer.week) for offer in units] == [
        (f"One more room at Aylesbury, on {day} March 2027 at {start}", "AYL", MONDAY)
        for day in ("Monday 1", "Friday 5")
        for start in ("10:00", "14:00", "16:00")
    ]
    assert change(units[2]) == {
        "room": {
            "id": "extra-AYL-copy-1",
            "site": "AYL",
            "name": "Extra room",
            "starts": ["16:00"],
            "hybrid_from": "2025-01-01",
            "accessible": True,
            "first": "2027-03-01",
            "last": "2027-03-01",
        }
    }


def test_fridays_are_offered_if_they_add_a_person_or_a_room():
    four_days = chair("C1", works=["mon", "tue", "wed", "thu"])
    assert offers("friday", tiny_problem(horizon=FIRST_WEEK)) == ()
    (offer,) = offers("friday", tiny_problem(horizon=FIRST_WEEK, chairs=[four_days]))
    assert (offer.what, offer.site, offer.week) == ("Friday 5 March 2027 opened", None, MONDAY)
    assert change(offer) == {"dates": [str(FRIDAY)]}
    closed = tiny_problem(horizon=FIRST_WEEK, calendar={"closures": [str(FRIDAY)]})
    room_closed = tiny_problem(horizon=FIRST_WEEK, rooms=[room(closed=[{"first": "2027-03-04", "last": "2027-03-05"}])])
    assert [offer.what for offer in (*offers("friday", closed), *offers("friday", room_closed))] == [offer.what] * 2
    good_friday = tiny_problem(horizon={"first": "2027-03-22", "last": "2027-03-28"}, chairs=[four_days])
    assert offers("friday", good_friday) == ()


def test_hybrid_kit_is_offered_to_rooms_without_it():
    rooms = [room("AYL-1"), room("WYC-1", name="Room 9", hybrid_from="2027-03-02"), room("WYC-2", hybrid_from=None)]
    units = offers("hybrid_kit", tiny_problem(horizon=FIRST_WEEK, rooms=rooms))
    assert [(offer.what, offer.site, offer.week, change(offer)) for offer in units] == [
        ("Hybrid kit in Room 9 (WYC-1), Wycombe", "WYC", None, {"room": "WYC-1"}),
        ("Hybrid kit in WYC-2, Wycombe", "WYC", None, {"room": "WYC-2"}),
    ]


def test_minute_takers_are_offered_by_site_and_week_if_modelled():
    assert offers("minute_taker", tiny_problem()) == ()
    assert offers("minute_taker", tiny_problem(minute_takers=[minute_taker()], policy={"off": ["R5"]})) == ()
    two_weeks = {"first": "2027-03-01", "last": "2027-03-14"}
    problem = tiny_problem(
        horizon=two_weeks, minute_takers=[minute_taker("M1", max_per_day=1), minute_taker("M2", max_per_day=1)]
    )
    units = offers("minute_taker", problem)
    assert [(offer.what, offer.site, offer.week) for offer in units] == [
        (f"One more minute taker at {label} in the week of {monday.day} March 2027", site, monday)
        for monday in (MONDAY, dt.date(2027, 3, 8))
        for site, label in (("AYL", "Aylesbury"), ("WYC", "Wycombe"))
    ]
    absences = [{"first": f"2027-03-{day:02}", "last": f"2027-03-{day:02}"} for day in range(8, 15)]
    extra = {"id": "extra-copy-1", "name": "Extra minute taker", "max_per_day": 1}
    assert change(units[1]) == {"minute_taker": extra | {"sites": ["WYC"], "absences": absences}}


def optimum_with(problem: Problem, node: Group | ResourceUnit) -> Values | None:
    best = optimum(node.scenario.applied(problem))
    return None if best is None else best.tiers


def nodes(group: Group) -> list[tuple[Group, Group | ResourceUnit]]:
    """Return each group paired with each of its members, including nested groups."""
    inner = [member for member in group.members if isinstance(member, Group)]
    return [(group, member) for member in group.members] + [pair for member in inner for pair in nodes(member)]


def test_no_member_is_better_than_its_group_or_worse_than_the_base():
    seen: Counter[str] = Counter()
    for seed in range(8):
        for problem in (random_problem(Random(seed)), varied_problem(Random(seed))):
            try:
                base = optimum(problem)
                for group, member in [pair for whole in Market(problem).groups for pair in nodes(whole)] if base else ():
                    of_group, of_member = optimum_with(problem, group), optimum_with(problem, member)
                    assert base is not None
                    assert of_group is not None
                    assert of_member is not None
                    assert of_group <= of_member <= base.tiers, (seed, member.scenario.name)
                    seen["group gains"] += of_group < base.tiers
                    seen["member gains"] += of_member < base.tiers
            except TooLargeError:
                continue
    assert seen["group gains"] > seen["member gains"] > 10, seen


def test_working_days_are_free_or_used():
    problem = read_problem(RAW | {"chairs": [*RAW["chairs"], {"id": "R", "reserve": True}]})
    by_use = chair_days(
        problem,
        schedule(
            booking("CPC-0005", "2027-01-12T10:00", chair="C2", room=None),
            booking("HOLD-WYC-2027-01-11-1", "2027-01-12T14:00", chair="C2", room="WYC-1"),
            booking("CPC-0003", "2027-01-13T10:00", chair="C1"),
            booking("CPC-0001", "2027-01-13T14:00", chair="C2", room="WYC-1"),
        ),
    )
    first, last = dt.date(2027, 1, 11), dt.date(2027, 1, 15)
    thursday = dt.date(2027, 1, 14)
    assert by_use.free == {"C1": (thursday, last), "C2": (first, thursday, last)}
    assert [offer.what for offer in by_use.used] == [
        "Without Advisor 1 (C1) on Wednesday 13 January 2027",
        "Without Advisor 2 (C2) on Wednesday 13 January 2027",
        "Without Advisor 2 (C2) on Tuesday 12 January 2027",
    ]
    assert change(by_use.used[0]) == {"chair": "C1", "first": "2027-01-13", "last": "2027-01-13"}
    assert by_use.all_free is not None
    assert by_use.all_free.what == "Without 5 chair-days at once"
    assert [one.sentence(problem) for one in by_use.all_free.scenario.changes] == [
        "Advisor 1 (C1) is absent on 14 January 2027.",
        "Advisor 1 (C1) is absent on 15 January 2027.",
        "Advisor 2 (C2) is absent on 11 January 2027.",
        "Advisor 2 (C2) is absent on 14 January 2027.",
        "Advisor 2 (C2) is absent on 15 January 2027.",
    ]
    assert chair_days(tiny(), schedule()).used == ()


def test_consecutive_days_are_joined():
    days = [dt.date(2027, 1, day) for day in (4, 5, 6, 8, 31)]
    assert list(days_in_words(days)) == ["4 to 6 January 2027", "8 January 2027", "31 January 2027"]
