"""No file that git tracks has the markers of an unresolved merge."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.paths import ROOT

MARKER = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)


def test_no_file_has_the_markers_of_an_unresolved_merge() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no clone of the repository")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    assert [str(file) for file in files if file.is_file() and MARKER.search(file.read_bytes())] == []
