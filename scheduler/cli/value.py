"""``scheduler value``: the effect of one more, or one less, chair-day, room-slot, Friday, equipment or minute taker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import Errors, ProblemFile, Seed
from scheduler.cli.output_paths import output_faults
from scheduler.cli.sweep_display import SweepDisplay
from scheduler.cli.sweep_options import (
    Executor,
    Keep,
    Quiet,
    TimeLimit,
    WorkLimit,
    exiting_on_sweep_failure,
    result_store,
    sweep_faults,
)
from scheduler.defaults import SEED, WORK_LIMIT
from scheduler.domain.faults import InputError
from scheduler.whatif.defaults import TOP

if TYPE_CHECKING:
    from scheduler.whatif.marginal_value.search import Appraisal


def value(
    problem: ProblemFile,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Where to write the result.")] = None,
    top: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="Show the best N of each kind.")] = TOP,
    executor: Executor = "local",
    keep: Keep = None,
    seed: Seed = SEED,
    work_limit: WorkLimit = WORK_LIMIT,
    time_limit: TimeLimit = None,
    quiet: Quiet = False,
    errors: Errors = None,
) -> None:
    """Find the effect of one more, or one less, of each resource on one day or in one week. Each effect shown is solved.

    Ctrl-C stops and shows the results so far. A second Ctrl-C ends at once.
    """
    with stopping_on_interrupt() as stop:
        faults = output_faults("--out", out, ".json", problem) + output_faults("--errors", errors, ".xlsx", problem)
        if faults := faults + sweep_faults(keep, work_limit, time_limit):
            refuse(faults)
        from scheduler.files import read_problem_file
        from scheduler.sweeps.executors import workers_of
        from scheduler.sweeps.task import Effort
        from scheduler.whatif.marginal_value.search import marginal_value

        with refusing_bad_input(problem, errors):
            the_problem = read_problem_file(problem)
        with refusing_bad_input():
            workers = workers_of(executor)
        store, effort = result_store(keep), Effort(seed=seed, work_limit=work_limit, time_limit=time_limit)
        with SweepDisplay(quiet=quiet) as display, exiting_on_sweep_failure("No result", store), workers() as team:
            appraisal = marginal_value(
                the_problem, team, top=top, effort=effort, store=store, on_progress=display.update, stop=stop
            )
        if appraisal is None:
            typer.echo("Interrupted before the plan itself was solved: there is no result yet.", err=True)
            raise typer.Exit(ExitCode.INTERRUPTED)
        _show(appraisal, out, quiet=quiet)
        raise typer.Exit(ExitCode.INTERRUPTED if stop.is_set() else ExitCode.WRITTEN)


def _show(appraisal: Appraisal, out: Path | None, *, quiet: bool) -> None:
    """Write the requested file and print the appraisal. Exit with NO_RESULT if the file can't be written.

    The appraisal is then printed even with ``--quiet``, because it may have taken hours.
    """
    from scheduler.cli.value_tables import print_appraisal
    from scheduler.files.json_file import write_json

    failed: InputError | None = None
    if out is not None:
        try:
            write_json(appraisal, out)
        except InputError as failure:
            failed = failure
    if failed or not (quiet and out is not None):
        print_appraisal(appraisal)
    if failed is not None:
        typer.echo(str(failed), err=True)
        raise typer.Exit(ExitCode.NO_RESULT)
    if out is not None and not quiet:
        typer.echo(f"Written: {out}")
