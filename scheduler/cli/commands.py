"""The commands, and the entry point that runs one."""

from __future__ import annotations

from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from scheduler.cli.check import check
from scheduler.cli.convert import convert
from scheduler.cli.offer import offer
from scheduler.cli.plan import plan
from scheduler.cli.repair import repair
from scheduler.cli.stdout import exiting_on_stdout_failure
from scheduler.cli.value import value
from scheduler.cli.whatif import whatif
from scheduler.cli.why import why
from scheduler.cli.why_not import why_not

app = typer.Typer(
    name="scheduler",
    help="Schedule child protection conferences, and prove how good the schedule is.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(plan)
app.command()(check)
app.command()(offer)
app.command()(repair)
app.command()(why)
app.command("why-not")(why_not)
app.command()(whatif)
app.command()(value)
app.command()(convert)
for command in entry_points(group="scheduler.commands"):  # from other packages: the service adds ``serve``
    app.command(command.name)(command.load())


def _show_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(version("conference-planner"))
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line, and end the process with the command's exit code."""
    with exiting_on_stdout_failure():
        app(prog_name="scheduler")
