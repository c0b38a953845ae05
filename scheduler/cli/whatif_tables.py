"""A comparison on the terminal: three tables, then the details of each scenario."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scheduler.domain.schedule import TIERS, Tier
from scheduler.wording import KIND_IN_WORDS, TIER_IN_WORDS, capitalised, count_of, in_a_row, number, without_controls

if TYPE_CHECKING:
    from scheduler.whatif.comparison.results import Comparison, Outlook, Result

WIDTH = 140
"""Width of the tables, in characters, if stdout is not a terminal."""
TIER_HEADINGS = ("Not placed", "Lateness", "Changes", "Handed over", "Above caps", "Preferences")
COUNT_HEADINGS = ("Late", "Fridays", "In the holidays", "Other sites", "Virtual", "Handovers", "Booked otherwise")
NAME_WIDTH = 34
"""Most characters reserved for a name. A longer name widens its column."""
MAX_DETAILED = 12
"""Largest number of scenarios for which details are printed."""
MAX_LISTED = 8
"""Most items of a list in the details."""
NOTHING = "–"
"""Text of a cell without a figure."""


def print_comparison(comparison: Comparison) -> None:
    """Print the base and its scenarios on stdout, with details if there are at most ``MAX_DETAILED`` scenarios."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(_tiers(comparison))
    if any(result.outlook is not None for result in comparison.results):
        console.print(_meaning(comparison))
        console.print(_children(comparison))
    for line in _lines(comparison):
        console.print(escape(without_controls(line)), soft_wrap=True)


def _table(title: str, comparison: Comparison, headings: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="dim", title_style="bold")
    table.add_column("", min_width=min(NAME_WIDTH, max(len(result.name) for result in comparison.results)))
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _tiers(comparison: Comparison) -> Table:
    table = _table("What matters most first (smaller is better)", comparison, TIER_HEADINGS)
    table.add_column("Against the base", min_width=NAME_WIDTH)
    for result in comparison.results:
        cells = [NOTHING] * len(TIERS) if result.outlook is None else [cell(tier) for tier in result.outlook.tiers]
        judgement = "" if result.judgement is None else capitalised(result.judgement.text)
        table.add_row(escape(result.name), *cells, "No schedule is possible" if result.outlook is None else judgement)
    return table


def cell(tier: Tier) -> str:
    """Return a tier's value, followed by its bound if the value is not proven."""
    return number(tier.value) if tier.proven else f"{number(tier.value)} (≥ {number(tier.bound)})"


def _meaning(comparison: Comparison) -> Table:
    table = _table("\nWhat it would mean", comparison, ("Placed", *COUNT_HEADINGS))
    for result in comparison.results:
        if result.outlook is not None:
            moved = NOTHING if result.judgement is None else number(len(result.moved))
            table.add_row(escape(result.name), *_meaning_of(result.outlook), moved)
    return table


def _meaning_of(outlook: Outlook) -> Iterator[str]:
    yield f"{number(outlook.placed)} of {number(outlook.conferences)}"
    counts = outlook.counts
    holidays = counts["holiday_school"] + counts["holiday_other"]
    for count in (len(outlook.late), counts["friday"], holidays, counts["other_site"], counts["virtual_fallback"]):
        yield number(count)
    yield number(len(outlook.handovers))


def _children(comparison: Comparison) -> Table:
    outlooks = [result.outlook for result in comparison.results if result.outlook is not None]
    kinds = list(dict.fromkeys(one.kind for outlook in outlooks for one in outlook.children if one.children))
    table = _table("\nChildren in time", comparison, [capitalised(KIND_IN_WORDS[kind]) for kind in kinds])
    for result in comparison.results:
        if result.outlook is not None:
            by_kind = {one.kind: one for one in result.outlook.children}
            cells = (f"{number(by_kind[kind].in_time)} of {number(by_kind[kind].children)}" for kind in kinds)
            table.add_row(escape(result.name), *cells)
    return table


def _lines(comparison: Comparison) -> Iterator[str]:
    if any(not tier.proven for result in comparison.results if result.outlook for tier in result.outlook.tiers):
        yield ""
        yield "(≥ …): not proven. It is a lower bound for schedules with the same values in the tiers before it."
    results = comparison.results
    if len(results) <= MAX_DETAILED + 1:
        for result in results:
            yield ""
            yield from _details(result)
    if comparison.missing:
        yield ""
        missing = count_of(len(comparison.missing), "scenario")
        yield f"Interrupted: {missing} not solved: {_cut(comparison.missing)}."


def _details(result: Result) -> Iterator[str]:
    yield f"{capitalised(result.name)}: {' '.join(result.changes) or 'as things are.'}"
    yield from (f"  No schedule is possible: {refused}" for refused in result.refused)
    differences = [
        f"{TIER_IN_WORDS[difference.tier]} {difference.text}" for difference in result.differences if difference.matters
    ]
    if differences:
        yield f"  Against the base: {'; '.join(differences)}."
    if result.outlook is None:
        return
    unplaced = result.outlook.unplaced
    yield from (f"  {one.conference} is not placed: {one.reason}" for one in unplaced[:MAX_LISTED])
    if len(unplaced) > MAX_LISTED:
        yield f"  Not placed: {number(len(unplaced) - MAX_LISTED)} more."
    late = [f"{late.conference} by {count_of(late.working_days, 'working day')}" for late in result.outlook.late]
    if late:
        yield f"  Late: {_cut(late)}."
    in_post = [load for load in result.outlook.caseloads if load.gone is None]
    above = [f"{load.label} {number(load.after)} (cap {number(load.cap)})" for load in in_post if load.above]
    if above:
        yield f"  Above the cap: {_cut(above)}."
    gone = [f"{load.label} {number(load.after)}" for load in result.outlook.caseloads if load.gone is not None]
    if gone:
        yield f"  Children without a chair: {number(result.outlook.children_without_chair)} (gone: {_cut(gone)})."
    rooms = [f"{room.label} {number(room.used)} of {number(room.of)}" for room in result.outlook.rooms]
    yield f"  Starts used in rooms: {_cut(rooms)}."
    chairs = [f"{chair.label} {number(chair.used)} of {number(chair.of)}" for chair in result.outlook.chairs]
    yield f"  Days with a conference: {_cut(chairs)}."


def _cut(texts: list[str] | tuple[str, ...]) -> str:
    left = len(texts) - MAX_LISTED
    return in_a_row([*texts[:MAX_LISTED], *([f"{number(left)} more"] if left > 0 else [])])
