import pytest

from scheduler.domain.schedule import Violation
from scheduler.planner import plan
from scheduler.rules.social_workers import SocialWorkersRule
from tests.builders import booking, conference, room, schedule, tiny_problem

SHARED = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker="SW-1")])


def test_two_conferences_of_one_social_worker_that_overlap_are_broken() -> None:
    overlapping = schedule(booking("A"), booking("B", "2027-03-02T12:14", chair="C2", room=None))
    assert SocialWorkersRule().check(SHARED, overlapping) == [
        Violation(rule="R6", subject="B", text="B, Tuesday 2 March 2027 at 12:14: SW-1 is then in A.", among=("A", "B"))
    ]


PLACEHOLDERS = ["TBC", "tbc", "TBA", "n/a", "N/A", "none", "Unknown", "DUTY", "0", "-", "?"]


@pytest.mark.parametrize("worker", PLACEHOLDERS)
def test_two_with_a_placeholder_are_unbroken_and_planned_at_once(worker: str) -> None:
    start = ["10:00"]
    problem = tiny_problem(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1", starts=start), room("WYC-1", starts=start)],
        conferences=[conference(name, social_worker=worker) for name in "AB"],
    )
    planned = plan(problem, workers=1)
    assert [one.start.isoformat() for one in planned.bookings] == ["2027-03-02T10:00:00"] * 2
    assert SocialWorkersRule().check(problem, planned) == []


@pytest.mark.parametrize(
    ("worker", "placeholders", "is_broken"),
    [("TBC", ["TBC"], False), ("TBC", [], True), ("Agency", [" agency "], False), ("TBC 2", ["TBC"], True)],
)
def test_the_policy_says_what_a_placeholder_is(worker: str, placeholders: list[str], is_broken: bool) -> None:
    conferences = [conference(name, social_worker=worker) for name in "AB"]
    problem = tiny_problem(conferences=conferences, policy={"placeholders": placeholders})
    at_once = schedule(booking("A"), booking("B", chair="C2", room=None))
    assert bool(SocialWorkersRule().check(problem, at_once)) == is_broken


def test_two_one_after_the_other_are_unbroken() -> None:
    assert SocialWorkersRule().check(SHARED, schedule(booking("A"), booking("B", "2027-03-02T12:15", chair="C2"))) == []


def test_two_of_different_or_unknown_social_workers_are_unbroken() -> None:
    at_once = schedule(booking("A"), booking("B", chair="C2", room=None))
    different = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker="SW-2")])
    unknown = tiny_problem(conferences=[conference("A"), conference("B")])
    assert SocialWorkersRule().check(different, at_once) == []
    assert SocialWorkersRule().check(unknown, at_once) == []


ALIKE = ["sw-1", "SW\u20111", "SW-1\u200b", "\uff33\uff37-1"]


@pytest.mark.parametrize("other", ALIKE)
def test_two_with_alike_social_workers_are_one_with_both(other: str) -> None:
    problem = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker=other)])
    assert SocialWorkersRule().check(
        problem, schedule(booking("A"), booking("B", "2027-03-02T12:14", chair="C2", room=None))
    ) == [Violation(rule="R6", subject="B", text="B, Tuesday 2 March 2027 at 12:14: SW-1 is then in A.", among=("A", "B"))]


@pytest.mark.parametrize("other", ["SW-1", *ALIKE])
def test_the_plan_never_places_alike_social_workers_at_once(other: str) -> None:
    start = ["10:00"]
    problem = tiny_problem(
        horizon={"first": "2027-03-02", "last": "2027-03-02"},
        rooms=[room("AYL-1", starts=start), room("WYC-1", starts=start)],
        conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker=other)],
    )
    assert len(plan(problem, workers=1).bookings) == 1


@pytest.mark.parametrize("worker", ["\u2013", "tbc\u200b", "N\uff0fA", " - ".strip()])
def test_what_is_alike_to_a_placeholder_is_one(worker: str) -> None:
    problem = tiny_problem(conferences=[conference(name, social_worker=worker) for name in "AB"])
    assert SocialWorkersRule().check(problem, schedule(booking("A"), booking("B", chair="C2", room=None))) == []
