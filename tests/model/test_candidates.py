import datetime as dt
from typing import Any

import numpy as np

from scheduler.domain.problem import Problem
from scheduler.domain.values import Interval
from scheduler.model.candidates import VIRTUAL, Candidates, FixedDiary, all_candidates
from scheduler.model.places import Place, interchangeable_places, single_places
from tests.builders import booking, chair, conference, room, tiny_problem

FIRST = dt.date(2027, 3, 1)


def two_days(**changes: Any) -> Problem:
    """Return a problem of a Monday and a Tuesday."""
    return tiny_problem(**({"horizon": {"first": "2027-03-01", "last": "2027-03-02"}} | changes))


def candidates_of(problem: Problem) -> Candidates:
    return all_candidates(problem, single_places(problem))


def minutes(day: int, hour: int, minute: int = 0) -> int:
    return (day * 24 + hour) * 60 + minute


def test_candidates_combine_conferences_starts_places_and_chairs() -> None:
    problem = two_days(
        conferences=[conference("A"), conference("B")],
        rooms=[room("AYL-1"), room("WYC-1", starts=["09:30"])],
        virtual_starts=["11:00"],
    )
    candidates = candidates_of(problem)
    combinations = {
        (
            candidates.requests[candidates.request[n]].conference.id,
            str(candidates.moment(int(candidates.start[n]))),
            candidates.place[n],
            problem.chairs[candidates.chair[n]].id,
        )
        for n in candidates.positions
    }
    expected = {
        (name, f"2027-03-0{day} {start}:00", place, chair_id)
        for name in "AB"
        for day in (1, 2)
        for start, place in (("10:00", 0), ("14:00", 0), ("09:30", 1), ("11:00", 2))
        for chair_id in ("C1", "C2")
    }
    assert (combinations, len(candidates)) == (expected, len(expected))


def test_closed_days_have_no_candidates() -> None:
    problem = tiny_problem(
        horizon={"first": "2027-03-25", "last": "2027-03-30"}, calendar={"closures": ["2027-03-30"]}
    )  # Good Friday to Easter Monday, and a closure
    assert candidates_of(problem).days == (dt.date(2027, 3, 25),)


def test_without_open_days_there_are_no_candidates() -> None:
    candidates = candidates_of(two_days(calendar={"closures": ["2027-03-01", "2027-03-02"]}))
    assert (len(candidates), candidates.days, len(candidates.end), len(candidates.week)) == (0, (), 0, 0)
    assert candidates.touched([(), ()]).shape == (2, 0)


def test_people_time_includes_the_pre_meet_and_depends_on_the_length() -> None:
    problem = two_days(
        conferences=[conference("A"), conference("B", minutes=60)],
        rooms=[room(starts=["10:00"])],
        policy={"pre_meet": 45},
    )
    candidates = candidates_of(problem)
    first = candidates.of_request(0)[0], candidates.of_request(1)[0]
    assert [(candidates.arrival[n], candidates.start[n], candidates.end[n]) for n in first] == [
        (minutes(0, 9, 15), minutes(0, 10), minutes(0, 11, 45)),
        (minutes(0, 9, 15), minutes(0, 10), minutes(0, 11)),
    ]


