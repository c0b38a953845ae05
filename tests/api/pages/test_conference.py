from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.pages.sending import problems, read, rows, send, texts
from tests.api.support.builders import Clock, book

VERSION = re.compile(r'name="version" value="(\d+)"')


def version(client: TestClient, path: str) -> str:
    found = VERSION.search(client.get(path).text)
    assert found is not None
    return found[1]


def test_the_page_of_a_booked_conference(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-25T10:00", minute_taker="M1")
    page = read(seeded, "/conferences/CPC-1")
    assert texts(page, "h1") == ["CPC-1: initial conference"]
    assert "Mon 25 Jan, 10:00 to 11:45, Aylesbury, AYL-1, C1, M1" in page
    assert "Late by 1 working day" in page
    assert "and no exception is recorded" in page
    clock = "Fri 1 Jan: strategy discussion Mon 4 Jan: today Mon 11 Jan: earliest Fri 22 Jan: due Mon 25 Jan: booked"
    assert texts(page, "ol") == [clock]


def test_the_search_opens_the_only_match_and_lists_several(seeded: TestClient) -> None:
    assert "CPC-3: first review conference" in read(seeded, "/find?q=cpc-3")
    assert [row[0] for row in rows(read(seeded, "/find?q=CPC"))] == ["CPC-1", "CPC-2", "CPC-3", "CPC-4", "CPC-5"]
    assert "Take a request for 99" in read(seeded, "/find?q=99")


def test_a_date_is_cancelled_and_its_slot_offered_to_others(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    path = "/conferences/CPC-1/cancel"
    assert "Choose a reason" in send(seeded, path, 422, what="date", version=version(seeded, path))
    page = send(seeded, path, what="date", reason="family asked", version=version(seeded, path))
    assert "Waiting for a date" in page
    assert "The slot on Tue 12 Jan, 10:00 is free. It would suit:" in page
    assert rows(page)[0][1:3] == [
        "Booking cancelled: it waits for another date (was Tue 12 Jan, 10:00, Aylesbury, AYL-1, C1)", "Family asked",
    ]  # fmt: skip


def test_a_conference_that_has_changed_meanwhile_is_not_cancelled(seeded: TestClient, store: Store) -> None:
    seen = version(seeded, "/conferences/CPC-1/cancel")
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = send(seeded, "/conferences/CPC-1/cancel", 409, what="conference", reason="family asked", version=seen)
    assert "CPC-1 has changed since you opened this page. Nothing was saved." in page
    assert seeded.get("/api/v1/conferences/CPC-1").json()["state"] == "booked"


def test_a_booking_moves_to_one_of_the_dates_that_are_shown(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    path = "/conferences/CPC-1/move"
    page = read(seeded, path)
    slot = re.search(r'value="(2027-01-13T10:00[^"]+)"', page)
    assert slot is not None
    assert "Booked now: <strong>Tue 12 Jan, 10:00, Aylesbury, AYL-1, C1</strong>." in page
    assert "Choose a reason" in send(seeded, path, 422, slot=slot[1])
    moved = send(seeded, path, slot=slot[1], reason="family asked")
    assert "Wed 13 Jan, 10:00 to 11:45" in moved
    assert "The slot on Tue 12 Jan, 10:00 is free." in moved


def test_a_move_that_is_sent_twice_leads_to_the_booking_that_exists(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    path, wanted = "/conferences/CPC-1/move", {"slot": "2027-01-13T10:00|AYL-1|C1|", "reason": "family asked"}
    for _ in range(2):
        assert "Wed 13 Jan, 10:00 to 11:45" in send(seeded, path, **wanted)
    events = seeded.get("/api/v1/conferences/CPC-1/history").json()["items"]
    assert len([one for one in events if one["event"] == "moved"]) == 1


def test_a_booking_that_is_too_near_to_be_moved_can_be_cancelled_instead(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    clock.forward(days=4)
    page = read(seeded, "/conferences/CPC-1/move")
    assert texts(page, "h1") == ["CPC-1 is too near to move"]
    assert "It is booked for Tue 12 Jan, 10:00. Bookings before Fri 15 Jan are not moved: the families count on them." in page
    assert 'href="/conferences/CPC-1/cancel"' in page


def test_an_outcome_is_recorded_and_leads_to_the_next_review(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    clock.forward(days=9)
    path = "/conferences/CPC-1/outcome"
    assert ["CPC-1", "Tue 12 Jan, 10:00"] in [row[:2] for row in rows(read(seeded, "/today"))]
    assert "Choose what came of it" in send(seeded, path, 422, version=version(seeded, path))
    page = send(seeded, path, outcome="plan made", version=version(seeded, path))
    assert "Plan made, Tue 12 Jan, 2 children on a plan." in page
    assert "is due by Mon 12 Apr." in page


@pytest.mark.parametrize(("typed", "day"), [("13/1", "Wednesday 13 January 2027"), ("1/2", "Monday 1 February 2027")])
def test_a_day_that_is_still_to_come_is_no_day_of_an_outcome(
    seeded: TestClient, store: Store, clock: Clock, typed: str, day: str
) -> None:
    book(store, "CPC-1", "2027-01-11T10:00", minute_taker="M1")
    clock.forward(days=8)
    path = "/conferences/CPC-1/outcome"
    refused = send(seeded, path, 422, outcome="plan made", held_on=typed, version=version(seeded, path))
    assert problems(refused) == [f"{day} is still to come. Record the outcome once CPC-1 has been held."]
    assert seeded.get("/api/v1/conferences/CPC-1").json()["state"] == "booked"


def test_an_unknown_conference_is_a_page_in_words(seeded: TestClient) -> None:
    page = read(seeded, "/conferences/CPC-9", 404)
    assert texts(page, "h1") == ["There is nothing here"]
    assert read(seeded, "/nowhere", 404)
    assert seeded.get("/api/v1/nowhere", headers={"Accept": "text/html"}).headers["content-type"] == "application/problem+json"
