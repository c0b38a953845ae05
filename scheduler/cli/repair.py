"""``scheduler repair``: a new schedule after changes, with the fewest moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input, translating_faults
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import LONGEST_LIST, Errors, ProblemFile, Seed, Today, day_of
from scheduler.cli.output_paths import output_faults, problem_output_faults, repeated_output_faults
from scheduler.cli.result_lines import listed, place_in_words
from scheduler.cli.solving_thread import solved_in_thread
from scheduler.defaults import SEED, WORKERS
from scheduler.domain.faults import Fault, InputError
from scheduler.wording import agree, count_of, in_a_row, number

if TYPE_CHECKING:
    from scheduler.files import FaultWording
    from scheduler.repairs.results import Repair

OPTIONS = {"freeze_until": "--freeze-until", "max_moves": "--max-moves", "keep": "--keep"}
"""The option of each argument of a repair, for faults."""


def repair(
    problem: ProblemFile,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="The published schedule, as written by plan --out.")],
    changes: Annotated[Path, typer.Argument(metavar="CHANGES.json", help="A list of changes.")],
    freeze_until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Bookings before this day stay, and nothing moves there.")
    ] = None,
    max_moves: Annotated[int | None, typer.Option(metavar="N", min=0, help="The most bookings that may move.")] = None,
    keep: Annotated[list[str] | None, typer.Option(metavar="ID", help="A conference that must stay; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="F.json", help="Where to write the new schedule.")] = None,
    problem_out: Annotated[
        Path | None, typer.Option(metavar="F", help="Where to write the changed problem, which check then takes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    time_limit: Annotated[float, typer.Option(metavar="S", help="The seconds for all solves together.")] = 600.0,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="How many cores to use.")] = WORKERS,
    seed: Seed = SEED,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Repair a published schedule after changes, so that as few bookings as possible move.

    Ctrl-C ends with the best so far, and a second one at once.
    """
    with stopping_on_interrupt() as stop:
        (until, until_faults), (day, day_faults) = day_of(freeze_until, "--freeze-until"), day_of(today)
        faults = _option_faults(problem, (schedule, changes), out, problem_out, errors, time_limit)
        if faults := [*faults, *until_faults, *day_faults]:
            refuse(faults)
        from scheduler.domain.problem import on_day
        from scheduler.files import read_problem_to_judge, read_schedule_file
        from scheduler.repairs.repair import repair as solve
        from scheduler.whatif.files.changes import read_changes

        with refusing_bad_input(problem, errors):
            the_problem, wording = read_problem_to_judge(problem)
        if day is not None:
            the_problem = on_day(the_problem, day)
        with refusing_bad_input():
            diary = the_problem, read_schedule_file(schedule), read_changes(changes)
        work = partial(solve, *diary, freeze_until=until, max_moves=max_moves, keep=tuple(keep or ()))
        work = partial(work, time_limit=time_limit, workers=workers, seed=seed, stop=stop)
        with refusing_bad_input(problem, errors), translating_faults(partial(_in_its_file, wording=wording)):
            result = solved_in_thread(work, "No schedule")
        failures = _write(result, out, problem_out)
        _show(result, failures, as_json=as_json, is_interrupted=stop.is_set())
        if failures:
            raise typer.Exit(ExitCode.NO_RESULT)
        raise typer.Exit(ExitCode.INTERRUPTED if stop.is_set() else ExitCode.WRITTEN)


def _option_faults(
    problem: Path,
    others: Sequence[Path],
    out: Path | None,
    problem_out: Path | None,
    errors: Path | None,
    time_limit: float,
) -> list[Fault]:
    inputs = (problem, *others)
    faults = output_faults("--out", out, ".json", *inputs) + output_faults("--errors", errors, ".xlsx", *inputs)
    faults += [] if problem_out is None else problem_output_faults("--problem-out", problem_out, *inputs)
    faults += repeated_output_faults(("--out", out), ("--problem-out", problem_out), ("--errors", errors))
    if not time_limit > 0:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 60."))
    return faults


def _in_its_file(fault: Fault, wording: FaultWording) -> Fault:
    """Return a fault of the problem at its place in the file, one of an argument at its option, and any other as it is."""
    from scheduler.domain.problem import Problem

    origin = str(fault.place[0]) if fault.place else ""
    if origin in Problem.model_fields:
        return wording(fault)
    return Fault((), f"{OPTIONS[origin]}: {fault.message}") if origin in OPTIONS else fault


def _write(result: Repair, out: Path | None, problem_out: Path | None) -> list[InputError]:
    """Write the requested files. Return an error for each that can't be written."""
    from scheduler.files import write_problem_file, write_schedule_file

    failures: list[InputError] = []
    try:
        if out is not None:
            write_schedule_file(result.schedule, out)
    except InputError as failure:
        failures.append(failure)
    try:
        if problem_out is not None:
            write_problem_file(result.problem, problem_out)
    except InputError as failure:
        failures.append(failure)
    return failures


def _show(result: Repair, failures: Sequence[InputError], *, as_json: bool, is_interrupted: bool) -> None:
    """Print the result, that it was interrupted, and which files can't be written."""
    typer.echo(result.report.model_dump_json(indent=1) if as_json else "\n".join(_in_words(result)))
    if is_interrupted:
        typer.echo("Interrupted: this is the best schedule so far.", err=as_json)
    for failure in failures:
        typer.echo(str(failure), err=True)


def _in_words(result: Repair) -> Iterator[str]:
    """Yield the lines of the summary."""
    report, schedule = result.report, result.schedule
    moved = report.moved
    yield f"{count_of(len(moved), 'booking').capitalize()} {agree(len(moved), 'moves', 'move')}{':' if moved else '.'}"
    yield from listed([f"{booking.conference} to {place_in_words(booking)}" for booking in moved])
    for title, ids in (("Withdrawn", report.withdrawn), ("Added", report.added)):
        if ids:
            yield f"{title}: {in_a_row(ids[:LONGEST_LIST])}{' and more' if len(ids) > LONGEST_LIST else ''}."
    affected = report.affected
    people = f"{count_of(affected.chairs, 'chair')} and {count_of(affected.minute_takers, 'minute taker')}"
    yield f"Affected: {count_of(affected.families, 'family', 'families')}, {people}."
    yield (
        "Proven: no schedule places more conferences, is less late, or does as well with fewer moves."
        if report.proven
        else "Not proven to be the best, or to need the fewest moves. Allow more time."
    )
    for point in reversed(report.front[:-1]):
        late = f"lateness would be {number(point.late)} instead of {number(report.front[-1].late)}"
        yield f"With {count_of(point.moves, 'move')}, {late}{'' if point.proven else ', not proven'}."
    if schedule.unplaced:
        yield f"{count_of(len(schedule.unplaced), 'conference').capitalize()} without a booking:"
        yield from listed([f"{unplaced.conference}: {unplaced.reason}" for unplaced in schedule.unplaced])
    if schedule.exceptions:
        yield "Exceptions:"
        yield from listed([f"{one.conference} ({one.rule}): {one.text}" for one in schedule.exceptions])
