"""A problem read from tables of cells, for both the workbook and the CSV folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scheduler.domain.faults import Fault, FurtherFaults, InputError, Place, further_faults, read_problem
from scheduler.domain.identifiers import shown
from scheduler.domain.problem import Problem
from scheduler.domain.suggestions import closest, closest_id, did_you_mean
from scheduler.files.cell_text import NO_VALUE
from scheduler.files.cells import Cell, CellError, Note, is_blank, simplified
from scheduler.files.headings import column_name, heading_row, headings_of, title_fault
from scheduler.files.schema import UNREADABLE, Column, Fields, SettingRow, SettingsSheet, Sheet, Unreadable
from scheduler.files.settings_sheets import SERVICE, SWITCH
from scheduler.files.sheet_faults import Origins, SheetFault, column_at, in_sheet
from scheduler.files.sheets import NOT_READ, SCENARIOS, SHEETS, list_sheets, settings_sheets, sheet_of, sheet_titled
from scheduler.files.write_tables import Table
from scheduler.wording import in_a_row


@dataclass
class TableReading:
    """A reading in progress: raw data for the domain, the origin of each part, and the faults so far."""

    raw: dict[str, Any] = field(default_factory=lambda: {"version": 1})
    origins: dict[Place, tuple[str, int]] = field(default_factory=dict)
    sheet_faults: list[SheetFault] = field(default_factory=list)
    file_faults: list[Fault] = field(default_factory=list)
    """Faults of whole files, which could not be read as tables."""
    without_ids: set[str] = field(default_factory=set)
    """Lists with unreadable ids; references to them are not checked."""

    def put(self, place: Place, value: Any) -> None:
        """Set a value of the raw data, creating the objects around it."""
        inside = self.raw
        for step in place[:-1]:
            inside = inside.setdefault(str(step), {})
        inside[str(place[-1])] = value

    def remove(self, place: Place) -> None:
        """Remove a value from the raw data."""
        self.at(place[:-1]).pop(place[-1])

    def at(self, place: Place) -> Any:
        """Return the value of the raw data at a place; None if there is none."""
        inside: Any = self.raw
        for step in place:
            try:
                inside = inside[step]
            except (KeyError, IndexError, TypeError):
                return None
        return inside

    def fault(self, sheet: str, row: int | None, column: str | None, message: str) -> None:
        """Record a fault of a sheet."""
        self.sheet_faults.append(SheetFault((), message, sheet, row, column))

    def lose_ids(self, sheet: Sheet | SettingsSheet) -> None:
        """Record that the ids of a sheet are unreadable."""
        if isinstance(sheet, Sheet):
            self.without_ids.add(str(sheet.place[0]))


def problem_in(tables: Sequence[Table]) -> Problem:
    """Return the problem in the tables. Raise InputError with all faults, each with its sheet, row and column."""
    return problem_with_origins(tables)[0]


def problem_with_origins(tables: Sequence[Table]) -> tuple[Problem, Origins]:
    """Return the problem in the tables, and the origin of each part. Raise InputError as ``problem_in`` does."""
    reading = TableReading()
    known = _matched(tables, reading)
    for settings in settings_sheets():
        if settings.title in known and known[settings.title].faults:
            _lose_settings(settings, reading)
        elif settings.title in known:
            _read_settings(settings, known[settings.title], reading)
    for sheet in list_sheets():
        if sheet.title in known and known[sheet.title].faults:
            if not sheet.owners:
                reading.put(sheet.place, UNREADABLE)
                reading.lose_ids(sheet)
        elif sheet.title in known:
            _read_list(sheet, known[sheet.title], reading)
        elif sheet.required:
            reading.put(sheet.place, UNREADABLE)
            reading.lose_ids(sheet)
    _apply_switches(reading)
    others: Sequence[Fault] = ()
    try:
        problem = read_problem(reading.raw)
    except InputError as error:
        others = _add_new_faults(error, reading)
    else:
        if not reading.sheet_faults and not reading.file_faults:
            return problem, reading.origins
    raise InputError([*reading.file_faults, *sorted(reading.sheet_faults, key=_order), *others])


def rows_in(sheet: Sheet, table: Table) -> tuple[list[tuple[int, Fields]], list[SheetFault]]:
    """Return the rows of a sheet outside the problem, as (row number, values), and the faults of its cells."""
    reading = TableReading()
    rows = [(number, _fields(sheet, number, cells, reading)) for number, cells in _rows(sheet, table, reading).items()]
    return rows, reading.sheet_faults


def _add_new_faults(error: InputError, reading: TableReading) -> Sequence[Fault]:
    """Record the faults of the raw data that don't follow from recorded ones, and return how many others there are at least."""
    recorded = len(reading.sheet_faults)
    listed = [fault for fault in error.faults if not isinstance(fault, FurtherFaults)]
    new = [one for fault in listed if (one := _new_fault(fault, reading)) is not None]
    reading.sheet_faults += new
    counted = sum(fault.count for fault in error.faults if isinstance(fault, FurtherFaults))
    may_follow = max(0, recorded - (len(listed) - len(new)))
    return [further_faults(counted - may_follow)] if counted > may_follow else []


