import os
import signal
import threading

import pytest

from scheduler.engines.highs_process import Highs
from scheduler.engines.kept_highs import SOLVES_OF_A_PROCESS, kept_highs
from tests.engines.test_highs_process import assert_works, is_gone, pid


def used() -> int:
    """The id of the process that one use gets."""
    with kept_highs() as highs:
        assert_works(highs)
        return pid(highs)


def in_a_thread_of_its_own() -> list[int]:
    """The same in another thread, so many times that a new process is due."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(used() for _ in range(SOLVES_OF_A_PROCESS + 1)))
    thread.start()
    thread.join()
    return found


def test_a_thread_keeps_a_process_for_so_many_solves() -> None:
    first, *others, last = in_a_thread_of_its_own()
    assert others == [first] * (SOLVES_OF_A_PROCESS - 1)
    assert last != first
    assert is_gone(first)


def test_threads_have_processes_of_their_own() -> None:
    with kept_highs() as outer:
        assert pid(outer) not in in_a_thread_of_its_own()


def test_a_process_that_was_killed_is_not_used_again() -> None:
    before = used()
    os.kill(before, signal.SIGKILL)
    os.waitpid(before, 0)
    assert used() != before


def test_a_process_in_whose_use_something_failed_is_not_used_again() -> None:
    kept: list[Highs] = []
    with pytest.raises(KeyError), kept_highs() as highs:
        kept.append(highs)
        raise KeyError
    assert not kept[0].is_ready
    assert used() > 0
