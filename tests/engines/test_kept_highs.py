import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from scheduler.engines.kept_highs import kept_highs
from scheduler.isolation import TASKS_PER_PROCESS
from tests.engines.test_highs_process import assert_works, is_gone, pid

Found = TypeVar("Found")


def used() -> int:
    """The id of the process that one use gets."""
    with kept_highs() as highs:
        assert_works(highs)
        return pid(highs)


def in_a_thread_of_its_own(work: Callable[[], Found]) -> Found:
    """Return the result of work in a thread that keeps no process yet, and end the process that it keeps."""

    def end_kept_process() -> None:
        with kept_highs() as highs:
            highs.close()

    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(work).result()
        finally:
            thread.submit(end_kept_process).result()


def test_a_thread_keeps_a_process_for_so_many_solves() -> None:
    first, *others, last = in_a_thread_of_its_own(lambda: [used() for _ in range(TASKS_PER_PROCESS + 1)])
    assert others == [first] * (TASKS_PER_PROCESS - 1)
    assert last != first
    assert is_gone(first)


def test_threads_have_processes_of_their_own() -> None:
    with kept_highs() as outer:
        assert in_a_thread_of_its_own(used) != pid(outer)


def test_a_process_that_was_killed_is_not_used_again() -> None:
    def used_around_a_kill() -> tuple[int, int]:
        before = used()
        os.kill(before, signal.SIGKILL)
        os.waitpid(before, 0)
        return before, used()

    before, after = in_a_thread_of_its_own(used_around_a_kill)
    assert after != before


def test_a_process_in_whose_use_something_failed_is_not_used_again() -> None:
    def used_around_a_failure() -> tuple[int, int]:
        with pytest.raises(KeyError), kept_highs() as highs:
            before = pid(highs)
            raise KeyError
        return before, used()

    before, after = in_a_thread_of_its_own(used_around_a_failure)
    assert is_gone(before)
    assert after != before
