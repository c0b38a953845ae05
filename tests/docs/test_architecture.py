"""The architecture and contribution guides name files and functions that exist."""

from __future__ import annotations

import re

import pytest

from tests.paths import DOCS, ROOT

STEP = re.compile(r"^\d+\. `([^`]+\.py)` `([^`]+)`", re.MULTILINE)
PATH = re.compile(r"`((?:scheduler|api|tests|docs|benchmarks|fixtures)/[\w/.-]+)`")
GUIDES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/contract.md", "docs/glossary.md")


def test_each_step_of_the_walk_is_a_function_of_its_file() -> None:
    steps = STEP.findall((DOCS / "architecture.md").read_text())
    assert len(steps) == len({file for file, _ in steps}) == 27
    missing = [
        (file, name)
        for file, name in steps
        if not re.search(rf"(def|class) {name.rpartition('.')[2]}\b", (ROOT / file).read_text())
    ]
    assert missing == []


@pytest.mark.parametrize("guide", GUIDES)
def test_each_path_in_a_guide_exists(guide: str) -> None:
    paths = PATH.findall((ROOT / guide).read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []
