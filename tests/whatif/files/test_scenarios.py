import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.faults import InputError
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.files import read_problem_file, write_problem_file
from scheduler.whatif.changes.any_change import CHANGES
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.chairs import ChairAbsent, ChairChanges, ChairJoins, ChairLeaves
from scheduler.whatif.changes.demand import Demand, Holds
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.minute_takers import MinuteTakerAbsent, MinuteTakerJoins, MinuteTakerLeaves
from scheduler.whatif.changes.policy import CaseloadCap, RuleOff, RuleOn, Weight
from scheduler.whatif.changes.rooms import RoomCloses, RoomGainsHybrid, RoomGainsStart, RoomOpens, SiteCloses
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.files.scenario_sheet import SHEET
from scheduler.whatif.files.scenarios import read_scenarios, scenarios_in
from tests.paths import DOCS
from tests.whatif.change_builders import scenario, service

NAMES = ", ".join(CHANGES)
LEAVES = {"change": "chair_leaves", "chair": "C1"}
JSON_ONLY = {"cancel", "inquorate", "add", "unavailable", "move", "waive_notice", "room_open_on", "chair_works_on"}
"""Changes of single conferences and days, which the sheet has no columns for."""


def fault_messages(raw: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        scenarios_in(raw)
    return [str(fault) for fault in error.value.faults]


# JSON -----------------------------------------------------------------------------------------------


def test_a_list_or_an_object_with_the_list_is_read(tmp_path: Path) -> None:
    raw = [{"name": "One", "changes": [LEAVES]}, {"name": "None"}]
    path = tmp_path / "scenarios.json"
    for content in (raw, {"scenarios": raw}):
        path.write_text(json.dumps(content))
        assert read_scenarios(path) == (scenario(ChairLeaves(chair="C1"), name="One"), Scenario(name="None"))


def test_an_empty_list_is_refused() -> None:
    empty = ["scenarios: there is no scenario. Enter at least one."]
    assert fault_messages([]) == fault_messages({"scenarios": []}) == empty


@pytest.mark.parametrize("raw", [{}, {"scenarios": {}}, {"scenarios": [], "name": "S"}, "S", None, 3])
def test_input_without_a_list_is_refused(raw: Any) -> None:
    assert fault_messages(raw) == [
        'This is not a list of scenarios. Enter one such as [{"name": …, "changes": […]}] or {"scenarios": […]}.'
    ]


def test_every_fault_is_reported_with_its_place() -> None:
    changes = [
        {"change": "chair_leave", "chair": "C1"},
        {"chair": "C1"},
        {"change": 7},
        "chair_leaves",
        LEAVES | {"form": "2027-03-01"},
        LEAVES | {"first": "1 March"},
        {"change": "chair_absent", "chair": "C1", "first": "2027-03-02", "last": "2027-03-01"},
        {"change": "chair_joins", "chair": {"id": "C9", "fet": 0.5}},
        {"change": "demand", "percent": 0.5, "kind": "icpc"},
    ]
    raw = [{"name": "A", "changes": changes}, {"name": "B", "change": []}, {"changes": {}}, 5, {"name": "A"}]
    assert fault_messages(raw) == [
        "scenarios[0].changes[0].change: 'chair_leave' is not one of the choices. Did you mean 'chair_leaves'? "
        f"Enter one of: {NAMES}.",
        f"scenarios[0].changes[1].change: is missing. Enter one of: {NAMES}.",
        f"scenarios[0].changes[2].change: 7 is not one of the choices. Enter one of: {NAMES}.",
        "scenarios[0].changes[3]: 'chair_leaves' is not an object. Enter an object, in curly brackets.",
        "scenarios[0].changes[4].form: is not a field here.",
        "scenarios[0].changes[5].first: '1 March' is not a date. Enter a date such as 2026-12-01.",
        "scenarios[0].changes[6]: the range runs backwards: 2027-03-02 is after 2027-03-01. "
        "Enter a first day on or before the last.",
        "scenarios[0].changes[7].chair.fet: is not a field here. Did you mean 'fte'?",
        "scenarios[0].changes[8].percent: 0.5 is not a whole number. Enter a number such as 90.",
        "scenarios[0].changes[8].kind: 'icpc' is not one of the choices. Did you mean 'initial'? "
        "Enter one of: initial, first_review, review, transfer_in, pre_birth.",
        "scenarios[1].change: is not a field here. Did you mean 'changes'?",
        "scenarios[2].name: is missing. Enter it.",
        "scenarios[2].changes: {} is not a list. Enter a list, in square brackets.",
        "scenarios[3]: 5 is not an object. Enter an object, in curly brackets.",
        "scenarios[4].name: 'A' is already the name of scenarios[0]. Enter a different name for each.",
    ]  # fmt: skip


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*CHANGES, "changes", "C1"]),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(["scenarios", "name", "changes", "change", "chair", "room", "dates"]), inside)
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(ANYTHING | st.builds(lambda changes: [{"name": "S", "changes": changes}], st.lists(ANYTHING, max_size=3)))
def test_any_input_is_read_or_refused_with_a_message(raw: Any) -> None:
    try:
        assert all(isinstance(one, Scenario) for one in scenarios_in(raw))
    except InputError as error:
        assert all(fault.message for fault in error.faults)


