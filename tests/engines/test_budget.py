import itertools
import math
import threading

import pytest

from scheduler.engines.budget import Budget, abandonable
from tests.engines.small import no_limit


def at(*times: float) -> Budget:
    """A budget from 10 to 30 whose clock gives these times one after another."""
    clock = iter(times)
    return Budget(lambda: next(clock), 10.0, 30.0)


def test_seconds_count_from_the_start_and_left_to_the_deadline() -> None:
    assert (at(15).seconds, at(15).left, at(15).over) == (5, 15, False)
    assert (at(30).left, at(30).over, at(31).left, at(31).over) == (0, True, 0, True)
    assert (no_limit().left, no_limit().over) == (math.inf, False)
    assert (at(15).seconds_left, at(31).seconds_left, no_limit().seconds_left) == (15, 0, None)


def test_stopping_ends_every_budget_made_of_it() -> None:
    for budget in (no_limit(), Budget(itertools.count().__next__, 0, 1e9)):
        made = (budget, budget.share(0.5), budget.share(0.5).share(0.5))
        assert not any(one.over for one in made)
        budget.stop.set()
        assert all(one.over and one.left == 0 and not one.seconds_left for one in made)


def test_a_share_is_of_what_is_left() -> None:
    assert at(20, 20).share(0.25).deadline == 22.5
    assert no_limit().share(0.25).deadline is None


def test_a_call_gives_what_it_gives() -> None:
    assert abandonable(lambda: 7, no_limit()) == 7


def test_an_error_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        abandonable(lambda: 1 / 0, no_limit())


def test_a_call_is_left_behind_when_the_budget_is_over_or_stopped() -> None:
    end, stopped = threading.Event(), no_limit()
    stopped.stop.set()
    try:
        assert abandonable(end.wait, at(31)) is None
        assert abandonable(end.wait, stopped) is None
    finally:
        end.set()