def _new_fault(fault: Fault, reading: TableReading) -> SheetFault | None:
    """Return a fault of the raw data as one of its sheet; None if it only follows from a recorded fault."""
    if reading.at(fault.place) is UNREADABLE:
        return None
    sheet_fault = in_sheet(fault, reading.origins)
    column = column_at(sheet_fault)
    if column is not None and column.kind.of in reading.without_ids:
        return None
    return sheet_fault


def _order(fault: SheetFault) -> tuple[int, int, int]:
    titles = [sheet.title for sheet in SHEETS]
    if fault.sheet not in titles:
        return -1, 0, 0
    sheet = SHEETS[titles.index(fault.sheet)]
    headings = [column.heading for column in sheet.columns]
    return titles.index(fault.sheet), fault.row or 0, headings.index(fault.column) if fault.column in headings else -1


def _matched(tables: Sequence[Table], reading: TableReading) -> dict[str, Table]:
    """Return the tables by the titles of their sheets; record unknown and missing sheets as faults."""
    known: dict[str, Table] = {}
    unknown: list[Table] = []
    for table in tables:
        reading.file_faults += table.faults
        sheet = sheet_titled(table.title)
        if sheet is None:
            unknown.append(table)
        elif sheet.title in known:
            reading.fault(sheet.title, None, None, "this sheet appears twice. Keep one.")
        else:
            known[sheet.title] = table
    ignored = {simplified(title) for title in (*NOT_READ, SCENARIOS)}
    for table in unknown:
        if simplified(table.title) in ignored or all(is_blank(cell) for row in table.rows for cell in row):
            continue
        missing = [sheet.title for sheet in SHEETS if sheet.title not in known]
        close = closest(table.title, missing, simplified)
        hint = f"{did_you_mean(close)} Rename it." if close else " Rename or delete it. Put your own notes on the sheet Notes."
        reading.fault(table.title, None, None, f"there is no sheet '{table.title}' in a planner's workbook.{hint}")
        if close:
            known[close] = table
    for sheet in SHEETS:
        if sheet.required and sheet.title not in known:
            reading.fault(sheet.title, None, None, "this sheet is missing. Add it, with its headings, from a blank workbook.")
    return known


Cells = dict[str, Cell | Unreadable]


def _rows(sheet: Sheet | SettingsSheet, table: Table, reading: TableReading) -> dict[int, Cells]:
    """Return the rows that are not blank, by row number: their cells by column key."""
    at = heading_row(sheet, table.rows)
    if at is None:
        if sheet.required:
            needed = ", ".join(column.heading for column in sheet.columns if column.required)
            reading.fault(sheet.title, None, None, f"this sheet is empty. Enter its headings in row 1: {needed}.")
        return {}
    headings = table.rows[at]
    columns = _columns(sheet, table, at, reading)
    rows: dict[int, Cells] = {}
    for number, row in enumerate(table.rows[at + 1 :], start=at + 2):
        cells: dict[str, Cell] = {}
        for n, cell in enumerate(row):
            if n in columns:
                cells[columns[n]] = cell
            elif not is_blank(cell) and (n >= len(headings) or is_blank(headings[n])):
                reading.fault(
                    sheet.title, number, column_name(n), "this cell has no heading above it. Enter one, or clear the cell."
                )
        if not all(is_blank(cell) for cell in cells.values()):
            rows[number] = {**cells}
    _mark_merged(sheet, table, columns, rows, reading)
    return rows


