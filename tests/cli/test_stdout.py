import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.cli.running import COMMAND, ENVIRONMENT
from tests.paths import EXAMPLES, ROOT

TINY = ROOT / "fixtures" / "tiny.json"
MARCH = EXAMPLES / "march.json"
FULL = Path("/dev/full")
MESSAGE = "stdout: this can't be written: No space left on device. Redirect it to another place.\n"

needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")


def run_with_a_full_disk(*arguments: str | Path, unbuffered: str) -> subprocess.CompletedProcess[str]:
    with FULL.open("w") as full:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)], env={**ENVIRONMENT, "PYTHONUNBUFFERED": unbuffered}, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False, timeout=120,
        )  # fmt: skip


@needs_a_full_device
@pytest.mark.parametrize(
    ("unbuffered", "arguments"),
    [
        ("", ["check", MARCH, EXAMPLES / "march.schedule.json"]),
        ("1", ["check", MARCH, EXAMPLES / "march.schedule.json", "--json"]),
        ("", ["whatif", TINY, "--grid", "demand=100", "--executor", "local:1", "--quiet"]),
        ("1", ["plan", "--help"]),
    ],
    ids=["check", "check as JSON", "whatif", "help"],
)
def test_a_full_disk_is_reported_on_one_line(unbuffered: str, arguments: list[str | Path]):
    finished = run_with_a_full_disk(*arguments, unbuffered=unbuffered)
    assert (finished.returncode, finished.stderr) == (3, MESSAGE)


@needs_a_full_device
def test_the_workbook_is_written_although_stdout_is_full(tmp_path: Path):
    finished = run_with_a_full_disk("plan", TINY, "--out", "-", "--xlsx", tmp_path / "out.xlsx", unbuffered="")
    assert finished.returncode == 3
    assert finished.stderr.endswith(f"\nWritten: {tmp_path / 'out.xlsx'}\n{MESSAGE}")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[:2] == ["Summary", "Diary"]


def test_bad_input_is_reported_although_stdout_is_full():
    finished = run_with_a_full_disk("check", "nothing.json", "nothing.json", unbuffered="")
    assert (finished.returncode, finished.stderr.startswith("nothing.json: there is no such file.")) == (2, True)


def test_a_closed_pipe_is_not_reported():
    process = subprocess.Popen(
        [*COMMAND, "plan", str(TINY)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    assert (process.wait(60), [line for line in errors.splitlines() if " s  " not in line]) == (3, [])
    process.stderr.close()
