import datetime as dt
import json
from typing import Any

import pytest

from scheduler.domain.faults import read_problem
from scheduler.domain.problem import HeldSlot, Problem, on_day, with_published
from scheduler.domain.values import Interval
from tests.builders import booking, conference, minute_taker, room, tiny_data, tiny_problem
from tests.paths import EXAMPLES


def times(*written: str) -> tuple[dt.time, ...]:
    return tuple(dt.time.fromisoformat(time) for time in written)


def test_only_what_the_contract_requires_is_required() -> None:
    required = ("version", "horizon", "sites", "rooms", "chairs", "conferences")
    problem = read_problem({field: tiny_data()[field] for field in required})
    assert (problem.minute_takers, problem.virtual_starts, problem.calendar.terms) == (None, None, None)
    assert (problem.holds, problem.apart, problem.published, problem.travel) == ((), (), (), ())
    the_conference, the_room, the_chair = problem.conferences[0], problem.rooms[0], problem.chairs[0]
    assert (the_conference.minutes, the_conference.mode, the_conference.school_age) == (105, "hybrid", 0)
    assert (the_room.accessible, the_room.first, the_room.closed) == (False, None, ())
    assert (the_chair.fte, the_chair.caseload, the_chair.max_per_day, the_chair.reserve) == (1.0, 0, None, False)


def test_the_working_days_of_the_horizon_have_closures_among_them() -> None:
    problem = tiny_problem(horizon={"first": "2027-03-25", "last": "2027-03-31"}, calendar={"closures": ["2027-03-30"]})
    assert problem.working_days == (dt.date(2027, 3, 25), dt.date(2027, 3, 30), dt.date(2027, 3, 31))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ("09:30", "10:00", "14:00")),
        (["14:00", "09:00", "14:00"], ("09:00", "14:00")),
        ([], ()),
    ],
)
def test_virtual_starts_are_those_given_or_those_of_any_room(given: Any, expected: tuple[str, ...]) -> None:
    rooms = [room("AYL-1", starts=["14:00", "10:00"]), room("WYC-1", starts=["09:30", "14:00"])]
    assert tiny_problem(rooms=rooms, virtual_starts=given).all_virtual_starts == times(*expected)


def test_due_and_earliest_dates_of_every_conference() -> None:
    problem = tiny_problem(conferences=[conference("A"), conference("B", requested="2027-03-01", due="2027-03-20")])
    assert problem.due == {"A": dt.date(2027, 3, 19), "B": dt.date(2027, 3, 20)}
    assert problem.earliest == {"A": dt.date(2027, 3, 1), "B": dt.date(2027, 3, 8)}


def test_holds_are_numbered_within_their_site_and_week_as_written() -> None:
    holds = [("AYL", "2027-03-03", 2), ("WYC", "2027-03-03", 1), ("AYL", "2027-03-03", 1), ("AYL", "2027-03-01", 1)]
    problem = tiny_problem(holds=[{"site": site, "week": week, "count": count} for site, week, count in holds])
    monday = dt.date(2027, 3, 1)
    assert problem.held_slots == (
        HeldSlot(id="HOLD-AYL-2027-03-03-1", site="AYL", monday=monday),
        HeldSlot(id="HOLD-AYL-2027-03-03-2", site="AYL", monday=monday),
        HeldSlot(id="HOLD-WYC-2027-03-03-1", site="WYC", monday=monday),
        HeldSlot(id="HOLD-AYL-2027-03-03-3", site="AYL", monday=monday),
        HeldSlot(id="HOLD-AYL-2027-03-01-1", site="AYL", monday=monday),
    )
    assert list(problem.held_slot_by_id) == [slot.id for slot in problem.held_slots]


def test_travel_counts_both_ways_unless_both_are_given() -> None:
    journeys = [("AYL", "WYC", 40)], [("WYC", "AYL", 40)], [("AYL", "WYC", 40), ("WYC", "AYL", 50)], []
    result = [
        tiny_problem(travel=[{"from": from_, "to": to, "minutes": minutes} for from_, to, minutes in each]).travel_minutes
        for each in journeys
    ]
    one_way, both_ways = {("AYL", "WYC"): 40, ("WYC", "AYL"): 40}, {("AYL", "WYC"): 40, ("WYC", "AYL"): 50}
    assert result == [one_way, one_way, both_ways, {}]


def test_people_and_room_time_go_by_the_conferences_length() -> None:
    problem = tiny_problem(
        conferences=[conference("A", minutes=90)],
        holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}],
        policy={"pre_meet": 20, "reset": 10},
    )

    def interval(start: str, end: str) -> Interval:
        return Interval.model_validate({"start": f"2027-03-02T{start}", "end": f"2027-03-02T{end}"})

    stated_wrongly = booking("A", minutes=15)
    assert problem.people_time(stated_wrongly) == interval("09:40", "11:30")
    assert problem.room_time(stated_wrongly) == interval("09:40", "11:40")
    assert problem.people_time(booking("HOLD-AYL-2027-03-03-1", minutes=15)) == interval("09:40", "11:45")
    assert problem.people_time(booking("Z", minutes=15)) == interval("09:40", "10:15")


