"""``python -m benchmarks``: run a suite, in which every peer solves each instance in turn, each run in its own process.

It prints tables, and writes ``benchmarks/results/<date>-<suite>.json``, ``.md`` and plots. Ctrl-C saves the runs so far.
The suites ``guard``, ``serving``, ``pages``, ``whatif`` and ``decide`` run no peers: see the files of these names,
and ``offering.py``, ``repairing.py`` and ``explaining.py`` for the other parts of ``decide``.
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

from benchmarks.decide import decide
from benchmarks.explaining import explaining
from benchmarks.guard import guard
from benchmarks.machine import commit, machine
from benchmarks.national_pool import National, national
from benchmarks.offering import offering
from benchmarks.pages import pages
from benchmarks.peers import NEEDS_BEST_TIERS, PEERS
from benchmarks.processes import run_in_process
from benchmarks.records import Record, best_of
from benchmarks.repairing import repairing
from benchmarks.results import Result, as_markdown, write_result
from benchmarks.serving import serving
from benchmarks.suites import SUITES, Suite, Task
from benchmarks.tables import NONE, RUN_HEADINGS, rich_table, run_row, sheets
from benchmarks.whatif import whatif

RESULTS = Path(__file__).parent / "results"
GUARD, SERVING, WHATIF, DECIDE, PAGES = "guard", "serving", "whatif", "decide", "pages"
INTERRUPTED = 130
WIDTH = 150


def main() -> int:
    """Run a suite, show and store its result. Return the exit code: 130 after an interruption, 1 if a target suite fails."""
    options = _arguments()
    if options.suite == GUARD:
        return guard()
    if options.suite == SERVING:
        return serving(options.into)
    if options.suite == PAGES:
        return pages(options.into)
    if options.suite == WHATIF:
        return whatif(options.into)
    if options.suite == DECIDE:
        return max(decide(options.into), offering(options.into), repairing(options.into), explaining(options.into))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    result = Result(
        time.strftime("%Y-%m-%d"), "-".join([options.suite, *(options.only or ()), *(options.peer or ())]), machine(), commit()
    )
    exit_code = 0
    try:
        for record in _records(SUITES[options.suite], options):
            result = result.with_record(record)
            _show(console, result)
            write_result(result, options.into)
        result = replace(result, national=_national(console, SUITES[options.suite], options))
        result = replace(result, complete=not (options.peer or options.only))
    except KeyboardInterrupt:
        console.print("Interrupted: these are the results so far.")
        exit_code = INTERRUPTED
    path = write_result(result, options.into)
    for sheet in sheets(result.comparison, result.targets):
        console.print(rich_table(sheet))
    for warning in result.warnings:
        console.print(escape(warning), style="red")
    plots = _plots(path)
    path.with_suffix(".md").write_text(as_markdown(result, plots))
    console.print(f"Written: {path}, {path.with_suffix('.md').name} {' '.join(plots)}")
    return exit_code


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--suite", choices=(*SUITES, GUARD, SERVING, WHATIF, DECIDE, PAGES), default="default")
    arguments.add_argument("--peer", action="append", choices=PEERS, help="run only this peer; may be repeated")
    arguments.add_argument("--only", action="append", metavar="SIZE", help="run only this size, such as week; may be repeated")
    arguments.add_argument("--into", type=Path, default=RESULTS, metavar="FOLDER", help="the folder for the result")
    return arguments.parse_args()


def _records(suite: Suite, options: argparse.Namespace) -> Iterator[Record]:
    for task in suite.tasks:
        if not options.only or task.size in options.only:
            for path in task.paths():
                yield from _of_one(task, path, options.peer)


def _of_one(task: Task, path: Path, peers: list[str] | None) -> Iterator[Record]:
    """Yield the run of each peer on an instance; a peer that needs the best tiers gets those of the runs before it."""
    conferences = len(json.loads(path.read_text())["conferences"])
    before: list[Record] = []
    for peer, seconds in task.limits:
        if peers and peer not in peers:
            continue
        tiers = best_of(before) if peer in NEEDS_BEST_TIERS else ()
        if peer in NEEDS_BEST_TIERS and not tiers:
            continue
        before.append(run_in_process(peer, path, conferences, seconds, tiers))
        yield before[-1]


def _national(console: Console, suite: Suite, options: argparse.Namespace) -> National | None:
    if suite.national_seconds is None or options.peer or (options.only and "national" not in options.only):
        return None
    paths = list(Task("national", (), ()).paths())
    console.print(f"national: {len(paths)} plans, two at a time and then one by one")
    return national(paths, suite.national_seconds)


def _show(console: Console, result: Result) -> None:
    """Print the run that has just ended."""
    record = result.records[-1]
    comparison = result.comparison
    ratio = comparison.ratio(record.size, record.instance, record.label)
    cells = run_row(record, comparison.best(record.size, record.instance), str(ratio or NONE))
    line = ", ".join(f"{heading} {cell}" for heading, cell in zip(RUN_HEADINGS, cells, strict=True) if cell not in ("", NONE))
    console.print(escape(f"{record.size}/{record.instance}: {line}"), highlight=False)


def _plots(result: Path) -> list[str]:
    """Draw the plots of a stored result in a process of its own, and return their file names."""
    command = [sys.executable, "-m", "benchmarks.plots", str(result)]
    drawn = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Path(line).name for line in drawn.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
