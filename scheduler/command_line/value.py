"""``scheduler value``: what one more chair-day, room-slot, Friday, equipment or minute taker would change, and one less."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.command_line.endings import Ending, give_up, refuse, refusing_bad_input
from scheduler.command_line.interrupts import stopping_on_interrupt
from scheduler.command_line.outputs import output_faults
from scheduler.command_line.sweep_display import SweepDisplay
from scheduler.command_line.sweep_options import kept_in, sweep_faults
from scheduler.domain.faults import InputError

if TYPE_CHECKING:
    from scheduler.domain.problem import Problem
    from scheduler.whatif.executors import WorkersOf
    from scheduler.whatif.sweep import Kept
    from scheduler.whatif.value import Appraisal


def value(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM", help="A .json, an .xlsx or a folder of .csv.")],
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Where to write what is found.")] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Show the best N of each kind.")] = 5,
    executor: Annotated[str, typer.Option(metavar="WHERE", help="Who solves: local, local:N or dask://HOST:PORT.")] = "local",
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep each result here, and go on from what is kept.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="Where each search begins.")] = 1,
    work_limit: Annotated[float, typer.Option(metavar="W", help="So much work for each tier, the same on every machine.")] = 20.0,
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", help="Stop each solve after so many seconds; figures may then differ.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, and no tables where a file is written.")] = False,
    errors: Annotated[
        Path | None, typer.Option(metavar="F.xlsx", help="Where to put a copy of faulty sheets with an Errors column.")
    ] = None,
) -> None:
    """Find what one more, or one less, of something on one day or in one week would change; each shown is solved.

    Ctrl-C ends with what is found, and a second one at once.
    """
    with stopping_on_interrupt() as stop:
        faults = output_faults("--out", out, ".json", problem) + output_faults("--errors", errors, ".xlsx", problem)
        if faults := faults + sweep_faults(keep, work_limit, time_limit):
            refuse(faults)
        from scheduler.files import read_problem_file
        from scheduler.whatif.executors import workers_of

        with refusing_bad_input(problem, errors):
            the_problem = read_problem_file(problem)
        with refusing_bad_input():
            workers = workers_of(executor)
        with SweepDisplay(quiet=quiet) as display:
            appraisal = _appraise(
                the_problem,
                workers,
                kept_in(keep),
                display,
                stop,
                top=top,
                seed=seed,
                work_limit=work_limit,
                time_limit=time_limit,
            )
        if appraisal is None:
            typer.echo("Interrupted before the plan itself was solved: nothing is known yet.", err=True)
            raise typer.Exit(Ending.INTERRUPTED)
        _show(appraisal, out, quiet=quiet)
        raise typer.Exit(Ending.INTERRUPTED if stop.is_set() else Ending.WRITTEN)


def _appraise(
    problem: Problem,
    workers: WorkersOf,
    kept: Kept | None,
    display: SweepDisplay,
    stop: threading.Event,
    *,
    top: int,
    seed: int,
    work_limit: float,
    time_limit: float | None,
) -> Appraisal | None:
    from scheduler.whatif.executors import LostError
    from scheduler.whatif.solving import OtherEngineError
    from scheduler.whatif.value import appraised

    with refusing_bad_input():
        try:
            with workers() as team:
                return appraised(
                    problem,
                    team,
                    top=top,
                    seed=seed,
                    work_limit=work_limit,
                    time_limit=time_limit,
                    kept=kept,
                    on_progress=display.hear,
                    stop=stop,
                )
        except (LostError, OtherEngineError) as error:
            typer.echo(f"No result: {error}", err=True)
            raise typer.Exit(Ending.NO_RESULT) from None
        except Exception as error:
            give_up(error, "No result")


def _show(appraisal: Appraisal, out: Path | None, *, quiet: bool) -> None:
    """Write what was asked for, and print the rest; ends with the code for no result where a file can't be written after all."""
    from scheduler.command_line.value_tables import print_appraisal
    from scheduler.files.json_file import write_json

    if out is not None:
        try:
            write_json(appraisal, out)
        except InputError as failure:
            typer.echo(str(failure), err=True)
            raise typer.Exit(Ending.NO_RESULT) from None
    if not (quiet and out is not None):
        print_appraisal(appraisal)
        if out is not None:
            typer.echo(f"Written: {out}")
