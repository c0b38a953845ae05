from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.free_busy import outside
from tests.api.free_busy.outside import World


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return outside.certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def world(certificate: Path) -> Iterator[World]:
    with outside.world(certificate) as opened:
        yield opened
        assert not opened.inside_was_reached()
