from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import update
from starlette.testclient import TestClient

from api.database import tables
from api.database.session import Store
from api.errors import InvalidError
from api.pages.forms import TypedForm
from api.pages.what_if.entry import KINDS, Resources, scenarios_of
from api.whatif import sweeps
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room, Site
from scheduler.domain.problem import Problem
from scheduler.domain.values import Period
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.verdicts import Judgement, Verdict
from scheduler.whatif.files.scenarios import scenarios_in
from scheduler.whatif.marginal_value.units import ResourceUnit
from scheduler.whatif.marginal_value.worth import Worth
from tests.api.pages.sending import problems, read, rows, send, texts
from tests.api.pages.test_diary import counted
from tests.api.support.builders import CHAIRS, MINUTE_TAKERS, ROOMS, SITES
from tests.api.support.sweeps import work_on_all
from tests.api.whatif.test_value_routes import tiny_plan
from tests.builders import conference, tiny_problem

JANUARY = {"first": "4/1/2027", "last": "31/1/2027"}
DAYS = Period(first=dt.date(2027, 1, 4), last=dt.date(2027, 1, 31))
TODAY = dt.date(2027, 1, 4)
RESOURCES = Resources(
    [Site.model_validate(one) for one in SITES],
    [Room.model_validate(one) for one in ROOMS],
    [Chair.model_validate(one) for one in CHAIRS],
    [MinuteTaker.model_validate(one) for one in MINUTE_TAKERS],
    "CPA",
)
VALID: dict[str, dict[str, str]] = {
    "site_closes": {"who": "site/WYC", "first": "11/1", "last": "15/1"},
    "room_closes": {"who": "room/WYC-1"},
    "room_opens": {"who": "site/AYL", "first": "11/1"},
    "room_gains_hybrid": {"who": "room/AYL-1"},
    "room_gains_start": {"who": "room/AYL-1", "number": "16.30"},
    "chair_joins": {},
    "chair_leaves": {"who": "chair/C3"},
    "chair_absent": {"who": "chair/C3", "first": "5/1", "last": "8/1"},
    "caseload_cap": {"number": "90"},
    "fridays_open": {"first": "4/1", "last": "15/1"},
    "demand": {"number": "-10"},
    "minute_taker_joins": {},
}
NAMES = [
    "Wycombe closes from Mon 11 Jan to Fri 15 Jan", "WYC-1 closes", "One room more at Aylesbury from Mon 11 Jan",
    "AYL-1 gets hybrid equipment", "AYL-1 starts at 16.30 too", "One CPA more", "C3 leaves",
    "C3 is away from Tue 5 Jan to Fri 8 Jan", "A cap of 90", "Fridays allowed from Mon 4 Jan to Fri 15 Jan",
    "10% fewer conferences", "One minute taker more",
]  # fmt: skip


def form(*changes: tuple[str, dict[str, str]], **more: str) -> dict[str, str]:
    """Return the fields of a form with a row for each change."""
    fields = dict(JANUARY)
    for n, (kind, entries) in enumerate(changes, 1):
        fields |= {f"change_{n}": kind} | {f"{name}_{n}": text for name, text in entries.items()}
    return fields | more


def as_problem() -> Problem:
    parts = {"sites": list(SITES), "rooms": list(ROOMS), "chairs": list(CHAIRS), "minute_takers": list(MINUTE_TAKERS)}
    return tiny_problem(
        horizon={"first": "2027-01-04", "last": "2027-01-31"}, conferences=[conference("A")], travel=[], published=[], **parts
    )


def test_every_change_of_the_form_is_one_that_a_scenario_can_make() -> None:
    assert VALID.keys() == KINDS.keys()
    scenarios = scenarios_of(TypedForm(form(*VALID.items()).items()), DAYS, TODAY, RESOURCES)
    assert [one["name"] for one in scenarios] == NAMES
    read_in = scenarios_in(scenarios, as_problem())
    assert [change.change for one in read_in for change in one.changes] == list(KINDS)  # type: ignore[attr-defined]  # each change has one
    assert scenarios[9]["changes"][0]["dates"] == ["2027-01-08", "2027-01-15"]


def test_all_together_is_one_scenario_and_copies_have_ids_of_their_own() -> None:
    twice = form(("chair_joins", {}), ("chair_joins", {}), ("room_opens", {"who": "site/AYL"}), together="yes")
    (one,) = scenarios_of(TypedForm(twice.items()), DAYS, TODAY, RESOURCES)
    assert one["name"] == "All together"
    assert [change["chair"]["id"] for change in one["changes"][:2]] == ["New CPA 1", "New CPA 2"]
    assert scenarios_in([one], as_problem())


