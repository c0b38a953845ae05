import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import openpyxl
import pytest

from scheduler.domain.faults import read_problem
from scheduler.domain.schedule import TIERS
from scheduler.files import read_problem_file, read_schedule_file, write_problem_file
from tests.builders import conference, tiny_data
from tests.cli.running import COMMAND, ENVIRONMENT, scheduler
from tests.paths import EXAMPLES

MARCH = EXAMPLES / "march.json"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(tiny_data()))
    return path


def without_seconds(text: str) -> str:
    return re.sub(r"Solved in .*", "Solved.", text)


def test_a_tiny_month_is_planned_and_written_to_files(tiny: Path, tmp_path: Path):
    finished = scheduler("plan", tiny, "--out", "out.json", "--xlsx", "out.xlsx", "--seed", "3", cwd=tmp_path)
    assert finished.returncode == 0
    assert without_seconds(finished.stdout).splitlines() == [
        "Schedule, 1 to 31 March 2027: 1 conference, 2 children",
        "",
        "Placed: the one conference is placed.",
        "Late: no booking is after its due date.",
        "At risk: no conference is late, or waits with fewer than 2 slots left in time.",
        "Fridays: no bookings are on a Friday.",
        "Outside term time: no bookings are in the school holidays.",
        "Cover: every family that has its own CPA keeps that CPA.",
        "Caseloads: no CPA is above the cap.",
        "Virtual: no conferences meant for a room are held virtually.",
        "Other sites: no conferences are at a site other than the one nearest to the family.",
        "",
        "How good it is, what matters most first:",
        "  1  Conferences not placed        0  proven best",
        "  2  Lateness                      0  proven best",
        "  3  Changes to what is published  0  proven best",
        "  4  Children handed over          0  proven best",
        "  5  Children above the caps       0  proven best",
        "  6  Preferences                   0  proven best",
        "",
        "Solved.",
        "Written: out.json",
        "Written: out.xlsx",
    ]
    schedule = read_schedule_file(tmp_path / "out.json")
    assert schedule.problem == read_problem_file(tiny).digest
    assert [(tier.name, tier.value, tier.bound, tier.proven) for tier in schedule.tiers] == [(name, 0, 0, True) for name in TIERS]
    assert schedule.solver is not None
    assert (schedule.solver.seed, schedule.solver.workers) == (3, 2)
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[:2] == ["Summary", "Diary"]
    assert scheduler("check", tiny, tmp_path / "out.json").returncode == 0


def test_only_the_schedule_is_written_to_stdout(tiny: Path):
    finished = scheduler("plan", tiny, "--out", "-")
    assert finished.returncode == 0
    assert [booking["conference"] for booking in json.loads(finished.stdout)["bookings"]] == ["A"]
    assert "Placed: the one conference is placed." in finished.stderr


def test_without_output_files_only_the_summary_is_printed(tiny: Path, tmp_path: Path):
    finished = scheduler("plan", tiny, cwd=tmp_path)
    assert finished.returncode == 0
    assert finished.stdout.startswith("Schedule, 1 to 31 March 2027: 1 conference, 2 children\n")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.json"]


def test_quiet_prints_nothing_if_a_file_is_written(tiny: Path, tmp_path: Path):
    finished = scheduler("plan", tiny, "--out", tmp_path / "out.json", "--quiet")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert (tmp_path / "out.json").exists()


def test_all_wrong_options_are_reported_before_any_work(tmp_path: Path):
    (tmp_path / "folder.json").mkdir()
    finished = scheduler(
        "plan", "nothing.json", "--out", "folder.json", "--xlsx", "here/out.xlsx", "--time-limit", "0", cwd=tmp_path
    )
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines() == [
        "--out: folder.json is a folder. Enter the name of a file.",
        f"--xlsx: there is no folder {tmp_path}/here. Create it, or enter another.",
        "--time-limit: 0 is not a number of seconds above 0. Enter one such as 60.",
    ]


@pytest.mark.parametrize("option", [["--out", "out.txt"], ["--xlsx", "out.json"], ["--errors", "out.csv"]])
def test_the_wrong_kind_of_file_is_refused(tiny: Path, tmp_path: Path, option: list[str]):
    finished = scheduler("plan", tiny, *option, cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"{option[0]}: {option[1]} does not end in .")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.json"]


