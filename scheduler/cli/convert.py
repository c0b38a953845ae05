"""``scheduler convert``: convert a problem from one kind of file to another without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.exit_codes import refuse, refusing_bad_input
from scheduler.cli.import_interrupts import ending_on_interrupt
from scheduler.cli.options import Errors
from scheduler.cli.output_paths import output_faults, problem_output_faults, repeated_output_faults


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A .json, an .xlsx or a folder of .csv.")],
    destination: Annotated[Path, typer.Argument(metavar="OUT", help="A .json, an .xlsx or a folder for .csv.")],
    errors: Errors = None,
) -> None:
    """Convert a problem between .json, .xlsx and a folder of .csv, losing nothing."""
    faults = problem_output_faults("OUT", destination, source) + output_faults("--errors", errors, ".xlsx", source)
    if faults := faults + repeated_output_faults(("OUT", destination), ("--errors", errors)):
        refuse(faults)
    with ending_on_interrupt():
        from scheduler.files import read_problem_file, write_problem_file

    with refusing_bad_input(source, errors):
        problem = read_problem_file(source)
    with refusing_bad_input():
        write_problem_file(problem, destination)
