"""The tables of a result, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich import box
from rich.table import Table

from benchmarks.comparison import Comparison
from benchmarks.phases import PHASES
from benchmarks.records import Record, TimeToGoal, gap, time_to_goal
from benchmarks.targets import Target
from scheduler.domain.schedule import TIERS

NONE = "–"
HOLDS = {True: "yes", False: "no", None: NONE}


@dataclass(frozen=True)
class Sheet:
    """A table of text with a title; the first ``names`` columns are words, the others figures."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def sheets(comparison: Comparison, targets: list[Target]) -> list[Sheet]:
    """Return a table of runs for each instance, the medians by size, the phases of our time, and the targets."""
    return [*_runs(comparison), _medians(comparison), _phases(comparison), _targets(targets)]


def run_row(record: Record, best: tuple[int, ...], ratio: str) -> tuple[str, ...]:
    """Return one run as a table row; ``ratio`` is its time to its goal, divided by ours."""
    above = gap(record.tiers, best)
    return (
        record.label,
        _seconds(time_to_goal(record, best)),
        ratio,
        f"{record.tiers_proven} of {len(TIERS)}" if record.tiers_proven else NONE,
        NONE if above is None else f"{above:.2%}",
        " ".join(map(str, record.tiers)) or NONE,
        f"{record.mebibytes}" if record.mebibytes else NONE,
        record.reason or ("" if record.ending == "came back" else record.ending),
    )


RUN_HEADINGS = ("peer", "goal after (s)", "times ours", "tiers proven", "above the best", "tiers", "MiB", "remark")


def _runs(comparison: Comparison) -> Iterator[Sheet]:
    for size, instance in comparison.instances:
        records, best = comparison.of(size, instance), comparison.best(size, instance)
        rows = tuple(run_row(r, best, str(comparison.ratio(size, instance, r.label) or NONE)) for r in records)
        yield Sheet(f"{size}/{instance}, {records[0].conferences} conferences", RUN_HEADINGS, rows)


def _medians(comparison: Comparison) -> Sheet:
    rows = []
    for size in comparison.sizes:
        for label in comparison.labels(size):
            ratios = [one for one in comparison.ratios(size, label) if one is not None]
            median = comparison.median_ratio(size, label)
            rows.append((size, label, str(comparison.median_seconds(size, label) or NONE), str(median or NONE), str(len(ratios))))
    return Sheet("Medians by size", ("size", "peer", "goal after (s)", "times ours", "instances"), tuple(rows), names=2)


def _phases(comparison: Comparison) -> Sheet:
    rows = tuple(
        (size, *(f"{share:.0%}" for share in phases.values())) for size in comparison.sizes if (phases := comparison.phases(size))
    )
    return Sheet(
        "Where our time goes: shares of all threads' time, presolve within each",
        ("size", *(phase.replace("_", " ") for phase in PHASES)),
        rows,
    )


def _targets(targets: list[Target]) -> Sheet:
    rows = tuple((target.says, target.found, HOLDS[target.holds]) for target in targets)
    return Sheet("Targets", ("target", "found", "holds"), rows, names=3)


def _seconds(when: TimeToGoal | None) -> str:
    if when is None:
        return NONE
    return f"{when.seconds:.2f}" if when.exact else f"more than {when.seconds:g}"


def rich_table(sheet: Sheet) -> Table:
    """Return the sheet as a table for the terminal."""
    table = Table(title=sheet.title, title_justify="left", box=box.SIMPLE_HEAD)
    for position, heading in enumerate(sheet.headings):
        is_word = position < sheet.names or heading == "remark"
        table.add_column(heading, justify="left" if is_word else "right", overflow="fold")
    for row in sheet.rows:
        table.add_row(*row)
    return table


def markdown(sheet: Sheet) -> str:
    """Return the sheet as a Markdown table under its title."""
    rule = ["---" if n < sheet.names or heading == "remark" else "---:" for n, heading in enumerate(sheet.headings)]
    lines = [sheet.headings, tuple(rule), *(tuple(cell.replace("|", "\\|") for cell in row) for row in sheet.rows)]
    return "\n".join([f"## {sheet.title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""])
