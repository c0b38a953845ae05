import json
from pathlib import Path

import pytest

from scheduler.files import write_problem_file, write_schedule_file
from tests.cli.running import scheduler
from tests.repairs.diary_builders import diary, published


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the small diary and its schedule."""
    write_problem_file(diary(), tmp_path / "problem.json")
    write_schedule_file(published(), tmp_path / "schedule.json")
    return tmp_path


def why_not(folder: Path, *options: str) -> tuple[int, list[str], list[str]]:
    """Run the command; return its exit code and the lines of both outputs."""
    finished = scheduler("why-not", "problem.json", "schedule.json", *options, cwd=folder)
    return finished.returncode, finished.stdout.splitlines(), finished.stderr.splitlines()


def test_a_possible_slot_is_explained_with_its_cost_and_moves(folder: Path) -> None:
    assert why_not(folder, "A", "--date", "2027-03-03", "--time", "10:00", "--room", "AYL-1", "--time-limit", "120") == (
        0,
        [
            "A can be held on Wednesday 3 March 2027 at 10:00 in AYL-1, chaired by C1, if C moves. What changes: "
            "published booking changed +8 and waiting +2. No schedule with it costs less (proven).",
            "Costs:",
            "  - +8  It, published for Tuesday 2 March 2027 at 10:00, has another date. C, published for Wednesday 3 March 2027 "
            "at 10:00, has another start.",
            "  - +2  It waits 2 working days from Monday 1 March 2027.",
            "Moves:",
            "  - C to Wednesday 3 March 2027 at 14:00, in AYL-1, chaired by C1",
        ],
        [],
    )


def test_an_impossible_slot_is_explained_as_json(folder: Path) -> None:
    code, lines, errors = why_not(folder, "A", "--room", "virtual", "--json")
    assert (code, errors) == (0, [])
    assert json.loads("\n".join(lines)) == {
        "answer": "A can't be held virtually. It is hybrid, and may not be held virtually.",
        "facts": [{"rule": "R2", "subject": "A", "text": "It is hybrid, and may not be held virtually."}],
        "cures": [],
        "tiers": None,
        "moves": [],
        "costs": [],
        "verified": True,
        "minimal": True,
        "smallest": True,
    }


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        (["Z", "--room", "AYL-1"], ["ID: there is no conference 'Z'. Enter an id that is listed under conferences."]),
        (
            ["A", "--date", "2027-04-01", "--chair", "C9"],
            [
                "--date: 2027-04-01 is outside the plan. Enter a day from 2027-03-01 to 2027-03-05.",
                "--chair: there is no chair 'C9'. Enter an id that is listed under chairs.",
            ],
        ),
        (
            ["A", "--date", "tomorrow", "--time", "ten"],
            [
                "--date: 'tomorrow' is not a date. Enter a date such as 2026-12-01.",
                "--time: 'ten' is not a time of day. Enter one such as 10:00.",
            ],
        ),
        (["A"], ["--date: there is nothing to explain. Enter a date, a time, a room or a chair."]),
        (
            ["A", "--chair", "C2", "--today", "2027-03-04"],
            ["ID: 'A' is over: it was booked for Tuesday 2 March 2027. Enter another."],
        ),
        (
            ["A", "--chair", "C2", "--time-limit", "0"],
            ["--time-limit: 0 is not a number of seconds above 0. Enter one such as 7."],
        ),
    ],
)
def test_bad_input_is_refused_at_its_option(folder: Path, options: list[str], errors: list[str]) -> None:
    assert why_not(folder, *options) == (2, [], errors)
