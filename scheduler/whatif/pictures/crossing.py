"""Maps of a grid of two settings: the results for each pair of their values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from scheduler.domain.schedule import TierName
from scheduler.whatif.comparison.results import Comparison, Outlook, Result
from scheduler.whatif.pictures.bar_charts import NO_SCHEDULE, NOT_SOLVED, PROOFS, split_tiers, tier_text, uniform_note, value_of
from scheduler.whatif.pictures.maps import Cell, Map, Maps
from scheduler.wording import TIER_IN_WORDS, in_a_row, number

MAX_POINTS = 20


@dataclass(frozen=True)
class Crossing:
    """The points of the two settings that vary, the points that don't, and each pair's result."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    throughout: tuple[str, ...]
    results: dict[tuple[str, str], Result]


def crossing(comparison: Comparison) -> Crossing | None:
    """Return a comparison's grid, or None unless exactly two settings vary, with at most `MAX_POINTS` points each."""
    varying = [n for n, points in enumerate(comparison.axes) if len(points) > 1]
    if len(varying) != 2:
        return None
    first, second = varying
    rows, columns = comparison.axes[first], comparison.axes[second]
    if max(len(rows), len(columns)) > MAX_POINTS:
        return None
    throughout = tuple(points[0] for points in comparison.axes if len(points) == 1)
    results = {(result.at[first], result.at[second]): result for result in comparison.scenarios if result.at}
    return Crossing(rows, columns, throughout, results)


def grid(comparison: Comparison, axes: Crossing) -> Maps:
    """Return a map of the children not in time, and one of each tier that isn't 0 in every schedule."""
    shown, zero = split_tiers(comparison)
    maps = [
        _map(axes, "Children not in time", _children_not_in_time),
        *(_map(axes, TIER_IN_WORDS[tier], partial(_tier, tier)) for tier in shown),
    ]
    is_framed = any(cell.framed for one in maps for row in one.cells for cell in row)
    notes = ["Darker is more.", *["Framed: as things are."] * is_framed, PROOFS]
    notes += uniform_note(comparison, "0", [TIER_IN_WORDS[tier] for tier in zero])
    throughout = f", {in_a_row(axes.throughout)}" if axes.throughout else ""
    return Maps(
        title=f"{comparison.heading}{throughout}. Smaller is better",
        rows=axes.rows,
        columns=axes.columns,
        maps=tuple(maps),
        note=" ".join(notes),
    )


def _children_not_in_time(outlook: Outlook) -> Cell:
    count = sum(one.children - one.in_time for one in outlook.children)
    return Cell(number(count), count)


def _tier(name: TierName, outlook: Outlook) -> Cell:
    return Cell(tier_text(outlook, name, between="\n"), value_of(outlook, name))


def _map(axes: Crossing, title: str, of: Callable[[Outlook], Cell]) -> Map:
    def cell(row: str, column: str) -> Cell:
        result = axes.results.get((row, column))
        if result is None:
            return Cell(NOT_SOLVED)
        if result.outlook is None:
            return Cell(NO_SCHEDULE)
        return replace(of(result.outlook), framed=not result.changes)

    return Map(title, tuple(tuple(cell(row, column) for column in axes.columns) for row in axes.rows))