def test_changes_are_checked_against_a_problem_if_there_is_one(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps([{"name": "One", "changes": [LEAVES | {"chair": "X"}]}, {"name": "Two", "changes": [LEAVES] * 2}]))
    assert len(read_scenarios(path)) == 2
    with pytest.raises(InputError) as error:
        read_scenarios(path, service())
    assert [str(fault) for fault in error.value.faults] == [
        "scenarios[One].changes[0].chair: there is no chair 'X'. Enter an id that is listed under chairs.",
        "scenarios[Two].changes[1]: This contradicts or repeats another change: 'Advisor 1 (C1) leaves.' Keep only one of them.",
    ]


def test_unreadable_and_unsuitable_changes_are_reported_together(tmp_path: Path) -> None:
    unknown = LEAVES | {"chair": "X"}
    raw = [{"name": "One", "changes": [{"change": 7}, unknown]}, {"name": "Two", "changes": [LEAVES, unknown]}, {"nmae": "Three"}]
    expected = [
        f"scenarios[0].changes[0].change: 7 is not one of the choices. Enter one of: {NAMES}.",
        "scenarios[0].changes[1].chair: there is no chair 'X'. Enter an id that is listed under chairs.",
        "scenarios[Two].changes[1].chair: there is no chair 'X'. Enter an id that is listed under chairs.",
        "scenarios[2].name: is missing. Enter it.",
        "scenarios[2].nmae: is not a field here. Did you mean 'name'?",
    ]
    path = tmp_path / "scenarios.json"
    path.write_text(json.dumps(raw))
    with pytest.raises(InputError) as error:
        read_scenarios(path, service())
    assert [str(fault) for fault in error.value.faults] == expected


def test_only_json_and_workbooks_are_read(tmp_path: Path) -> None:
    text = tmp_path / "scenarios.txt"
    for path, message in (
        (text, "there is no such file. Check its name."),
        (tmp_path, "this is a folder. Enter a .json file or an .xlsx workbook."),
        (tmp_path / "none.json", "there is no such file. Check its name and folder."),
    ):
        with pytest.raises(InputError) as error:
            read_scenarios(path)
        assert str(error.value) == f"{path}: {message}"
    text.write_text("[]")
    with pytest.raises(InputError, match=r"files of the kind '\.txt' can't be read"):
        read_scenarios(text)


# Workbooks ------------------------------------------------------------------------------------------

Cells = dict[str, Any]


def workbook(path: Path, *rows: Cells) -> Path:
    """Add the sheet Scenarios to a workbook, which is created if it doesn't exist. Columns follow the rows' headings."""
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    sheet = book.create_sheet("Scenarios")
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    sheet.append(headings)
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


def row(change: str, scenario: str = "S", **cells: Any) -> Cells:
    return {"Scenario": scenario, "Change": change} | {key.replace("_", " "): value for key, value in cells.items()}


def sheet_fault_messages(tmp_path: Path, *rows: Cells) -> list[str]:
    with pytest.raises(InputError) as error:
        read_scenarios(workbook(tmp_path / "s.xlsx", *rows), service())
    return [str(fault) for fault in error.value.faults]


