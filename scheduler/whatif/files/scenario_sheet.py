"""The sheet ``Scenarios`` of a workbook, with a row for each change."""

from __future__ import annotations

from typing import Any

from scheduler.domain.faults import Fault
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.preferences import PREFERENCES
from scheduler.domain.values import Value
from scheduler.files.cells import Date, Id, Ids, Number, Text, Time, Whole
from scheduler.files.choices import Choice, Several, Weekdays, YesNo
from scheduler.files.read_tables import rows_in
from scheduler.files.schema import UNREADABLE, Column, Fields, Sheet
from scheduler.files.settings_sheets import RULE
from scheduler.files.sheet_faults import SheetFault, in_sheet_words
from scheduler.files.sheets import CHAIR, KINDS, SCENARIOS, SITE
from scheduler.files.write_tables import Table
from scheduler.whatif.changes.any_change import CHANGES

CHANGE = Choice(
    (
        ("chair_joins", "Chair joins"),
        ("chair_leaves", "Chair leaves"),
        ("chair_absent", "Chair absent"),
        ("chair_changes", "Chair changes"),
        ("caseload_cap", "Caseload cap"),
        ("room_opens", "Room opens"),
        ("room_closes", "Room closes"),
        ("room_gains_hybrid", "Room gains hybrid"),
        ("room_gains_start", "Room gains start"),
        ("site_closes", "Site closes"),
        ("demand", "Demand"),
        ("minute_taker_joins", "Minute taker joins"),
        ("minute_taker_leaves", "Minute taker leaves"),
        ("minute_taker_absent", "Minute taker absent"),
        ("fridays_open", "Fridays open"),
        ("rule_off", "Rule off"),
        ("rule_on", "Rule on"),
        ("weight", "Weight"),
        ("holds", "Holds"),
    )
)
PREFERENCE = Choice(tuple((preference.name, preference.label) for preference in PREFERENCES))

SHEET = Sheet(
    SCENARIOS,
    ("scenarios",),
    "What-if scenarios, with a row for each change. Rows with the same name are one scenario.",
    (
        Column("scenario", "Scenario", Text(), "The scenario's name.", required=True, width=28),
        Column("change", "Change", CHANGE, "The kind of change.", required=True, width=22),
        Column("chair", "Chair", CHAIR, "The chair's id; a new id for a chair who joins.", width=10),
        Column("minute_taker", "Minute taker", Id("minute_takers", "minute taker"), "The id; a new id for one who joins."),
        Column("room", "Room", Id("rooms", "room"), "The room's id; a new id for a room that opens."),
        Column("site", "Site", SITE, "The id of the site of the closure, new room, demand or holds.", width=10),
        Column("first", "First day", Date(), "The first day of the change. Blank means the plan's first.", width=12),
        Column("last", "Last day", Date(), "The last day of the change. Blank means the plan's last.", width=12),
        Column("dates", "Fridays", Several(Date()), "The Fridays to open.", width=22),
        Column("percent", "Per cent", Whole("per cent", -20), "The change in conferences; negative for fewer.", width=10),
        Column("kind", "Kind", KINDS, "The kind of conference that the demand is for. Blank means all."),
        Column("seed", "Seed", Whole(example=1), "Chooses which conferences to remove or copy. Blank means 1.", width=8),
        Column("week", "Week of", Date(), "Any day in the week of the holds.", width=12),
        Column("count", "Slots", Whole("slots", 2), "The number of slots kept free in that week.", width=8),
        Column("cap", "Cap", Whole("children", 85), "The most children that a full-time chair should hold.", width=8),
        Column("rule", "Rule", RULE, "The rule to switch off or on.", width=22),
        Column("preference", "Preference", PREFERENCE, "The preference with a new weight.", width=22),
        Column("weight", "Points", Whole("points", 40), "The cost of one unit of the preference.", width=8),
        Column("start", "Start", Time(), "When conferences can also begin in the room.", width=9),
        Column("starts", "Starts", Several(Time()), "When conferences can begin in a new room, with commas.", width=22),
        Column("hybrid_from", "Hybrid from", Date(), "The first day with equipment in a new room. Blank means none."),
        Column("accessible", "Step-free", YesNo(), "Whether a new room is accessible. Blank means no.", width=11),
        Column("name", "Name", Text(), "The name of the new person or room.", width=22),
        Column("fte", "FTE", Number(), "The chair's FTE. Blank means 1 for a new chair.", width=8),
        Column("works", "Works on", Weekdays(), "The weekdays worked. Blank means Mon-Fri for a new person.", width=24),
        Column("max_per_day", "Most a day", Whole(example=2), "The most conferences a day.", width=12),
        Column("max_per_week", "Most a week", Whole(example=8), "The most conferences a week.", width=12),
        Column("max_office_days", "Most office days", Whole(example=4), "The most days a week in a room.", width=12),
        Column("base", "Base", SITE, "The id of the site where a new chair is based.", width=10),
        Column("caseload", "Caseload", Whole("children", 40), "How many children a new chair brings. Blank means 0.", width=10),
        Column("reserve", "Reserve", YesNo(), "Whether a new chair is a reserve. Blank means no.", width=9),
        Column("sites", "Sites", Ids("sites", "site"), "The sites to which a new minute taker can go.", width=22),
    ),
)  # fmt: skip
HEADINGS = {column.key: column.heading for column in SHEET.columns}
NEW_ITEMS: dict[str, tuple[str, type[Value]]] = {
    "chair_joins": ("chair", Chair),
    "minute_taker_joins": ("minute_taker", MinuteTaker),
    "room_opens": ("room", Room),
}
"""Changes whose cells describe a new item: the field that holds it, and its class."""


