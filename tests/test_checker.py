import datetime as dt
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.checker import CheckReport, check
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, PlanException, Remark, Schedule, Tier, Unplaced, Violation
from scheduler.measure import Measure
from tests.builders import COUNTED_BY_HAND, booking, chair, conference, counted_by_hand, minute_taker, schedule, tiny_problem
from tests.paths import EXAMPLES

PERFECT = Measure(tiers=dict.fromkeys(TIERS, 0), counts=dict.fromkeys(COUNTED_BY_HAND, 0))


def report_by_hand(problem: Problem, of: Schedule) -> CheckReport:
    """Return the report with the counts that tests work out by hand."""
    report = check(problem, of)
    return report.model_copy(update={"measure": counted_by_hand(report.measure)})


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def example_report(problem: str, name: str) -> CheckReport:
    return check(read_problem(example(problem)), Schedule.model_validate(example(f"{name}.schedule")))


@pytest.mark.parametrize(("problem", "name"), [("march", "march"), ("march", "march.broken"), ("march.replan", "march.replan")])
def test_each_example_has_its_expected_report(problem: str, name: str) -> None:
    report, expected = example_report(problem, name), example(f"{name}.expected")
    assert sorted([violation.rule, violation.subject] for violation in report.violations) == sorted(expected["violations"])
    assert report.measure.tiers == expected["tiers"]
    assert expected["counts"].items() <= report.measure.counts.items()
    assert report.ok == (not expected["violations"])
    assert report.remarks == ()


def test_the_checker_never_loads_the_solver() -> None:
    code = (
        "import json, sys; from scheduler.checker import check; from scheduler.domain.faults import read_problem;"
        "from scheduler.domain.schedule import Schedule;"
        "problem, schedule = (json.load(open(path)) for path in sys.argv[1:]);"
        "assert check(read_problem(problem), Schedule.model_validate(schedule)).ok;"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in ('ortools', 'highspy')))"
    )
    paths = [str(EXAMPLES / name) for name in ("march.json", "march.schedule.json")]
    ran = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_a_schedule_that_keeps_every_rule_is_ok() -> None:
    report = report_by_hand(tiny_problem(), schedule(booking(start="2027-03-01T10:00")))
    assert report == CheckReport(violations=(), measure=PERFECT)


def test_a_schedule_that_breaks_a_rule_is_still_measured() -> None:
    report = report_by_hand(tiny_problem(), schedule(booking(start="2027-03-01T10:00", chair="Z")))
    text = "A: Z is no chair of this problem."
    assert report == CheckReport(violations=(Violation(rule="R3", subject="A", text=text),), measure=PERFECT)
    assert not report.ok


ONE_RULE_BROKEN = {
    "conferences": [conference("A", social_worker="SW-1"), conference("B", social_worker="SW-1")],
    "apart": [["A", "B"]],
    "minute_takers": [minute_taker()],
    "rooms": [
        {"id": name, "site": site, "starts": ["10:00", "12:15"], "hybrid_from": "2022-09-01"}
        for name, site in (("AYL-1", "AYL"), ("AYL-2", "AYL"), ("WYC-1", "WYC"))
    ],
    "published": [{"conference": "A", "start": "2027-03-01T10:00", "room": "AYL-1", "chair": "C2", "locks": ["chair"]}],
}


@pytest.mark.parametrize(
    ("rule", "bookings"),
    [
        (
            "R4",
            [
                booking("A", chair="C2", minute_taker="M1"),
                booking("B", "2027-03-02T12:15", chair="C2", room="WYC-1", minute_taker="M1"),
            ],
        ),
        ("R5", [booking("A", chair="C2")]),
        ("R6", [booking("A", chair="C2", minute_taker="M1"), booking("B", room="WYC-1", minute_taker="M2")]),
        ("R7", [booking("A", chair="C2", minute_taker="M1"), booking("B", "2027-03-02T12:15", room="AYL-2", minute_taker="M1")]),
        ("R8", [booking("A", minute_taker="M1")]),
    ],
)
def test_a_hard_rule_that_is_off_is_not_checked(rule: str, bookings: list[Booking]) -> None:
    changes = ONE_RULE_BROKEN | {"minute_takers": [minute_taker(), minute_taker("M2")]}
    on, off = tiny_problem(**changes), tiny_problem(**changes, policy={"off": [rule]})
    assert {violation.rule for violation in check(on, schedule(*bookings)).violations} == {rule}
    assert check(off, schedule(*bookings)).violations == ()


def test_a_schedule_of_a_different_problem_is_remarked_on() -> None:
    problem = tiny_problem()
    only = booking(start="2027-03-01T10:00")
    assert check(problem, schedule(only, problem=problem.digest)).remarks == ()
    assert check(problem, schedule(only, problem="0" * 64)).remarks == (
        "The schedule belongs to a different problem from the one it was checked against: their digests differ.",
    )


def test_tiers_that_the_check_contradicts_are_remarked_on() -> None:
    tiers = (
        Tier(name="unplaced", value=0, bound=0, proven=True),
        Tier(name="late", value=3, bound=3, proven=True),
        Tier(name="stability", value=0, bound=-1, proven=True),
        Tier(name="preferences", value=0, bound=0, proven=False),
    )
    assert check(tiny_problem(), schedule(booking(start="2027-03-01T10:00"), tiers=tiers)).remarks == (
        "The schedule states 3 for the tier late; the check finds 0.",
        "The schedule calls the tier stability proven, with value 0 and bound -1.",
        "The schedule calls the tier preferences not proven, with value 0 and bound 0.",
    )


