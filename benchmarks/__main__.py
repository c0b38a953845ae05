"""``python -m benchmarks``: each month by every peer in turn, side by side, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import PEERS, is_proven
from scheduler.files import read_problem_file
from scheduler.measure import measure

MOST_MEMORY = 12 << 30
HERE = Path(__file__).parent
MONTHS = ("fixtures/january-2027.xlsx", "fixtures/may-2022.xlsx", "fixtures/november-2022.xlsx")


def main() -> None:
    """Run the peers on the months, print a table, and write the figures with the machine they were taken on."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("months", nargs="*", default=MONTHS)
    arguments.add_argument("--seconds", type=float, default=300.0, help="the most that each run may take")
    arguments.add_argument("--one", metavar="PEER", help="run one peer on one month, and print its figures as JSON")
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(_run(given.one, given.months[0], given.seconds)))
        return
    rows = []
    for month in given.months:
        figures = {peer: _in_a_process(peer, month, given.seconds) for peer in PEERS}
        ratio = float(str(figures["highs tier by tier"]["seconds"])) / float(str(figures["ours"]["seconds"]))
        rows.append({"month": Path(month).stem, "ratio": round(ratio, 2), **figures})
        _show(rows[-1])
    taken = time.strftime("%Y-%m-%d")
    result = {"taken": taken, "machine": _machine(), "seconds": given.seconds, "rows": rows}
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / f"{taken}.json").write_text(json.dumps(result, indent=1) + "\n")


def _in_a_process(peer: str, month: str, seconds: float) -> dict[str, object]:
    """One run; a peer that overruns its time by half a minute, or the memory it may have, has no schedule."""
    command = [sys.executable, "-m", "benchmarks", month, "--one", peer, "--seconds", str(seconds)]
    started = time.monotonic()
    try:
        finished = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        return {"seconds": round(time.monotonic() - started, 2), "proven": False, "failed": type(failure).__name__}
    figures: dict[str, object] = json.loads(finished.stdout.splitlines()[-1])
    return figures


def _run(peer: str, month: str, seconds: float) -> dict[str, object]:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    problem = read_problem_file(Path(month))
    started = time.monotonic()
    schedule = PEERS[peer](problem, seconds)
    taken = time.monotonic() - started
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + children) // 1024
    return {
        "seconds": round(taken, 2),
        "proven": is_proven(problem, schedule),
        "tiers": list(measure(problem, schedule).tiers.values()),
        "bounds": [tier.bound for tier in schedule.tiers],
        "mebibytes": memory,
    }


def _show(row: dict[str, object]) -> None:
    print(f"{row['month']}: highs takes {row['ratio']} times as long")
    for peer in PEERS:
        print(f"  {peer:20} {row[peer]}", flush=True)


def _machine() -> dict[str, object]:
    return {
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "ortools": version("ortools"),
    }


if __name__ == "__main__":
    main()