FIRST, LAST = dt.date(2027, 3, 8), dt.date(2027, 3, 12)
EVERY_CHANGE: tuple[tuple[Cells, ChangeBase], ...] = (
    (
        row("Chair joins", Chair="C9", Name="Nine", FTE=0.6, Base="AYL", Works_on="Mon-Wed", First_day=FIRST, Last_day=LAST,
            Caseload=40, Most_a_day=1, Most_a_week=3, Most_office_days=2, Reserve="no"),
        ChairJoins(chair=Chair(id="C9", name="Nine", fte=0.6, base="AYL", works=("mon", "tue", "wed"), first=FIRST, last=LAST,
                               caseload=40, max_per_day=1, max_per_week=3, max_office_days=2)),
    ),
    (row("Chair leaves", Chair="C1", First_day=FIRST), ChairLeaves(chair="C1", first=FIRST)),
    (row("Chair absent", Chair="C1", First_day=FIRST, Last_day=LAST), ChairAbsent(chair="C1", first=FIRST, last=LAST)),
    (row("Chair changes", Chair="C1", FTE=0.5, Works_on="none"), ChairChanges(chair="C1", fte=0.5, works=())),
    (row("Caseload cap", Cap=90), CaseloadCap(cap=90)),
    (
        row("Room opens", Room="N", Site="AYL", Name="New", Starts="10:00, 14:30", Hybrid_from=FIRST, **{"Step-free": "yes"}),
        RoomOpens(room=Room(id="N", site="AYL", name="New", starts=(dt.time(10), dt.time(14, 30)), hybrid_from=FIRST,
                            accessible=True)),
    ),
    (row("Room closes", Room="AYL-1", Last_day=LAST), RoomCloses(room="AYL-1", last=LAST)),
    (row("Room gains hybrid", Room="AYL-1"), RoomGainsHybrid(room="AYL-1")),
    (row("Room gains start", Room="AYL-1", Start=dt.time(16, 30)), RoomGainsStart(room="AYL-1", start=dt.time(16, 30))),
    (row("Site closes", Site="WYC"), SiteCloses(site="WYC")),
    (
        row("Demand", Per_cent=-20, Kind="Initial", Site="AYL", Seed=3),
        Demand(percent=-20, kind=ConferenceKind.INITIAL, site="AYL", seed=3),
    ),
    (
        row("Minute taker joins", Minute_taker="M9", Sites="AYL, WYC", Works_on="Tue"),
        MinuteTakerJoins(minute_taker=MinuteTaker(id="M9", sites=("AYL", "WYC"), works=("tue",))),
    ),
    (row("Minute taker leaves", Minute_taker="M1"), MinuteTakerLeaves(minute_taker="M1")),
    (row("Minute taker absent", Minute_taker="M1", First_day=FIRST), MinuteTakerAbsent(minute_taker="M1", first=FIRST)),
    (row("Fridays open", Fridays="05/03/2027, 12/03/2027"), FridaysOpen(dates=(dt.date(2027, 3, 5), LAST))),
    (row("Rule off", Rule="Fridays"), RuleOff(rule="friday")),
    (row("Rule on", Rule="R4"), RuleOn(rule="R4")),
    (row("Weight", Preference="Waiting", Points=5), Weight(preference="wait", weight=5)),
    (row("Holds", Site="WYC", Week_of=FIRST, Slots=2), Holds(site="WYC", week=FIRST, count=2)),
)  # fmt: skip


def test_every_change_can_be_a_row(tmp_path: Path) -> None:
    rows, changes = zip(*EVERY_CHANGE, strict=True)
    assert read_scenarios(workbook(tmp_path / "s.xlsx", *rows)) == (scenario(*changes),)
    assert {change.change for change in changes} == set(CHANGES) - JSON_ONLY


def test_rows_with_the_same_name_are_one_scenario(tmp_path: Path) -> None:
    leaves = [row("Chair leaves", scenario=name, Chair=chair) for name, chair in (("A", "C1"), ("B", "C2"), ("A", "C3"))]
    assert read_scenarios(workbook(tmp_path / "s.xlsx", *leaves)) == (
        scenario(ChairLeaves(chair="C1"), ChairLeaves(chair="C3"), name="A"),
        scenario(ChairLeaves(chair="C2"), name="B"),
    )


def test_the_sheet_can_be_in_the_problems_own_workbook(tmp_path: Path) -> None:
    path = tmp_path / "problem.xlsx"
    write_problem_file(service(), path)
    workbook(path, row("Chair leaves", Chair="C1"))
    assert read_problem_file(path) == service()
    assert read_scenarios(path, read_problem_file(path)) == (scenario(ChairLeaves(chair="C1")),)


