"""What the guide says a command prints is what it prints."""

import html
import re
import shlex
from pathlib import Path

import pytest

from tests.command_line.running import ROOT, scheduler

GUIDE = ROOT / "docs" / "three-questions.md"
FENCE = "```"


def blocks(section: str) -> list[str]:
    """The fenced blocks of a section, without their fences."""
    return re.findall(rf"^{FENCE}\w*\n(.*?)^{FENCE}$", section, re.MULTILINE | re.DOTALL)


def texts(picture: Path) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text())]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "name", "picture"), [(1, "wycombe", "tiers"), (2, "advisors", "caseloads")])
def test_what_a_question_is_answered(tmp_path: Path, number: int, name: str, picture: str):
    section = GUIDE.read_text().split("\n## ")[number]
    scenarios, command, table = blocks(section)
    (tmp_path / f"{name}.json").write_text(scenarios)
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    finished = scheduler(*shlex.split(command)[1:], cwd=tmp_path)
    assert finished.returncode == 0
    printed = "".join(f"{line.rstrip()}\n" for line in finished.stdout.splitlines())
    assert printed.startswith(f"{table}\nChildren in time\n")
    assert texts(tmp_path / name / f"{picture}.svg") == texts(ROOT / "docs" / "pictures" / f"what-if-{name}.svg")
    assert (tmp_path / f"{name}.xlsx").exists()


def test_every_picture_of_the_guide_is_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text())
    assert len(pictures) == 3
    for picture in pictures:
        assert texts(GUIDE.parent / picture)[-1]
