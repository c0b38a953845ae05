import json
from pathlib import Path

import pytest

from scheduler.files import write_problem_file, write_schedule_file
from tests.builders import booking, schedule
from tests.cli.running import scheduler
from tests.repairs.diary_builders import diary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the small diary, and A on a Friday."""
    write_problem_file(diary(), tmp_path / "problem.json")
    write_schedule_file(schedule(booking("A", "2027-03-05T10:00")), tmp_path / "schedule.json")
    return tmp_path


def test_a_booking_is_explained_in_words_and_as_json(folder: Path) -> None:
    answer = (
        "A is on a Friday. The best slot on another weekday is on Monday 1 March 2027 at 14:00 in AYL-1, chaired by C1, and "
        "nobody else moves: published booking changed +5, on a friday -40 and waiting -8. No schedule does it for less (proven)."
    )
    command = ("why", "problem.json", "schedule.json", "A", "--time-limit", "120")
    finished = scheduler(*command, cwd=folder)
    assert (finished.returncode, finished.stderr, finished.stdout.splitlines()[0]) == (0, "", answer)
    printed = json.loads(scheduler(*command, "--json", cwd=folder).stdout)
    assert (printed["answer"], printed["verified"], printed["minimal"]) == (answer, True, True)


def test_an_unknown_conference_is_refused(folder: Path) -> None:
    finished = scheduler("why", "problem.json", "schedule.json", "Z", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == "ID: there is no conference 'Z'. Enter an id that is listed under conferences.\n"
