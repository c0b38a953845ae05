"""``python -m benchmarks.one_run``: one peer on one instance, in this process; its record goes to a file as JSON."""

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

MOST_MEMORY = 12 << 30


def main() -> None:
    """Run the peer within the memory that it may have."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("peer")
    arguments.add_argument("instance", type=Path)
    arguments.add_argument("seconds", type=float)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--tiers", type=int, nargs="*", default=())
    given = arguments.parse_args()
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    problem = read_problem_file(given.instance)
    record = run_of(given.peer, problem, given.seconds, given.tiers)
    record = replace(record, size=given.instance.parent.name, instance=given.instance.stem, mebibytes=_most_mebibytes())
    given.out.write_bytes(RECORD.dump_json(record))


def _end_with_the_parent() -> None:
    """Whoever measures next must not have this beside them: the parent holds the other end of the standard input."""
    while os.read(0, 1):
        pass
    os._exit(1)


def run_of(name: str, problem: Problem, seconds: float, tiers: Sequence[int] = ()) -> Record:
    """The record of a run in this process, still without the instance's name; a schedule that breaks a rule counts as none."""
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


def _most_mebibytes() -> int:
    """The most that this process and the largest of those that it started have held."""
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + children) // 1024


if __name__ == "__main__":
    main()
