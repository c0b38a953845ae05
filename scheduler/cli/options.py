"""Options and arguments shared by several commands, with their help texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from scheduler.domain.faults import Fault
from scheduler.domain.values import Date

ProblemFile = Annotated[Path, typer.Argument(metavar="PROBLEM", help="A .json, an .xlsx or a folder of .csv.")]
Errors = Annotated[
    Path | None, typer.Option(metavar="F.xlsx", help="Where to write a copy of faulty sheets with an Errors column.")
]
Today = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="The day on which the plan is made, such as 2026-12-01. It replaces the problem's own."),
]
LONGEST_LIST = 25
"""The most items of one list that a terminal shows."""
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The random seed of each search.")]


def day_of(entry: str | None, option: str = "--today") -> tuple[dt.date | None, list[Fault]]:
    """Return the day that the option names (None if it is missing or invalid), and its faults."""
    if entry is None:
        return None, []
    try:
        day: dt.date = TypeAdapter(Date).validate_python(entry)
    except ValidationError as error:
        return None, [Fault((), f"{option}: {error.errors()[0]['msg']}")]
    return day, []
