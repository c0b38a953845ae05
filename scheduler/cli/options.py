"""Options and arguments shared by several commands, with their help texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProblemFile = Annotated[Path, typer.Argument(metavar="PROBLEM", help="A .json, an .xlsx or a folder of .csv.")]
Errors = Annotated[
    Path | None, typer.Option(metavar="F.xlsx", help="Where to write a copy of faulty sheets with an Errors column.")
]
Seed = Annotated[int, typer.Option(metavar="N", min=0, max=2**31 - 1, help="The random seed of each search.")]
