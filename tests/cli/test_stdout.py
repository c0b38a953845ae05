import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.cli.running import COMMAND, ENVIRONMENT
from tests.paths import EXAMPLES, ROOT

TINY = ROOT / "fixtures" / "tiny.json"
MARCH = EXAMPLES / "march.json"
FULL = Path("/dev/full")
TOLD = "stdout: this can't be written: No space left on device. Send it to another place.\n"

needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")


def to_a_full_disk(*arguments: str | Path, unbuffered: str) -> subprocess.CompletedProcess[str]:
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
def test_a_full_disk_is_told_in_a_line(unbuffered: str, arguments: list[str | Path]):
    finished = to_a_full_disk(*arguments, unbuffered=unbuffered)
    assert (finished.returncode, finished.stderr) == (3, TOLD)


@needs_a_full_device
def test_a_full_disk_keeps_nobody_from_the_workbook(tmp_path: Path):
    finished = to_a_full_disk("plan", TINY, "--out", "-", "--xlsx", tmp_path / "out.xlsx", unbuffered="")
    assert finished.returncode == 3
    assert finished.stderr.endswith(f"\nWritten: {tmp_path / 'out.xlsx'}\n{TOLD}")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[:2] == ["Summary", "Diary"]


def test_bad_input_is_bad_input_wherever_stdout_goes():
    finished = to_a_full_disk("check", "nothing.json", "nothing.json", unbuffered="")
    assert (finished.returncode, finished.stderr.startswith("nothing.json: there is no such file.")) == (2, True)


def test_a_reader_that_has_left_is_told_nothing():
    process = subprocess.Popen(
        [*COMMAND, "plan", str(TINY)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(60), [line for line in said.splitlines() if " s  " not in line]) == (3, [])
    process.stderr.close()
