from __future__ import annotations

import datetime as dt
import re

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.conferences import queries as conferences
from api.diary.registers import queries as registers
from scheduler.domain.conference import Conference
from tests import builders
from tests.api.pages.sending import WRONG_ORDER, problems, read, rows, send, texts
from tests.api.pages.test_diary import counted
from tests.api.support.builders import NOW, Clock, book, conference

VERSION = re.compile(r'name="version" value="([^"]*)"')
C1 = {
    "name": "Advisor 1", "fte": "0.6", "base": "AYL", "caseload": "60", "max_per_day": "2", "max_per_week": "",
    "max_office_days": "1", "first": "", "last": "31/3/2027",
}  # fmt: skip


def version(client: TestClient, path: str) -> str:
    return VERSION.findall(client.get(path).text)[0]


def change(client: TestClient, status: int = 200, **fields: str) -> str:
    """Fill in the form of C1, with works on Monday, and send it."""
    path = "/people/C1/change"
    return send(client, path, status, **({"version": version(client, path), "works": "mon"} | C1 | fields))


def test_a_chair_is_changed_and_the_rest_of_it_stays(seeded: TestClient) -> None:
    before = seeded.get("/api/v1/chairs/C1").json()
    page = change(seeded)
    assert texts(page, "h1") == ["Advisor 1"]
    assert "31 March 2027" in page
    given = {
        "name": "Advisor 1",
        "fte": 0.6,
        "base": "AYL",
        "caseload": 60,
        "max_per_day": 2,
        "max_office_days": 1,
        "works": ["mon"],
    }
    assert seeded.get("/api/v1/chairs/C1").json() == {**before, **given, "last": "2027-03-31"}


def test_every_fault_is_beside_its_field_and_nothing_typed_is_lost(seeded: TestClient) -> None:
    page = change(seeded, 422, fte="half", caseload="", first="soon", max_per_day="two")
    assert texts(page, "title") == ["Error: Change C1 – Conference planner"]
    for sentence in (
        "'half' is not a part of full time. Enter a number such as 1 or 0.6.",
        "Enter a number such as 80.",
        "'soon' is not a date. Enter a date such as 18/1/2027.",
        "'two' is not a number. Enter a whole number such as 2.",
    ):
        assert page.count(sentence.replace("'", "&#39;")) == 2
    for typed in ("half", "soon", "two", "Advisor 1", "31/3/2027"):
        assert f'value="{typed}"' in page
    backwards = change(seeded, 422, first="1/9/2027", last="1/3/2027")
    assert WRONG_ORDER.format("1 March 2027", "1 September 2027") in backwards


def test_a_change_since_the_form_was_opened_is_shown_beside_what_was_typed(seeded: TestClient) -> None:
    seen = version(seeded, "/people/C1/change")
    change(seeded, fte="0.8")
    page = change(seeded, 409, version=seen)
    assert "Advisor 1 has changed since you opened this page. Nothing was saved." in page
    assert "<dt>Full-time equivalent</dt><dd>0.8</dd>" in page
    assert "<dt>Name</dt>" not in page
    assert 'value="0.6"' in page
    assert seeded.get("/api/v1/chairs/C1").json()["fte"] == 0.8
    assert "Advisor 1" in change(seeded)


def test_a_chair_a_room_and_a_minute_taker_are_added_and_removed(seeded: TestClient) -> None:
    for path, fields, heading in (
        ("/people", C1 | {"id": "C9", "works": "tue"}, "Advisor 1"),
        ("/rooms", {"id": "WYC-2", "site": "WYC", "starts": "9.30, 14", "hybrid_from": "1/9/2026"}, "WYC-2"),
        ("/minute-takers", {"id": "M9", "name": "Taker 9", "sites": "AYL", "works": "fri", "max_per_day": "1"}, "Taker 9"),
        ("/offices", {"id": "CHE", "name": "Chesham"}, "Chesham"),
    ):
        page = send(seeded, f"{path}/new", **fields)
        assert texts(page, "h1") == [heading]
        assert "There is a" in send(seeded, f"{path}/new", 409, **fields)
        of_one = f"{path}/{fields['id']}"
        assert heading not in texts(send(seeded, f"{of_one}/remove", from_page=of_one, version=version(seeded, of_one)), "tbody")
        read(seeded, of_one, 404)
    assert texts(send(seeded, "/rooms/new", 422), "h1") == ["Add a room"]


