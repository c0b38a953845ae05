"""The stored instances are valid, equal the generated ones, and match the service's published figures."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.generate import INSTANCES, SIZES, write_instances
from benchmarks.months import MONTHS_OF_THE_REPORT
from benchmarks.national import conferences_of_each
from fixtures.published import figures
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from scheduler.domain.values import Period
from scheduler.files import read_problem_file
from scheduler.rules import HARD_RULES

COUNTS = {"week": 6, "month": 20, "quarter": 4, "year": 1, "national": 153}
SOME = {
    "week": ["week-of-2027-01-18"],
    "month": ["report-2022-11", "three-starts", "replanning"],
    "quarter": ["autumn-2026"],
    "year": ["report-2022-23"],
    "national": ["authority-001", "authority-153"],
}


def stored(size: str, name: str) -> Problem:
    return read_problem_file(INSTANCES / size / f"{name}.json")


def all_stored(size: str) -> list[Problem]:
    return [read_problem_file(path) for path in sorted((INSTANCES / size).glob("*.json"))]


def sizes_of(problems: list[Problem]) -> list[int]:
    return [len(problem.conferences) for problem in problems]


def month_due(problem: Problem, conference: Conference) -> str:
    return f"{problem.due[conference.id]:%Y-%m}"


@pytest.mark.parametrize("size", SIZES)
def test_the_stored_instances_are_the_listed_ones(size: str) -> None:
    names = {path.stem for path in (INSTANCES / size).iterdir()}
    assert (names, len(names)) == (set(SIZES[size]), COUNTS[size])


@pytest.mark.parametrize("size", SIZES)
def test_every_stored_instance_is_valid_and_feasible_in_time(size: str) -> None:
    for problem in all_stored(size):
        last_chance = [day for day in problem.working_days if problem.calendar.is_open(day)][-3]
        assert all(earliest <= last_chance for earliest in problem.earliest.values())
        assert all(c.chair is not None for c in problem.conferences if c.kind.is_review)


def test_generating_instances_again_gives_the_same_bytes(tmp_path: Path) -> None:
    some = {size: {name: SIZES[size][name] for name in names} for size, names in SOME.items()}
    for path in write_instances(tmp_path, some):
        assert path.read_bytes() == (INSTANCES / path.relative_to(tmp_path)).read_bytes()


def test_weeks_are_working_weeks_of_different_months() -> None:
    problems = all_stored("week")
    assert {(p.horizon.first.weekday(), (p.horizon.last - p.horizon.first).days) for p in problems} == {(0, 4)}
    assert {len(p.working_days) for p in problems} == {5}
    assert len({p.horizon.first.month for p in problems}) == 6
    assert sizes_of(problems) == [24, 25, 26, 25, 27, 23]


@pytest.mark.parametrize("month", MONTHS_OF_THE_REPORT)
def test_a_month_of_the_report_has_its_conferences_and_children(month: str) -> None:
    problem, published = stored("month", f"report-{month}"), figures(month)
    children = sum(c.children for c in problem.conferences if not c.kind.is_review)
    assert (len(problem.conferences), children) == (published.conferences, published.initial_children)


@pytest.mark.parametrize(("month", "fixture"), [("2022-05", "may-2022"), ("2022-11", "november-2022")])
def test_a_month_that_is_also_a_fixture_is_the_same(month: str, fixture: str) -> None:
    assert stored("month", f"report-{month}") == read_problem_file(f"fixtures/{fixture}.xlsx")


def test_future_months_differ_as_their_names_say() -> None:
    def of(name: str) -> Problem:
        return stored("month", name)

    assert sum(chair.fte for chair in of("one-chair-fewer").chairs if not chair.reserve) == pytest.approx(4.8)
    assert [(room.site, len(room.closed)) for room in of("one-room-closed").rooms] == [("AYL", 0), ("AMR", 1), ("WYC", 0)]
    by_days = {name: len(of(name).conferences) / len(of(name).working_days) for name in ("demand-up-15", "demand-down-20")}
    assert by_days == pytest.approx({"demand-up-15": 1.15 * 5.4, "demand-down-20": 0.8 * 5.4}, rel=0.01)
    assert {len(room.starts) for room in of("three-starts").rooms} == {3}
    assert of("no-minute-takers").minute_takers is None
    assert len(of("many-holds").held_slots) == 36


def test_in_replanning_only_the_absence_breaks_rules() -> None:
    problem = stored("month", "replanning")
    bookings = tuple(
        Booking(
            conference=published.conference,
            start=published.start,
            end=published.start + dt.timedelta(minutes=problem.minutes_by_id[published.conference]),
            room=published.room,
            chair=published.chair,
            minute_taker=published.minute_taker,
        )
        for published in problem.published
    )
    broken = [violation for rule in HARD_RULES for violation in rule.check(problem, Schedule(bookings=bookings))]
    absence = Period(first=dt.date(2027, 7, 5), last=dt.date(2027, 7, 16))
    absent = {chair.id for chair in problem.chairs if absence in chair.absences}
    moved = {booking.chair for booking in bookings if booking.conference in {violation.subject for violation in broken}}
    assert {violation.rule for violation in broken} == {"R3"}
    assert (len(absent), moved) == (1, absent)
    assert len(bookings) / len(problem.conferences) == pytest.approx(0.6, abs=0.02)
    assert {lock for published in problem.published for lock in published.locks} == {"time", "chair", "room"}


def test_quarters_cover_the_seasons() -> None:
    problems = all_stored("quarter")
    assert sizes_of(problems) == [330, 330, 330, 330]
    assert {(p.horizon.first.month, p.horizon.last.month) for p in problems} == {(1, 3), (4, 6), (7, 9), (10, 12)}


def test_the_year_matches_the_published_series_month_by_month() -> None:
    problem = stored("year", "report-2022-23")
    conferences: Counter[str] = Counter()
    children: Counter[str] = Counter()
    reachable: Counter[str] = Counter()
    for conference in problem.conferences:
        month = month_due(problem, conference)
        conferences[month] += 1
        if not conference.kind.is_review:
            children[month] += conference.children
            reachable[month] += conference.children * (problem.earliest[conference.id] <= problem.due[conference.id])
    series = {month: figures(month) for month in MONTHS_OF_THE_REPORT}
    late = {month: of.initial_children - of.initial_children_in_time for month, of in series.items()}
    assert conferences == {month: of.conferences for month, of in series.items()}
    assert children == {month: of.initial_children for month, of in series.items()}
    # Two thirds of the late children can't be in time in any schedule (fixtures/README.md).
    assert reachable == pytest.approx({month: of.initial_children - 2 / 3 * late[month] for month, of in series.items()}, abs=1)
    assert conferences.total() == 1222


def test_no_family_of_the_year_is_due_after_its_chairs_month_of_leaving() -> None:
    problem = stored("year", "report-2022-23")
    left = {chair.id for chair in problem.chairs if chair.last is not None}
    months = {month_due(problem, c) for c in problem.conferences if c.chair in left}
    assert (len(left), max(months)) == (1, "2022-11")


def test_authorities_differ_in_size_and_add_up_to_england() -> None:
    problems = all_stored("national")
    assert sizes_of(problems) == conferences_of_each()
    assert (min(sizes_of(problems)), max(sizes_of(problems))) == (9, 250)
    assert sum(sizes_of(problems)) == pytest.approx(10_000, rel=0.02)
    assert {len(p.sites) for p in problems} == {1, 2, 3, 4, 5, 6}
    assert [p.service.name for p in problems] == [f"Authority {n:03}" for n in range(1, 154)]
    assert {(p.horizon.first, p.horizon.last) for p in problems} == {(dt.date(2026, 11, 1), dt.date(2026, 11, 30))}


def test_every_authority_has_enough_rooms_and_people() -> None:
    for problem in all_stored("national"):
        starts = len(problem.working_days) * sum(len(room.starts) for room in problem.rooms)
        takers = sum(taker.works_on(day) for taker in problem.minute_takers or () for day in problem.working_days)
        chairs = sum(2 * chair.works_on(day) for chair in problem.chairs for day in problem.working_days if not chair.reserve)
        assert len(problem.conferences) < min(starts, takers, chairs)
        assert {room.site for room in problem.rooms} == {site.id for site in problem.sites}
        assert {kind for kind in ConferenceKind if not kind.is_review} >= {c.kind for c in problem.conferences if c.chair is None}
