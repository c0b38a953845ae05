"""``python -m benchmarks.plots RESULT.json``: plot quality against time, and time to proof against size, as SVG files."""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.comparison import Comparison
from benchmarks.records import WITHIN, Record, gap
from benchmarks.results import records_in

MAX_COLUMNS = 4
MIN_GAP = 1e-3
COLOURS = {
    "ours": "#00703c",
    "lp_limit": "#505a5f",
    "greedy": "#b58840",
    "highs": "#1d70b8",
    "cp_sat_default": "#d4351c",
    "timefold": "#4c2c92",
}
STYLE: dict[Any, Any] = {"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none"}


def main() -> None:
    """Draw the plots of a stored result, and print their paths."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("result", type=Path)
    for path in write_plots(arguments.parse_args().result):
        print(path)


def write_plots(result: Path) -> Iterator[Path]:
    """Write each plot into the result's folder and yield its path. The files are reproducible byte for byte."""
    comparison = Comparison(records_in(result))
    with mpl.rc_context({**STYLE, "svg.hashsalt": result.stem}):
        for name, figure in _figures(comparison):
            path = result.with_name(f"{result.stem}-{name}.svg")
            figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
            yield path


def _figures(comparison: Comparison) -> Iterator[tuple[str, Figure]]:
    for size in comparison.sizes:
        yield f"quality-{size}", _quality(comparison, size)
    if comparison.sizes:
        yield "growth", _growth(comparison)


def _quality(comparison: Comparison, size: str) -> Figure:
    """Draw a panel for each instance: the gap of each peer's incumbent to the best of all peers, against time."""
    instances = [instance for of, instance in comparison.instances if of == size]
    columns = min(MAX_COLUMNS, len(instances))
    rows = math.ceil(len(instances) / columns)
    figure = Figure(figsize=(3.2 * columns + 1, 2.4 * rows + 0.8), layout="constrained")
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for panel, instance in zip(panels, instances, strict=False):
        best = comparison.best(size, instance)
        records = comparison.of(size, instance)
        for record in records:
            _history(panel, record, best, until=max(record.seconds for record in records))
        panel.axhline(WITHIN, color="#b1b4b6", linewidth=0.8, linestyle=":")
        panel.set(title=f"{size}/{instance}", xscale="log", xlabel="seconds")
        panel.set_yscale("symlog", linthresh=MIN_GAP)
        panel.set_ylim(bottom=0)
    for panel in panels[len(instances) :]:
        panel.set_visible(False)
    panels[0].set_ylabel("above the best, in the worst tier")
    legend = {text: line for panel in panels for line, text in zip(*panel.get_legend_handles_labels(), strict=True)}
    figure.legend(list(legend.values()), list(legend), loc="outside right upper", frameon=False)
    return figure


def _history(panel: Axes, record: Record, best: tuple[int, ...], until: float) -> None:
    """Draw a step for every improvement with all tiers known, and a dot at the time of the proof."""
    steps = [(step.seconds, above) for step in record.history if (above := gap(step.tiers, best)) is not None]
    if not steps:
        return
    steps.append((until, steps[-1][1]))
    colour = COLOURS.get(record.peer)
    seconds, gaps = zip(*steps, strict=True)
    panel.step(seconds, gaps, where="post", color=colour, label=record.label, linewidth=1.2)
    if record.proven_seconds is not None:
        panel.plot(record.proven_seconds, 0, marker="o", markersize=4, color=colour, clip_on=False)


def _growth(comparison: Comparison) -> Figure:
    """Draw the time to each goal against the number of conferences; a hollow marker at the limit means not reached."""
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    panel = figure.subplots()
    for label in dict.fromkeys(record.label for record in comparison.records):
        _times(panel, comparison, label)
    panel.set(xscale="log", yscale="log", xlabel="conferences", ylabel="seconds to the goal")
    sizes = sorted({round(_median_conferences(comparison, size)) for size in comparison.sizes})
    panel.set_xticks(sizes, map(str, sizes))
    panel.minorticks_off()
    figure.legend(loc="outside right upper", frameon=False)
    return figure


def _median_conferences(comparison: Comparison, size: str) -> float:
    return statistics.median(record.conferences for record in comparison.of(size))


def _times(panel: Axes, comparison: Comparison, label: str) -> None:
    records = [record for record in comparison.records if record.label == label]
    times = [(r.conferences, when) for r in records if (when := comparison.time(r.size, r.instance, label)) is not None]
    if not times:
        return
    colour = COLOURS.get(records[0].peer)
    growth = comparison.growth(label)
    fitted = "" if growth is None else f", grows with the power of {growth[0]:.2f}"
    for exact, marker, fill in ((True, "o", colour), (False, "^", "none")):
        points = [(n, when.seconds) for n, when in times if when.exact == exact]
        if points:
            text = f"{label}{fitted}" if exact else f"{label}, not reached"
            panel.plot(*zip(*points, strict=True), marker, color=colour, markerfacecolor=fill, markersize=4, label=text)
    if growth is not None:
        ends = np.array([min(n for n, _ in times), max(n for n, _ in times)], dtype=np.float64)
        panel.plot(ends, growth[1] * ends ** growth[0], color=colour, linewidth=0.8)


if __name__ == "__main__":
    main()
