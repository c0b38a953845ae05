import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduler.files import write_problem_file, write_schedule_file
from tests.cli.running import ENVIRONMENT, scheduler
from tests.repairs.diary_builders import ABSENT, diary, published

FILES = ("problem.json", "old.json", "changes.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the small diary, its schedule and a chair's absence."""
    write_problem_file(diary(), tmp_path / "problem.json")
    write_schedule_file(published(), tmp_path / "old.json")
    with_changes(tmp_path, ABSENT)
    return tmp_path


def with_changes(folder: Path, *changes: Any) -> None:
    (folder / "changes.json").write_text(json.dumps(changes))


def test_a_repair_is_summarised_and_its_files_pass_check(folder: Path) -> None:
    finished = scheduler("repair", *FILES, "--out", "new.json", "--problem-out", "changed.json", cwd=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = finished.stdout.splitlines()
    assert lines[0] == "2 bookings move:"
    assert lines[2] == "  - C to Wednesday 3 March 2027 at 10:00, in AYL-1, chaired by C2"
    assert lines[3:] == [
        "Affected: 2 families, 2 chairs and no minute takers.",
        "Proven: no schedule places more conferences, is less late, or does as well with fewer moves.",
    ]
    checked = scheduler("check", "changed.json", "new.json", cwd=folder)
    assert (checked.returncode, checked.stdout.splitlines()[0]) == (0, "No hard rule is broken.")


def test_a_repair_is_printed_as_json(folder: Path) -> None:
    with_changes(folder, {"change": "cancel", "conference": "C"})
    finished = scheduler("repair", *FILES, "--json", cwd=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout) == {
        "moved": [],
        "withdrawn": ["C"],
        "added": [],
        "affected": {"families": 1, "chairs": 1, "minute_takers": 0},
        "proven": True,
        "front": [{"moves": 0, "late": 0, "proven": True}],
    }


def test_limits_leave_conferences_without_a_booking_and_say_so(folder: Path) -> None:
    options = ("--max-moves", "0", "--freeze-until", "2027-03-03", "--keep", "B")
    finished = scheduler("repair", *FILES, *options, cwd=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    lines = finished.stdout.splitlines()
    assert lines[:2] == ["No bookings move.", "Withdrawn: A and C."]
    assert "2 conferences without a booking:" in lines
    assert "Exceptions:" in lines


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--freeze-until", "soon"), "--freeze-until: 'soon' is not a date. Enter a date such as 2026-12-01."),
        (
            ("--freeze-until", "2027-04-01"),
            "--freeze-until: 2027-04-01 is outside the plan, 2027-03-01 to 2027-03-05. Enter a day in it.",
        ),
        (
            ("--keep", "X"),
            "--keep: there is no conference 'X'. Enter an id that is listed under conferences.",
        ),
        (
            ("--keep", "A"),
            "--keep: 'A' can't keep its booking: A: C1 does not work on Tuesday 2 March 2027. Leave it out.",
        ),
        (("--time-limit", "0"), "--time-limit: 0 is not a number of seconds above 0. Enter one such as 60."),
        (("--out", "new.txt"), "--out: new.txt does not end in .json. Enter a file name that does."),
        (("--out", "old.json"), "--out: old.json is an input file. Enter another name, so that it is not overwritten."),
        (
            ("--problem-out", "old.json"),
            "--problem-out: old.json is an input file. Enter another name, so that it is not overwritten.",
        ),
        (
            ("--problem-out", "changes.json"),
            "--problem-out: changes.json is an input file. Enter another name, so that it is not overwritten.",
        ),
        (
            ("--out", "new.json", "--problem-out", "./new.json"),
            "--problem-out: this is the file of --out. Enter another.",
        ),
    ],
)
def test_options_that_do_not_suit_are_refused(folder: Path, options: tuple[str, ...], message: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    finished = scheduler("repair", *FILES, *options, cwd=folder)
    assert (finished.returncode, finished.stdout, finished.stderr) == (2, "", f"{message}\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_contradictory_changes_are_refused_and_nothing_is_written(folder: Path) -> None:
    with_changes(folder, {"change": "cancel", "conference": "A"}, {"change": "inquorate", "conference": "A"})
    finished = scheduler("repair", *FILES, "--out", "new.json", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == "changes[1]: This contradicts or repeats changes[0]: 'A is cancelled.' Keep only one of them.\n"
    assert not (folder / "new.json").exists()


def test_only_faults_of_a_workbook_itself_name_its_sheets(folder: Path) -> None:
    locked = [{"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "chair"]}]
    write_problem_file(diary(published=locked), folder / "problem.xlsx")
    files = ("problem.xlsx", *FILES[1:])
    assert scheduler("repair", *files, "--keep", "X", cwd=folder).stderr.startswith("--keep: there is no conference 'X'.")
    assert scheduler("repair", *files, cwd=folder).stderr.startswith("Published: no schedule can keep the locks of 'C'.")
    with_changes(folder, {"change": "inquorate", "conference": "X"})
    assert scheduler("repair", *files, cwd=folder).stderr.startswith("changes[0].conference: there is no conference 'X'.")


def test_a_schedule_or_changes_that_cannot_be_read_are_refused(folder: Path) -> None:
    missing = scheduler("repair", "problem.json", "old.json", "none.json", cwd=folder)
    assert (missing.returncode, missing.stderr) == (2, "none.json: there is no such file. Check its name and folder.\n")
    other = scheduler("repair", "problem.json", "problem.json", "changes.json", cwd=folder)
    assert (other.returncode, other.stderr) == (2, "bookings: is missing. Enter it.\n")


def test_with_today_what_is_over_stays(folder: Path) -> None:
    with_changes(folder, {"change": "cancel", "conference": "A"})
    finished = scheduler("repair", *FILES, "--today", "2027-03-03", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "'A' is over" in finished.stderr


def test_an_interrupt_writes_the_best_schedule_so_far(folder: Path) -> None:
    arguments = ["scheduler", "repair", *FILES, "--out", "new.json", "--problem-out", "changed.json"]
    program = (
        "import os, signal, sys, threading, time\n"
        "def interrupt():\n"
        "    while 'stopping_on_interrupt' not in getattr(signal.getsignal(signal.SIGINT), '__qualname__', ''):\n"
        "        time.sleep(0.01)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=interrupt, daemon=True).start()\n"
        f"sys.argv = {arguments!r}\n"
        "from scheduler.__main__ import main\n"
        "main()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (finished.returncode, finished.stderr) == (130, "")
    assert finished.stdout.splitlines()[-1] == "Interrupted: this is the best schedule so far."
    assert scheduler("check", "changed.json", "new.json", cwd=folder).returncode == 0
