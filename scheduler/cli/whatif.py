"""``scheduler whatif``: solve a problem and its scenarios with equal effort, and compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import Errors, ProblemFile, Seed
from scheduler.cli.output_paths import folder_faults, output_faults, repeated_output_faults
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
from scheduler.domain.faults import Fault, InputError
from scheduler.whatif.defaults import MOST_GRIDS, MOST_SCENARIOS
from scheduler.wording import number

if TYPE_CHECKING:
    from scheduler.domain.problem import Problem
    from scheduler.whatif.changes.scenario import Scenario
    from scheduler.whatif.comparison.results import Comparison, Variant


def whatif(
    problem: ProblemFile,
    scenarios: Annotated[
        Path | None,
        typer.Argument(metavar="[SCENARIOS]", help="A .json, or an .xlsx with a sheet Scenarios, such as PROBLEM."),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SETTING=A..B",
            help="One scenario for each value of a setting, such as chairs=5..8. Several grids are crossed.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Where to write the comparison.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="F.xlsx", help="Where to write the comparison as a workbook.")] = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where to put its pictures, as SVG and PNG.")] = None,
    executor: Executor = "local",
    keep: Keep = None,
    seed: Seed = SEED,
    work_limit: WorkLimit = WORK_LIMIT,
    time_limit: TimeLimit = None,
    quiet: Quiet = False,
    errors: Errors = None,
) -> None:
    """Solve a problem and its scenarios, and compare them, with the differences that are proven.

    Ctrl-C stops and shows the results so far. A second Ctrl-C ends at once. If no scenario has a schedule, exit with 2.
    """
    with stopping_on_interrupt() as stop:
        scenarios = problem if scenarios is None and not grid and problem.suffix.lower() == ".xlsx" else scenarios
        if faults := _option_faults(problem, scenarios, grid or [], out, xlsx, plots, keep, work_limit, time_limit, errors):
            refuse(faults)
        from scheduler.sweeps.executors import workers_of
        from scheduler.sweeps.task import Effort
        from scheduler.whatif.comparison.compare import compare

        with refusing_bad_input():
            workers = workers_of(executor)
        requested = _variants(problem, scenarios, grid or [], errors)
        store, effort = result_store(keep), Effort(seed=seed, work_limit=work_limit, time_limit=time_limit)
        with SweepDisplay(quiet=quiet) as display, exiting_on_sweep_failure("No comparison", store), workers() as team:
            comparison = compare(requested, team, effort=effort, store=store, on_progress=display.update, stop=stop)
        if comparison is None:
            typer.echo("Interrupted before the base was solved: there is nothing to compare yet.", err=True)
            raise typer.Exit(ExitCode.INTERRUPTED)
        _show(comparison, out, xlsx, plots, quiet=quiet)
        if stop.is_set():
            raise typer.Exit(ExitCode.INTERRUPTED)
        if all(result.outlook is None for result in comparison.results):
            refuse([Fault((), f"No schedule is possible: {refused}") for refused in comparison.base.refused])


def _option_faults(
    problem: Path,
    scenarios: Path | None,
    grid: list[str],
    out: Path | None,
    xlsx: Path | None,
    plots: Path | None,
    keep: Path | None,
    work_limit: float,
    time_limit: float | None,
    errors: Path | None,
) -> list[Fault]:
    inputs = [problem] if scenarios is None else [problem, scenarios]
    faults = output_faults("--out", out, ".json", *inputs) + output_faults("--xlsx", xlsx, ".xlsx", *inputs)
    faults += folder_faults("--plots", plots) + output_faults("--errors", errors, ".xlsx", *inputs)
    faults += repeated_output_faults(("--xlsx", xlsx), ("--errors", errors))
    if scenarios is None and not grid:
        faults.append(Fault((), "SCENARIOS: there are none. Enter a file with scenarios, or a grid such as --grid chairs=5..8."))
    if len(grid) > MOST_GRIDS:
        faults.append(Fault((), f"--grid: there are {len(grid)} grids. Enter at most {MOST_GRIDS}."))
    return faults + sweep_faults(keep, work_limit, time_limit)


def _variants(problem: Path, scenarios: Path | None, grid: list[str], errors: Path | None) -> tuple[Variant, ...]:
    """Return the problem and its scenarios. Exit with BAD_INPUT if either file or a grid has faults."""
    from scheduler.files import read_problem_file
    from scheduler.whatif.comparison.compare import variants

    with refusing_bad_input(problem, errors):
        the_problem = read_problem_file(problem)
    with refusing_bad_input(scenarios, errors):
        return variants(the_problem, _scenarios(the_problem, scenarios, grid))


def _scenarios(problem: Problem, file: Path | None, grid: list[str]) -> list[Scenario]:
    from scheduler.whatif.changes.grid import crossed, how_many
    from scheduler.whatif.files.scenarios import read_scenarios

    def from_grid() -> Iterable[Scenario]:
        if grid and (count := how_many(grid)) > MOST_SCENARIOS:
            message = (
                f"--grid: {number(count)} scenarios are too many at once. Enter a grid of {number(MOST_SCENARIOS)} or fewer."
            )
            raise InputError([Fault((), message)])
        return crossed(problem, grid) if grid else ()

    def from_file() -> Iterable[Scenario]:
        return () if file is None else read_scenarios(file, problem)

    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for read in (from_file, from_grid):
        try:
            scenarios += read()
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return scenarios


def _show(comparison: Comparison, out: Path | None, xlsx: Path | None, plots: Path | None, *, quiet: bool) -> None:
    """Write the requested files and print the comparison. Exit with NO_RESULT if a file can't be written.

    The comparison is then printed even with ``--quiet``, because it may have taken hours.
    """
    from scheduler.cli.whatif_tables import print_comparison

    written: list[Path] = []
    failures: list[InputError] = []
    for write in _writers(comparison, out, xlsx, plots):
        try:
            written += write()
        except InputError as failure:
            failures.append(failure)
    if failures or not (quiet and written):
        print_comparison(comparison)
        for path in written:
            typer.echo(f"Written: {path}")
    if failures:
        for failed in failures:
            typer.echo(str(failed), err=True)
        raise typer.Exit(ExitCode.NO_RESULT)


def _writers(
    comparison: Comparison, out: Path | None, xlsx: Path | None, plots: Path | None
) -> Iterator[Callable[[], Iterable[Path]]]:
    """Yield a function for each requested kind of file, which writes it and returns the paths."""

    def as_json(path: Path) -> Iterable[Path]:
        from scheduler.files.json_file import write_json

        write_json(comparison, path)
        return [path]

    def as_workbook(path: Path) -> Iterable[Path]:
        from scheduler.whatif.files.comparison_workbook import write_comparison

        write_comparison(comparison, path)
        return [path]

    def as_pictures(folder: Path) -> Iterable[Path]:
        from scheduler.whatif.pictures import write_pictures

        return write_pictures(comparison, folder)

    for path, write in ((out, as_json), (xlsx, as_workbook), (plots, as_pictures)):
        if path is not None:
            yield partial(write, path)
