"""``python -m benchmarks.one_run``: run one peer on one instance in this process, and write its record as JSON."""

from __future__ import annotations

import argparse
import os
import resource
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.peers import peer_named
from benchmarks.peers.protocol import Run, UnavailableError
from benchmarks.records import RECORD, Record
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file

MAX_MEMORY_BYTES = 12 << 30


def main() -> None:
    """Run the peer with a limit on this process's address space."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("peer")
    arguments.add_argument("instance", type=Path)
    arguments.add_argument("seconds", type=float)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--tiers", type=int, nargs="*", default=())
    options = arguments.parse_args()
    threading.Thread(target=_exit_with_the_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    problem = read_problem_file(options.instance)
    record = run_of(options.peer, problem, options.seconds, options.tiers)
    record = replace(record, size=options.instance.parent.name, instance=options.instance.stem, mebibytes=_peak_mebibytes())
    options.out.write_bytes(RECORD.dump_json(record))


def _exit_with_the_parent() -> None:
    """Exit when the parent does, so that no orphan disturbs later measurements: the parent holds the other end of stdin."""
    while os.read(0, 1):
        pass
    os._exit(1)


def run_of(name: str, problem: Problem, seconds: float, tiers: Sequence[int] = ()) -> Record:
    """Run a peer in this process and return its record, without the instance's name. A schedule that breaks a rule is dropped."""
    record = Record("", "", len(problem.conferences), name, seconds, 0.0)
    try:
        peer = peer_named(name)
        started = time.monotonic()
        run: Run = peer(problem, seconds, tiers=tiers) if tiers else peer(problem, seconds)
    except UnavailableError as error:
        return replace(record, ending="unavailable", reason=str(error))
    record = replace(record, seconds=time.monotonic() - started, figures=dict(run.figures))
    if run.schedule is None:
        return replace(record, proven_seconds=run.proven_seconds)
    report = check(problem, run.schedule)
    if not report.ok:
        broken = "; ".join(f"{violation.rule} {violation.text}" for violation in report.violations[:3])
        return replace(record, ending="refused", reason=f"{len(report.violations)} breaches: {broken}")
    return replace(
        record,
        tiers=tuple(report.measure.tiers.values()),
        bounds=tuple(tier.bound for tier in run.schedule.tiers),
        tiers_proven=run.tiers_proven,
        proven_seconds=run.proven_seconds,
        history=run.history,
    )


def _peak_mebibytes() -> int:
    """Return the peak memory of this process plus that of its largest child, in MiB."""
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + children) // 1024


if __name__ == "__main__":
    main()
