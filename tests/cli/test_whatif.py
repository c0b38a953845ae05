import json
import os
import re
import signal
import subprocess
from pathlib import Path

import openpyxl
import pytest

from fixtures.tiny import RAW
from tests.cli.running import COMMAND, ENVIRONMENT, scheduler, solver_modules_after
from tests.paths import EXAMPLES

SCENARIOS = [
    {"name": "as it is", "changes": []},
    {"name": "C1 leaves", "changes": [{"change": "chair_leaves", "chair": "C1"}]},
]

TABLES = """\
What matters most first (smaller is better)
           Not placed  Lateness  Changes  Handed over  Above caps  Preferences  Against the base
base                0        24        0            3           2          110
as it is            0        24        0            3           2          110  Proven as good
C1 leaves           0        24        0            4           2          140  Proven worse: Children handed over

What it would mean
"""

DETAILS = """\
C1 leaves: Advisor 1 (C1) leaves.
  Against the base: Children handed over proven worse by 1; Preferences proven worse by 30.
  Late: CPC-0001 by 2 working days.
  Above the cap: Advisor 2 87 (cap 85).
  Children without a chair: 85 (gone: Advisor 1 85).
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.json").write_text(json.dumps(RAW))
    (tmp_path / "scenarios.json").write_text(json.dumps(SCENARIOS))
    return tmp_path


def test_a_base_and_its_scenarios_are_compared(folder: Path):
    arguments = ["tiny.json", "scenarios.json", "--executor", "local:2", "--out", "out.json", "--keep", "kept"]
    finished = scheduler("whatif", *arguments, cwd=folder)
    assert finished.returncode == 0
    output = "".join(f"{line.rstrip()}\n" for line in finished.stdout.splitlines())
    assert output.startswith(TABLES)
    assert DETAILS in output
    assert output.endswith("Written: out.json\n")
    assert re.fullmatch(r"0 of 2 solved\.\n(1 of 2 solved, about \d+ seconds? left\.\n)?2 of 2 solved\.\n", finished.stderr)
    comparison = json.loads((folder / "out.json").read_text())
    assert [result["name"] for result in (comparison["base"], *comparison["scenarios"])] == ["base", "as it is", "C1 leaves"]
    assert comparison["scenarios"][1]["judgement"] == {"verdict": "worse", "tier": "continuity", "recounted": False}
    assert len(list((folder / "kept").iterdir())) == 2

    again = scheduler("whatif", *arguments, "--quiet", cwd=folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert json.loads((folder / "out.json").read_text()) == comparison


@pytest.mark.slow
def test_a_grid_needs_no_file(folder: Path):
    finished = scheduler("whatif", "tiny.json", "--grid", "chairs=2..3", "--executor", "local:1", "--quiet", cwd=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [line.split("  ")[0] for line in finished.stdout.splitlines()[2:5]] == ["base", "2 chairs", "3 chairs"]


def test_a_missing_scenario_file_or_grid_is_bad_input(folder: Path):
    finished = scheduler("whatif", "tiny.json", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == "SCENARIOS: there are none. Enter a file with scenarios, or a grid such as --grid chairs=5..8.\n"


def test_all_wrong_options_are_reported_before_any_solve(folder: Path):
    wrong = ["--out", "out.txt", "--keep", "tiny.json", "--work-limit", "0", "--time-limit", "-1", *["--grid", "rooms=1"] * 4]
    finished = scheduler("whatif", "tiny.json", *wrong, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "--out: out.txt does not end in .json. Enter a file name that does.",
        "--grid: there are 4 grids. Enter at most 3.",
        "--keep: tiny.json is a file. Enter a folder.",
        "--work-limit: 0 is not an amount above 0. Enter one such as 20.",
        "--time-limit: -1 is not a number of seconds above 0. Enter one such as 60.",
    ]


def test_infinite_limits_and_broken_links_are_refused(folder: Path):
    (folder / "link").symlink_to("nowhere")
    wrong = ["--keep", "link", "--plots", "link", "--work-limit", "inf", "--time-limit", "inf"]
    finished = scheduler("whatif", "tiny.json", "scenarios.json", *wrong, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "--plots: link is a broken link. Enter a folder.",
        "--keep: link is a broken link. Enter a folder.",
        "--work-limit: inf is not an amount above 0. Enter one such as 20.",
        "--time-limit: inf is not a number of seconds above 0. Enter one such as 60.",
    ]


def test_too_many_scenarios_are_refused_before_any_is_built(folder: Path):
    many = ["--grid", "chairs=1..100", "--grid", "rooms=1..100", "--grid", "friday=0..99"]
    finished = scheduler("whatif", "tiny.json", *many, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == "--grid: 1,000,000 scenarios are too many at once. Enter a grid of 10,000 or fewer.\n"


def test_no_schedule_for_any_scenario_is_bad_input(folder: Path):
    problem = json.loads((folder / "tiny.json").read_text())
    lock = {"conference": "CPC-0002", "start": "2027-01-11T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    chairs = [problem["chairs"][0] | {"works": []}, *problem["chairs"][1:]]
    (folder / "tiny.json").write_text(json.dumps(problem | {"published": [lock], "chairs": chairs}))
    arguments = ["--executor", "local:1", "--quiet"]
    finished = scheduler("whatif", "tiny.json", "--grid", "rooms=2", *arguments, cwd=folder)
    assert finished.returncode == 2
    assert finished.stderr.startswith("No schedule is possible: ")
    assert "What it would mean" not in finished.stdout
    assert "no schedule can keep the lock of CPC-0002 on its chair" in finished.stderr


def test_the_comparison_is_printed_although_a_file_cannot_be_written(folder: Path):
    (folder / "plots" / "children.svg").mkdir(parents=True)
    arguments = ["--executor", "local:1", "--quiet", "--plots", "plots", "--out", "out.json"]
    finished = scheduler("whatif", "tiny.json", "scenarios.json", *arguments, cwd=folder)
    assert finished.returncode == 3
    assert finished.stdout.startswith("What matters most first")
    assert finished.stdout.endswith("Written: out.json\n")
    assert finished.stderr == "plots/children.svg: this can't be written: there is a folder with that name. Enter another name.\n"


def test_unplaced_conferences_are_listed_with_their_reasons(folder: Path):
    arguments = ["--grid", "demand=100", "--executor", "local:1", "--quiet"]
    finished = scheduler("whatif", "tiny.json", *arguments, "--out", "out.json", cwd=folder)
    assert (finished.returncode, finished.stdout) == (0, "")
    unplaced = json.loads((folder / "out.json").read_text())["scenarios"][0]["outlook"]["unplaced"]
    assert "CPC-0001" in [one["conference"] for one in unplaced]
    output = scheduler("whatif", "tiny.json", *arguments, cwd=folder).stdout
    for one in unplaced:
        assert f"  {one['conference']} is not placed: {one['reason']}\n" in output


def test_scenarios_in_the_problems_workbook_are_read_and_checked(folder: Path):
    assert scheduler("convert", "tiny.json", "tiny.xlsx", cwd=folder).returncode == 0
    book = openpyxl.load_workbook(folder / "tiny.xlsx")
    sheet = book["Scenarios"] if "Scenarios" in book.sheetnames else book.create_sheet("Scenarios")
    sheet.delete_rows(1, sheet.max_row)
    for row in (["Scenario", "Change", "Chair"], ["C1 leaves", "Chair leaves", "C1"], ["base", "Chair leaves", "C1"]):
        sheet.append(row)
    book.save(folder / "tiny.xlsx")
    finished = scheduler("whatif", "tiny.xlsx", "--errors", "errors.xlsx", "--executor", "local:1", "--quiet", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "Scenarios, row 3, Scenario: 'base' is the name of the unchanged plan. Enter another name.",
        "A copy with these faults beside their rows is in errors.xlsx.",
    ]
    assert "Scenarios" in openpyxl.load_workbook(folder / "errors.xlsx").sheetnames
    sheet.delete_rows(3)
    book.save(folder / "tiny.xlsx")
    finished = scheduler("whatif", "tiny.xlsx", "--executor", "local:1", "--quiet", cwd=folder)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [line.split("  ")[0] for line in finished.stdout.splitlines()[2:4]] == ["base", "C1 leaves"]


def test_all_faults_of_the_file_and_the_grids_are_reported_together(folder: Path):
    (folder / "scenarios.json").write_text(json.dumps([{"name": "x", "changes": [{"change": "chair_leaves", "chair": "C9"}]}]))
    grids = ["--grid", "chairs=9..2", "--grid", "foo=1"]
    finished = scheduler("whatif", "tiny.json", "scenarios.json", *grids, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert [line.split(":")[0] for line in finished.stderr.splitlines()] == [
        "scenarios[x].changes[0].chair", "--grid chairs=9..2", "--grid foo=1",
    ]  # fmt: skip


def test_an_unknown_executor_or_chair_is_bad_input(folder: Path):
    (folder / "scenarios.json").write_text(json.dumps([{"name": "x", "changes": [{"change": "chair_leaves", "chair": "C9"}]}]))
    finished = scheduler("whatif", "tiny.json", "scenarios.json", "--executor", "nowhere", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith("--executor: 'nowhere' is not a valid executor.")
    finished = scheduler("whatif", "tiny.json", "scenarios.json", cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "there is no chair 'C9'" in finished.stderr


def test_comparing_loads_the_solver_in_the_workers_only(folder: Path):
    arguments = [folder / "tiny.json", folder / "scenarios.json", "--executor", "local:1", "--quiet"]
    assert solver_modules_after("whatif", *map(str, arguments)) == "[]"


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupt_keeps_the_results_so_far(folder: Path, number: signal.Signals):
    problem = str(EXAMPLES / "june.json")
    process = subprocess.Popen(
        [*COMMAND, "whatif", problem, "scenarios.json", "--executor", "local:1", "--keep", "kept", "--out", "out.json"],
        cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "0 of 2 solved.\n"
    assert process.stderr.readline().startswith("1 of 2 solved, ")
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Interrupted: 1 scenario not solved: C1 leaves." in output
    assert json.loads((folder / "out.json").read_text())["missing"] == ["C1 leaves"]
    assert len(list((folder / "kept").iterdir())) == 1


def test_an_interrupt_before_the_base_is_solved_writes_nothing(folder: Path):
    process = subprocess.Popen(
        [*COMMAND, "whatif", str(EXAMPLES / "march.json"), "--grid", "rooms=2", "--executor", "local:1", "--out", "out.json"],
        cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == "0 of 2 solved.\n"
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output) == (130, "")
    assert errors == "Interrupted before the base was solved: there is nothing to compare yet.\n"
    assert not (folder / "out.json").exists()


@pytest.mark.slow
def test_a_workbook_and_pictures_are_written_on_request(folder: Path):
    files = ["--xlsx", "book.xlsx", "--plots", "plots"]
    grid = ["--grid", "chairs=1..2", "--grid", "rooms=1..2"]
    finished = scheduler("whatif", "tiny.json", *grid, "--executor", "local:1", "--quiet", *files, cwd=folder)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    names = [f"{name}.{form}" for name in ("children", "tiers", "caseloads", "rooms", "grid") for form in ("svg", "png")]
    assert sorted(path.name for path in (folder / "plots").iterdir()) == sorted(names)
    assert len(openpyxl.load_workbook(folder / "book.xlsx")["Scenarios"]["A"]) == 4 + 5


def test_wrong_paths_for_workbook_and_pictures_are_refused(folder: Path):
    wrong = ["--xlsx", "book.json", "--plots", "tiny.json", "--errors", "nowhere/e.xlsx"]
    finished = scheduler("whatif", "tiny.json", "scenarios.json", *wrong, cwd=folder)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "--xlsx: book.json does not end in .xlsx. Enter a file name that does.",
        "--plots: tiny.json is a file. Enter a folder.",
        f"--errors: there is no folder {folder / 'nowhere'}. Create it, or enter another.",
    ]
    both = ["--xlsx", "same.xlsx", "--errors", "same.xlsx"]
    finished = scheduler("whatif", "tiny.json", "scenarios.json", *both, cwd=folder)
    assert (finished.returncode, finished.stderr) == (2, "--errors: this is the file of --xlsx. Enter another.\n")
