"""Faults in sheets: where they stand in the workbook, in words that its reader knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.faults import Fault, Place
from scheduler.files.schema import Column, SettingsSheet, Sheet
from scheduler.files.sheets import SHEETS, list_sheets

Origins = Mapping[Place, tuple[str, int]]
"""For the place of an item or setting in the problem, the title of its sheet and the number of its row."""


@dataclass(frozen=True)
class SheetFault(Fault):
    """A fault in a workbook or CSV folder: ``Conferences, row 14, Length: …``.

    ``row`` counts as the person sees it, the heading being row 1; ``column`` is the heading, or in a sheet
    of settings the setting. Both are None where the whole sheet is meant. ``last_row`` is for a fault of several rows.
    """

    sheet: str = ""
    row: int | None = None
    column: str | None = None
    last_row: int | None = None

    @property
    def where(self) -> str:
        """The place as its reader finds it."""
        rows = f"row {self.row}" if self.row else None
        if self.last_row not in (None, self.row):
            rows = f"rows {self.row} to {self.last_row}"
        return ", ".join(part for part in (self.sheet, rows, self.column) if part)

    def is_in(self, row: int | None) -> bool:
        """Whether the row is the fault's, or one of them."""
        if row is None or self.row is None:
            return row == self.row
        return self.row <= row <= (self.last_row or self.row)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def in_sheet(fault: Fault, origins: Origins) -> SheetFault:
    """A fault of the problem as one of the sheet that it was read from."""
    message = in_sheet_words(fault.message, origins)
    place = fault.place
    for length in range(len(place), 0, -1):
        if origin := origins.get(place[:length]):
            column = _heading(origin[0], place[:length], place[length:])
            return SheetFault(place, message, *origin, column)
    settings = (known for known in origins if all(isinstance(step, str) for step in known))
    if inside := next((known for known in settings if known[: len(place)] == place), None):
        return SheetFault(place, message, *origins[inside], _heading(origins[inside][0], inside, ()))
    title, column = _without_row(place)
    return SheetFault(place, message, title, None, column)


def _heading(title: str, item: Place, rest: Place) -> str | None:
    sheet = next(sheet for sheet in SHEETS if sheet.title == title)
    if isinstance(sheet, SettingsSheet):
        return next((setting.label for setting in sheet.settings if setting.place[: len(item)] == item), None)
    if not rest:
        return None
    return next((column.heading for column in sheet.columns if column.fills == rest[0]), None)


def _without_row(place: Place) -> tuple[str, str | None]:
    for sheet in SHEETS:
        if isinstance(sheet, Sheet):
            if sheet.place == place[: len(sheet.place)]:
                return sheet.title, None
        else:
            for setting in sheet.settings:
                if setting.place[: len(place)] == place or place[: len(setting.place)] == setting.place:
                    return sheet.title, setting.label
    return "Service", None


def column_at(fault: SheetFault) -> Column | None:
    """The column that the fault stands in; None for a setting or a whole row."""
    columns = next((sheet.columns for sheet in SHEETS if sheet.title == fault.sheet), ())
    return next((column for column in columns if column.heading == fault.column), None)


def in_sheet_words(message: str, origins: Origins) -> str:
    """A message about the problem with its dates, lists and places as the workbook shows them; quotations stay."""
    parts = re.split(r"('[^']*'|\"[^\"]*\")", message)
    return "".join(part if n % 2 else _said_for_sheets(part, origins) for n, part in enumerate(parts))


_LISTS = {str(sheet.place[0]): sheet.title for sheet in list_sheets() if not sheet.owners and len(sheet.place) == 1}


def _said_for_sheets(text: str, origins: Origins) -> str:
    def row(found: re.Match[str]) -> str:
        origin = origins.get((found[1], int(found[2])))
        return f"{origin[0]}, row {origin[1]}" if origin else found[0]

    text = re.sub(r"\b([a-z_]+)\[(\d+)\]", row, text)
    text = re.sub(r"\blisted under ([a-z_]+)", lambda found: f"on the sheet {_LISTS.get(found[1], found[1])}", text)
    text = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?", _british, text)
    text = re.sub(r"\b(\d+)\.0\b", r"\1", text)
    return re.sub(r"\bschool_age is\b", "the number of school age is", text)


def _british(found: re.Match[str]) -> str:
    return f"{found[3]}/{found[2]}/{found[1]}{f' {found[4]}' if found[4] else ''}"