def test_faults_name_the_cell(tmp_path: Path) -> None:
    assert sheet_fault_messages(
        tmp_path,
        row("Chair leafs", Chair="C1"),
        row("Chair leaves", Chair=None),
        row("Chair leaves", Chair="C1", FTE=0.5),
        row("Chair absent", Chair="C1", First_day="soon"),
        row("Chair joins", Chair=None, FTE=3),
        row("Room closes", Room="AYL-1", First_day=LAST, Last_day=FIRST),
    ) == [
        "Scenarios, row 2, Change: 'Chair leafs' is not one of the choices. Did you mean 'Chair leaves'? Enter one of: "
        "Chair joins, Chair leaves, Chair absent, Chair changes, Caseload cap, Room opens, Room closes, Room gains hybrid, "
        "Room gains start, Site closes, Demand, Minute taker joins, Minute taker leaves, Minute taker absent, Fridays open, "
        "Rule off, Rule on, Weight, Holds.",
        "Scenarios, row 3, Chair: is missing. Enter it.",
        "Scenarios, row 4, FTE: the change 'Chair leaves' doesn't use this. Empty the cell.",
        "Scenarios, row 5, First day: 'soon' is not a date. Enter a date such as 03/04/2027 (3 April 2027).",
        "Scenarios, row 6, Chair: is missing. Enter it.",
        "Scenarios, row 6, FTE: 3 is too large. Enter 2 or less.",
        "Scenarios, row 7: the range runs backwards: 12/03/2027 is after 08/03/2027. Enter a first day on or before the last.",
    ]


def test_an_unreadable_cell_is_reported_once(tmp_path: Path) -> None:
    assert sheet_fault_messages(tmp_path, row("Demand", Per_cent="a third")) == [
        "Scenarios, row 2, Per cent: 'a third' is not a whole number of per cent. Enter a number such as -20."
    ]


def test_faults_against_the_problem_name_the_cell_too(tmp_path: Path) -> None:
    assert sheet_fault_messages(
        tmp_path,
        row("Chair leaves", scenario="A", Chair="C1"),
        row("Chair leaves", scenario="B", Chair="X", First_day=dt.date(2027, 4, 1)),
        row("Chair absent", scenario="A", Chair="C1"),
        row("Fridays open", scenario="C", Fridays=dt.date(2027, 3, 4)),
        row("Minute taker joins", scenario="C", Minute_taker="M9", Sites="AMR"),
    ) == [
        "Scenarios, row 3, First day: 01/04/2027 is outside the plan, 01/03/2027 to 31/03/2027. Enter a day up to 31/03/2027.",
        "Scenarios, row 3, Chair: there is no chair 'X'. Enter an id that is on the sheet Chairs.",
        "Scenarios, row 4: This contradicts or repeats another change: 'Advisor 1 (C1) leaves.' Keep only one of them.",
        "Scenarios, row 5, Fridays: 04/03/2027 is a Thursday. Enter a Friday.",
        "Scenarios, row 6, Sites: there is no site 'AMR'. Enter an id that is on the sheet Sites.",
    ]


def test_a_workbook_without_scenarios_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(InputError, match="this workbook has no sheet Scenarios"):
        read_scenarios(path)
    empty = [{"Scenario": None, "Change": None}]
    assert sheet_fault_messages(tmp_path, *empty) == ["Scenarios: there is no scenario. Enter at least one."]


def test_rows_without_a_name_are_reported(tmp_path: Path) -> None:
    assert sheet_fault_messages(
        tmp_path, row("Chair leaves", scenario="", Chair="C1"), row("Chair leaves", scenario=" x", Chair="C1")
    ) == [
        "Scenarios, row 2, Scenario: nothing is entered. Enter text.",
        "Scenarios, row 3, Scenario: ' x' can't be entered here. Enter 1 to 200 characters without spaces at either end.",
    ]


def test_the_guide_has_every_change_and_column() -> None:
    guide = (DOCS / "what-if.md").read_text()
    missing = {name for name in CHANGES if f"`{name}`" not in guide}
    missing |= {column.heading for column in SHEET.columns if column.heading not in guide}
    assert missing == set()
    example = guide.partition("```json\n")[2].partition("```")[0]
    assert [one.name for one in scenarios_in(json.loads(example))] == ["Two advisors leave", "ICPCs up by a third"]
