"""Runs the pure unit tests and the tests of the modules changed since a commit: ``python -m tests.quick --since HEAD``.

Pure tests need no database, process or solver. Of the other tests, those on PostgreSQL and the slow ones are left out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT

PURE = ("tests/domain", "tests/report", "tests/whatif/changes", "tests/test_*.py")
CODE = ("scheduler", "api", "fixtures", "benchmarks")


def main() -> int:
    """Run the tests and return pytest's exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--since", default="HEAD", help="the commit to compare with")
    parser.add_argument("--workers", default="2", help="the number of test processes")
    options = parser.parse_args()
    pure = {file for pattern in PURE for file in ROOT.glob(pattern)}
    mirrored = {test for file in changed_files(options.since) for test in tests_of(file)}
    tests = sorted(pure | {test for test in mirrored if pure.isdisjoint({test, *test.parents})})
    selection = ["-m", "not slow", "-k", "not postgresql", "--numprocesses", options.workers]
    command = [sys.executable, "-m", "pytest", "--quiet", *selection, *map(str, tests)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def changed_files(since: str) -> list[Path]:
    """Return the files that differ from a commit, and the untracked ones, relative to the root."""
    commands = (
        ["git", "diff", "--name-only", "--relative", "--diff-filter=d", since, "--"],
        ["git", "ls-files", "--others", "--exclude-standard"],
    )
    return [Path(line) for command in commands for line in _output(command).splitlines()]


def tests_of(file: Path) -> Iterator[Path]:
    """Yield the existing test file of a changed file: itself, or the one that mirrors a module's path."""
    if file.suffix != ".py":
        return
    package, *folders = file.parent.parts or ("",)
    if package == "tests" and file.name.startswith("test_"):
        yield ROOT / file
    elif package in CODE:
        mirror = ROOT.joinpath("tests", *([] if package == "scheduler" else [package]), *folders, f"test_{file.name}")
        if mirror.exists():
            yield mirror


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
