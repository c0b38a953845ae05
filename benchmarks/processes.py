"""Runs each in a process of its own: nothing that one peer leaves behind, or uses up, touches the next."""

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

PATIENCE = 60.0
NO_MEMORY = ("MemoryError", "bad_alloc")


def run_apart(peer: str, instance: Path, conferences: int, seconds: float, tiers: Sequence[int] = ()) -> Record:
    """The record of a run; a peer that overruns its limit by a minute is killed, and has no schedule."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "record.json"
        command = [sys.executable, "-m", "benchmarks.one_run", peer, str(instance), str(seconds), str(out)]
        command += ["--tiers", *map(str, tiers)] if tiers else []
        failed = partial(Record, instance.parent.name, instance.stem, conferences, peer, seconds)
        started = time.monotonic()
        try:
            with _held_open() as end_of_this:
                finished = subprocess.run(
                    command, stdin=end_of_this, check=False, capture_output=True, text=True, timeout=seconds + PATIENCE
                )
        except subprocess.TimeoutExpired:
            return failed(seconds + PATIENCE, ending="overran", reason=f"was still running {PATIENCE:g} s after its limit")
        if finished.returncode == 0:
            return RECORD.validate_json(out.read_bytes())
        spent, said = time.monotonic() - started, finished.stderr.strip()
        last = said.splitlines()[-1] if said else "it said nothing"
        return failed(
            spent,
            ending=_ending(finished.returncode, said, is_late=spent >= seconds),
            reason=f"ended with {finished.returncode} after {spent:.0f} s: {last}",
        )


@contextmanager
def _held_open() -> Iterator[int]:
    """A pipe that a child reads, and that ends with this process, however that ends."""
    read, write = os.pipe()
    try:
        yield read
    finally:
        os.close(read)
        os.close(write)


def _ending(code: int, said: str, *, is_late: bool) -> Ending:
    """What an end with a code other than 0 was: what dies of anything after its limit has overrun that first."""
    if code == -signal.SIGKILL or any(word in said for word in NO_MEMORY):
        return "out of memory"
    return "overran" if is_late else "crashed"