def test_a_wrong_list_of_unplaced_conferences_is_remarked_on() -> None:
    problem = tiny_problem(conferences=[conference("A"), conference("B"), conference("C")])
    unplaced = (Unplaced(conference="A"), Unplaced(conference="C", reason="No chair is free."), Unplaced(conference="Z"))
    assert check(problem, schedule(booking("A"), unplaced=unplaced)).remarks == (
        "A is listed as unplaced, but has a booking.",
        "Z is listed as unplaced, but is not a conference of this problem.",
        "B has no booking and is not listed as unplaced.",
    )


def test_assumed_term_time_is_remarked_on() -> None:
    assert check(tiny_problem(calendar={}), schedule(booking())).remarks == (
        "No school terms are listed: every day counts as term time.",
    )


RICH = tiny_problem(
    conferences=[conference("A", social_worker="SW-1", chair="C1"), conference("B", social_worker="SW-1", mode="virtual")],
    chairs=[chair("C1", max_per_day=1, max_per_week=2, max_office_days=1), chair("C7", reserve=True)],
    minute_takers=[minute_taker(max_per_day=1)],
    holds=[{"site": "WYC", "week": "2027-03-01", "count": 1}],
    apart=[["A", "B"]],
    published=[
        {"conference": "A", "start": "2027-03-02T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "chair", "room"]}
    ],
)
MOMENTS = st.datetimes(dt.datetime(2027, 2, 27), dt.datetime(2027, 4, 3)) | st.datetimes(
    dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 30)
)
GARBAGE = st.builds(
    Booking,
    conference=st.sampled_from(["A", "B", "HOLD-WYC-2027-03-01-1", "HOLD-WYC-2027-03-01-2", "Z"]),
    start=MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0)),
    end=MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0)),
    room=st.sampled_from(["AYL-1", "WYC-1", "Z-9", None]),
    chair=st.sampled_from(["C1", "C7", "Z"]),
    minute_taker=st.sampled_from(["M1", "Z", None]),
    held=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(GARBAGE, max_size=8))
def test_each_fault_of_a_garbled_schedule_is_reported(bookings: list[Booking]) -> None:
    broken = {(violation.rule, violation.subject) for violation in check(RICH, schedule(*bookings)).violations}
    for each in bookings:
        is_known = each.conference in RICH.minutes_by_id
        assert is_known or ("R1", each.conference) in broken
        assert each.room != "Z-9" or ("R2", each.conference) in broken
        assert each.chair != "Z" or ("R3", each.conference) in broken
        assert each.minute_taker == "M1" or ("R5", each.conference) in broken
        assert each.conference == "Z" or each.held == each.conference.startswith("HOLD-") or ("R1", each.conference) in broken
        minutes = RICH.minutes_by_id.get(each.conference)
        assert minutes is None or each.end - each.start == dt.timedelta(minutes=minutes) or ("R1", each.conference) in broken
    names = [each.conference for each in bookings]
    assert all(names.count(name) == 1 or ("R1", name) in broken for name in names)


@settings(max_examples=50, deadline=None)
@given(st.lists(GARBAGE, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_bookings_does_not_change_the_report(bookings: list[Booking], random: Any) -> None:
    unique = list({each.conference: each for each in bookings}.values())
    shuffled = random.sample(unique, len(unique))
    one, other = check(RICH, schedule(*unique)), check(RICH, schedule(*shuffled))
    assert one.measure == other.measure
    assert sorted(violation.rule for violation in one.violations) == sorted(violation.rule for violation in other.violations)


def test_a_report_can_be_written_as_json_and_read_back() -> None:
    problem: Problem = read_problem(example("march"))
    report = check(problem, Schedule.model_validate(example("march.broken.schedule")))
    assert CheckReport.model_validate_json(report.model_dump_json()) == report


def test_implausible_entries_and_listed_exceptions_are_reported() -> None:
    exceptions = (PlanException(conference="A", rule="R9", text="It changes its chair."),)
    report = check(tiny_problem(conferences=[conference(minutes=2)]), schedule(exceptions=exceptions))
    text = "A lasts 2 minutes; usual are 30 to 300. Check that it is in minutes."
    assert report.implausible == (Remark(place="conferences[0].minutes", text=text),)
    assert report.exceptions == exceptions


@pytest.mark.parametrize("cover", [True, False])
def test_cover_changes_no_rule_and_no_tier(cover: bool) -> None:
    problem = tiny_problem(conferences=[conference("A", chair="C1")])
    for chaired_by in ("C1", "C2"):
        report = check(problem, schedule(booking("A", chair=chaired_by, cover=cover)))
        assert report == check(problem, schedule(booking("A", chair=chaired_by)))
        assert report.measure.tiers["continuity"] == (2 if chaired_by == "C2" else 0)


def test_past_bookings_are_not_checked_but_count() -> None:
    """A is past, on a Sunday; C1 may chair one conference in its week."""
    sunday = {"conference": "A", "start": "2027-03-07T10:00", "room": "AYL-1", "chair": "C1"}
    problem = tiny_problem(
        today="2027-03-08",
        conferences=[conference("A"), conference("B", notice_waived=True)],
        chairs=[chair("C1", max_per_week=0), chair("C2")],
        published=[sunday, {"conference": "B", "start": "2027-03-05T10:00", "room": "AYL-1", "chair": "C1"}],
    )
    stays = booking("A", "2027-03-07T10:00"), booking("B", "2027-03-05T10:00")
    assert check(problem, schedule(*stays)).violations == ()
    changed = check(problem, schedule(stays[0], booking("B", "2027-03-04T10:00"))).violations
    assert [(violation.rule, violation.subject) for violation in changed] == [("R1", "B"), ("R3", "C1"), ("R9", "B")]