def test_the_problem_is_never_overwritten(tiny: Path, tmp_path: Path):
    finished = scheduler("plan", tiny, "--out", "./tiny.json", cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stderr == "--out: tiny.json is an input file. Enter another name, so that it is not overwritten.\n"
    assert json.loads(tiny.read_text()) == tiny_data()


@pytest.mark.parametrize("arguments", [["--workers", "none"], ["--workers", "0"], ["--seed", "-1"], ["--nonsense"]])
def test_wrong_usage_ends_with_2(tiny: Path, arguments: list[str]):
    finished = scheduler("plan", tiny, *arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert "Error: " in finished.stderr


def test_bad_input_writes_nothing(tmp_path: Path):
    (tmp_path / "bad.json").write_text(json.dumps(tiny_data(horizon={"first": "2027-03-06", "last": "2027-03-07"})))
    finished = scheduler("plan", "bad.json", "--out", "out.json", "--xlsx", "out.xlsx", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    expected = "horizon: there is no working day between the first day and the last. Enter days that include one."
    assert finished.stderr.splitlines() == [expected]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def test_a_lock_that_no_schedule_can_keep_is_bad_input(tmp_path: Path):
    on_a_sunday = {"conference": "A", "start": "2027-03-07T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
    (tmp_path / "locked.json").write_text(json.dumps(tiny_data(published=[on_a_sunday])))
    finished = scheduler("plan", "locked.json", "--out", "out.json", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    error = finished.stderr.splitlines()[-1]  # a line of progress may precede it
    assert error.startswith("published[0].locks: no schedule can keep the lock of A on its time.")
    assert [path.name for path in tmp_path.iterdir()] == ["locked.json"]


def test_an_impossible_lock_in_a_workbook_is_reported_at_its_row(tmp_path: Path):
    on_a_saturday = {"conference": "A", "start": "2027-03-06T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time"]}
    write_problem_file(read_problem(tiny_data(published=[on_a_saturday])), tmp_path / "locked.xlsx")
    finished = scheduler("plan", "locked.xlsx", "--out", "out.json", "--errors", "errors.xlsx", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    message = (
        "no schedule can keep the lock of A on its time. A is on Saturday 6 March 2027, which is no working day. "
        "Remove 'time' from its locks, or set today (--today): the plan then drops such locks, and lists them."
    )
    assert finished.stderr.splitlines()[-2:] == [  # a line of progress may precede them
        f"Published, row 2, Locked: {message}",
        "A copy with these faults beside their rows is in errors.xlsx.",
    ]
    published = openpyxl.load_workbook(tmp_path / "errors.xlsx")["Published"]
    assert [row[0].value for row in published.iter_rows()] == ["Errors", f"Locked: {message}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["errors.xlsx", "locked.xlsx"]


def start_march(out: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start planning a month that is slow to solve, and return the process after its first line of progress."""
    process = subprocess.Popen(
        [*COMMAND, "plan", str(MARCH), "--out", str(out), "--workers", "1", *arguments],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert re.match(r" *\d+ s  ", process.stderr.readline())
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_writes_the_best_schedule_so_far(tmp_path: Path, number: signal.Signals):
    out = tmp_path / "out.json"
    process = start_march(out)
    process.send_signal(number)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert output.splitlines()[-2:] == ["Interrupted: this is the best schedule so far.", f"Written: {out}"]
    assert scheduler("check", MARCH, out).returncode == 0


def test_the_summary_is_printed_although_a_file_cannot_be_written(tmp_path: Path):
    out, xlsx = tmp_path / "out.json", tmp_path / "out.xlsx"
    process = start_march(out, "--xlsx", str(xlsx), "--time-limit", "3")
    out.mkdir()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 3
    assert output.startswith("Buckinghamshire, 1 to 31 March 2027: ")
    assert output.endswith(f"\nWritten: {xlsx}\n")
    assert errors.splitlines()[-1] == f"{out}: this can't be written: there is a folder with that name. Enter another name."
    assert openpyxl.load_workbook(xlsx).sheetnames[:2] == ["Summary", "Diary"]


def test_a_terminal_shows_a_live_table(tmp_path: Path):
    child, terminal = pty.fork()
    if child == 0:
        os.execve(
            COMMAND[0],
            [*COMMAND, "plan", str(MARCH), "--out", str(tmp_path / "out.json"), "--time-limit", "3"],
            {**ENVIRONMENT, "TERM": "xterm"},
        )
    shown = b""
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:
        pass  # a pseudo-terminal ends with an error once the child is gone
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "Ctrl-C stops with the best so far." in text
    assert re.search(r"Best so far +Bound", text)
    assert "Conferences not placed" in text
    assert "How good it is, what matters most first:" in text


PUBLISHED = {"conference": "A", "start": "2027-03-08T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "chair"]}
ABSENT = [{"id": "C1", "absences": [{"first": "2027-03-08", "last": "2027-03-08"}]}, {"id": "C2"}]


def test_today_plans_for_a_day_and_lists_exceptions_first(tmp_path: Path):
    problem = tiny_data(published=[PUBLISHED], chairs=ABSENT, today="2026-01-01", conferences=[conference(minutes=20)])
    (tmp_path / "near.json").write_text(json.dumps(problem))
    finished = scheduler("plan", "near.json", "--today", "2027-03-02", "--out", "out.json", cwd=tmp_path)
    assert finished.returncode == 0
    why = "It changes its chair from C1 to C2. R3: A: C1 does not work on Monday 8 March 2027."
    texts = {
        "R8": f"The lock on its chair can't be kept and is dropped. {why}",
        "R9": f"Published for Monday 8 March 2027 at 10:00, it breaks a rule. {why}",
    }
    odd = "A lasts 20 minutes; usual are 30 to 300. Check that it is in minutes."
    assert finished.stdout.splitlines()[2:8] == [
        "Check first: 1 entry of the problem looks wrong.",
        f"  - conferences[0].minutes: {odd}",
        "Exceptions: 2 exceptions were made to rules.",
        *(f"  - A ({rule}): {text}" for rule, text in texts.items()),
        "Placed: the one conference is placed.",
    ]
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["exceptions"] == [{"conference": "A", "rule": rule, "text": text} for rule, text in texts.items()]
    assert written["remarks"] == [{"place": "conferences[0].minutes", "text": odd}]
    checked = scheduler("check", "near.json", "out.json", "--today", "2027-03-02", cwd=tmp_path)
    assert checked.returncode == 0
    assert checked.stdout.splitlines()[:8] == [
        "1 entry of the problem looks wrong:",
        f"  - conferences[0].minutes: {odd}",
        "",
        "The schedule lists these exceptions:",
        *(f"  - A ({rule}): {text}" for rule, text in texts.items()),
        "",
        "No hard rule is broken.",
    ]
    as_json = json.loads(scheduler("check", "near.json", "out.json", "--today", "2027-03-02", "--json", cwd=tmp_path).stdout)
    assert as_json["remarks"] == [
        f"conferences[0].minutes: {odd}",
    ]
    assert as_json["exceptions"] == written["exceptions"]


@pytest.mark.parametrize("command", [["plan"], ["check", "out.json"]])
@pytest.mark.parametrize("day", ["2027-02-30", "tomorrow", ""])
def test_a_today_that_is_no_date_is_refused(tiny: Path, tmp_path: Path, command: list[str], day: str):
    finished = scheduler(command[0], tiny, *command[1:], "--today", day, cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"--today: '{day}' is not a date. Enter a date such as 2026-12-01.\n"


def test_remarks_on_a_workbook_name_its_rows_and_are_bounded(tmp_path: Path):
    many = [conference(f"A{n}", minutes=20, mode="virtual") for n in range(30)]
    write_problem_file(read_problem(tiny_data(conferences=many)), tmp_path / "many.xlsx")
    lines = scheduler("plan", "many.xlsx", cwd=tmp_path).stdout.splitlines()
    assert lines[2:4] == [
        "Check first: 30 entries of the problem look wrong.",
        "  - Conferences, row 2, Length: A0 lasts 20 minutes; usual are 30 to 300. Check that it is in minutes.",
    ]
    assert lines[27:30] == [
        "  - Conferences, row 26, Length: A24 lasts 20 minutes; usual are 30 to 300. Check that it is in minutes.",
        "  - and 5 more.",
        "Placed: all 30 conferences are placed.",
    ]


LATE = conference("A", requested="2027-02-24", due="2027-03-02")
NEVER = conference("B", due="2027-03-03", mode="in_person", accessible=True)


def test_the_summary_lists_conferences_at_risk_with_their_causes(tmp_path: Path):
    (tmp_path / "late.json").write_text(json.dumps(tiny_data(conferences=[LATE, NEVER], policy={"virtual_fallback": False})))
    finished = scheduler("plan", "late.json", "--out", "-", cwd=tmp_path)
    assert finished.returncode == 0
    assert [one["conference"] for one in json.loads(finished.stdout)["bookings"]] == ["A"]
    lines = finished.stderr.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("At risk"))
    assert lines[start : start + 4] == [
        "At risk: 2 conferences are late, or wait with fewer than 2 slots left in time.",
        "  - A, due on Tuesday 2 March 2027, no slots left in time. It could not be held before Wednesday 3 March: it was "
        "requested on Wednesday 24 February, and 5 working days of notice must be given.",
        "  - B, due on Wednesday 3 March 2027, no slots left in time. Nothing in this time suits it: no room is accessible.",
        "Fridays: no bookings are on a Friday.",
    ]


def test_conferences_at_risk_are_listed_with_cures_on_request(tmp_path: Path):
    (tmp_path / "late.json").write_text(json.dumps(tiny_data(conferences=[LATE])))
    finished = scheduler("plan", "late.json", "--at-risk", cwd=tmp_path)
    assert finished.returncode == 0
    assert finished.stdout.splitlines()[-2:] == [
        "At risk: the soonest due first, with cures.",
        "  - A, due on Tuesday 2 March 2027, no slots left in time. A is 1 working day late. It was requested on "
        "Wednesday 24 February 2027, and 5 working days of notice must be given. It would be possible sooner if: "
        "The notice of A is waived.",
    ]