def test_equipment_and_starts_of_a_room_are_read_as_they_are_typed(seeded: TestClient) -> None:
    send(seeded, "/rooms/new", id="WYC-2", site="WYC", starts="9.30, 14", hybrid_from="1/9/2026", accessible="yes")
    assert seeded.get("/api/v1/rooms/WYC-2").json() == {
        "id": "WYC-2", "site": "WYC", "name": "", "starts": ["09:30", "14:00"], "hybrid_from": "2026-09-01", "accessible": True,
        "first": None, "last": None, "closed": [],
    }  # fmt: skip
    assert ["WYC-2", "Wycombe", "09:30, 14:00", "Yes", "Yes", "In use", ""] in rows(read(seeded, "/rooms"))


def test_what_has_bookings_is_not_removed(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = send(seeded, "/people/C1/remove", 409, from_page="/people/C1", version=version(seeded, "/people/C1"))
    assert "The chair &#39;C1&#39; is needed by others. Change these first." in page


def test_caseloads_are_bars_against_the_cap_and_office_days_are_counted(seeded: TestClient, store: Store) -> None:
    change(seeded, max_office_days="1")
    for name, day in (("CPC-1", 11), ("CPC-2", 12)):
        book(store, name, f"2027-01-{day}T10:00", minute_taker="M1")
    page = read(seeded, "/people")
    assert rows(page)[0] == [
        "Advisor 1Leaves Wed 31 Mar: 60 children to hand over", "0.6", "63 of 51, 12 above(60 now, 3 booked)",
        "0 of 1Too many: 2 of 1 in the week from Mon 11 Jan", "", "None",
    ]  # fmt: skip
    assert '<rect x="1" y="4" width="96" height="10" fill="#16548a"/>' in page
    assert "Too many office days" in read(seeded, "/people/C1")


@pytest.mark.parametrize("who", ["chair:C1", "minute_taker:M1", "room:AYL-1"])
def test_an_absence_lists_the_bookings_on_its_days(seeded: TestClient, store: Store, who: str) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-20T10:00", minute_taker="M1")
    page = send(seeded, "/absences", who=who, first="11/1", last="15/1")
    assert texts(page, "h1")[0].endswith("Mon 11 to Fri 15 Jan 2027")
    assert "<strong>1 booking is on those days.</strong>" in page
    assert rows(page) == [["CPC-1", "Tue 12 Jan, 10:00", "Aylesbury, AYL-1", "C1"]]
    assert 'href="/repairs/new?first=2027-01-12&amp;last=2027-01-12"' in page
    assert [row[1] for row in rows(read(seeded, "/absences"))] == ["Mon 11 to Fri 15 Jan 2027"]
    of, _, whose = who.partition(":")
    path = {"chair": "/people", "minute_taker": "/minute-takers", "room": "/rooms"}[of]
    assert "1 booking cannot stay" in read(seeded, f"{path}/{whose}")
    removal = f"/absences/{who}:2027-01-11:2027-01-15/remove"
    after = send(seeded, removal, from_page="/people/C1")
    assert "Never, as far as is known." in after
    assert "cannot stay" not in after
    assert "Somebody may have removed it meanwhile." in send(seeded, removal, 404, from_page="/people/C1")


def test_an_absence_of_one_day_needs_no_last_day(seeded: TestClient) -> None:
    page = send(seeded, "/absences", who="chair:C2", first="18/1")
    assert texts(page, "h1") == ["C2 is away: Mon 18 Jan 2027"]
    assert "No booking is on that day, and none will be made." in page


def test_a_wrong_absence_is_shown_again(seeded: TestClient) -> None:
    page = send(seeded, "/absences", 422, who="chair:C2", first="20/1", last="18/1/2027")
    assert problems(page) == [WRONG_ORDER.format("18 January 2027", "20 January 2027")]
    assert 'value="chair:C2" selected' in page
    assert 'value="20/1"' in page
    assert "Choose who is away, or which room is closed" in send(seeded, "/absences", 422, first="20/1")
    assert "Enter a date such as 18/1/2027." in send(seeded, "/absences", 422, who="chair:C2")
    send(seeded, "/absences", who="chair:C2", first="18/1")
    assert "is entered already" in send(seeded, "/absences", 409, who="chair:C2", first="18/1")
    assert "There is no chair" in send(seeded, "/absences", 422, who="chair:C77", first="18/1")


@pytest.mark.parametrize("who", ["chair:C2", "minute_taker:M1", "room:AYL-1"])
def test_days_in_the_wrong_order_are_no_absence(seeded: TestClient, who: str) -> None:
    page = send(seeded, "/absences", 422, who=who, first="14/1", last="12/1")
    assert problems(page) == [WRONG_ORDER.format("12 January 2027", "14 January 2027")]
    assert rows(read(seeded, "/absences")) == []
    assert "is away: Mon 21 Dec 2026 to Sun 3 Jan 2027" in send(seeded, "/absences", who="chair:C3", first="21/12", last="3/1")


@pytest.mark.parametrize("text", ["4/12/2206", "2206-12-04"])
def test_a_year_that_nobody_means_is_named_as_it_was_typed(seeded: TestClient, text: str) -> None:
    says = f"'{text}' is not a date. Enter a date such as 18/1/2027."
    assert problems(send(seeded, "/absences", 422, who="chair:C2", first=text)) == [says]
    assert problems(send(seeded, "/absences", 422, who="chair:C2", first="4/12", last=text)) == [says]


def test_absences_that_are_over_are_on_the_page_of_the_person_only(seeded: TestClient, clock: Clock) -> None:
    send(seeded, "/absences", who="chair:C2", first="5/1")
    clock.forward(days=3)
    assert rows(read(seeded, "/absences")) == []
    assert "Tue 5 Jan 2027 (over)" in [row[0] for row in rows(read(seeded, "/people/C2"))]


@pytest.mark.parametrize("path", ["/people", "/people/C1", "/minute-takers", "/rooms", "/absences", "/calendar-links"])
def test_the_number_of_queries_does_not_grow_with_the_rows(seeded: TestClient, store: Store, path: str) -> None:
    def fill(first: int, last: int) -> None:
        with store.writing() as connection:
            for n in range(first, last):
                away = [{"first": f"2027-02-{n:02}", "last": f"2027-02-{n:02}"}]
                chair, room = builders.chair(f"C5{n}", absences=away), builders.room(f"AYL-5{n}", closed=away)
                registers.add(connection, registers.CHAIRS, chair["id"], registers.CHAIRS.model.model_validate(chair), NOW)
                registers.add(connection, registers.ROOMS, room["id"], registers.ROOMS.model.model_validate(room), NOW)
                conferences.add(connection, Conference.model_validate(conference(f"CPC-5{n}")), NOW)
        for n in range(first, last):
            book(store, f"CPC-5{n}", f"{dt.date(2027, 1, 11) + dt.timedelta(n % 5)}T10:00", chair=f"C5{n}", room=f"AYL-5{n}")
            seeded.post("/api/v1/feeds", json={"of": "chair", "subject": f"C5{n}"})

    fill(1, 3)
    seeded.get(path)
    with counted() as few:
        seeded.get(path)
    fill(3, 16)
    with counted() as many:
        assert seeded.get(path).status_code == 200
    assert len(many) == len(few)