class ScenarioRows:
    """The sheet's rows as raw scenarios, with the row of each change and the faults of single cells."""

    def __init__(self, table: Table) -> None:
        rows, self.faults = rows_in(SHEET, table)
        self._changes: dict[str, list[dict[str, Any]]] = {}
        self._numbers: dict[str, list[int]] = {}
        for number, fields in rows:
            readable = {key: value for key, value in fields.items() if value is not UNREADABLE}
            if "scenario" in readable and "change" in readable:
                name = readable.pop("scenario")
                self._changes.setdefault(name, []).append(self._change(number, readable))
                self._numbers.setdefault(name, []).append(number)

    @property
    def raw(self) -> list[dict[str, Any]]:
        """Return the scenarios as in JSON, in the order of their first rows."""
        return [{"name": name, "changes": changes} for name, changes in self._changes.items()]

    def in_cell(self, fault: Fault) -> SheetFault:
        """Turn a fault of a scenario, placed by position or by name, into a fault of the sheet."""
        match fault.place:
            case ("scenarios", int(n), *rest):
                name = list(self._numbers)[n]
            case (str(step), *rest):
                name = step.removeprefix("scenarios[").removesuffix("]")
        message, numbers = in_sheet_words(fault.message, {}), self._numbers[name]
        if rest[:1] != ["changes"]:
            return SheetFault(fault.place, message, SCENARIOS, numbers[0], HEADINGS["scenario"])
        column = next((HEADINGS[str(step)] for step in reversed(rest[2:]) if step in HEADINGS), None)
        return SheetFault(fault.place, message, SCENARIOS, numbers[int(rest[1])], column)

    def is_reported(self, fault: SheetFault) -> bool:
        """True if the cell has a fault already, so that this fault only follows from it."""
        return any(known.is_in(fault.row) and known.column == fault.column for known in self.faults)

    def _change(self, number: int, fields: Fields) -> dict[str, Any]:
        """Return a row's change. Cells that it doesn't use become faults and are left out."""
        change = fields.pop("change")
        field, model = NEW_ITEMS.get(change, (None, CHANGES[change]))
        for key in [key for key in fields if key not in model.model_fields and key != field]:
            del fields[key]
            message = f"the change '{dict(CHANGE.choices)[change]}' doesn't use this. Empty the cell."
            self.faults.append(SheetFault((), message, SCENARIOS, number, HEADINGS[key]))
        if field is None:
            return {"change": change, **fields}
        identifier = {"id": fields.pop(field)} if field in fields else {}
        return {"change": change, field: identifier | fields}
