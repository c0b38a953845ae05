import pytest

from benchmarks.decide import clerk_tiers, percentile, requests_of
from scheduler import Schedule, offer, plan
from scheduler.domain.problem import with_conferences
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

WEEK = {"horizon": {"first": "2027-03-01", "last": "2027-03-05"}}


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 10), (95, 19), (100, 20)])
def test_a_percentile_is_one_of_the_values(percent: int, expected: int) -> None:
    assert percentile(range(20, 0, -1), percent) == expected


def test_requests_are_new_conferences_like_those_of_the_month() -> None:
    (one,) = requests_of(tiny_problem(conferences=[conference("A", social_worker="W", family="F")]))
    assert (one.id, one.social_worker, one.family, one.children) == ("NEW-1", None, None, 2)


def test_the_clerk_books_beside_the_present_bookings_and_withdraws_no_hold() -> None:
    problem = tiny_problem(
        horizon={"first": "2027-03-02", "last": "2027-03-03"},
        rooms=[room("AYL-1", starts=["10:00"])],
        chairs=[chair("C1")],
        virtual_starts=[],
        holds=[{"site": "AYL", "week": "2027-03-01", "count": 1}],
    )
    (one,) = requests_of(problem)
    complete = with_conferences(problem, (*problem.conferences, one))
    booked = schedule(booking("A", "2027-03-02T10:00"))
    held = booking("HOLD-AYL-2027-03-01-1", "2027-03-03T10:00")
    first_free = clerk_tiers(complete, booked, one)
    assert first_free == offer(problem, booked, one).offers[0].tiers
    assert clerk_tiers(complete, Schedule(bookings=(*booked.bookings, held)), one) is None


def test_the_clerks_slot_is_never_better_than_the_first_offer() -> None:
    problem = tiny_problem(
        **(WEEK | {"conferences": [conference(name, site=site) for name, site in (("A", "AYL"), ("B", "WYC"), ("C", "AYL"))]})
    )
    booked = plan(problem, workers=1)
    for one in requests_of(problem):
        found = clerk_tiers(with_conferences(problem, (*problem.conferences, one)), booked, one)
        assert found is not None
        assert tuple(found.values()) >= tuple(offer(problem, booked, one).offers[0].tiers.values())
