"""The options of commands that run sweeps, and the exit of such a command if its sweep fails."""

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

Executor = Annotated[str, typer.Option(metavar="WHERE", help="Where to solve: local, local:N or dask://HOST:PORT.")]
Keep = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Store each result here, and reuse stored results.")]
WorkLimit = Annotated[float, typer.Option(metavar="W", help="Limit the work for each tier. It is the same on every machine.")]
TimeLimit = Annotated[
    float | None, typer.Option(metavar="S", help="Stop each solve after S seconds. Figures may then differ between machines.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress, and no tables if a file is written.")]


def sweep_faults(keep: Path | None, work_limit: float, time_limit: float | None) -> list[Fault]:
    """Return the faults of ``--keep``, ``--work-limit`` and ``--time-limit``."""
    faults = folder_faults("--keep", keep)
    if not 0 < work_limit < math.inf:
        faults.append(Fault((), f"--work-limit: {work_limit:g} is not an amount above 0. Enter one such as 20."))
    if time_limit is not None and not 0 < time_limit < math.inf:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 60."))
    return faults


def result_store(folder: Path | None) -> ResultStore | None:
    """Return a store of results in a folder, which is created if it is missing. Return None if no folder is given."""
    from scheduler.files.atomic_write import make_folder
    from scheduler.sweeps.sweep import FolderResultStore

    if folder is None:
        return None
    with refusing_bad_input():
        make_folder(folder)
    return FolderResultStore(folder)


@contextmanager
def exiting_on_sweep_failure(what: str, store: ResultStore | None) -> Iterator[None]:
    """Exit with BAD_INPUT or NO_RESULT if the body's sweep fails. ``what`` begins the message, such as ``No comparison``."""
    from scheduler.sweeps.executors import LostError
    from scheduler.sweeps.task import OtherEngineError

    with refusing_bad_input():
        try:
            yield
        except (LostError, OtherEngineError) as error:
            rest = (
                "Run the same command again to continue from the stored results."
                if store
                else "Add --keep to store each result as it is solved."
            )
            typer.echo(f"{what}: {error} {rest}", err=True)
            raise typer.Exit(ExitCode.NO_RESULT) from None
        except Exception as error:
            give_up(error, what)