def test_the_site_of_a_booking() -> None:
    assert [tiny_problem().site_of(room) for room in ("WYC-1", None, "Z-9")] == ["WYC", None, None]


def test_minute_takers_are_modelled_where_they_are_given_and_their_rule_is_on() -> None:
    given = {"minute_takers": [minute_taker()]}
    problems = (
        tiny_problem(),
        tiny_problem(minute_takers=[]),
        tiny_problem(**given),
        tiny_problem(**given, policy={"off": ["R5"]}),
    )
    assert [problem.models_minute_takers for problem in problems] == [False, True, True, False]


def test_things_are_found_under_their_ids() -> None:
    published = {"conference": "A", "start": "2027-03-02T10:00", "chair": "C1"}
    problem = tiny_problem(minute_takers=[minute_taker()], published=[published])
    assert list(problem.site_by_id) == ["AYL", "WYC"]
    assert list(problem.room_by_id) == ["AYL-1", "WYC-1"]
    assert list(problem.chair_by_id) == ["C1", "C2"]
    assert list(problem.minute_taker_by_id) == ["M1"]
    assert list(problem.conference_by_id) == list(problem.published_by_id) == ["A"]
    assert tiny_problem().minute_taker_by_id == {}


def test_the_digest_is_that_of_the_content_and_not_of_its_writing() -> None:
    plain = tiny_problem()
    spelled_out = read_problem(dict(reversed(list(tiny_data(holds=[], policy={"pre_meet": 30}).items()))))
    other = tiny_problem(policy={"pre_meet": 31})
    assert plain.digest == spelled_out.digest != other.digest
    assert len(plain.digest) == 64


@pytest.mark.parametrize("name", ["march", "march.replan", "june"])
def test_a_problem_comes_back_from_its_json(name: str) -> None:
    problem = read_problem(json.loads((EXAMPLES / f"{name}.json").read_text()))
    again: Problem = read_problem(json.loads(problem.model_dump_json(by_alias=True)))
    assert again == problem
    assert again.digest == problem.digest


def test_what_was_looked_up_makes_no_difference() -> None:
    used, fresh = tiny_problem(), tiny_problem()
    assert used.due and used.held_slots == () and used.digest
    assert used == fresh


def planned_on(today: str | None, **changes: object) -> Problem:
    near = {"conference": "A", "start": "2027-03-08T10:00", "room": "AYL-1", "chair": "C1"}
    return tiny_problem(today=today, published=[near], **changes)


@pytest.mark.parametrize(
    ("today", "changes", "earliest"),
    [
        (None, {}, "2027-03-01"),
        ("2027-03-02", {}, "2027-03-09"),
        ("2027-03-02", {"notice_waived": True}, "2027-03-03"),
        ("2027-03-05", {"notice_waived": True}, "2027-03-08"),
        ("2027-03-02", {"requested": "2027-03-03"}, "2027-03-10"),
        ("2027-03-02", {"requested": "2027-03-03", "notice_waived": True}, "2027-03-03"),
        (None, {"requested": "2027-03-03", "notice_waived": True}, "2027-03-01"),
        ("2027-03-02", {"earliest": "2027-03-20"}, "2027-03-20"),
        ("2027-03-02", {"kind": "review", "due": "2027-04-30"}, "2027-04-02"),
    ],
)
def test_the_earliest_date_counts_the_notice_from_today(today: str | None, changes: dict[str, object], earliest: str) -> None:
    assert str(planned_on(today, conferences=[conference(**changes)]).earliest["A"]) == earliest


def test_a_published_start_that_is_kept_is_not_bound_by_today() -> None:
    problem = planned_on("2027-03-02")
    assert problem.earliest_at("A", dt.datetime(2027, 3, 8, 10)) == dt.date(2027, 3, 1)
    assert problem.earliest_at("A", dt.datetime(2027, 3, 8, 14)) == dt.date(2027, 3, 9)


@pytest.mark.parametrize(
    ("today", "days", "first", "past"),
    [
        (None, 5, None, []),
        ("2027-03-08", 5, "2027-03-15", []),
        ("2027-03-09", 0, "2027-03-09", ["A"]),
        ("2027-03-06", 1, "2027-03-08", []),
    ],
)
def test_what_is_past_and_from_when_bookings_may_move(today: str | None, days: int, first: str | None, past: list[str]) -> None:
    problem = planned_on(today, policy={"move_notice_days": days})
    assert problem.first_movable_day == (None if first is None else dt.date.fromisoformat(first))
    assert list(problem.past) == past


def test_another_day_or_other_bookings_give_a_problem_of_their_own() -> None:
    problem = planned_on("2027-03-02")
    assert (problem.earliest["A"], problem.first_movable_day) == (dt.date(2027, 3, 9), dt.date(2027, 3, 9))
    later = on_day(problem, dt.date(2027, 3, 9))
    assert (later.earliest["A"], later.first_movable_day, list(later.past)) == (dt.date(2027, 3, 16), dt.date(2027, 3, 16), ["A"])
    assert later == planned_on("2027-03-09")
    assert later.digest == planned_on("2027-03-09").digest != problem.digest
    assert with_published(problem, ()).published_by_id == {}
