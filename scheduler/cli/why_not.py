"""``scheduler why-not``: what forbids a slot that somebody would prefer, or what it would cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from scheduler.cli.exit_codes import ExitCode, refuse, refusing_bad_input, translating_faults
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import Errors, ProblemFile, Today, day_of
from scheduler.cli.output_paths import output_faults
from scheduler.cli.result_lines import listed, place_in_words
from scheduler.cli.solving_thread import solved_in_thread
from scheduler.domain.faults import Fault, InputError, faults_of
from scheduler.explanations.defaults import TIME_LIMIT

if TYPE_CHECKING:
    from scheduler.domain.problem import Problem
    from scheduler.domain.schedule import Schedule
    from scheduler.explanations.question import Question
    from scheduler.explanations.results import Explanation

OPTIONS = {"conference": "ID", "date": "--date", "time": "--time", "room": "--room", "chair": "--chair"}
"""The argument or option of each field of a question."""


def why_not(
    problem: ProblemFile,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="The published schedule, as written by plan --out.")],
    conference: Annotated[str, typer.Argument(metavar="ID", help="The conference.")],
    date: Annotated[str | None, typer.Option(metavar="DATE", help="The date that somebody would prefer.")] = None,
    time: Annotated[str | None, typer.Option(metavar="TIME", help="The start that somebody would prefer.")] = None,
    room: Annotated[str | None, typer.Option(metavar="ID", help="The room, or virtual.")] = None,
    chair: Annotated[str | None, typer.Option(metavar="ID", help="The chair.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    time_limit: Annotated[float, typer.Option(metavar="S", help="The seconds for all solves of the answer.")] = TIME_LIMIT,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Explain why a conference isn't held on another date, at another time, in another room or with another chair.

    The answer names the facts that forbid it and the cheapest changes that would make it possible, or says what it would cost.
    """
    with stopping_on_interrupt() as stop:
        the_problem, the_schedule = diary_of(problem, schedule, errors, today, time_limit)
        with refusing_bad_input():
            question = _question(conference=conference, date=date, time=time, room=room, chair=chair)
            with translating_faults(as_option):
                from scheduler.explanations.why_not import why_not as explain

                result = solved_in_thread(
                    lambda: explain(the_problem, the_schedule, question, time_limit=time_limit, stop=stop), "No answer"
                )
        show(result, as_json)
        raise typer.Exit(ExitCode.INTERRUPTED if stop.is_set() else ExitCode.WRITTEN)


def diary_of(
    problem: Path, schedule: Path, errors: Path | None, today: str | None, time_limit: float
) -> tuple[Problem, Schedule]:
    """Return the problem as of today, and the schedule. Exit with BAD_INPUT if they or an option have faults."""
    day, faults = day_of(today)
    faults = [*output_faults("--errors", errors, ".xlsx", problem, schedule), *faults]
    if not time_limit > 0:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 7."))
    if faults:
        refuse(faults)
    from scheduler.domain.problem import on_day
    from scheduler.files import read_problem_to_judge, read_schedule_file

    with refusing_bad_input(problem, errors):
        the_problem, _ = read_problem_to_judge(problem)
    with refusing_bad_input():
        return on_day(the_problem, day) if day is not None else the_problem, read_schedule_file(schedule)


def _question(**fields: Any) -> Question:
    """Return the question of the options. Raise InputError that names the options."""
    from scheduler.explanations.question import Question

    try:
        return Question.model_validate(fields)
    except ValidationError as error:
        raise InputError([as_option(fault) for fault in faults_of(error, Question)]) from None


def as_option(fault: Fault) -> Fault:
    """Return the fault at the option or argument that sets the field, if it is at one."""
    option = OPTIONS.get(str(fault.place[0])) if len(fault.place) == 1 else None
    return fault if option is None else Fault((), f"{option}: {fault.message}")


def show(result: Explanation, as_json: bool) -> None:
    """Print an explanation."""
    typer.echo(result.model_dump_json(indent=1) if as_json else "\n".join(_in_words(result)))


def _in_words(result: Explanation) -> Iterator[str]:
    yield result.answer
    yield from _titled("Forbidden by", [f"{fact.rule} {fact.subject}: {fact.text}" for fact in result.facts])
    yield from _titled("Costs", [f"{cost.amount:+}  {cost.text}" for cost in result.costs])
    yield from _titled("Moves", [f"{one.conference} to {place_in_words(one)}" for one in result.moves])
    yield from _titled(
        "Cures", [cure.text if cure.proven else f"{cure.text} Its tiers are not proven the least." for cure in result.cures]
    )
    if not result.verified:
        yield "Not verified within the time limit. Allow more time."
    elif not result.minimal:
        yield "Verified, but not proven minimal within the time limit. Allow more time."
    elif result.smallest is False:
        yield "Each fact is necessary, but fewer others may forbid it too: not found out within the time limit. Allow more time."


def _titled(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
    yield from listed(lines)
