"""The guard: months that are easy to prove must stay so. ``python -m benchmarks --suite guard``; ``--renew`` here.

It looks at no clock: the size of the model and the solver's deterministic work are the same on a slow machine and a busy one.
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
MOST_GROWTH = 1.25
WORK_OF_A_SEARCH = 5.0
REMEDY = "Find out why, or renew the baseline with `python -m benchmarks.guard --renew` and say why in the commit's message."


@dataclass(frozen=True)
class Effort:
    """What a month takes: the programme's size, and the work of all searches together in CP-SAT's deterministic units.

    ``tiers`` are the values reached, ``unproven`` those of them that were not proven.
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
    """Hold the months against the baseline, or make a new one; the exit code is 1 where the guard fails."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    arguments.add_argument("--renew", action="store_true", help="make what is found the baseline")
    return _renew() if arguments.parse_args().renew else guard()


def guard() -> int:
    """Print what each month takes, then every failure; 1 where there is one, else 0."""
    baseline = stored() if BASELINE.exists() else {}
    faults = [fault for month, found in _efforts() for fault in failures(month, found, baseline.get(month))]
    print(*(faults or ["Every month is proven within the baseline."]), sep="\n")
    return 1 if faults else 0


def stored(path: Path = BASELINE) -> dict[str, Effort]:
    """The baseline: what each month took when it was last renewed."""
    return EFFORTS.validate_json(path.read_bytes())


def failures(month: str, found: Effort, baseline: Effort | None) -> list[str]:
    """A line for each thing that is worse than the baseline, or another optimum than it."""
    if baseline is None:
        return [f"{month}: it has no baseline. {REMEDY}"]
    return [f"{month}: {fault}. {REMEDY}" for fault in _faults(found, baseline)]


def _faults(found: Effort, baseline: Effort) -> Iterator[str]:
    for name, value in found.tiers.items():
        expected = baseline.tiers[name]
        if name in found.unproven:
            yield f"{name} is no longer proven, found {value}; in the baseline it is proven at {expected}"
        elif value != expected:
            yield f"{name} is proven at {value}; in the baseline at {expected}, and there is only one optimum"
    for measure, words in MEASURES.items():
        value, before = getattr(found, measure), getattr(baseline, measure)
        if value > MOST_GROWTH * before:
            yield f"found {value:,} {words}; the baseline is {before:,}, and at most {MOST_GROWTH:g} times that is allowed"


def effort(problem: Problem) -> Effort:
    """What a problem takes, on one worker: the same each time.

    The work is that of all searches, not the least limit to give them: those that settle most months have limits of their own.
    """
    programme = build_programme(problem).programme()
    work = list[float]()
    with watching(cp_sat, "search", lambda searched, _: work.append(searched.work)):
        tiers = plan(problem, workers=1, seed=1, work_limit=WORK_OF_A_SEARCH).tiers
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
        found = effort(read_problem_file(path))
        sizes = ", ".join(f"{getattr(found, measure):,} {words}" for measure, words in MEASURES.items())
        print(f"{path.stem}: {sizes}; {len(found.tiers) - len(found.unproven)} of {len(found.tiers)} tiers proven", flush=True)
        yield path.stem, found


def _renew() -> int:
    """Store what is found, unless a month is not proven."""
    found = dict(_efforts())
    unproven = [month for month, effort in found.items() if effort.unproven]
    if unproven:
        print(f"Not renewed: {', '.join(unproven)} not proven. A baseline is of proven months: find out why, or guard others.")
        return 1
    draft = BASELINE.with_suffix(".part")
    draft.write_bytes(EFFORTS.dump_json(found, indent=1, exclude_defaults=True) + b"\n")
    draft.replace(BASELINE)
    print(f"Written: {BASELINE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
