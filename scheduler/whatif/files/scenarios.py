"""Reading scenarios from JSON, or from the sheet ``Scenarios`` of a workbook, which can be the problem's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scheduler.domain.faults import Fault, FurtherFaults, InputError, Place, faults_of
from scheduler.domain.problem import Problem
from scheduler.domain.values import quoted
from scheduler.files.cells import simplified
from scheduler.files.file_safety import refuse
from scheduler.files.json_file import read_json
from scheduler.files.sheet_faults import SheetFault
from scheduler.files.sheets import SCENARIOS
from scheduler.files.workbook import tables_in_workbook
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.files.changes import change_in
from scheduler.whatif.files.scenario_sheet import ScenarioRows

EMPTY = "there is no scenario. Enter at least one."


def read_scenarios(path: str | Path, problem: Problem | None = None) -> tuple[Scenario, ...]:
    """Read scenarios from a ``.json`` file, or from the sheet ``Scenarios`` of an ``.xlsx`` workbook.

    Raise InputError with every fault. If there is a problem, check that the scenarios suit it too. Faults of a workbook name
    the cell.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".json", ".xlsx"):
        kind = "this is a folder" if path.is_dir() else f"files of the kind '{path.suffix}' can't be read"
        message = f"{kind}. Enter a .json file or an .xlsx workbook."
        refuse(path, message if path.exists() else "there is no such file. Check its name.")
    if suffix == ".json":
        return read_json(path, partial(scenarios_in, problem=problem))
    return _in_workbook(path, problem)


def scenarios_in(raw: Any, problem: Problem | None = None) -> tuple[Scenario, ...]:
    """Read scenarios from parsed JSON: a list, or an object with the list as ``scenarios``.

    Raise InputError with every fault, including an empty list and repeated names. If there is a problem, check that the
    scenarios suit it too.
    """
    listed = raw["scenarios"] if isinstance(raw, dict) and list(raw) == ["scenarios"] else raw
    if not isinstance(listed, list):
        message = 'This is not a list of scenarios. Enter one such as [{"name": …, "changes": […]}] or {"scenarios": […]}.'
        raise InputError([Fault((), message)])
    if not listed:
        raise InputError([Fault(("scenarios",), EMPTY)])
    faults: list[Fault] = []
    scenarios = [_scenario(one, ("scenarios", n), problem, faults) for n, one in enumerate(listed)]
    faults += _repeated(listed)
    if faults:
        raise InputError(faults)
    return tuple(scenario for scenario in scenarios if scenario is not None)


def _repeated(listed: Sequence[Any]) -> list[Fault]:
    """Return a fault for each name that an earlier scenario has."""
    first_at: dict[str, int] = {}
    faults: list[Fault] = []
    for n, one in enumerate(listed):
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str) and first_at.setdefault(name, n) != n:
            message = f"{quoted(name)} is already the name of scenarios[{first_at[name]}]. Enter a different name for each."
            faults.append(Fault(("scenarios", n, "name"), message))
    return faults


def _scenario(raw: Any, at: Place, problem: Problem | None, faults: list[Fault]) -> Scenario | None:
    """Read one scenario. Return None and append the faults if it can't be read or doesn't suit the problem."""
    own: list[Fault] = []
    fields, scenario = raw, None
    changes: list[ChangeBase | None] = []
    if isinstance(raw, dict) and isinstance(raw.get("changes"), list):
        changes = [change_in(one, (*at, "changes", n), own) for n, one in enumerate(raw["changes"])]
        fields = raw | {"changes": [change for change in changes if change is not None]}
    try:
        scenario = Scenario.model_validate(fields)
    except ValidationError as error:
        own += [fault.within(*at) for fault in faults_of(error, Scenario)]
    if problem is not None:
        own += _unsuited(changes, at, problem) if own or scenario is None else scenario.faults(problem)
    faults += own
    return None if own else scenario


def _unsuited(changes: Sequence[ChangeBase | None], at: Place, problem: Problem) -> Iterator[Fault]:
    """Yield each reason why a change that could be read doesn't suit the problem."""
    for n, change in enumerate(changes):
        for fault in [] if change is None else change.faults(problem):
            yield fault.within(*at, "changes", n)


def _in_workbook(path: Path, problem: Problem | None) -> tuple[Scenario, ...]:
    table = next((table for table in tables_in_workbook(path) if simplified(table.title) == simplified(SCENARIOS)), None)
    if table is None:
        refuse(path, f"this workbook has no sheet {SCENARIOS}. Add one, with a row for each change.")
    rows = ScenarioRows(table)
    scenarios: tuple[Scenario, ...] = ()
    faults: Sequence[Fault] = ()
    if rows.raw:
        try:
            scenarios = scenarios_in(rows.raw, problem)
        except InputError as error:
            faults = error.faults
    elif not rows.faults:
        raise InputError([SheetFault((), EMPTY, SCENARIOS)])
    others = [fault for fault in faults if isinstance(fault, FurtherFaults)]
    in_cells = [rows.in_cell(fault) for fault in faults if fault not in others]
    reported = rows.faults + [fault for fault in in_cells if not rows.is_reported(fault)]
    if reported:
        reported.sort(key=lambda fault: fault.row or 0)
        raise InputError([*reported, *others])
    return scenarios
