"""Plan as a whole: the examples' tiers, any time limit, seeds, locks, too much, and next to nothing."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest

from fixtures.generate import HERE as FIXTURES
from fixtures.tiny import tiny
from scheduler.checker import check
from scheduler.domain.faults import Fault, InputError, read_problem
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule
from scheduler.engines.progress import Progress
from scheduler.files import read_problem_file
from scheduler.planner import plan
from tests.builders import booking, chair, conference, minute_taker, room, tiny_problem
from tests.hanging import LONG, within
from tests.paths import EXAMPLES, INPUTS, ROOT

JUNE = (0, 37, 0, 0, 128, 2004)
TINY = (0, 24, 0, 3, 2, 110)


def expected(name: str) -> tuple[int, ...]:
    tiers = json.loads((EXAMPLES / f"{name}.expected.json").read_text())["tiers"]
    return tuple(tiers[tier] for tier in TIERS)


def values(schedule: Schedule) -> tuple[int, ...]:
    return tuple(tier.value for tier in schedule.tiers)


def assert_sound(problem: Problem, schedule: Schedule) -> None:
    """The checker finds no breach, and nothing in the schedule that it would put otherwise."""
    report = check(problem, schedule)
    assert (report.violations, report.remarks) == ((), problem.assumptions)
    assert [tier.name for tier in schedule.tiers] == list(TIERS)
    assert all(tier.bound <= tier.value for tier in schedule.tiers)


def assert_proven(problem: Problem, schedule: Schedule, tiers: tuple[int, ...]) -> None:
    assert_sound(problem, schedule)
    assert [(tier.value, tier.bound, tier.proven) for tier in schedule.tiers] == [(value, value, True) for value in tiers]


# The examples ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["march", "march.replan"])
def test_the_marches_reach_their_proven_tiers(name: str) -> None:
    problem = read_problem_file(EXAMPLES / f"{name}.json")
    assert_proven(problem, plan(problem), expected(name))


@pytest.mark.slow
def test_june_reaches_its_proven_tiers() -> None:
    problem = read_problem_file(EXAMPLES / "june.json")
    assert_proven(problem, plan(problem), JUNE)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_tiny_fixture_is_what_was_argued_by_hand(workers: int) -> None:
    assert_proven(tiny(), plan(tiny(), workers=workers), TINY)


# Time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["march", "march.replan", "june"])
@pytest.mark.parametrize("seconds", [0.001, 0.5, 2.0])
def test_however_little_time_there_is_a_sound_schedule_comes(name: str, seconds: float) -> None:
    problem = read_problem_file(EXAMPLES / f"{name}.json")
    assert_sound(problem, plan(problem, time_limit=seconds))


def test_a_search_that_is_stopped_beforehand_still_gives_a_sound_schedule() -> None:
    problem = read_problem_file(EXAMPLES / "march.replan.json")
    stop = threading.Event()
    stop.set()
    assert_sound(problem, plan(problem, stop=stop))


def test_a_search_that_is_stopped_at_its_first_schedule_gives_a_sound_one() -> None:
    problem = read_problem_file(EXAMPLES / "march.json")
    stop, heard = threading.Event(), list[Progress]()

    def listen(progress: Progress) -> None:
        heard.append(progress)
        if progress.best is not None:
            stop.set()

    assert_sound(problem, plan(problem, stop=stop, on_progress=listen))
    assert heard


# Repeating itself -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_every_seed_reaches_the_optimum(seed: int) -> None:
    assert_proven(tiny(), plan(tiny(), seed=seed), TINY)


PRINT_BOOKINGS = """
import sys
from scheduler.files import read_problem_file
from scheduler.planner import plan
schedule = plan(read_problem_file(sys.argv[1]), workers=1, seed=5, work_limit=0.5)
print(schedule.model_copy(update={"solver": None}).model_dump_json())
"""


@pytest.mark.slow
def test_one_worker_with_a_work_limit_repeats_itself_exactly() -> None:
    command = [sys.executable, "-c", PRINT_BOOKINGS, str(FIXTURES / "january-2027.xlsx")]
    first, again = (subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout for _ in range(2))
    assert first == again
    assert_sound(read_problem_file(FIXTURES / "january-2027.xlsx"), Schedule.model_validate_json(first))


# Locks ----------------------------------------------------------------------------------------------


def locked(name: str, locks: Sequence[str], **changes: object) -> dict[str, object]:
    published = {"conference": name, "start": "2027-03-08T10:00", "room": "AYL-1", "chair": "C1", "locks": list(locks)}
    return published | changes


def faults_of(problem: Problem) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        plan(problem)
    return caught.value.faults


@pytest.mark.parametrize(
    ("locks", "changes"),
    [
        (["time"], {"start": "2027-03-08T11:00"}),
        (["time"], {"start": "2027-03-06T10:00"}),
        (["time"], {"start": "2027-04-06T10:00"}),
        (["chair"], {"chair": "C3"}),
        (["room"], {"room": "WYC-1"}),
    ],
)
def test_a_lock_that_cannot_be_kept_is_named(locks: list[str], changes: dict[str, str]) -> None:
    away, plain = chair("C3", works=[]), room("WYC-1", hybrid_from=None)
    problem = tiny_problem(
        chairs=[chair("C1"), chair("C2"), away],
        rooms=[room("AYL-1"), plain],
        conferences=[conference("B"), conference("A")],
        published=[locked("B", ["time"]), locked("A", locks, **changes)],
    )
    (fault,) = faults_of(problem)
    assert fault.where == "published[1].locks"
    assert fault.message.startswith(f"no schedule can keep the lock of A on its {locks[0]}. ")
    assert fault.message.endswith(
        f"Remove '{locks[0]}' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    )


def test_locks_that_cannot_be_kept_together_are_named_without_those_that_do_no_harm() -> None:
    problem = tiny_problem(
        conferences=[conference("A"), conference("B"), conference("C")],
        published=[
            locked("A", ["time", "room"]),
            locked("B", ["time", "room"], start="2027-03-09T10:00"),
            locked("C", ["time", "room"]),
        ],
    )
    assert [(fault.where, fault.message) for fault in faults_of(problem)] == [
        (
            f"published[{position}].locks",
            f"no schedule can keep the lock of {name} on its time and room. It can't be kept together with {other}. "
            "Remove 'time' and 'room' from its locks, or set today (--today): the plan then drops such locks, and lists them.",
        )
        for position, name, other in ((0, "A", "C"), (2, "C", "A"))
    ]


@pytest.mark.parametrize(("conferences", "takers"), [*itertools.product(["AB", "BA"], [("M1", "M2"), ("M2", "M1")])])
@pytest.mark.parametrize("seconds", [0.001, None])
def test_locks_are_kept_even_where_the_right_minute_taker_is_not_the_first(
    conferences: str, takers: tuple[str, str], seconds: float | None
) -> None:
    sites = {"M1": ["AYL", "WYC"], "M2": ["AYL"]}
    problem = tiny_problem(
        conferences=[conference(name) for name in conferences],
        minute_takers=[minute_taker(taker, sites=sites[taker], max_per_day=2) for taker in takers],
        published=[
            locked("A", ["time", "room"]),
            locked("B", ["time", "room"], room="WYC-1", chair="C2"),
        ],
    )
    schedule = plan(problem, time_limit=seconds)
    assert_sound(problem, schedule)
    assert {placed.conference: placed.minute_taker for placed in schedule.bookings} == {"A": "M2", "B": "M1"}


# Too much -------------------------------------------------------------------------------------------


def crowded(**changes: object) -> Problem:
    """Nine conferences for two days."""
    days = {"first": "2027-03-08", "last": "2027-03-09"}
    policy = {"virtual_fallback": False}
    conferences = [conference(f"K{n}", due="2027-03-09", minutes=90 + n) for n in range(9)]
    takers = [minute_taker("M1", max_per_day=2), minute_taker("M2", sites=["AYL"], max_per_day=1)]
    return tiny_problem(**({"horizon": days, "policy": policy, "conferences": conferences, "minute_takers": takers} | changes))


def one_more(problem: Problem, schedule: Schedule, name: str) -> list[Booking]:
    """Every booking that could be added for the conference without breaking a rule."""
    days = [day for day in problem.working_days if problem.calendar.is_open(day)]
    places = [*((r.id, start) for r in problem.rooms for start in r.starts), *((None, s) for s in problem.all_virtual_starts)]
    takers = list(problem.minute_taker_by_id) or [None]
    found = []
    for day, (place, start), leader, taker in itertools.product(days, places, problem.chair_by_id, takers):
        added = booking(
            name,
            f"{day}T{start:%H:%M}",
            minutes=problem.minutes_by_id[name],
            room=place,
            chair=leader,
            minute_taker=taker,
        )
        if check(problem, Schedule(bookings=(*schedule.bookings, added))).ok:
            found.append(added)
    return found


@pytest.mark.parametrize("seconds", [0.001, None])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"minute_takers": None, "chairs": [chair("C1", max_per_week=2), chair("C2", max_office_days=1)]},
        {
            "minute_takers": None,
            "conferences": [conference(f"K{n}", social_worker="W") for n in range(5)],
            "rooms": [room("AYL-1")],
        },
    ],
)
def test_where_not_everything_fits_nothing_that_is_left_out_could_be_added(
    seconds: float | None, changes: dict[str, object]
) -> None:
    problem = crowded(**changes)
    schedule = plan(problem, time_limit=seconds)
    assert_sound(problem, schedule)
    assert schedule.unplaced
    for unplaced in schedule.unplaced:
        assert unplaced.reason.startswith("No place is left for it from Monday 8 March 2027 to Tuesday 9 March 2027: ")
        assert one_more(problem, schedule, unplaced.conference) == []


def test_where_only_one_day_suits_the_reason_names_that_day() -> None:
    one_day = {"first": "2027-03-09", "last": "2027-03-09"}
    schedule = plan(crowded(horizon=one_day, conferences=[conference(f"K{n}") for n in range(9)]))
    assert {unplaced.reason.split(":")[0] for unplaced in schedule.unplaced} == {
        "No place is left for it on Tuesday 9 March 2027"
    }


def test_who_could_not_be_placed_alone_is_not_said_to_compete() -> None:
    chairs = [chair("C1", max_office_days=0), chair("C2", absences=[{"first": "2027-03-01", "last": "2027-03-31"}])]
    problem = tiny_problem(conferences=[conference("A")], chairs=chairs, policy={"virtual_fallback": False})
    schedule = plan(problem)
    assert_sound(problem, schedule)
    assert {unplaced.conference: unplaced.reason for unplaced in schedule.unplaced} == {
        "A": "Nothing in this time suits it: every CPA who is at work and free then has a limit of 0 conferences or office days."
    }


def test_what_nothing_suits_is_said_with_what_leaves_it_nothing() -> None:
    conferences = [
        conference("LATE", earliest="2027-04-01"),
        conference("LIFT", accessible=True, mode="in_person"),
        conference("KEPT", not_chairs=["C1", "C2"]),
        conference("FINE"),
    ]
    problem = tiny_problem(conferences=conferences, policy={"virtual_fallback": False})
    schedule = plan(problem)
    assert_sound(problem, schedule)
    assert {unplaced.conference: unplaced.reason for unplaced in schedule.unplaced} == {
        "LATE": "It can't be held before Thursday 1 April 2027, which is after this plan ends on Wednesday 31 March 2027: "
        "that is the earliest date given for it.",
        "LIFT": "Nothing in this time suits it: no room is accessible.",
        "KEPT": "Nothing in this time suits it: the family is kept from every CPA who could chair it.",
    }


@pytest.mark.slow
def test_four_hundred_conferences_in_one_month_give_a_sound_schedule_in_time() -> None:
    problem = read_problem_file(FIXTURES / "overfull-january-2027.json")
    schedule = plan(problem, time_limit=20)
    assert_sound(problem, schedule)
    assert len(schedule.unplaced) + sum(not placed.held for placed in schedule.bookings) == 400
    assert len({unplaced.conference for unplaced in schedule.unplaced}) == len(schedule.unplaced) > 200


# Next to nothing ------------------------------------------------------------------------------------

HOLD = [{"site": "AYL", "week": "2027-03-08", "count": 2}]


@pytest.mark.parametrize(
    ("changes", "tiers"),
    [
        ({"conferences": []}, (0, 0, 0, 0, 0, 0)),
        ({"conferences": [], "holds": HOLD}, (0, 0, 0, 0, 0, 0)),
        ({"conferences": [], "chairs": [], "rooms": [], "holds": HOLD}, (0, 0, 0, 0, 0, 160)),
        ({"chairs": []}, (1, 0, 0, 0, 0, 0)),
        ({"rooms": []}, (1, 0, 0, 0, 0, 0)),
        ({"rooms": [], "virtual_starts": ["10:00"]}, (0, 0, 0, 0, 0, 60)),
        ({"rooms": [], "virtual_starts": ["10:00"], "conferences": [conference(mode="virtual")]}, (0, 0, 0, 0, 0, 0)),
        ({"minute_takers": []}, (1, 0, 0, 0, 0, 0)),
        ({"conferences": [conference(earliest="2027-05-01")]}, (1, 0, 0, 0, 0, 0)),
        (
            {"calendar": {"closures": ["2027-03-01"]}, "horizon": {"first": "2027-03-01", "last": "2027-03-01"}},
            (1, 0, 0, 0, 0, 0),
        ),
        ({"chairs": [chair("C1", caseload=90)], "conferences": []}, (0, 0, 0, 0, 5, 0)),
    ],
)
def test_next_to_nothing(changes: dict[str, object], tiers: tuple[int, ...]) -> None:
    problem = tiny_problem(**changes)
    assert_proven(problem, plan(problem), tiers)


@pytest.mark.parametrize(
    ("name", "tiers"),
    [
        ("w-children", (0, 60_000_401, 0, 0, 2_999_854, 24)),
        ("weights-max-tight", (2, 4_000_035_000_084, 0, 0, 3_999_839, 27_999_994)),
        ("ch-46377", (0, 974_412, 0, 0, 46_303, 144)),
    ],
)
def test_the_largest_numbers_are_planned_within_the_time_limit(name: str, tiers: tuple[int, ...]) -> None:
    problem = read_problem_file(INPUTS / f"{name}.json")
    schedule = within(LONG, lambda: plan(problem, time_limit=5))
    assert_sound(problem, schedule)
    for tier, least in zip(schedule.tiers, tiers, strict=True):
        assert tier.bound <= least <= tier.value, tier
        if not tier.proven:
            break


def test_a_month_of_the_largest_numbers_ends_within_the_time_limit() -> None:
    """Every number of the example month that the contract leaves free is the largest that is allowed."""
    data = json.loads((EXAMPLES / "march.json").read_text())
    for one in data["conferences"]:
        one["children"] = 1_000_000
    for one in data["chairs"]:
        one["caseload"] = 1_000_000
    largest = dict.fromkeys(PREFERENCE_NAMES, 1_000_000)
    data["policy"] |= {"late_base": 1_000_000, "weights": largest, "stability": dict.fromkeys(("date", "chair"), 1_000_000)}
    problem = read_problem(data)
    schedule = within(LONG, lambda: plan(problem, time_limit=5))
    assert_sound(problem, schedule)
    assert schedule.unplaced == ()