def _mark_merged(
    sheet: Sheet | SettingsSheet, table: Table, keys: dict[int, str], rows: dict[int, Cells], reading: TableReading
) -> None:
    """Mark the cells hidden in merged ranges as unreadable, and record a fault for each range."""
    readable = {column.key: column for column in sheet.columns if not isinstance(column.kind, Note)}
    for merged in table.merged:
        hidden = [(row + 1, keys[n]) for row, n in merged.hidden if row + 1 in rows and keys.get(n) in readable]
        if not hidden:
            continue
        for number, key in hidden:
            rows[number][key] = UNREADABLE
            if key == "id":
                reading.lose_ids(sheet)
        across = range(merged.first_column, merged.last_column + 1)
        headings = [readable[keys[n]].heading for n in across if keys.get(n) in readable]
        one_column = len(headings) == 1
        cells = "these cells" if one_column else f"the cells under {in_a_row(headings)}"
        message = f"{cells} are merged. Unmerge them and enter a value in each."
        column = headings[0] if one_column else None
        fault = SheetFault((), message, sheet.title, merged.first_row + 1, column, merged.last_row + 1)
        reading.sheet_faults.append(fault)


def _columns(sheet: Sheet | SettingsSheet, table: Table, at: int, reading: TableReading) -> dict[int, str]:
    """Return the keys of the columns by position; record titles above the headings, and faulty headings, as faults."""
    first = next(n for n, row in enumerate(table.rows) if not all(is_blank(cell) for cell in row))
    if first < at:
        reading.fault(sheet.title, first + 1, None, title_fault(table.rows, first, at))
    headings = headings_of(sheet, table.rows[at])
    for message in headings.faults:
        reading.fault(sheet.title, None, None, message)
    if "id" in headings.missing:
        reading.lose_ids(sheet)
    return {n: key for key, n in headings.positions.items()}


def _value(title: str, row: int, of: Column | SettingRow, cell: Cell | Unreadable, reading: TableReading) -> Any:
    """Return the value of a cell that is not blank; record a fault and return UNREADABLE if it has none."""
    if isinstance(cell, Unreadable):
        return UNREADABLE
    try:
        _check_formula(cell)
        return of.kind.read(cell)
    except CellError as error:
        label = of.heading if isinstance(of, Column) else of.label
        reading.fault(title, row, label, str(error))
        return UNREADABLE


def _check_formula(cell: Cell) -> None:
    if isinstance(cell, str) and cell.startswith(NO_VALUE):
        if error := cell.removeprefix(NO_VALUE):
            raise CellError(f"the formula here returns {error}. Correct it, or enter the value itself.")
        raise CellError("the formula here has no calculated value. Save the file in Excel, or enter the value itself.")


def _read_settings(sheet: SettingsSheet, table: Table, reading: TableReading) -> None:
    by_word = {simplified(setting.label): setting for setting in sheet.settings}
    seen: set[str] = set()
    for number, cells in _rows(sheet, table, reading).items():
        if cells.get("label") is UNREADABLE:
            continue
        label = str(cells.get("label") or "").strip()
        setting = by_word.get(simplified(label))
        if setting is None:
            close = closest(label, (setting.label for setting in sheet.settings), simplified)
            hint = did_you_mean(close) or " Delete the row."
            reading.fault(sheet.title, number, None, f"there is no setting '{label}'.{hint}")
            if close is None or close in seen:
                continue
            setting = by_word[simplified(close)]
        if setting.label in seen:
            reading.fault(sheet.title, number, setting.label, "this setting appears twice. Keep one row.")
            continue
        seen.add(setting.label)
        reading.origins[setting.place] = (sheet.title, number)
        cell = cells.get("value")
        if isinstance(cell, Unreadable) or not setting.kind.is_blank(cell):
            reading.put(setting.place, _value(sheet.title, number, setting, cell, reading))
        elif setting.required:
            reading.fault(sheet.title, number, setting.label, f"nothing is entered. Enter {setting.kind.expected}.")
            reading.put(setting.place, UNREADABLE)
    for setting in sheet.settings:
        if setting.required and setting.label not in seen:
            reading.fault(sheet.title, None, setting.label, f"this row is missing. Add it, with {setting.kind.expected}.")
            reading.put(setting.place, UNREADABLE)


def _lose_settings(sheet: SettingsSheet, reading: TableReading) -> None:
    """Record that the settings of a sheet can't be read, so that nothing is said of their absence."""
    for setting in sheet.settings:
        if setting.required:
            reading.put(setting.place, UNREADABLE)


