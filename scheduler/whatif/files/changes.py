"""Reading a list of changes from JSON."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scheduler.domain.faults import Fault, InputError, Place, faults_of
from scheduler.domain.problem import Problem
from scheduler.domain.suggestions import closest, did_you_mean
from scheduler.domain.values import quoted
from scheduler.files.file_safety import refuse
from scheduler.files.json_file import read_json
from scheduler.whatif.changes.any_change import CHANGES
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.together import CHANGES_LIST, faults_of_changes

MOST_CHANGES = 1000


def read_changes(path: str | Path, problem: Problem | None = None) -> tuple[ChangeBase, ...]:
    """Read changes from a ``.json`` file. Raise InputError with every fault, including those against the problem, if any."""
    path = Path(path)
    if path.suffix.lower() != ".json":
        kind = "this is a folder" if path.is_dir() else f"files of the kind '{path.suffix}' can't be read"
        refuse(path, f"{kind}. Enter a .json file." if path.exists() else "there is no such file. Check its name.")
    return read_json(path, partial(changes_in, problem=problem), advice_on_workbooks="Enter a .json file.")


def changes_in(raw: Any, problem: Problem | None = None) -> tuple[ChangeBase, ...]:
    """Read changes from parsed JSON: a list, or an object with the list as ``changes``.

    Raise InputError with every fault. If there is a problem, check that the changes suit it, alone and together.
    """
    listed = raw[CHANGES_LIST] if isinstance(raw, dict) and list(raw) == [CHANGES_LIST] else raw
    if not isinstance(listed, list):
        message = 'This is not a list of changes. Enter one such as [{"change": "cancel", "conference": "CPC-0101"}].'
        raise InputError([Fault((), message)])
    if len(listed) > MOST_CHANGES:
        raise InputError([Fault((CHANGES_LIST,), f"{len(listed)} changes are too many. Enter {MOST_CHANGES} or fewer.")])
    faults: list[Fault] = []
    changes = [change_in(one, (CHANGES_LIST, n), faults) for n, one in enumerate(listed)]
    readable = tuple(change for change in changes if change is not None)
    if problem is not None and not faults:
        faults += faults_of_changes(problem, readable)
    elif problem is not None:
        for n, change in enumerate(changes):
            found = () if change is None else change.faults(problem)
            faults += [fault.within(CHANGES_LIST, n) for fault in found]
    if faults:
        raise InputError(faults)
    return readable


def change_in(raw: Any, at: Place, faults: list[Fault]) -> ChangeBase | None:
    """Read one change of the kind in its field ``change``. Return None and append the faults if it can't be read."""
    if not isinstance(raw, dict):
        faults.append(Fault(at, f"{quoted(raw)} is not an object. Enter an object, in curly brackets."))
        return None
    name = raw.get("change")
    if not isinstance(name, str) or name not in CHANGES:
        reason = f"{quoted(name)} is not one of the choices." if "change" in raw else "is missing."
        hint = did_you_mean(closest(str(name), CHANGES))
        faults.append(Fault((*at, "change"), f"{reason}{hint} Enter one of: {', '.join(CHANGES)}."))
        return None
    try:
        return CHANGES[name].model_validate(raw)
    except ValidationError as error:
        faults += [fault.within(*at) for fault in faults_of(error, CHANGES[name])]
        return None
