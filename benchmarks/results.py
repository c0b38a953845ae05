"""The result of a suite as a value, and as files: JSON with every figure, and Markdown to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.comparison import Comparison, Ratio
from benchmarks.national_pool import National
from benchmarks.records import RECORD, Record, best_of, contradictions
from benchmarks.tables import markdown, sheets
from benchmarks.targets import Target, targets

GOALS = """Each peer has a goal: a proof of all tiers; for greedy and Timefold, a schedule with every tier at most 1% above the
best of any peer; for lp_limit, its relaxation. *Times ours* is a peer's seconds to its goal, divided by our seconds to ours,
both measured in this run. *≥* means that the peer was cut short at its limit."""

Json = dict[str, object]


@dataclass(frozen=True)
class Result:
    """The runs of a suite so far; ``complete`` once all of it has run. ``taken`` is a date."""

    taken: str
    suite: str
    machine: Mapping[str, object]
    commit: str
    records: tuple[Record, ...] = ()
    national: National | None = None
    complete: bool = False

    def with_record(self, record: Record) -> Result:
        """Return the result with one more run."""
        return replace(self, records=(*self.records, record))

    @property
    def comparison(self) -> Comparison:
        """Return the comparison of the records."""
        return Comparison(self.records)

    @property
    def targets(self) -> list[Target]:
        """Return every target with its figure."""
        return targets(self.comparison, self.national)

    @property
    def warnings(self) -> list[str]:
        """Return sentences that a reader must know before trusting a figure."""
        unfinished = [] if self.complete else ["Only part of the suite has run."]
        return unfinished + contradictions(self.records)


def as_json(result: Result) -> Json:
    """Return every figure of a result."""
    comparison = result.comparison
    growth = comparison.growth()
    return {
        "taken": result.taken,
        "suite": result.suite,
        "commit": result.commit,
        "machine": dict(result.machine),
        "complete": result.complete,
        "warnings": result.warnings,
        "targets": [asdict(target) for target in result.targets],
        "medians": {
            size: {
                label: {
                    "seconds": _figure(comparison.median_seconds(size, label)),
                    "times_ours": _figure(comparison.median_ratio(size, label)),
                }
                for label in comparison.labels(size)
            }
            for size in comparison.sizes
        },
        "growth_exponent": None if growth is None else round(growth[0], 3),
        "phases": {size: comparison.phases(size) for size in comparison.sizes},
        "national": None if result.national is None else _national(result.national),
        "runs": [_run(comparison, record) for record in result.records],
    }


def _national(national: National) -> Json:
    figures = {"ratio": round(national.ratio, 3), "slowdown": round(national.slowdown, 3), "proven": national.proven}
    return {**figures, **asdict(national)}


def _run(comparison: Comparison, record: Record) -> Json:
    best = best_of(comparison.of(record.size, record.instance))
    return {**asdict(record), "best": best, "times_ours": _figure(comparison.ratio(record.size, record.instance, record.label))}


def _figure(ratio: Ratio | None) -> Json | None:
    return None if ratio is None else {"value": round(ratio.value, 4), "at_least": ratio.at_least}


def as_markdown(result: Result, plots: list[str]) -> str:
    """Return the result as Markdown; ``plots`` are the names of plot files in the same folder."""
    machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
    head = [f"# Suite {result.suite}, {result.taken}", "", f"Commit {result.commit or 'unknown'}; {machine}.", "", GOALS, ""]
    head += [f"**{warning}**\n" for warning in result.warnings]
    shown = [f"![{plot}]({plot})\n" for plot in plots]
    return "\n".join([*head, *shown, *(markdown(sheet) for sheet in reversed(sheets(result.comparison, result.targets)))])


def records_in(path: Path) -> tuple[Record, ...]:
    """Return the runs of a stored result."""
    return tuple(RECORD.validate_python(run) for run in json.loads(path.read_text())["runs"])


def write_result(result: Result, folder: Path) -> Path:
    """Write the result as JSON, atomically, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.taken}-{result.suite}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(as_json(result), indent=1) + "\n")
    part.replace(path)
    return path