def test_candidates_have_days_dates_weeks_and_sites() -> None:
    problem = tiny_problem(
        horizon={"first": "2027-03-07", "last": "2027-03-09"}, chairs=[chair()], rooms=[room(starts=["10:00"])]
    )
    candidates = candidates_of(problem)
    monday, tuesday = dt.date(2027, 3, 8).toordinal(), dt.date(2027, 3, 9).toordinal()
    assert candidates.day.tolist() == [0, 0, 1, 1]
    assert candidates.date.tolist() == [monday, monday, tuesday, tuesday]
    assert candidates.week.tolist() == [monday] * 4
    assert candidates.site.tolist() == [0, VIRTUAL, 0, VIRTUAL]
    assert candidates.in_room.tolist() == [True, False, True, False]
    assert (candidates.start // (24 * 60)).tolist() == [1, 1, 2, 2]
    assert candidates.time_day[candidates.time].tolist() == candidates.day.tolist()


def test_a_diary_touches_the_people_times_that_it_overlaps() -> None:
    candidates = candidates_of(two_days(rooms=[room(starts=["10:00", "14:00"])]))
    until_arrival = Interval(start="2027-03-01T09:00", end="2027-03-01T09:30")
    into_arrival = Interval(start="2027-03-01T09:00", end="2027-03-01T09:31")
    from_end = Interval(start="2027-03-02T15:45", end="2027-03-02T17:00")
    before_end = Interval(start="2027-03-02T15:44", end="2027-03-02T17:00")
    assert candidates.touched([(until_arrival, from_end), (into_arrival,), (before_end, into_arrival)]).tolist() == [
        [False, False, False, False],
        [True, False, False, False],
        [True, False, False, True],
    ]


def test_holds_of_one_site_and_week_are_one_request() -> None:
    problem = tiny_problem(
        holds=[
            {"site": "AYL", "week": "2027-03-03", "count": 2},
            {"site": "AYL", "week": "2027-03-05", "count": 1},
            {"site": "WYC", "week": "2027-03-03", "count": 1},
        ]
    )
    candidates = candidates_of(problem)
    assert [[slot.id for slot in request.slots] for request in candidates.requests] == [
        [],
        ["HOLD-AYL-2027-03-03-1", "HOLD-AYL-2027-03-03-2", "HOLD-AYL-2027-03-05-1"],
        ["HOLD-WYC-2027-03-03-1"],
    ]
    assert [request.count for request in candidates.requests] == [1, 3, 1]
    assert [request.minutes for request in candidates.requests] == [105, 105, 105]
    assert [request.site for request in candidates.requests] == ["AYL", "AYL", "WYC"]
    assert candidates.is_hold.tolist() == (candidates.request > 0).tolist()
    assert candidates.request_index == {
        "A": 0,
        "HOLD-AYL-2027-03-03-1": 1,
        "HOLD-AYL-2027-03-03-2": 1,
        "HOLD-AYL-2027-03-05-1": 1,
        "HOLD-WYC-2027-03-03-1": 2,
    }


def test_rooms_that_differ_only_in_name_are_one_place() -> None:
    rooms = [room("AYL-1", name="Elm"), room("WYC-1"), room("AYL-2", name="Oak"), room("AYL-3", starts=["10:00"])]
    problem = tiny_problem(rooms=rooms)
    names = [[own.id for own in place.rooms] for place in interchangeable_places(problem)]
    assert names == [["AYL-1", "AYL-2"], ["WYC-1"], ["AYL-3"], []]
    assert single_places(problem) == (*(Place((own,)) for own in problem.rooms), Place())


def test_a_room_with_a_published_booking_is_a_separate_place() -> None:
    published = [{"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-2", "chair": "C1"}]
    problem = tiny_problem(rooms=[room(f"AYL-{n}") for n in (1, 2, 3)], published=published)
    places = interchangeable_places(problem)
    assert [[own.id for own in place.rooms] for place in places] == [["AYL-1", "AYL-3"], ["AYL-2"], []]
    candidates = all_candidates(problem, places)
    assert [candidates.place_of(name) for name in ("AYL-1", "AYL-2", "AYL-3", None)] == [0, 1, 0, 2]


def test_selected_candidates_keep_their_features() -> None:
    candidates = candidates_of(two_days(conferences=[conference("A"), conference("B", minutes=60)]))
    keep = (candidates.chair == 1) & candidates.in_room
    selected = candidates.select(keep)
    for feature in ("request", "chair", "start", "arrival", "end", "place", "site", "day", "date", "week"):
        assert getattr(selected, feature).tolist() == getattr(candidates, feature)[keep].tolist(), feature
    assert selected.of_request(1).tolist() == np.flatnonzero(selected.request == 1).tolist()


def test_holds_have_default_features() -> None:
    problem = two_days(holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}], chairs=[chair(reserve=True)])
    candidates = candidates_of(problem)
    first, hold = candidates.of_request(0)[0], candidates.of_request(1)[0]
    children = candidates.of_conferences(lambda conference: conference.children, of_holds=-1)
    assert (children[first], children[hold]) == (2, -1)
    due = candidates.dates(problem.due)
    assert (due[first], due[hold]) == (dt.date(2027, 3, 19).toordinal(), FIRST.toordinal())
    assert candidates.of_chairs(lambda chair: chair.reserve)[first] == 1
    assert candidates.of_days(lambda day: day.day)[hold] == 1


def test_working_days_are_counted_as_in_the_calendar() -> None:
    problem = tiny_problem()
    candidates = candidates_of(problem)
    days = [dt.date(2027, 3, 1) + dt.timedelta(days=n) for n in range(45)]
    start = np.array([one.toordinal() for one in days for _ in days])
    end = np.array([other.toordinal() for _ in days for other in days])
    expected = [problem.calendar.working_days(one, other) for one in days for other in days]
    assert candidates.working_days(start, end).tolist() == expected
    assert candidates.working_days(start[:0], end[:0]).tolist() == []


def test_the_candidates_of_bookings_are_found() -> None:
    candidates = candidates_of(tiny_problem())
    bookings = [
        booking("A", "2027-03-02T10:00"),
        booking("A", "2027-03-02T10:00", room=None, chair="C2"),
        booking("A", "2027-03-02T10:30"),
        booking("A", "2027-03-02T10:00", minutes=90),
        booking("A", "2027-03-06T10:00"),
        booking("A", room="X"),
        booking("A", chair="X"),
        booking("X"),
    ]
    first, second, *others = candidates.columns_of(bookings)
    assert others == [None] * 6
    assert first is not None
    assert second is not None
    assert (candidates.moment(int(candidates.start[first])), candidates.chair[first], candidates.place[first]) == (
        dt.datetime(2027, 3, 2, 10),
        0,
        0,
    )
    assert (candidates.site[second], candidates.chair[second]) == (VIRTUAL, 1)


def test_moment_and_minute_are_inverses() -> None:
    candidates = candidates_of(tiny_problem())
    moment = dt.datetime(2027, 3, 29, 23, 45)
    assert candidates.minute(moment) == minutes(28, 23, 45)
    assert candidates.moment(candidates.minute(moment)) == moment


def test_a_fixed_diary_leaves_each_booking_one_candidate_and_the_open_conference_all_of_its() -> None:
    problem = two_days(
        conferences=[conference("A"), conference("B"), conference("N")], holds=[{"site": "AYL", "week": "2027-03-01", "count": 2}]
    )
    booked = (booking("A", "2027-03-06T11:00"), booking("HOLD-AYL-2027-03-01-2", "2027-03-01T10:00"))
    diary = FixedDiary(booked, frozenset({"N"}))
    candidates = all_candidates(problem, single_places(problem), diary=diary)
    fixed = candidates.columns_of(booked)
    assert np.flatnonzero(candidates.is_fixed).tolist() == sorted(column for column in fixed if column is not None)
    assert candidates.days[-1] == dt.date(2027, 3, 6), "a booking stays, even on a day on which nothing else is booked"
    per_request = np.bincount(candidates.request, minlength=4).tolist()
    assert per_request == [1, 0, 2 * 3 * 2 * 2, 1], "A; B, which stays unplaced; N, in two rooms or virtually; the held slots"
    assert all_candidates(problem, single_places(problem)).is_fixed.any() == np.False_
