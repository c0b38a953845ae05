"""Two settings crossed, as maps: what each pair of their numbers would mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from scheduler.domain.schedule import TIERS, TierName
from scheduler.whatif.comparison.results import Comparison, Outlook, Result
from scheduler.whatif.pictures.maps import Cell, Map, Maps
from scheduler.whatif.pictures.rows import NO_SCHEDULE, NOT_SOLVED, PROOFS, outlooks, said_throughout, tier_text, value_of
from scheduler.wording import TIER_IN_WORDS, in_a_row, number

MOST_POINTS = 20


@dataclass(frozen=True)
class Crossing:
    """The points of the two settings that vary, what is the same throughout, and each pair's result."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    throughout: tuple[str, ...]
    results: dict[tuple[str, str], Result]


def crossing(comparison: Comparison) -> Crossing | None:
    """The grid of a comparison; None where there is none, or not exactly two settings vary, or one has too many points."""
    varying = [n for n, points in enumerate(comparison.axes) if len(points) > 1]
    if len(varying) != 2:
        return None
    first, second = varying
    rows, columns = comparison.axes[first], comparison.axes[second]
    if max(len(rows), len(columns)) > MOST_POINTS:
        return None
    throughout = tuple(points[0] for points in comparison.axes if len(points) == 1)
    results = {(result.at[first], result.at[second]): result for result in comparison.scenarios if result.at}
    return Crossing(rows, columns, throughout, results)


def grid(comparison: Comparison, axes: Crossing) -> Maps:
    """A map of the children not in time, and of each tier that isn't 0 in every schedule."""
    found = outlooks(comparison)
    shown = [tier for tier in TIERS if any(value_of(outlook, tier) for outlook in found)]
    zero = [TIER_IN_WORDS[tier] for tier in TIERS if tier not in shown]
    maps = [
        _map(axes, "Children not in time", _children_not_in_time),
        *(_map(axes, TIER_IN_WORDS[tier], partial(_tier, tier)) for tier in shown),
    ]
    is_framed = any(cell.framed for one in maps for row in one.cells for cell in row)
    notes = ["Darker is more.", *["Framed: as things are."] * is_framed, PROOFS]
    notes += said_throughout(comparison, "0", zero)
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
