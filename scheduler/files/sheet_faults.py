"""Faults of a problem in the terms of its workbook: sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.faults import Fault, FurtherFaults, Place
from scheduler.files.schema import Column, SettingsSheet, Sheet
from scheduler.files.sheets import SHEETS, list_sheets, sheet_titled

Origins = Mapping[Place, tuple[str, int]]
"""The sheet title and row number of each item or setting, by its place in the problem."""


@dataclass(frozen=True)
class SheetFault(Fault):
    """A fault in a workbook or CSV folder: ``Conferences, row 14, Length: …``.

    ``row`` is the number that the spreadsheet shows, from 1. ``column`` is the heading or, on a settings sheet, the label.
    Both are None for a fault of the whole sheet. ``last_row`` is set for a fault of several rows.
    """

    sheet: str = ""
    row: int | None = None
    column: str | None = None
    last_row: int | None = None

    @property
    def where(self) -> str:
        """Return the place in the workbook: ``Conferences, row 14, Length``."""
        rows = f"row {self.row}" if self.row else None
        if self.last_row not in (None, self.row):
            rows = f"rows {self.row} to {self.last_row}"
        return ", ".join(part for part in (self.sheet, rows, self.column) if part)

    def is_in(self, row: int | None) -> bool:
        """True if the fault concerns the row."""
        if row is None or self.row is None:
            return row == self.row
        return self.row <= row <= (self.last_row or self.row)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def worded(fault: Fault, origins: Origins) -> Fault:
    """Return a fault of the problem in the terms of its workbook."""
    return fault if isinstance(fault, FurtherFaults) else in_sheet(fault, origins)


def in_sheet(fault: Fault, origins: Origins) -> SheetFault:
    """Return a fault of the problem as a fault of the sheet that it came from."""
    message = in_sheet_words(fault.message, origins)
    place = fault.place
    for length in range(len(place), 0, -1):
        if origin := origins.get(place[:length]):
            column = _heading(origin[0], place[:length], place[length:])
            return SheetFault(place, message, *origin, column)
    settings = (setting for setting in origins if all(isinstance(step, str) for step in setting))
    if setting := next((setting for setting in settings if setting[: len(place)] == place), None):
        return SheetFault(place, message, *origins[setting], _heading(origins[setting][0], setting, ()))
    title, column = _without_row(place)
    return SheetFault(place, message, title, None, column)


def _heading(title: str, item: Place, rest: Place) -> str | None:
    sheet = sheet_titled(title)
    if isinstance(sheet, SettingsSheet):
        return next((setting.label for setting in sheet.settings if setting.place[: len(item)] == item), None)
    if sheet is None or not rest:
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
    """Return the column of the fault; None for a setting or a whole row."""
    sheet = sheet_titled(fault.sheet)
    return next((column for column in (sheet.columns if sheet else ()) if column.heading == fault.column), None)


def in_sheet_words(message: str, origins: Origins) -> str:
    """Return a message with its dates, lists and places as the workbook shows them; quoted text is unchanged."""
    parts = re.split(r"('[^']*'|\"[^\"]*\")", message)
    return "".join(part if n % 2 else _translated(part, origins) for n, part in enumerate(parts))


_LISTS = {str(sheet.place[0]): sheet.title for sheet in list_sheets() if not sheet.owners and len(sheet.place) == 1}


def _translated(text: str, origins: Origins) -> str:
    def row(match: re.Match[str]) -> str:
        origin = origins.get((match[1], int(match[2])))
        return f"{origin[0]}, row {origin[1]}" if origin else match[0]

    text = re.sub(r"\b([a-z_]+)\[(\d+)\]", row, text)
    text = re.sub(r"\blisted under ([a-z_]+)", lambda match: f"on the sheet {_LISTS.get(match[1], match[1])}", text)
    text = re.sub(r"\b(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?", _british, text)
    text = re.sub(r"\b(\d+)\.0\b", r"\1", text)
    return re.sub(r"\bschool_age is\b", "the number of school age is", text)


def _british(match: re.Match[str]) -> str:
    return f"{match[3]}/{match[2]}/{match[1]}{f' {match[4]}' if match[4] else ''}"