def _read_list(sheet: Sheet, table: Table, reading: TableReading) -> None:
    items: list[Any] = []
    owners = _owners(sheet, reading)
    for number, cells in _rows(sheet, table, reading).items():
        fields = _fields(sheet, number, cells, reading)
        if not sheet.owners:
            reading.origins[(*sheet.place, len(items))] = (sheet.title, number)
            items.append(sheet.join(fields))
            continue
        owner = _owner(sheet, number, fields.pop("owner"), fields.pop("role", None), owners, reading)
        if owner is not None:
            owned: list[Any] = reading.at(owner).setdefault(sheet.place[0], [])
            reading.origins[(*owner, *sheet.place, len(owned))] = (sheet.title, number)
            owned.append(sheet.join(fields))
    if sheet.at_least_one and not items:
        if not any(fault.sheet == sheet.title for fault in reading.sheet_faults):
            reading.fault(sheet.title, None, None, "nothing is listed. Enter at least one row.")
        reading.put(sheet.place, UNREADABLE)
    elif not sheet.owners:
        reading.put(sheet.place, items)


def _fields(sheet: Sheet, number: int, cells: Cells, reading: TableReading) -> Fields:
    fields: Fields = {}
    for column in sheet.columns:
        cell = cells.get(column.key)
        if isinstance(cell, Unreadable) or not column.kind.is_blank(cell):
            fields[column.key] = _value(sheet.title, number, column, cell, reading)
        elif column.required:
            if column.key in cells:
                reading.fault(sheet.title, number, column.heading, f"nothing is entered. Enter {column.kind.expected}.")
            fields[column.key] = UNREADABLE
    return fields


Owners = dict[str, list[Place]]


def _owners(sheet: Sheet, reading: TableReading) -> Owners:
    """Return the places of each id in the lists that own the sheet's rows; a duplicate in one list counts once."""
    owners: Owners = {}
    for name in sheet.owners:
        items = reading.at((name,))
        for n, item in enumerate(items if isinstance(items, list) else ()):
            places = owners.setdefault(item["id"], []) if isinstance(item["id"], str) else []
            if all(place[0] != name for place in places):
                places.append((name, n))
    return owners


def _owner(sheet: Sheet, number: int, identifier: Any, role: Any, owners: Owners, reading: TableReading) -> Place | None:
    """Return the item that owns a row; record a fault and return None if there is no such item."""
    if identifier is UNREADABLE or role is UNREADABLE:
        return None
    places = [place for place in owners.get(identifier, ()) if role in (None, place[0])]
    if len(places) == 1:
        return places[0]
    heading = sheet.columns[0].heading
    if places:
        message = f"'{identifier}' is both a chair and a minute taker. Enter Chair or Minute taker in the column Role."
        reading.fault(sheet.title, number, "Role", message)
    elif not reading.without_ids.intersection(sheet.owners):
        titles = " or ".join(sheet_of(name).title for name in sheet.owners if role in (None, name))
        listed = [known for known, at in owners.items() if role is None or any(place[0] == role for place in at)]
        hint = did_you_mean(closest_id(identifier, listed))
        message = f"there is no {shown(identifier)} on the sheet {titles}.{hint} Enter {sheet.columns[0].kind.expected}."
        reading.fault(sheet.title, number, heading, message)
    return None


def _apply_switches(reading: TableReading) -> None:
    """Include or remove the optional lists: as the sheet Service says or, if it is blank, by whether they have rows."""
    chosen = reading.raw.pop(SWITCH, {})
    for sheet in list_sheets():
        if sheet.switch is None or (choice := chosen.get(sheet.switch)) is UNREADABLE:
            continue
        items = reading.at(sheet.place)
        if items is UNREADABLE:
            continue
        if choice is None:
            choice = bool(items)
        if choice:
            reading.put(sheet.place, items or [])
        elif items:
            title, row = reading.origins[(SWITCH, sheet.switch)]
            label = next(setting.label for setting in SERVICE.settings if setting.place == (SWITCH, sheet.switch))
            message = (
                f"this says that no list is used, but the sheet {sheet.title} has rows. Enter As listed, or delete the rows."
            )
            reading.fault(title, row, label, message)
        elif items is not None:
            reading.remove(sheet.place)
