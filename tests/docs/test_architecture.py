"""The architecture and contribution guides name files and functions that exist."""

from __future__ import annotations

import re

import pytest

from tests.paths import DOCS, ROOT

STEP = re.compile(r"^\d+\. `([^`]+\.py)` `([^`]+)`", re.MULTILINE)
PATH = re.compile(r"`((?:scheduler|api|tests|docs|benchmarks|fixtures)/[\w/.-]+)`")
NAMES = re.compile(r"`((?:scheduler|api)/[\w/]+\.py)` (`\w+`(?:, `\w+`)*)")
CHANGES = re.compile(r"^\| (?:`[\w/]+`)? ?\| [^|]+ \| (.+) \|$", re.MULTILINE)
GUIDES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/contract.md", "docs/glossary.md")


def test_each_step_of_the_walk_is_a_function_of_its_file() -> None:
    steps = STEP.findall((DOCS / "architecture.md").read_text())
    assert len(steps) == len({file for file, _ in steps}) == 28
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


@pytest.mark.parametrize("guide", GUIDES)
def test_each_name_after_a_file_is_defined_in_that_file(guide: str) -> None:
    named = [(file, name) for file, names in NAMES.findall((ROOT / guide).read_text()) for name in re.findall(r"\w+", names)]
    assert [(file, name) for file, name in named if not is_defined(name, (ROOT / file).read_text())] == []


def test_the_readme_names_a_file_for_each_place_where_changes_begin() -> None:
    places = CHANGES.findall((ROOT / "README.md").read_text())
    assert len(places) >= 25
    assert [place for place in places if not PATH.search(place)] == []


@pytest.mark.parametrize(
    "source", ["def due(day):", "    async def due(self):", "class due:", "due = 5", "due: int = 5", "a, due = 1, 2"]
)
def test_a_definition_is_found(source: str) -> None:
    assert is_defined("due", f"x = 1\n{source}\n")


@pytest.mark.parametrize("source", ["def due_date(day):", "x = due", "# due", "is_due = 5", "due == 5"])
def test_a_mere_mention_is_no_definition(source: str) -> None:
    assert not is_defined("due", f"x = 1\n{source}\n")


def is_defined(name: str, source: str) -> bool:
    """True if the Python source has a function, class or constant of that name."""
    pattern = rf"\b(def|class) {name}\b|^ *(\w+, )*{name}(, \w+)*(: .*)? = "
    return re.search(pattern, source, re.MULTILINE) is not None
