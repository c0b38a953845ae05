from __future__ import annotations

from starlette.testclient import TestClient

from api.database.session import Store
from tests.api.pages.sending import read, rows, send, texts
from tests.api.pages.test_conference import version
from tests.api.support.builders import Clock, book

HOW = "/conferences/CPC-1/how"


def test_a_waiting_conference_is_converted(seeded: TestClient) -> None:
    page = send(seeded, HOW, mode="in_person", version=version(seeded, HOW))
    assert "<dt>How it is held</dt><dd>In person</dd>" in page
    assert rows(page)[0][1].startswith("Details changed: mode")


def test_a_booked_conference_becomes_virtual_and_hybrid_again(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-14T10:00", minute_taker="M1")
    page = send(seeded, HOW, mode="virtual", reason="family asked", version=version(seeded, HOW))
    assert "Thu 14 Jan, 10:00 to 11:45, Virtual, C1, M1" in page
    seen = version(seeded, HOW)
    refused = send(seeded, HOW, 422, mode="hybrid", reason="family asked", version=seen)
    assert "Choose a room" in refused
    assert '<option value="family asked" selected>' in refused
    back = send(seeded, HOW, mode="hybrid", room="AYL-1", reason="family asked", version=seen)
    assert "Thu 14 Jan, 10:00 to 11:45, Aylesbury, AYL-1, C1, M1" in back


def test_a_form_without_its_entries_names_each(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-14T10:00", minute_taker="M1")
    page = send(seeded, HOW, 422, mode="", by="manager", version=version(seeded, HOW))
    for message in ("Choose how it is held", "Choose a reason", "Enter both who allows the short notice, and why"):
        assert message in page
    assert 'value="manager"' in page


def test_a_room_that_changes_at_short_notice_needs_a_waiver(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-14T10:00", minute_taker="M1")
    clock.forward(days=7)
    seen = version(seeded, HOW)
    assert 'value="manager"' in send(seeded, HOW, 422, mode="virtual", reason="family asked", by="manager", version=seen)
    page = send(seeded, HOW, mode="virtual", reason="family asked", by="manager", why="a strike", version=seen)
    assert "Virtual, C1, M1" in page


def test_a_form_that_is_too_old_changes_nothing(seeded: TestClient, store: Store) -> None:
    seen = version(seeded, HOW)
    book(store, "CPC-1", "2027-01-14T10:00", minute_taker="M1")
    refused = send(seeded, HOW, 409, mode="virtual", version=seen)
    assert "CPC-1 has changed since you opened this page. Nothing was saved." in refused
    assert "<dt>How it is held</dt><dd>Hybrid</dd>" in read(seeded, "/conferences/CPC-1")


def test_an_outcome_is_corrected_and_withdrawn(seeded: TestClient, store: Store, clock: Clock) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    clock.forward(days=9)
    record, correct = "/conferences/CPC-1/outcome", "/conferences/CPC-1/correct"
    send(seeded, record, outcome="plan made", version=version(seeded, record))
    form = read(seeded, correct)
    assert texts(form, "h1") == ["Correct what came of CPC-1"]
    assert "checked" in form
    same = send(seeded, correct, 422, outcome="plan made", children="2", version=version(seeded, correct))
    assert "That is already the outcome of CPC-1" in same
    page = send(seeded, correct, outcome="plan made", children="1", version=version(seeded, correct))
    assert "Plan made, Tue 12 Jan, 1 child on a plan." in page
    assert rows(page)[0][1].startswith("Outcome corrected")
    withdrawn = send(seeded, "/conferences/CPC-1/withdraw", from_page=correct, version=version(seeded, correct))
    assert "Booked" in withdrawn
    assert rows(withdrawn)[0][1].startswith("Outcome withdrawn")
    assert read(seeded, correct, 409)


def test_a_conference_leads_to_its_moment_in_the_diary(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = read(seeded, "/conferences/CPC-1")
    assert 'href="/diary/2027-01-12#at-2027-01-12-1000"' in page
    for path in ("how", "why", "why-not"):
        assert f'href="/conferences/CPC-1/{path}"' in page
