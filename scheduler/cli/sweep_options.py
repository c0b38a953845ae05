"""The options of commands that run sweeps, and how such a command ends if its sweep fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, give_up, refusing_bad_input
from scheduler.cli.output_paths import folder_faults
from scheduler.domain.faults import Fault

if TYPE_CHECKING:
    from scheduler.sweeps.sweep import ResultStore

Executor = Annotated[str, typer.Option(metavar="WHERE", help="Who solves: local, local:N or dask://HOST:PORT.")]
Keep = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Keep each result here, and go on from what is kept.")]
WorkLimit = Annotated[float, typer.Option(metavar="W", help="So much work for each tier, the same on every machine.")]
TimeLimit = Annotated[
    float | None, typer.Option(metavar="S", help="Stop each solve after so many seconds; figures may then differ.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, and no tables where a file is written.")]


def sweep_faults(keep: Path | None, work_limit: float, time_limit: float | None) -> list[Fault]:
    """Return the faults of ``--keep``, ``--work-limit`` and ``--time-limit``."""
    faults = folder_faults("--keep", keep)
    if not 0 < work_limit < math.inf:
        faults.append(Fault((), f"--work-limit: {work_limit:g} is not an amount above 0. Enter one such as 20."))
    if time_limit is not None and not 0 < time_limit < math.inf:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 60."))
    return faults


def result_store(folder: Path | None) -> ResultStore | None:
    """Return a store of results in a folder, which is created if it is missing; None without a folder."""
    from scheduler.files.atomic_write import make_folder
    from scheduler.sweeps.sweep import FolderResultStore

    if folder is None:
        return None
    with refusing_bad_input():
        make_folder(folder)
    return FolderResultStore(folder)


@contextmanager
def exiting_on_sweep_failure(what: str, kept: ResultStore | None) -> Iterator[None]:
    """Exit with BAD_INPUT or NO_RESULT if the body's sweep fails. ``what`` begins the message, such as ``No comparison``."""
    from scheduler.sweeps.executors import LostError
    from scheduler.sweeps.task import OtherEngineError

    with refusing_bad_input():
        try:
            yield
        except (LostError, OtherEngineError) as error:
            rest = "The same command goes on from what is kept." if kept else "With --keep what is solved would not be lost."
            typer.echo(f"{what}: {error} {rest}", err=True)
            raise typer.Exit(ExitCode.NO_RESULT) from None
        except Exception as error:
            give_up(error, what)
