"""Where stdout can't be written: on a disk that is full, say, or to a reader that has left."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scheduler.cli.exit_codes import ExitCode


class Stdout(io.TextIOWrapper):
    """A stdout of which the rest goes nowhere once it can't be written, so that files are written all the same.

    ``failure`` is then why it can't be.
    """

    failure: OSError | None = None

    def write(self, text: str, /) -> int:
        """Write the text."""
        try:
            return super().write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Write what is still to be written."""
        try:
            super().flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.failure = error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


@contextmanager
def ending_where_stdout_fails() -> Iterator[None]:
    """End with the code for no result where the body's stdout can't be written, and say why.

    A reader that has left, as ``head`` does once it has enough, needs no reason.
    """
    if not isinstance(sys.stdout, io.TextIOWrapper):  # None where the caller has closed it
        yield
        return
    before = sys.stdout
    encoding, errors, by_line, at_once = before.encoding, before.errors, before.line_buffering, before.write_through
    sys.stdout = stdout = Stdout(before.detach(), encoding, errors, line_buffering=by_line, write_through=at_once)
    try:
        yield
    finally:
        stdout.flush()
        if stdout.failure is not None:
            if not isinstance(stdout.failure, BrokenPipeError):
                why = stdout.failure.strerror or stdout.failure
                typer.echo(f"stdout: this can't be written: {why}. Send it to another place.", err=True)
            sys.exit(ExitCode.NO_RESULT)
