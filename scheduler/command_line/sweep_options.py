"""The options of commands that solve many problems: what would keep them from being followed, and where results are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.command_line.outputs import folder_faults
from scheduler.domain.faults import Fault

if TYPE_CHECKING:
    from scheduler.whatif.sweep import Kept


def sweep_faults(keep: Path | None, work_limit: float, time_limit: float | None) -> list[Fault]:
    """What is wrong with ``--keep``, ``--work-limit`` and ``--time-limit``."""
    faults = folder_faults("--keep", keep)
    if not work_limit > 0:
        faults.append(Fault((), f"--work-limit: {work_limit:g} is not an amount above 0. Enter one such as 20."))
    if time_limit is not None and not time_limit > 0:
        faults.append(Fault((), f"--time-limit: {time_limit:g} is not a number of seconds above 0. Enter one such as 60."))
    return faults


def kept_in(folder: Path | None) -> Kept | None:
    """Where results are kept: a folder, which is made where there is none yet."""
    from scheduler.whatif.sweep import KeptInFolder

    if folder is None:
        return None
    folder.mkdir(exist_ok=True)
    return KeptInFolder(folder)
