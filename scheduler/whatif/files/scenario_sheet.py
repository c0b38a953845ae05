"""The sheet ``Scenarios`` of a workbook: a row for each change, with the cells that this change needs."""

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
    "What may come: a row for each change. The rows of one scenario have the same name, and are made together.",
    (
        Column("scenario", "Scenario", Text(), "What the scenario is called.", required=True, width=28),
        Column("change", "Change", CHANGE, "What changes.", required=True, width=22),
        Column("chair", "Chair", CHAIR, "The chair's id; a new one for who joins.", width=10),
        Column("minute_taker", "Minute taker", Id("minute_takers", "minute taker"), "The id; a new one for who joins."),
        Column("room", "Room", Id("rooms", "room"), "The room's id; a new one for a room that opens."),
        Column("site", "Site", SITE, "The id of the site that closes, has the new room, the demand or the holds.", width=10),
        Column("first", "First day", Date(), "The first day of the change. Blank means the plan's first.", width=12),
        Column("last", "Last day", Date(), "The last day of the change. Blank means the plan's last.", width=12),
        Column("dates", "Fridays", Several(Date()), "Fridays that are opened.", width=22),
        Column("percent", "Per cent", Whole("per cent", -20), "How many more conferences; fewer with a minus.", width=10),
        Column("kind", "Kind", KINDS, "The kind of conference of which there are more or fewer. Blank means all."),
        Column("seed", "Seed", Whole(example=1), "Another number takes or copies other conferences. Blank means 1.", width=8),
        Column("week", "Week of", Date(), "Any day in the week of the holds.", width=12),
        Column("count", "Slots", Whole("slots", 2), "How many slots are kept free in that week.", width=8),
        Column("cap", "Cap", Whole("children", 85), "The most children that a full-time chair should hold.", width=8),
        Column("rule", "Rule", RULE, "The rule that is switched off or on.", width=22),
        Column("preference", "Preference", PREFERENCE, "The preference that weighs more or less.", width=22),
        Column("weight", "Points", Whole("points", 40), "What one unit of the preference costs.", width=8),
        Column("start", "Start", Time(), "When conferences may also begin in the room.", width=9),
        Column("starts", "Starts", Several(Time()), "When conferences may begin in a new room, with commas between.", width=22),
        Column("hybrid_from", "Hybrid from", Date(), "The first day with equipment in a new room. Blank means none."),
        Column("accessible", "Step-free", YesNo(), "Whether a new room is accessible. Blank means no.", width=11),
        Column("name", "Name", Text(), "What people call somebody new, or a new room.", width=22),
        Column("fte", "FTE", Number(), "A chair's; for one who joins blank means 1.", width=8),
        Column("works", "Works on", Weekdays(), "The weekdays worked. For who joins blank means Mon-Fri.", width=24),
        Column("max_per_day", "Most a day", Whole(example=2), "The most conferences a day.", width=12),
        Column("max_per_week", "Most a week", Whole(example=8), "The most conferences a week.", width=12),
        Column("max_office_days", "Most office days", Whole(example=4), "The most days a week in a room.", width=12),
        Column("base", "Base", SITE, "The id of the site where a new chair is based.", width=10),
        Column("caseload", "Caseload", Whole("children", 40), "How many children a new chair brings. Blank means 0.", width=10),
        Column("reserve", "Reserve", YesNo(), "Whether a new chair is a reserve. Blank means no.", width=9),
        Column("sites", "Sites", Ids("sites", "site"), "Where a new minute taker can go.", width=22),
    ),
)  # fmt: skip
HEADINGS = {column.key: column.heading for column in SHEET.columns}
GIVEN_WHOLE: dict[str, tuple[str, type[Value]]] = {
    "chair_joins": ("chair", Chair),
    "minute_taker_joins": ("minute_taker", MinuteTaker),
    "room_opens": ("room", Room),
}
"""Changes whose cells are those of somebody or something new: the field that holds it, and what it is."""


class ScenarioRows:
    """What the rows say: scenarios as JSON has them, where each change stands, and the faults of single cells."""

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
        """The scenarios as JSON has them, in the order of their first rows."""
        return [{"name": name, "changes": changes} for name, changes in self._changes.items()]

    def in_cell(self, fault: Fault) -> SheetFault:
        """A fault of the scenarios, by their positions or their names, as one of the sheet."""
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

    def is_told(self, fault: SheetFault) -> bool:
        """Whether the cell is known to be faulty, so that the fault only follows from that."""
        return any(known.is_in(fault.row) and known.column == fault.column for known in self.faults)

    def _change(self, number: int, fields: Fields) -> dict[str, Any]:
        """The change of a row; cells that it has no use for are faults, and left out."""
        change = fields.pop("change")
        field, whole = GIVEN_WHOLE.get(change, (None, CHANGES[change]))
        for key in [key for key in fields if key not in whole.model_fields and key != field]:
            del fields[key]
            message = f"the change '{dict(CHANGE.choices)[change]}' has no use for this. Empty the cell."
            self.faults.append(SheetFault((), message, SCENARIOS, number, HEADINGS[key]))
        if field is None:
            return {"change": change, **fields}
        identifier = {"id": fields.pop(field)} if field in fields else {}
        return {"change": change, field: identifier | fields}
