"""Runs each in a process of its own: nothing that one peer leaves behind, or uses up, touches the next."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
        started = time.monotonic()
        try:
            finished = subprocess.run(command, check=False, capture_output=True, text=True, timeout=seconds + PATIENCE)
        except subprocess.TimeoutExpired:
            return _failed("overran", f"was still running {PATIENCE:g} s after its limit", peer, instance, conferences, seconds)
        if finished.returncode == 0:
            return RECORD.validate_json(out.read_bytes())
        said = finished.stderr.strip()
        lacked = finished.returncode < 0 or any(word in said for word in NO_MEMORY)
        last = said.splitlines()[-1] if said else "it said nothing"
        reason = f"ended with {finished.returncode} after {time.monotonic() - started:.0f} s: {last}"
        return _failed("out of memory" if lacked else "crashed", reason, peer, instance, conferences, seconds)


def _failed(ending: Ending, reason: str, peer: str, instance: Path, conferences: int, seconds: float) -> Record:
    size, name = instance.parent.name, instance.stem
    return Record(size, name, conferences, peer, seconds, seconds, ending=ending, reason=reason)
