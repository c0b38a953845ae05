"""``scheduler why``: why a booking is late, on a Friday or elsewhere, or why a conference has none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exit_codes import ExitCode, refusing_bad_input, translating_faults
from scheduler.cli.interrupts import stopping_on_interrupt
from scheduler.cli.options import Errors, ProblemFile, Today
from scheduler.cli.solving_thread import solved_in_thread
from scheduler.cli.why_not import as_option, diary_of, show
from scheduler.explanations.defaults import TIME_LIMIT


def why(
    problem: ProblemFile,
    schedule: Annotated[Path, typer.Argument(metavar="SCHEDULE", help="The published schedule, as written by plan --out.")],
    conference: Annotated[str, typer.Argument(metavar="ID", help="The conference.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    time_limit: Annotated[float, typer.Option(metavar="S", help="The seconds for all solves of the answer.")] = TIME_LIMIT,
    errors: Errors = None,
    today: Today = None,
) -> None:
    """Explain why a conference is late, moved, elsewhere or on a Friday, or why it has no booking, and what would change it."""
    with stopping_on_interrupt() as stop:
        the_problem, the_schedule = diary_of(problem, schedule, errors, today, time_limit)
        with refusing_bad_input(), translating_faults(as_option):
            from scheduler.explanations.why import why as explain

            result = solved_in_thread(
                lambda: explain(the_problem, the_schedule, conference, time_limit=time_limit, stop=stop), "No answer"
            )
        show(result, as_json)
        raise typer.Exit(ExitCode.INTERRUPTED if stop.is_set() else ExitCode.WRITTEN)
