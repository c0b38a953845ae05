from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

IN_MEMORY = Path("/dev/shm")
BYTES_NEEDED = 2 << 30
"""Free space that the files of the tests need in memory, generously."""


def pytest_configure() -> None:
    """Prepare the process, before the first temporary folder is made."""
    restore_interrupts()
    keep_files_in_memory()


def keep_files_in_memory() -> None:
    """Put the temporary folders into memory if there is room: SQLite waits for the disk at each commit, half of a test's time."""
    if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free >= BYTES_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def restore_interrupts() -> None:
    """Restore SIGINT, which shells ignore for commands in the background: the commands that tests start would ignore it too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _no_kept_process() -> Iterator[None]:
    """End the solver process that solves in this process have kept, so that none is left running at exit."""
    yield
    if "scheduler.engines.kept_highs" in sys.modules:  # most test runs never load the solver
        from scheduler.engines.kept_highs import _kept  # noqa: PLC0415 - see above

        if _kept.highs is not None:
            _kept.highs.close()


hypothesis.settings.register_profile("planner", deadline=None)  # a busy machine must not fail a test
hypothesis.settings.load_profile("planner")
