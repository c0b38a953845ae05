"""How a sweep stands, on stderr: a line that is written again on a terminal, else a line for each result."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from scheduler.wording import number, seconds_in_words

if TYPE_CHECKING:
    from scheduler.sweeps.sweep import SweepProgress

SHORTEST_TOLD = 10
"""Seconds; less is not known so exactly."""


class SweepDisplay:
    """A context manager; ``hear`` is its listener."""

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._quiet = quiet
        self._done = -1
        is_live = console.is_terminal and not console.is_dumb_terminal and not quiet
        self._status = console.status("Preparing.") if is_live else None

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Take the line off the terminal again."""
        if self._status is not None:
            self._status.stop()

    def hear(self, progress: SweepProgress) -> None:
        """Show how the sweep stands."""
        if self._status is not None:
            self._status.update(f"{progress_line(progress)} Ctrl-C ends with what is solved.")
        elif not self._quiet and progress.done != self._done:
            self._done = progress.done
            print(progress_line(progress), file=sys.stderr, flush=True)


def progress_line(progress: SweepProgress) -> str:
    """How a sweep stands, such as ``3 of 30 solved, about 4 minutes 10 seconds left.``, in a line."""
    left = progress.seconds_left
    told = (
        f", about {seconds_in_words(max(SHORTEST_TOLD, round(left)))} left"
        if left is not None and progress.done < progress.of
        else ""
    )
    return f"{number(progress.done)} of {number(progress.of)} solved{told}."
