"""``python -m benchmarks``: a suite's instances, each by every peer in turn, side by side, each run in a process of its own.

Prints tables, and writes ``benchmarks/results/<date>-<suite>.json``, ``.md`` and pictures. Ctrl-C keeps what there is.
The suites ``guard``, ``serving`` and ``whatif`` compare no peers: see ``benchmarks/guard.py``, ``serving.py`` and ``whatif.py``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from benchmarks.guard import guard
from benchmarks.machine import commit, machine
from benchmarks.peers import PEERS, TOLD_THE_TIERS
from benchmarks.processes import run_apart
from benchmarks.records import Record, best_of
from benchmarks.results import Result, as_markdown, written
from benchmarks.serving import serving
from benchmarks.suites import SUITES, Suite, Task
from benchmarks.tables import NONE, RUN_HEADINGS, rich_table, run_row, sheets
from benchmarks.two_at_a_time import National, national
from benchmarks.whatif import whatif

RESULTS = Path(__file__).parent / "results"
GUARD, SERVING, WHATIF = "guard", "serving", "whatif"
INTERRUPTED = 130
WIDTH = 150


def main() -> int:
    """Run a suite and show what it gives; the exit code is 130 where it was interrupted, 1 where the guard fails."""
    given = _arguments()
    if given.suite == GUARD:
        return guard()
    if given.suite == SERVING:
        return serving(given.into)
    if given.suite == WHATIF:
        return whatif(given.into)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    result = Result(
        time.strftime("%Y-%m-%d"), "-".join([given.suite, *(given.only or ()), *(given.peer or ())]), machine(), commit()
    )
    ending = 0
    try:
        for record in _records(SUITES[given.suite], given):
            result = result.with_record(record)
            _show(console, result)
            written(result, given.into)
        result = replace(result, national=_national(console, SUITES[given.suite], given))
        result = replace(result, complete=not (given.peer or given.only))
    except KeyboardInterrupt:
        console.print("Interrupted: this is what there is.")
        ending = INTERRUPTED
    path = written(result, given.into)
    for sheet in sheets(result.comparison, result.targets):
        console.print(rich_table(sheet))
    for warning in result.warnings:
        console.print(escape(warning), style="red")
    pictures = _pictures(path)
    path.with_suffix(".md").write_text(as_markdown(result, pictures))
    console.print(f"Written: {path}, {path.with_suffix('.md').name} {' '.join(pictures)}")
    return ending


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--suite", choices=(*SUITES, GUARD, SERVING, WHATIF), default="default")
    arguments.add_argument("--peer", action="append", choices=PEERS, help="only this peer; may be given again")
    arguments.add_argument("--only", action="append", metavar="SIZE", help="only this size, such as week; may be given again")
    arguments.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER", help="where the result is written")
    return arguments.parse_args()


def _records(suite: Suite, given: argparse.Namespace) -> Iterator[Record]:
    for task in suite.tasks:
        if not given.only or task.size in given.only:
            for path in task.paths():
                yield from _of_one(task, path, given.peer)


def _of_one(task: Task, path: Path, peers: list[str] | None) -> Iterator[Record]:
    """An instance by each peer in turn; one that is to be told the tiers gets the best found before it."""
    conferences = len(json.loads(path.read_text())["conferences"])
    before: list[Record] = []
    for peer, seconds in task.limits:
        if peers and peer not in peers:
            continue
        tiers = best_of(before) if peer in TOLD_THE_TIERS else ()
        if peer in TOLD_THE_TIERS and not tiers:
            continue
        before.append(run_apart(peer, path, conferences, seconds, tiers))
        yield before[-1]


def _national(console: Console, suite: Suite, given: argparse.Namespace) -> National | None:
    if suite.national_seconds is None or given.peer or (given.only and "national" not in given.only):
        return None
    paths = list(Task("national", (), ()).paths())
    console.print(f"national: {len(paths)} plans, two at a time and then one by one")
    return national(paths, suite.national_seconds)


def _show(console: Console, result: Result) -> None:
    """The latest run, as it ends."""
    record = result.records[-1]
    comparison = result.comparison
    ratio = comparison.ratio(record.size, record.instance, record.label)
    cells = run_row(record, comparison.best(record.size, record.instance), str(ratio or NONE))
    told = ", ".join(f"{heading} {cell}" for heading, cell in zip(RUN_HEADINGS, cells, strict=True) if cell not in ("", NONE))
    console.print(escape(f"{record.size}/{record.instance}: {told}"), highlight=False)


def _pictures(result: Path) -> list[str]:
    """The names of the pictures."""
    command = [sys.executable, "-m", "benchmarks.plots", str(result)]
    drawn = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Path(line).name for line in drawn.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
