"""Failures of stdout, such as a full disk or a closed pipe."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scheduler.cli.exit_codes import ExitCode


class Stdout(io.TextIOWrapper):
    """A stdout that discards its text after a failure, so that the command still writes its files.

    ``failure`` is the first error, or None.
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
        """Write the buffered text."""
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
def exiting_on_stdout_failure() -> Iterator[None]:
    """Exit with NO_RESULT after the body if stdout could not be written, and print the reason on stderr.

    A closed pipe is not reported: ``head`` closes it on purpose, once it has enough lines.
    """
    if not isinstance(sys.stdout, io.TextIOWrapper):  # None if the caller has closed it
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
                typer.echo(f"stdout: this can't be written: {why}. Redirect it to another place.", err=True)
            sys.exit(ExitCode.NO_RESULT)
