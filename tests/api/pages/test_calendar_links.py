from __future__ import annotations

import datetime as dt
import re

from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.pages.sending import read, rows, send, texts
from tests.api.support.builders import NOW, Clock, book

ADDRESS = re.compile(r"http://testserver(/calendars/[\w-]+\.ics)<")
PATH = "/calendar-links"


def known(client: TestClient) -> str:
    found = re.search(r'name="known" value="(\d+)"', client.get(PATH).text)
    assert found is not None
    return found[1]


def make(client: TestClient, status: int = 200, **fields: str) -> str:
    return send(client, PATH, status, **({"who": "chair:C1", "detail": "reference", "known": known(client)} | fields))


def address(page: str) -> str:
    found = ADDRESS.search(page)
    assert found is not None
    return found[1]


def test_a_link_is_made_shown_once_and_opens_the_calendar(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = make(seeded)
    assert texts(page, "h1") == ["The calendar link for C1"]
    assert "Copy it now. You will not see it again." in page
    assert "webcal://testserver/calendars/" in page
    link = address(page)
    assert link not in read(seeded, PATH)
    assert rows(read(seeded, PATH))[0][:4] == ["C1", "Mon 4 Jan", "References and places", "Not yet"]
    fetched = seeded.get(link, headers={"User-Agent": "Google-Calendar-Importer"})
    assert "SUMMARY:" in fetched.text
    clock.forward(hours=2)
    assert rows(read(seeded, "/people/C1"))[0][:3] == ["Mon 4 Jan", "References and places", "2 hours ago, by Google"]


def test_a_form_that_is_sent_twice_makes_one_link(seeded: TestClient) -> None:
    seen = known(seeded)
    make(seeded)
    page = make(seeded, 409, known=seen)
    assert "A link has been made since you opened this page." in page
    assert 'value="chair:C1" selected' in page
    assert len(seeded.get("/api/v1/feeds").json()["items"]) == 1


def test_whose_conferences_is_asked(seeded: TestClient) -> None:
    assert "Choose whose conferences the link shows" in make(seeded, 422, who="")
    assert "Choose what the link shows" in make(seeded, 422, detail="")
    assert texts(make(seeded, who="service", detail="busy"), "h1") == ["The calendar link for the whole service"]


def test_a_link_is_replaced_and_revoked(seeded: TestClient) -> None:
    old = address(make(seeded))
    identifier = seeded.get("/api/v1/feeds").json()["items"][0]["id"]
    new = address(send(seeded, f"{PATH}/{identifier}/replace", from_page=PATH, version="1"))
    assert (seeded.get(old).status_code, seeded.get(new).status_code) == (404, 200)
    again = send(seeded, f"{PATH}/{identifier}/replace", 409, from_page=PATH, version="1")
    assert "This link has changed since you opened this page. Nothing was saved." in again
    page = send(seeded, f"{PATH}/{identifier}/revoke", from_page=PATH, version="2")
    assert "The link for C1 has stopped working." in page
    assert "No links yet." in page
    assert seeded.get(new).status_code == 404


def test_how_to_subscribe_is_told_for_each_program(seeded: TestClient) -> None:
    assert texts(read(seeded, f"{PATH}/how-to"), "h3") == [
        "Outlook on the web, and the new Outlook for Windows", "Classic Outlook for Windows", "Google Calendar",
        "iPhone and iPad", "Mac", "Not for same-day news",
    ]  # fmt: skip


def test_a_chairs_own_calendar_is_set_asked_for_and_removed(seeded: TestClient) -> None:
    path, link = "/own-calendars/C1", "https://outlook.office365.com/owa/calendar/1/calendar.ics"
    assert "Enter the link of the calendar" in send(seeded, f"{path}/link", 422, from_page=path, version="0")
    wrong = send(seeded, f"{path}/link", 422, from_page=path, version="0", link="https://example.org/c.ics")
    assert "Calendars may not be fetched from example.org." in wrong
    assert 'value="https://example.org/c.ics"' in wrong
    page = send(seeded, f"{path}/link", from_page=path, version="0", link=link)
    assert "A link to outlook.office365.com" in page
    assert link not in page
    assert "It will be read within a minute or two." in send(seeded, f"{path}/refresh", from_page=path)
    assert "has changed since" in send(seeded, f"{path}/remove", 409, from_page=path, version="0")
    assert "A link to" not in send(seeded, f"{path}/remove", from_page=path, version="1")
    assert "has no link to fetch" in send(seeded, f"{path}/refresh", 409, from_page=path)
    read(seeded, "/own-calendars/C77", 404)


def test_a_calendar_that_is_out_of_date_is_marked(seeded: TestClient, clock: Clock) -> None:
    link = "https://outlook.office365.com/owa/calendar/1/calendar.ics"
    send(seeded, "/own-calendars/C1/link", from_page="/own-calendars/C1", version="0", link=link)
    clock.forward(days=2)
    assert rows(read(seeded, PATH))[0][:3] == ["C1", "A link to outlook.office365.com", "Out of date: never read"]
    assert rows(read(seeded, "/people"))[0][5] == "Out of date: never read (C1)"
    assert "Out of date: never read" in read(seeded, "/people/C1")
    assert clock.now == NOW + dt.timedelta(days=2)
