"""Exit codes, and the reporting of faults in a command's input."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from scheduler.domain.faults import Fault, InputError

if TYPE_CHECKING:
    from scheduler.files import FaultWording


class ExitCode(IntEnum):
    """The exit codes of every command. Calling programs rely on these numbers."""

    WRITTEN = 0
    RULE_BROKEN = 1
    BAD_INPUT = 2
    NO_RESULT = 3
    INTERRUPTED = 130


def refuse(faults: tuple[Fault, ...] | list[Fault]) -> NoReturn:
    """Print each fault on its own line of stderr, and exit with BAD_INPUT."""
    for fault in faults:
        typer.echo(str(fault), err=True)
    raise typer.Exit(ExitCode.BAD_INPUT)


def give_up(error: BaseException, what: str) -> NoReturn:
    """Raise an InputError again; report any other error as a bug, and exit with NO_RESULT.

    ``what`` begins the message, such as ``No schedule``.
    """
    if isinstance(error, InputError):
        raise error
    typer.echo("".join(traceback.format_exception(error)), err=True)
    typer.echo(
        f"{what}: the program failed, because of a bug and not because of the input. Please report the lines above.", err=True
    )
    raise typer.Exit(ExitCode.NO_RESULT)


@contextmanager
def refusing_bad_input(source: Path | None = None, errors: Path | None = None) -> Iterator[None]:
    """Print the faults and exit with BAD_INPUT if the body raises InputError.

    If ``source`` is a workbook or folder, also write a copy with an Errors column to ``errors``, or explain how to get one.
    """
    try:
        yield
    except InputError as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        if source is not None and source.suffix.lower() != ".json":
            _offer_errors(source, error, errors)
        raise typer.Exit(ExitCode.BAD_INPUT) from None


@contextmanager
def translating_faults(wording: FaultWording) -> Iterator[None]:
    """Raise the body's InputError again with each fault at its place in the input file, such as a sheet and row."""
    try:
        yield
    except InputError as error:
        raise InputError([wording(fault) for fault in error.faults]) from None


def _offer_errors(source: Path, error: InputError, errors: Path | None) -> None:
    from scheduler.files import SheetFault, write_workbook_with_errors

    if not any(isinstance(fault, SheetFault) for fault in error.faults):
        return
    if errors is None:
        typer.echo("For a copy with these faults beside their rows, add: --errors ERRORS.xlsx", err=True)
        return
    try:
        write_workbook_with_errors(source, error.faults, errors)
    except InputError as failure:
        typer.echo(f"The copy with an Errors column was not written. {failure}", err=True)
    else:
        typer.echo(f"A copy with these faults beside their rows is in {errors}.", err=True)
