"""An appraisal on the terminal: a table for one more and one for one less, with a sentence for each row."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scheduler.cli.whatif_tables import TIER_HEADINGS, WIDTH, cell
from scheduler.whatif.marginal_value.units import UNIT_KINDS, days_in_words
from scheduler.wording import capitalised, count_of, in_a_row

if TYPE_CHECKING:
    from scheduler.domain.schedule import Tier
    from scheduler.whatif.marginal_value.search import Appraisal, Losses
    from scheduler.whatif.marginal_value.units import UnitKind
    from scheduler.whatif.marginal_value.worth import Worth

RESOURCE_WIDTH, JUDGEMENT_WIDTH = 32, 34
"""Minimum widths of the text columns, in characters. They align the figures in all tables."""


def print_appraisal(appraisal: Appraisal) -> None:
    """Print on stdout the effects of one more and one less of each resource."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    console.print(_table("One more (smaller is better)", appraisal.base, (*appraisal.better, *appraisal.open)))
    for line in _more(appraisal):
        console.print(escape(line), soft_wrap=True)
    if appraisal.losses.used:
        console.print(_table("\nOne chair-day less", appraisal.base, appraisal.losses.used))
    for line in _less(appraisal.losses):
        console.print(escape(line), soft_wrap=True)
    if not appraisal.is_whole:
        console.print("\nInterrupted: these are the results so far.")


def _table(title: str, base: Iterable[Tier], worth: Iterable[Worth]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="dim", title_style="bold")
    table.add_column("", min_width=RESOURCE_WIDTH)
    for heading in TIER_HEADINGS:
        table.add_column(heading, justify="right")
    table.add_column("Against it", min_width=JUDGEMENT_WIDTH)
    table.add_row("As it is", *map(cell, base), "")
    for one in worth:
        table.add_row(escape(one.offer.what), *map(cell, one.tiers), capitalised(one.judgement.text))
    return table


def _more(appraisal: Appraisal) -> Iterator[str]:
    yield ""
    yield from (one.sentence for one in (*appraisal.better, *appraisal.open))
    if appraisal.nothing:
        yield f"Proven to change nothing, each alone: {_counted(appraisal.nothing)}."
    if appraisal.others:
        yield f"No better than the ones shown for their site and week, or for their kind: {_counted(appraisal.others)}."
    if appraisal.untried:
        yield f"Not tried, or not solved to optimality, so possibly better: {_counted(appraisal.untried)}."
    yield "An extra chair works at any site and has a full caseload already, so only the day counts."


def _less(losses: Losses) -> Iterator[str]:
    yield ""
    for one in losses.used:
        yield f"{one.sentence}{' Nobody is later: proven.' if one.is_nobody_later else ''}"
    if losses.needed:
        yield f"Published and locked, so that no schedule is possible: {_counted({'less': len(losses.needed)})}."
    if losses.untried:
        yield f"With bookings, and not tried: {count_of(losses.untried, 'chair-day')}."
    if losses.free:
        yield "Nothing is booked on these days. Each could be lost without changing this schedule:"
        yield from (f"  {free.label}: {in_a_row(list(days_in_words(free.days)))}" for free in losses.free)
    if losses.together is not None:
        yield losses.together.sentence


def _counted(counts: Mapping[UnitKind, int]) -> str:
    return in_a_row([count_of(count, *UNIT_KINDS[kind]) for kind, count in counts.items()])
