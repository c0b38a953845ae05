from __future__ import annotations

from collections.abc import Iterator

import pytest

from scheduler.engines.highs_process import Highs


@pytest.fixture(scope="session")
def highs() -> Iterator[Highs]:
    """One process for all tests that leave it in order: it takes a while to start."""
    with Highs() as started:
        yield started
