from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import hypothesis
import pytest


def pytest_configure() -> None:
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
