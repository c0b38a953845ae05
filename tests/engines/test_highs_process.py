import math
import os
import signal
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import sparse

from scheduler.engines import highs as directly
from scheduler.engines import solver_process
from scheduler.engines.highs_process import Highs
from scheduler.engines.part import Part
from tests.engines.small import made, no_limit, whole
from tests.hanging import LONG, within

PART = whole(made([(2, [1, 1, 1, 0], 2), (-math.inf, [0, 1, 1, 2], 2)], [1, 1, 1, 1], {"preferences": [9, 4, 5, -3]}))
IMPOSSIBLE = whole(made([(3, [1, 1], math.inf)], [1, 1]))
NONE_EITHER = whole(made([(1, [1, 1], 1), (1, [1, -1], math.inf), (1, [-1, 1], math.inf)], [2, 2]))


@pytest.fixture
def own() -> Iterator[Highs]:
    """A process for one test, which may do harm to it."""
    with Highs() as started:
        yield started


def pid(highs: Highs) -> int:
    assert highs._relaxations._child is not None
    return highs._relaxations._child.pid


def is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def assert_works(highs: Highs, *, interior: bool = False) -> None:
    relaxation = within(LONG, lambda: highs.relaxation(PART, no_limit(), interior=interior))
    expected = directly.relaxation(PART, math.inf, interior)
    assert relaxation is not None
    assert expected is not None
    assert (relaxation.value, relaxation.point.tolist()) == (expected.value, expected.point.tolist())
    assert relaxation.duals.tolist() == expected.duals.tolist()


@pytest.mark.parametrize("interior", [False, True])
def test_it_gives_what_highs_gives(highs: Highs, interior: bool) -> None:
    assert_works(highs, interior=interior)


@pytest.mark.parametrize("interior", [False, True])
def test_no_solution_costs_no_process(highs: Highs, interior: bool) -> None:
    assert_works(highs)
    before = pid(highs)
    for part in (IMPOSSIBLE, NONE_EITHER):
        assert highs.relaxation(part, no_limit(), interior=interior) is None
    assert highs.relaxation(PART.kept(np.zeros(4, dtype=np.bool_)), no_limit()) is None
    nothing = highs.relaxation(whole(made([], [1])).kept(np.array([False])), no_limit())
    assert nothing is not None
    assert nothing.value == 0
    assert pid(highs) == before


@pytest.mark.parametrize("size", [10, 2800])
def test_a_call_is_left_behind_with_its_process_when_the_budget_is_over(own: Highs, size: int) -> None:
    """The process stands still, so that it never answers; parts beyond some size aren't even taken in by it."""
    assert_works(own)
    before = pid(own)
    os.kill(before, signal.SIGSTOP)
    part = Part(
        np.arange(size),
        sparse.csr_array((1, size)),
        np.zeros(1),
        np.ones(1),
        np.ones(size),
        np.arange(size),
        0,
        True,
        np.arange(1),
    )
    budget = no_limit()
    budget.stop.set()
    assert within(LONG, lambda: own.relaxation(part, budget)) is None
    assert is_gone(before)
    assert_works(own)
    assert pid(own) != before


def test_a_call_whose_process_is_killed_is_made_again_by_another(own: Highs) -> None:
    for _ in range(3):
        before = pid(own)
        os.kill(before, signal.SIGKILL)
        assert_works(own)
        assert is_gone(before)
        assert pid(own) != before


def test_a_call_that_is_killed_each_time_gives_nothing_and_the_next_starts_another(
    own: Highs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver_process, "ATTEMPTS", 1)
    os.kill(pid(own), signal.SIGKILL)
    assert within(LONG, lambda: own.relaxation(PART, no_limit())) is None
    assert_works(own)


def test_closing_ends_the_process_and_later_calls_give_nothing() -> None:
    with Highs() as highs:
        process = pid(highs)
        assert not is_gone(process)
    assert is_gone(process)
    assert within(LONG, lambda: highs.relaxation(PART, no_limit())) is None
    assert within(LONG, lambda: highs.relaxation(PART, no_limit(), interior=True)) is None


def test_closing_ends_a_call_of_another_thread() -> None:
    results: list[object] = []
    with Highs() as highs:
        os.kill(pid(highs), signal.SIGSTOP)
        caller = threading.Thread(target=lambda: results.append(highs.relaxation(PART, no_limit())), daemon=True)
        caller.start()
    caller.join(LONG)
    assert results == [None]
