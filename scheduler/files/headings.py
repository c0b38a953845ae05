"""The row of headings of a table, and which of a sheet's columns each heading is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.suggestions import closest, did_you_mean
from scheduler.files.cells import Cell, is_blank, simplified
from scheduler.files.schema import Column, SettingsSheet, Sheet
from scheduler.files.sheets import ERRORS
from scheduler.files.write_tables import Row

ROWS_OF_TITLES = 10
"""How many rows with entries above the headings are taken as titles."""


@dataclass(frozen=True)
class Headings:
    """The positions of a sheet's columns in a table, by key, and the faults of the headings."""

    positions: dict[str, int]
    faults: tuple[str, ...]
    missing: frozenset[str]
    """The keys of required columns that the table lacks."""


def heading_row(sheet: Sheet | SettingsSheet, rows: Sequence[Row]) -> int | None:
    """Return the index of the row of headings: the first with entries, or else the first below it that has more headings.

    None if the table is blank.
    """
    filled = [n for n, row in enumerate(rows) if not all(is_blank(cell) for cell in row)]
    if not filled:
        return None
    if not _known(sheet, rows[filled[0]]):
        required = {column.key for column in sheet.columns if column.required}
        for n in filled[1 : ROWS_OF_TITLES + 1]:
            known = _known(sheet, rows[n])
            if required <= known or len(known) > 2:
                return n
    return filled[0]


def title_fault(rows: Sequence[Row], first: int, headings: int) -> str:
    """Return the fault of the rows above the headings; ``first`` is the first with entries."""
    title = next(str(cell).strip() for cell in rows[first] if not is_blank(cell))
    title = title if len(title) <= 60 else f"{title[:57]}..."
    above = f"row {first + 1}" if headings == first + 1 else f"rows {first + 1} to {headings}"
    return f"the headings are in row {headings + 1}, below '{title}'. They must come first: delete {above}."


def _known(sheet: Sheet | SettingsSheet, row: Row) -> set[str]:
    by_word = {simplified(column.heading): column.key for column in sheet.columns}
    return {by_word[word] for cell in row if isinstance(cell, str) and (word := simplified(cell)) in by_word}


def headings_of(sheet: Sheet | SettingsSheet, cells: Sequence[Cell]) -> Headings:
    """Return the columns that a row of headings has; unknown, duplicate and missing ones are faults."""
    by_word = {simplified(column.heading): column for column in sheet.columns}
    positions: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    faults: list[str] = []
    for n, cell in enumerate(cells):
        heading = str(cell).strip() if cell is not None else ""
        column = by_word.get(simplified(heading))
        if column is None:
            if heading and not is_errors(cell):
                unknown.append((n, heading))
        elif column.key in positions:
            faults.append(f"the column '{column.heading}' appears twice. Keep one.")
        else:
            positions[column.key] = n
    for n, heading in unknown:
        free = [column.heading for column in sheet.columns if column.key not in positions]
        close = closest(heading, free, simplified)
        hint = did_you_mean(close) or f" The columns here are {', '.join(c.heading for c in sheet.columns)}."
        faults.append(f"there is no column '{heading}' here.{hint}")
        if close:
            positions[by_word[simplified(close)].key] = n
    missing = [column for column in sheet.columns if column.required and column.key not in positions]
    faults += [_missing(column) for column in missing]
    return Headings(positions, tuple(faults), frozenset(column.key for column in missing))


def _missing(column: Column) -> str:
    return f"the column '{column.heading}' is missing. Add it: {column.help}"


def is_errors(heading: Cell) -> bool:
    """True if the heading is that of an Errors column, which is not read. Faults of the whole sheet may follow in its cell."""
    return isinstance(heading, str) and simplified(heading.split("\n")[0]) == simplified(ERRORS)


def column_name(n: int) -> str:
    """Return a column's name as spreadsheets show it: 0 is ``column A``."""
    text = ""
    n += 1
    while n:
        n, digit = divmod(n - 1, 26)
        text = chr(65 + digit) + text
    return f"column {text}"
