"""``scheduler plan``: solve a problem, show progress, write the schedule, and print a summary."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input, translating_faults
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import LONGEST_LIST, Errors, ProblemFile, Seed, Today, day_of
from scheduler.cli.output_paths import output_faults, repeated_output_faults
from scheduler.cli.progress_display import ProgressDisplay
from scheduler.cli.solving_thread import solved_in_thread
from scheduler.defaults import SEED, WORKERS
from scheduler.domain.faults import Fault, InputError

if TYPE_CHECKING:
    from scheduler.domain.problem import Problem
    from scheduler.domain.schedule import Schedule
    from scheduler.files import FaultWording

STDOUT = Path("-")
"""The value of ``--out`` that means standard output."""


def plan(
    problem: ProblemFile,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Where to write the schedule; - for stdout.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="F.xlsx", help="Where to write a workbook for people.")] = None,
    time_limit: Annotated[
        float, typer.Option(metavar="S", help="Stop after this number of seconds with the best schedule so far.")
    ] = 600.0,
    work_limit: Annotated[
        float | None,
        typer.Option(metavar="W", help="With one worker: the work for each tier, the same on every machine."),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="How many cores to use.")] = WORKERS,
    seed: Seed = SEED,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no progress, and no summary if a file is written.")] = False,
    at_risk: Annotated[
        bool,
        typer.Option("--at-risk", help="List the conferences at risk also with cures, each solved: up to 30 seconds more."),
    ] = False,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Find the best schedule for a problem, and report which conferences are late and how far the result is proven.

    Ctrl-C stops with the best schedule so far; a second Ctrl-C stops at once.
    """
    with stopping_on_interrupt() as stop:
        day, day_faults = day_of(today)
        if faults := [*_option_faults(problem, out, xlsx, time_limit, work_limit, workers, errors), *day_faults]:
            refuse(faults)
        from scheduler.domain.problem import on_day
        from scheduler.files import read_problem_to_judge

        with refusing_bad_input(problem, errors):
            the_problem, wording = read_problem_to_judge(problem)
        if day is not None:
            the_problem = on_day(the_problem, day)
        with refusing_bad_input(problem, errors), translating_faults(wording), ProgressDisplay(quiet=quiet) as display:
            schedule = _solve(
                the_problem, display, stop, time_limit=time_limit, work_limit=work_limit, workers=workers, seed=seed
            )
        written, failures = _write(the_problem, schedule, out, xlsx)
        if failures or not (quiet and written):
            for line in _summary(the_problem, schedule, wording, written, is_interrupted=stop.is_set()):
                typer.echo(line, err=out == STDOUT)
            if at_risk and not stop.is_set():
                from scheduler.cli.risk_table import risks_with_cures

                lines = solved_in_thread(lambda: risks_with_cures(the_problem, schedule, stop), "No table")
                for line in lines:
                    typer.echo(line, err=out == STDOUT)
        if failures:
            for failure in failures:
                typer.echo(str(failure), err=True)
            raise typer.Exit(ExitCode.NO_RESULT)
        raise typer.Exit(ExitCode.INTERRUPTED if stop.is_set() else ExitCode.WRITTEN)


def _option_faults(
    problem: Path,
    out: Path | None,
    xlsx: Path | None,
    time_limit: float,
    work_limit: float | None,
    workers: int,
    errors: Path | None,
) -> list[Fault]:
    faults = [] if out == STDOUT else output_faults("--out", out, ".json", problem)
    faults += output_faults("--xlsx", xlsx, ".xlsx", problem) + output_faults("--errors", errors, ".xlsx", problem)
    faults += repeated_output_faults(("--xlsx", xlsx), ("--errors", errors))
    if work_limit is not None and workers != 1:
        faults.append(Fault((), "--work-limit: it needs --workers 1. Give that too, or leave it out."))
    if work_limit is not None and not work_limit > 0:
        faults.append(Fault((), f"--work-limit: {work_limit:g} is not an amount above 0. Enter one such as 10."))
    if not time_limit > 0:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 60."))
    return faults


def _solve(
    problem: Problem,
    display: ProgressDisplay,
    stop: threading.Event,
    *,
    time_limit: float,
    work_limit: float | None,
    workers: int,
    seed: int,
) -> Schedule:
    """Solve in another thread, so that this one can handle signals and show progress. Raises InputError as ``plan`` does."""

    def work() -> Schedule:
        from scheduler.planner import plan as solve

        return solve(
            problem,
            time_limit=time_limit,
            work_limit=work_limit,
            workers=workers,
            seed=seed,
            on_progress=display.update,
            stop=stop,
        )

    def tick() -> None:
        if stop.is_set():
            display.stopping()
        display.tick()

    return solved_in_thread(work, "No schedule", on_tick=tick, seconds_between_ticks=display.seconds_between_ticks)


def _write(problem: Problem, schedule: Schedule, out: Path | None, xlsx: Path | None) -> tuple[list[Path], list[InputError]]:
    """Write the requested files. Return those written, and an error for each of the others.

    A failure does not stop the next file from being written, because the schedule may have taken minutes.
    """
    from scheduler.files import write_schedule_file
    from scheduler.report.workbook import write_report

    def as_json(path: Path) -> None:
        if path == STDOUT:
            typer.echo(schedule.model_dump_json(indent=1))
        else:
            write_schedule_file(schedule, path)

    def as_workbook(path: Path) -> None:
        write_report(problem, schedule, path)

    written: list[Path] = []
    failures: list[InputError] = []
    for path, write in ((out, as_json), (xlsx, as_workbook)):
        if path is not None:
            try:
                write(path)
                written.append(path)
            except InputError as failure:
                failures.append(failure)
    return written, failures


def _summary(
    problem: Problem, schedule: Schedule, wording: FaultWording, written: list[Path], *, is_interrupted: bool
) -> list[str]:
    from scheduler.cli.risk_table import with_risks
    from scheduler.domain.schedule import Remark
    from scheduler.measure import measure
    from scheduler.remarks import implausible
    from scheduler.report.summary import summarise

    in_file = [wording(fault) for fault in implausible(problem)]
    remarks = tuple(Remark.model_construct(place=fault.where, text=fault.message) for fault in in_file)
    schedule = schedule.model_copy(update={"remarks": remarks})
    summary = summarise(problem, schedule, measure(problem, schedule))
    if not is_interrupted:
        summary = with_risks(summary, problem, schedule)
    interrupted = ["Interrupted: this is the best schedule so far."] if is_interrupted else []
    files = [f"Written: {path}" for path in written if path != STDOUT]
    return [*summary.lines(longest_list=LONGEST_LIST), *interrupted, *files]
