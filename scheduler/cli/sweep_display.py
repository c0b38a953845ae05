"""The progress of a sweep on stderr: one line, updated in place, on a terminal; otherwise a line for each result."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from scheduler.wording import number, seconds_in_words

if TYPE_CHECKING:
    from scheduler.sweeps.sweep import SweepProgress

MIN_SECONDS_LEFT = 10
"""Smallest number of seconds left to show. The estimate is no more precise than that."""


class SweepDisplay:
    """A context manager that shows the progress of a sweep. Pass ``update`` to the sweep as its listener."""

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._quiet = quiet
        self._done = -1
        is_live = console.is_terminal and not console.is_dumb_terminal and not quiet
        self._status = console.status("Preparing.") if is_live else None

    def __enter__(self) -> Self:
        """Start the line, on a terminal."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Remove the line from the terminal."""
        if self._status is not None:
            self._status.stop()

    def update(self, progress: SweepProgress) -> None:
        """Show the progress."""
        if self._status is not None:
            self._status.update(f"{progress_line(progress)} Ctrl-C stops and shows the results so far.")
        elif not self._quiet and progress.done != self._done:
            self._done = progress.done
            print(progress_line(progress), file=sys.stderr, flush=True)


def progress_line(progress: SweepProgress) -> str:
    """Return the progress as a line, such as ``3 of 30 solved, about 4 minutes 10 seconds left``."""
    left = progress.seconds_left
    estimate = (
        f", about {seconds_in_words(max(MIN_SECONDS_LEFT, round(left)))} left"
        if left is not None and progress.done < progress.of
        else ""
    )
    return f"{number(progress.done)} of {number(progress.of)} solved{estimate}."
