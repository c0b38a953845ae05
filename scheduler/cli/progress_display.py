"""The progress of a solve on stderr: a live table on a terminal, otherwise a plain line each second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scheduler.domain.schedule import TIERS, TierName
from scheduler.engines.progress import Progress
from scheduler.wording import TIER_IN_WORDS, number

SECONDS_BETWEEN_TICKS = 0.25
"""Seconds between refreshes of the table by the waiting thread."""


class ProgressDisplay:
    """A context manager that shows the progress of a solve on stderr. Pass ``update`` to the solve as its listener.

    ``update`` may be called from any thread, at any rate. The thread that waits for the solve calls ``tick``.
    """

    seconds_between_ticks = SECONDS_BETWEEN_TICKS

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._quiet = quiet
        self._began = time.monotonic()
        self._latest: dict[TierName, Progress] = {}
        self._current: Progress | None = None
        self._last_line_second = 0
        self._stopping = False
        is_live = console.is_terminal and not console.is_dumb_terminal and not quiet
        self._live = Live(console=console, get_renderable=self._table, auto_refresh=False, transient=True) if is_live else None

    def __enter__(self) -> Self:
        """Start the live table, if there is one."""
        if self._live is not None:
            self._live.start(refresh=True)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Remove the live table from the terminal."""
        if self._live is not None:
            self._live.stop()

    def update(self, progress: Progress) -> None:
        """Store the latest progress."""
        self._latest[progress.tier] = progress
        self._current = progress

    def stopping(self) -> None:
        """Show that the solve is stopping."""
        if not self._stopping:
            self._stopping = True
            if not self._quiet and self._live is None:
                print(
                    "Stopping: finishing the best schedule so far. Press Ctrl-C again to end at once.",
                    file=sys.stderr,
                    flush=True,
                )

    def tick(self) -> None:
        """Show the latest progress: refresh the table, or print a plain line at most once a second."""
        if self._live is not None:
            self._live.refresh()
        elif not self._quiet and (second := int(time.monotonic() - self._began)) > self._last_line_second:
            self._last_line_second = second
            print(progress_line(second, self._current), file=sys.stderr, flush=True)

    def _table(self) -> Group:
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("")
        table.add_column("Best so far", justify="right", min_width=11)
        table.add_column("Bound", justify="right", min_width=9)
        table.add_column("", min_width=34)
        for tier in TIERS:
            progress = self._latest.get(tier)
            is_current = self._current is not None and self._current.tier == tier
            style = "bold" if is_current else ("" if progress else "dim")
            best, bound = (progress.best, progress.bound) if progress else (None, None)
            table.add_row(TIER_IN_WORDS[tier], _shown(best), _shown(bound), gap_in_words(best, bound), style=style)
        elapsed = f"Planning for {int(time.monotonic() - self._began)} s."
        hint = " Stopping with the best so far; Ctrl-C ends at once." if self._stopping else " Ctrl-C stops with the best so far."
        return Group(Text.assemble((elapsed, "bold"), (hint, "dim")), table)


def progress_line(seconds: int, progress: Progress | None) -> str:
    """Return a plain line with the progress of a solve after ``seconds``."""
    if progress is None:
        return f"{seconds:>4} s  preparing"
    if progress.best is None:
        return f"{seconds:>4} s  {TIER_IN_WORDS[progress.tier]}: no schedule yet"
    gap = gap_in_words(progress.best, progress.bound)
    bound = f", bound {_shown(progress.bound)}" if progress.bound is not None else ""
    return (
        f"{seconds:>4} s  {TIER_IN_WORDS[progress.tier]}: best so far {_shown(progress.best)}{bound}{f', {gap}' if gap else ''}"
    )


def gap_in_words(best: int | None, bound: int | None) -> str:
    """Return the gap between incumbent and bound, such as ``at most 20 from the best (1.1%)``; empty if either is unknown."""
    if best is None or bound is None:
        return ""
    if bound >= best:
        return "proven best"
    gap = best - bound
    return f"at most {number(gap)} from the best ({100 * gap / best:.1f}%)"


def _shown(value: int | None) -> str:
    return "" if value is None else number(value)
