from __future__ import annotations

from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.pages.sending import read, texts
from tests.api.support.builders import book

ASK = "/conferences/CPC-1/why-not"


def test_why_a_conference_is_late(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-25T10:00", minute_taker="M1")
    page = read(seeded, "/conferences/CPC-1/why")
    assert texts(page, "h1") == ["Why is CPC-1 where it is?"]
    assert any("late" in text for text in texts(page, "p"))
    assert "Checked by planning again." in page
    assert 'href="/conferences/CPC-1/why-not"' in page


def test_the_question_about_another_slot_is_a_form(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    page = read(seeded, ASK)
    assert texts(page, "h1") == ["Why is CPC-1 not in another slot?"]
    assert [text for text in texts(page, "label") if text in ("Date", "Time", "Room", "CPA")] == ["Date", "Time", "Room", "CPA"]
    assert texts(page, "option")[:3] == ["Any time", "10:00", "14:00"]


def test_a_slot_that_is_possible_leads_to_the_move(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    page = read(seeded, f"{ASK}?date=14/1&time=10:00&room=AYL-1&chair=C1")
    assert any(text.startswith(("Yes. ", "Yes, but: ")) for text in texts(page, "p"))
    assert 'href="/conferences/CPC-1/move?first=2027-01-14&amp;last=2027-01-14"' in page


def test_a_slot_that_is_forbidden_says_why(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    page = read(seeded, f"{ASK}?date=16/1")
    assert "No. " in page
    assert "What forbids it" in page


def test_a_question_with_a_fault_keeps_what_was_typed(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    page = read(seeded, f"{ASK}?date=soon&room=AYL-1", 422)
    assert texts(page, "title")[0].startswith("Error: ")
    assert "&#39;soon&#39; is not a date. Enter a date such as 14/1." in page
    assert 'value="soon"' in page
    assert '<option value="AYL-1" selected>' in page
    assert "is over" in read(seeded, f"{ASK}?date=2027-01-01", 422)
    assert read(seeded, f"{ASK}?time=noon", 422)


def test_a_conference_that_is_unknown_or_over_is_a_page_in_words(seeded: TestClient) -> None:
    assert texts(read(seeded, "/conferences/CPC-9/why", 404), "h1") == ["There is nothing here"]
