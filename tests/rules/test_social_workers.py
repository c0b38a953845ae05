from scheduler.domain.schedule import Violation
from scheduler.rules.social_workers import SocialWorkersRule
from tests.builders import booking, conference, schedule, tiny_problem

SHARED = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker="SW-1")])


def test_two_conferences_of_one_social_worker_that_overlap_are_broken() -> None:
    overlapping = schedule(booking("A"), booking("B", "2027-03-02T12:14", chair="C2", room=None))
    assert SocialWorkersRule().check(SHARED, overlapping) == [
        Violation(rule="R6", subject="B", text="B, Tuesday 2 March 2027 at 12:14: SW-1 is then in A.", among=("A", "B"))
    ]


def test_two_one_after_the_other_are_unbroken() -> None:
    assert SocialWorkersRule().check(SHARED, schedule(booking("A"), booking("B", "2027-03-02T12:15", chair="C2"))) == []


def test_two_of_different_or_unknown_social_workers_are_unbroken() -> None:
    at_once = schedule(booking("A"), booking("B", chair="C2", room=None))
    different = tiny_problem(conferences=[conference("A", social_worker="SW-1"), conference("B", social_worker="SW-2")])
    unknown = tiny_problem(conferences=[conference("A"), conference("B")])
    assert SocialWorkersRule().check(different, at_once) == []
    assert SocialWorkersRule().check(unknown, at_once) == []
