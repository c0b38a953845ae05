from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _no_kept_process() -> Iterator[None]:
    """End the solver process that solves in this process have kept, so that none is left running at exit."""
    yield
    if "scheduler.engines.kept_highs" in sys.modules:  # most test runs never load the solver
        from scheduler.engines.kept_highs import _kept  # noqa: PLC0415

        if _kept.highs is not None:
            _kept.highs.close()
