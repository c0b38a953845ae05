import json
from pathlib import Path

import pytest

from fixtures.tiny import RAW
from scheduler.whatif.marginal_value.search import Appraisal
from tests.cli.running import scheduler, solver_modules_after

OUTPUT = """\
One more (smaller is better)
                                     Not placed  Lateness  Changes  Handed over  Above caps  Preferences  Against it
As it is                                      0        24        0            3           2          110
One more room at Aylesbury, on                0        24        0            3           2           70  Proven better: Preferences
Wednesday 13 January 2027 at 10:00

One more room at Aylesbury, on Wednesday 13 January 2027 at 10:00: preferences proven better by 40 (1 fewer conference at another site).
Proven to change nothing, each alone: 5 chair-days, 14 room-slots and 2 minute takers for a week.
An extra chair works at any site and has a full caseload already, so only the day counts.

One chair-day less
                                     Not placed  Lateness  Changes  Handed over  Above caps  Preferences  Against it
As it is                                      0        24        0            3           2          110
Without Advisor 1 (C1) on Wednesday           0        24        0            4           2           60  Proven worse: Children handed over
13 January 2027

Without Advisor 1 (C1) on Wednesday 13 January 2027: children handed over proven worse by 1; preferences proven better by 50 \
(1 more conference handed over and 1 fewer conference at another site). Nobody is later: proven.
With bookings, and not tried: 5 chair-days.
Nothing is booked on these days. Each could be lost without changing this schedule:
  Advisor 1: 15 January 2027
  Advisor 2: 11 January 2027
Without 2 chair-days at once: proven to change nothing.
Written: out.json
"""  # noqa: E501 - as the terminal shows it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.json").write_text(json.dumps(RAW))
    return tmp_path


@pytest.mark.slow
def test_the_effects_of_one_more_and_one_less_are_shown(folder: Path):
    arguments = ["tiny.json", "--executor", "local:2", "--top", "1", "--out", "out.json", "--keep", "kept"]
    finished = scheduler("value", *arguments, cwd=folder)
    assert finished.returncode == 0, finished.stderr
    assert "".join(f"{line.rstrip()}\n" for line in finished.stdout.splitlines()) == OUTPUT
    assert finished.stderr.splitlines()[-1] == "5 of 5 solved."
    appraisal = Appraisal.model_validate_json((folder / "out.json").read_text())
    assert appraisal.is_whole
    assert [one.values for one in (*appraisal.better, *appraisal.losses.used)] == [(0, 24, 0, 3, 2, 70), (0, 24, 0, 4, 2, 60)]
    assert len(list((folder / "kept").iterdir())) == 5

    again = scheduler("value", *arguments, "--quiet", cwd=folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert Appraisal.model_validate_json((folder / "out.json").read_text()) == appraisal


def test_all_wrong_options_are_reported_before_any_solve(folder: Path):
    wrong = ["--out", "out.txt", "--keep", "tiny.json", "--work-limit", "0", "--time-limit", "-1"]
    finished = scheduler("value", "tiny.json", *wrong, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "--out: out.txt does not end in .json. Enter a file name that does.",
        "--keep: tiny.json is a file. Enter a folder.",
        "--work-limit: 0 is not an amount above 0. Enter one such as 20.",
        "--time-limit: -1 is not a number of seconds above 0. Enter one such as 60.",
    ]
    assert solver_modules_after("value", folder / "tiny.json", "--executor", "nowhere") == "[]"


def test_a_problem_without_a_schedule_is_bad_input(folder: Path):
    lost = {"conference": "CPC-0002", "start": "2027-01-11T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    (folder / "locked.json").write_text(
        json.dumps(RAW | {"published": [lost], "chairs": [RAW["chairs"][0] | {"works": []}, RAW["chairs"][1]]})
    )
    finished = scheduler("value", "locked.json", "--executor", "local:1", "--quiet", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith("No schedule is possible: no schedule can keep the lock of CPC-0002 on its chair.")
