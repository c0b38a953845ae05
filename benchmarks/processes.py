"""Runs in separate processes, so that a peer's memory, threads and crashes can't affect the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.records import RECORD, Ending, Record

GRACE_SECONDS = 60.0
NO_MEMORY = ("MemoryError", "bad_alloc")


def run_in_process(peer: str, instance: Path, conferences: int, seconds: float, tiers: Sequence[int] = ()) -> Record:
    """Run a peer in a process of its own and return its record. A peer that overruns its limit by a minute is killed."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "record.json"
        command = [sys.executable, "-m", "benchmarks.one_run", peer, str(instance), str(seconds), str(out)]
        command += ["--tiers", *map(str, tiers)] if tiers else []
        failed = partial(Record, instance.parent.name, instance.stem, conferences, peer, seconds)
        started = time.monotonic()
        try:
            with _open_until_exit() as lifeline:
                finished = subprocess.run(
                    command, stdin=lifeline, check=False, capture_output=True, text=True, timeout=seconds + GRACE_SECONDS
                )
        except subprocess.TimeoutExpired:
            return failed(
                seconds + GRACE_SECONDS, ending="overran", reason=f"was still running {GRACE_SECONDS:g} s after its limit"
            )
        if finished.returncode == 0:
            return RECORD.validate_json(out.read_bytes())
        spent, errors = time.monotonic() - started, finished.stderr.strip()
        last = errors.splitlines()[-1] if errors else "no error output"
        return failed(
            spent,
            ending=_ending(finished.returncode, errors, is_late=spent >= seconds),
            reason=f"exit code {finished.returncode} after {spent:.0f} s: {last}",
        )


@contextmanager
def _open_until_exit() -> Iterator[int]:
    """Open a pipe for a child to read; it closes when this process ends for any reason."""
    read, write = os.pipe()
    try:
        yield read
    finally:
        os.close(read)
        os.close(write)


def _ending(code: int, errors: str, *, is_late: bool) -> Ending:
    """Classify a non-zero exit code. A peer that fails after its limit counts as overrun."""
    if code == -signal.SIGKILL or any(word in errors for word in NO_MEMORY):
        return "out of memory"
    return "overran" if is_late else "crashed"