TEXT = st.sampled_from(["", "4/1", "soon", "1/3/2027", "90", "-10", "-200", "16:30", "25:00", "site/WYC", "chair/C1", "room/X"])


@given(st.lists(st.tuples(st.sampled_from([*KINDS, "", "unknown"]), TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=4))
def test_any_form_gives_scenarios_or_sentences(some: list[tuple[str, str, str, str, str]]) -> None:
    named = [(kind, {"who": who, "number": number, "first": first, "last": last}) for kind, who, number, first, last in some]
    try:
        scenarios = scenarios_of(TypedForm(form(*named).items()), DAYS, TODAY, RESOURCES)
    except InvalidError as error:
        assert error.errors
        assert all(re.match(r"Change \d+: |Choose at least", one.message) for one in error.errors)
    else:
        assert 1 <= len(scenarios) <= len(some)


@pytest.mark.parametrize(
    ("kind", "entries", "wrong"),
    [
        ("site_closes", {}, "Change 1: choose an office"),
        ("site_closes", {"who": "chair/C1"}, "Change 1: choose an office"),
        ("caseload_cap", {"who": "chair/C1", "number": "90"}, "Change 1: leave this empty for “Another caseload cap”"),
        ("caseload_cap", {"number": "many"}, "Change 1: enter a number of children such as 90"),
        ("room_gains_start", {"who": "room/AYL-1"}, "Change 1: enter a time such as 16:30"),
        ("chair_absent", {"who": "chair/C1", "first": "soon"}, "Change 1: 'soon' is not a date. Enter a date such as 18/1."),
        (
            "chair_absent",
            {"who": "chair/C1", "first": "1/3"},
            "Change 1: Mon 1 Mar is outside the days that are planned. Enter a day from Mon 4 Jan to Sun 31 Jan.",
        ),
        (
            "chair_absent",
            {"who": "chair/C1", "first": "8/1", "last": "5/1"},
            "Change 1: the last day is before the first. Enter a day on or after it.",
        ),
        ("fridays_open", {"first": "4/1", "last": "5/1"}, "Change 1: there is no Friday on these days"),
        ("", {"number": "90"}, "Change 1: choose what changes"),
        ("", {}, "Choose at least one change"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    seeded: TestClient, kind: str, entries: dict[str, str], wrong: str
) -> None:
    page = send(seeded, "/what-if/new", 422, **form((kind, entries)))
    assert problems(page) == [wrong]
    assert 'class="govuk-error-message"' in page
    for name in ("number", "first", "last"):
        if entries.get(name):
            assert f'name="{name}_1" type="text" value="{entries[name]}"' in page


def test_an_empty_diary_has_nothing_to_compare(client: TestClient) -> None:
    page = send(client, "/what-if/new", 422, **form(("caseload_cap", {"number": "90"})))
    assert problems(page) == ["The diary has no offices, rooms and people yet. Bring your data first."]


def test_a_room_is_copied_from_one_at_the_same_office(seeded: TestClient) -> None:
    seeded.post("/api/v1/sites", json={"id": "CHE", "name": "Chesham"})
    page = send(seeded, "/what-if/new", 422, **form(("room_opens", {"who": "site/CHE"})))
    assert problems(page) == ["Change 1: there is no room there to copy. Enter one first."]


def test_changes_that_contradict_each_other_are_refused_in_words(seeded: TestClient) -> None:
    both = form(("chair_leaves", {"who": "chair/C3"}), ("chair_absent", {"who": "chair/C3"}), together="yes")
    page = send(seeded, "/what-if/new", 422, **both)
    assert len(problems(page)) >= 1
    assert '<option value="chair/C3" selected>' in page


def test_a_row_is_added_with_everything_kept(seeded: TestClient) -> None:
    page = send(seeded, "/what-if/add", 200, from_page="/what-if/new", **form(("caseload_cap", {"number": "90"})))
    assert 'id="change_4"' in page
    assert 'id="change_5"' not in page
    assert 'name="number_1" type="text" value="90"' in page
    assert 'value="4/1/2027"' in page


def test_a_new_form_has_three_rows_and_this_month(seeded: TestClient) -> None:
    page = read(seeded, "/what-if/new?change_2=site_closes")
    assert [f'id="change_{n}"' in page for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert 'value="1/1/2027"' in page
    assert 'value="31/1/2027"' in page
    assert '<option value="site_closes" selected>' in page


def test_scenarios_are_planned_and_compared(seeded: TestClient, store: Store) -> None:
    waits = send(seeded, "/what-if/new", **form(("site_closes", {"who": "site/WYC"}), ("chair_joins", {})))
    assert "0 of 3 plans made. You can leave this page." in waits
    address = re.search(r'href="(/what-if/W-[0-9a-f]+)"', waits)
    assert address is not None
    work_on_all(store)
    page = read(seeded, address[1])
    table = rows(page)
    assert [row[0] for row in table[:3]] == ["As things are", "Wycombe closes", "One CPA more"]
    assert table[1][1].split(":")[0] in ("Preferences", "Lateness", "Not placed", "Proven as good")
    assert table[3][1] == "4 of 4"
    first, last = ('data-label="Against things as they are"', 'data-label="Booked otherwise"')
    assert (page.count(first), page.count(last)) == (3, 3)
    assert page.count("<img ") == 4
    for picture in re.findall(r'src="(/api/v1/whatif/[^"]+)"', page):
        assert seeded.get(picture).headers["content-type"].startswith("image/svg")
    listed = read(seeded, "/what-if")
    assert rows(listed) == [["4 to 31 January 2027: Wycombe closes; One CPA more", "Done", "Wycombe closes; One CPA more"]]
    book = seeded.get(f"{address[1]}/workbook")
    assert book.headers["content-disposition"].endswith('-OFFICIAL-SENSITIVE.xlsx"')
    opened: Any = load_workbook(io.BytesIO(book.content))
    assert all("OFFICIAL-SENSITIVE" in sheet.oddFooter.center.text for sheet in opened.worksheets)


def test_a_comparison_is_stopped(seeded: TestClient) -> None:
    waits = send(seeded, "/what-if/new", **form(("chair_joins", {})))
    address = re.search(r'href="(/what-if/W-[0-9a-f]+)"', waits)
    assert address is not None
    stopped = send(seeded, f"{address[1]}/stop", from_page=address[1])
    assert "Stopped." in stopped
    assert "data-refresh" not in stopped


def test_the_value_of_one_more_is_found_for_a_plan(client: TestClient, store: Store) -> None:
    plan = tiny_plan(store)
    waits = send(client, "/what-if/value", from_page="/what-if", plan=plan)
    assert "0 of 1 plan made." in waits
    work_on_all(store)
    page = read(client, f"/what-if/value/{plan}")
    assert "data-refresh" not in page
    assert "What would help" in texts(page, "h2")
    assert rows(page) == []
    unit = ResourceUnit(kind="chair_day", what="One more chair-day", scenario=Scenario(name="More"))
    judgement = Judgement(verdict=Verdict.EQUAL, tier=None)
    worth = Worth(offer=unit, tiers=(), differences=(), judgement=judgement, facts=("a fact",), uses=(), seconds=1.0)
    with store.writing() as connection:
        sweep = sweeps.latest_of_plan(connection, plan)
        assert sweep is not None
        result = sweeps.result_of(connection, sweep.id) or {}
        changed = result | {"better": [worth.model_dump(mode="json")]}
        connection.execute(update(tables.sweeps).where(tables.sweeps.c.id == sweep.id).values(result=changed))
    page = read(client, f"/what-if/value/{plan}")
    assert rows(page) == [["One more chair-day", "Proven to change nothing (a fact)."]]
    assert texts(page, "th") == ["One more", "What it changes", "One more chair-day"]
    assert 'data-label="What it changes"' in page


@pytest.mark.parametrize("path", ["/what-if/W-none", "/what-if/value/none", "/what-if/W-none/workbook"])
def test_what_is_not_there_is_not_found(seeded: TestClient, path: str) -> None:
    read(seeded, path, 404)


@pytest.mark.parametrize("path", ["/what-if", "/what-if/new", "/what-if/new?change_1=site_closes"])
def test_pages_without_results_are_valid(seeded: TestClient, path: str) -> None:
    assert len(texts(read(seeded, path), "h1")) == 1


def test_the_number_of_queries_does_not_grow_with_the_comparisons(seeded: TestClient) -> None:
    send(seeded, "/what-if/new", **form(("chair_joins", {})))
    with counted() as few:
        seeded.get("/what-if")
    for percent in range(10, 60, 10):
        send(seeded, "/what-if/new", **form(("demand", {"number": str(percent)})))
    with counted() as many:
        assert seeded.get("/what-if").status_code == 200
    assert len(many) == len(few)
