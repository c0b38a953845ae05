import numpy as np

from scheduler.engines.neighbourhoods import freed_candidates
from scheduler.grouping import Mask
from scheduler.model.candidates import Candidates
from tests.builders import tiny_problem
from tests.engines.small_problems import case_of, cases


def everything(candidates: Candidates) -> Mask:
    return np.ones(len(candidates), dtype=np.bool_)


def test_only_what_is_allowed_is_freed() -> None:
    for one in cases(5):
        chosen = np.flatnonzero(one.start()[: len(one.candidates)])
        allowed = np.random.default_rng(2).random(len(one.candidates)) < 0.5
        freed = freed_candidates(one.candidates, allowed, chosen, 3, np.random.default_rng(4))
        assert not (freed & ~allowed).any()


def test_freed_are_whole_requests_that_are_booked_and_days_of_those_that_want_more() -> None:
    random = np.random.default_rng(1)
    seen_some = False
    for one in cases(40):
        candidates, chosen = one.candidates, np.flatnonzero(one.start()[: len(one.candidates)])
        booked = np.bincount(candidates.request[chosen], minlength=len(candidates.requests))
        for size in (1, 2, 6):
            freed = freed_candidates(candidates, everything(candidates), chosen, size, random)
            seen_some |= bool(freed.any() and not freed.all())
            assert freed.shape == (len(candidates),)
            for n, request in enumerate(candidates.requests):
                own = freed[candidates.of_request(n)]
                days = candidates.day[candidates.of_request(n)][own]
                if booked[n] == request.count:
                    assert own.all() or not own.any()
                elif not booked[n] and own.any():
                    assert days.max() - days.min() < size
    assert seen_some


def test_the_same_random_numbers_free_the_same() -> None:
    for one in cases(5):
        chosen = np.flatnonzero(one.start()[: len(one.candidates)])
        first, second = (
            freed_candidates(one.candidates, everything(one.candidates), chosen, 2, np.random.default_rng(4)) for _ in range(2)
        )
        assert first.tolist() == second.tolist()


def test_all_days_free_everything_booked() -> None:
    """As many days as there are, unless it is some chairs' turn."""
    random = np.random.default_rng(1)
    for one in cases(10):
        chosen = np.flatnonzero(one.start()[: len(one.candidates)])
        freed = [
            freed_candidates(one.candidates, everything(one.candidates), chosen, len(one.candidates.days), random)
            for _ in range(12)
        ]
        assert any(free.all() for free in freed)


def test_the_days_are_around_the_one_that_is_given() -> None:
    """Unplaced conferences show the days: they are free on these alone. At either end the days stay within the horizon."""
    one = case_of(tiny_problem(horizon={"first": "2027-03-01", "last": "2027-03-12"}))
    assert one is not None
    nothing = np.zeros(0, dtype=np.int64)
    for around, days in ((0, [0, 1, 2]), (1, [0, 1, 2]), (5, [4, 5, 6]), (8, [7, 8, 9]), (9, [7, 8, 9])):
        freed = freed_candidates(one.candidates, everything(one.candidates), nothing, 3, np.random.default_rng(1), around)
        assert np.unique(one.candidates.day[freed]).tolist() == days
