"""The guard against regressions: months that are easy to prove must stay easy. ``python -m benchmarks --suite guard``.

It reads no clock. It compares the size of the model and the solver's deterministic work, which do not depend on the machine
or its load. ``python -m benchmarks.guard --renew`` stores a new baseline.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.phases import watching
from benchmarks.suites import Task
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TierName
from scheduler.engines import cp_sat
from scheduler.files import read_problem_file
from scheduler.model.build import build_programme
from scheduler.planner import plan

BASELINE = Path(__file__).with_suffix(".json")
MONTHS = Task(
    "month", ("report-2022-05", "report-2022-08", "report-2023-02", "report-2023-03", "many-holds", "replanning"), limits=()
)
MAX_GROWTH = 1.25
WORK_PER_SEARCH = 5.0
REMEDY = "Find the cause, or renew the baseline with `python -m benchmarks.guard --renew` and give the reason in the commit."


@dataclass(frozen=True)
class Effort:
    """The effort of a month: the programme's size, and the total work of all searches in CP-SAT's deterministic units.

    ``tiers`` are the values reached; ``unproven`` lists those without a proof.
    """

    columns: int
    rows: int
    entries: int
    work: float
    tiers: Mapping[TierName, int]
    unproven: tuple[TierName, ...] = ()


EFFORTS = TypeAdapter(dict[str, Effort])
MEASURES = {"columns": "columns", "rows": "rows", "entries": "entries in the matrix", "work": "units of work"}


def main() -> int:
    """Compare the months with the baseline, or renew it. Return the exit code: 1 if the guard fails."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    arguments.add_argument("--renew", action="store_true", help="store the measured efforts as the baseline")
    return _renew() if arguments.parse_args().renew else guard()


def guard() -> int:
    """Print the effort of each month, then every failure. Return 1 if there is one, else 0."""
    baseline = stored() if BASELINE.exists() else {}
    faults = [fault for month, effort in _efforts() for fault in failures(month, effort, baseline.get(month))]
    print(*(faults or ["Every month is proven within the baseline."]), sep="\n")
    return 1 if faults else 0


def stored(path: Path = BASELINE) -> dict[str, Effort]:
    """Return the baseline: the effort of each month when it was last renewed."""
    return EFFORTS.validate_json(path.read_bytes())


def failures(month: str, measured: Effort, baseline: Effort | None) -> list[str]:
    """Return a line for each measure that exceeds the baseline, and for each tier that is unproven or has another optimum."""
    if baseline is None:
        return [f"{month}: it has no baseline. {REMEDY}"]
    return [f"{month}: {fault}. {REMEDY}" for fault in _faults(measured, baseline)]


def _faults(measured: Effort, baseline: Effort) -> Iterator[str]:
    for name, value in measured.tiers.items():
        expected = baseline.tiers[name]
        if name in measured.unproven:
            yield f"{name} is no longer proven, at {value}; the baseline proves {expected}"
        elif value != expected:
            yield f"{name} is proven at {value}, but the baseline proves {expected}; only one can be the optimum"
    for measure, words in MEASURES.items():
        value, before = getattr(measured, measure), getattr(baseline, measure)
        if value > MAX_GROWTH * before:
            yield f"{value:,} {words} exceed the baseline of {before:,} by more than the allowed factor of {MAX_GROWTH:g}"


def effort(problem: Problem) -> Effort:
    """Return the effort of planning a problem on one worker, which is the same each time.

    The work is the total of all searches. It is not the smallest sufficient ``work_limit``: some searches have limits of
    their own.
    """
    programme = build_programme(problem).programme()
    work = list[float]()
    with watching(cp_sat, "search", lambda searched, _: work.append(searched.work)):
        tiers = plan(problem, workers=1, seed=1, work_limit=WORK_PER_SEARCH).tiers
    return Effort(
        columns=programme.columns,
        rows=int(programme.matrix.shape[0]),
        entries=int(programme.matrix.nnz),
        work=round(sum(work), 3),
        tiers={tier.name: tier.value for tier in tiers},
        unproven=tuple(tier.name for tier in tiers if not tier.proven),
    )


def _efforts() -> Iterator[tuple[str, Effort]]:
    for path in MONTHS.paths():
        month = effort(read_problem_file(path))
        sizes = ", ".join(f"{getattr(month, measure):,} {words}" for measure, words in MEASURES.items())
        print(f"{path.stem}: {sizes}; {len(month.tiers) - len(month.unproven)} of {len(month.tiers)} tiers proven", flush=True)
        yield path.stem, month


def _renew() -> int:
    """Store the measured efforts as the baseline, unless a month is not proven. Return the exit code."""
    efforts = dict(_efforts())
    unproven = [month for month, effort in efforts.items() if effort.unproven]
    if unproven:
        print(f"Not renewed, because {', '.join(unproven)} is not proven. Find the cause, or guard other months.")
        return 1
    part = BASELINE.with_suffix(".part")
    part.write_bytes(EFFORTS.dump_json(efforts, indent=1, exclude_defaults=True) + b"\n")
    part.replace(BASELINE)
    print(f"Written: {BASELINE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
