"""A problem as tables of cells, which both the workbook and the CSV folder write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.domain.faults import Fault, Place
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.files.cells import Cell
from scheduler.files.merged_cells import MergedRange
from scheduler.files.schema import Fields, SettingsSheet, Sheet
from scheduler.files.settings_sheets import SWITCH
from scheduler.files.sheets import INSTRUCTIONS, SHEETS

Row = Sequence[Cell]
NEW_POLICY = Policy(virtual_fallback="hybrid")
"""A new service's policy: conferences in person stay so."""


NEW_POLICY = Policy(virtual_fallback="hybrid")
"""What a blank workbook states: the usual policy, with conferences in person never held virtually (contract, section 8)."""


@dataclass(frozen=True)
class Table:
    """A sheet's title and all its rows, headings included; a short row ends with blank cells."""

    title: str
    rows: Sequence[Row]
    merged: Sequence[MergedRange] = ()
    faults: Sequence[Fault] = ()
    """Why the table can't be read; it then has no rows."""


def tables_of(problem: Problem | None) -> list[Table]:
    """Return the problem as tables, one per sheet; None returns blank tables with the policy of a new service."""
    content: Fields = {"policy": NEW_POLICY.model_dump()} if problem is None else problem.model_dump(by_alias=True)
    return [_table(sheet, content) for sheet in SHEETS]


def _table(sheet: Sheet | SettingsSheet, content: Fields) -> Table:
    rows = _setting_rows(sheet, content) if isinstance(sheet, SettingsSheet) else _item_rows(sheet, content)
    return Table(sheet.title, [[column.heading for column in sheet.columns], *rows])


def _at(content: Any, place: Place) -> Any:
    for step in place:
        content = (content or {}).get(step)
    return content


def _setting_rows(sheet: SettingsSheet, content: Fields) -> Iterator[Row]:
    lists = {item.switch: item.place for item in SHEETS if isinstance(item, Sheet) and item.switch}
    for setting in sheet.settings:
        if setting.place[0] == SWITCH:
            value = _at(content, lists[str(setting.place[1])]) is not None if "version" in content else None
        else:
            value = _at(content, setting.place)
        yield [setting.label, None if value is None else setting.kind.cell(value), setting.help]


def _item_rows(sheet: Sheet, content: Fields) -> Iterator[Row]:
    for fields in _owned(sheet, content) if sheet.owners else map(sheet.split, _at(content, sheet.place) or ()):
        values = ((column, fields.get(column.key)) for column in sheet.columns)
        yield [None if value is None else column.kind.cell(value) for column, value in values]


def _owned(sheet: Sheet, content: Fields) -> Iterator[Fields]:
    for role in sheet.owners:
        for owner in content.get(role) or ():
            for item in owner[sheet.place[0]]:
                yield {"owner": owner["id"], "role": role, **sheet.split(item)}


def instructions() -> Table:
    """Return the sheet that explains every sheet and column."""
    return Table(INSTRUCTIONS, [*_introduction(), [], ["Sheet", "Column", "Needed?", "Purpose", "What to enter"], *_guide()])


def _introduction() -> Iterable[Row]:
    return (
        ["How to fill in this workbook"],
        ["1. Start with the sheets Service, Sites, Rooms and Chairs. They change little from month to month."],
        ["2. Then enter the month's conferences, one per row. Dark headings must be filled in; pale ones may stay blank."],
        ["3. Point at a heading to read about its column. Some cells have a list of choices."],
        ["4. Dates are day/month/year: 03/04/2027 is 3 April 2027. Times are on the 24-hour clock: 14:00."],
        ["5. Don't rename sheets or headings. You may sort and filter rows, move columns, and keep your own sheet called Notes."],
        ["6. Mistakes are listed by sheet, row and column, with what to enter instead."],
        ["Never enter names, addresses or reasons for concern: references, counts and dates are enough."],
    )


def _guide() -> Iterator[Row]:
    for sheet in SHEETS:
        yield [sheet.title, None, "yes" if sheet.required else "if it applies", sheet.help]
        if isinstance(sheet, SettingsSheet):
            for setting in sheet.settings:
                yield [None, setting.label, "yes" if setting.required else "no", setting.help, f"Enter {setting.kind.expected}."]
        else:
            for column in sheet.columns:
                yield [None, column.heading, "yes" if column.required else "no", column.help, f"Enter {column.kind.expected}."]
