"""What the guide says a command prints is what it prints."""

import html
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.running import scheduler
from tests.paths import ROOT

GUIDE = ROOT / "docs" / "three-questions.md"
PICTURES = ROOT / "docs" / "pictures"
FENCE = "```"


def section(number: int) -> str:
    """One of the guide's questions, the first being 1."""
    return GUIDE.read_text().split("\n## ")[number]


def blocks(text: str) -> list[str]:
    """The fenced blocks of a text, without their fences."""
    return re.findall(rf"^{FENCE}\w*\n(.*?)^{FENCE}$", text, re.MULTILINE | re.DOTALL)


def texts(picture: Path) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text())]


def ran(command: str, folder: Path) -> str:
    """What a command of the guide prints, in a folder with the fixtures."""
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    finished = scheduler(*shlex.split(command)[1:], cwd=folder, seconds=1200)
    assert finished.returncode == 0
    return "".join(f"{line.rstrip()}\n" for line in finished.stdout.splitlines())


@pytest.mark.slow
@pytest.mark.parametrize(("number", "name", "picture"), [(1, "wycombe", "tiers"), (2, "advisors", "caseloads")])
def test_what_a_question_is_answered(tmp_path: Path, number: int, name: str, picture: str):
    scenarios, command, table = blocks(section(number))
    (tmp_path / f"{name}.json").write_text(scenarios)
    assert ran(command, tmp_path).startswith(f"{table}\nChildren in time\n")
    assert texts(tmp_path / name / f"{picture}.svg") == texts(PICTURES / f"what-if-{name}.svg")
    assert (tmp_path / f"{name}.xlsx").exists()


@pytest.mark.slow
def test_what_a_grid_is_answered(tmp_path: Path):
    (command,) = blocks(section(3))
    assert ran(command, tmp_path)
    assert texts(tmp_path / "grid" / "grid.svg") == texts(PICTURES / "what-if-grid.svg")


def test_every_picture_of_the_guide_is_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text())
    assert len(pictures) == 3
    for picture in pictures:
        assert texts(GUIDE.parent / picture)[-1]
