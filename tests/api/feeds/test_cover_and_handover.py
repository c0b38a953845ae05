"""Feeds of chairs say whether a conference is covered, handed over with the family, or only moved (contract, section 8)."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.bookings.queries import Ending
from api.feeds.calendar import Detail, FeedOf
from tests.api.diary.conferences.test_routes import post
from tests.api.feeds.test_entries import end, events, feed_of, move, summaries
from tests.api.support.builders import Clock, book

TITLE = "Conference CPC-3"
COVERED = (f"COVERED: {TITLE}", "Covered by another CPA. The family stays with you.")
COVER = (TITLE, "You cover for the family's own CPA.")
HANDED_OVER = (f"HANDED OVER: {TITLE}", "Handed over to another CPA, with the family.")
TAKEN_OVER = (TITLE, "Handed over from another CPA, with the family.")


def shown(store: Store, *chairs: str) -> list[tuple[str, str]]:
    """Return the single entry of each chair's feed: its title and first line."""
    return [one for chair in chairs for one in summaries(store, FeedOf.CHAIR, chair)]


def sequence(store: Store, chair: str) -> int:
    return int(events(feed_of(store, FeedOf.CHAIR, chair))["CPC-3"]["SEQUENCE"])


@pytest.fixture
def covered(seeded: TestClient, store: Store) -> int:
    """Book CPC-3, whose family is C1's, with C1, then with C2; return the booking's number."""
    first = book(store, "CPC-3", "2027-01-12T10:00")
    assert shown(store, "C1") == [(TITLE, "The conference begins at 10:00 and ends at 11:45.")]
    return move(store, first, "CPC-3", "2027-01-12T10:00", chair="C2")


@pytest.mark.usefixtures("covered")
def test_cover_says_so_to_both_chairs(store: Store) -> None:
    assert shown(store, "C1", "C2") == [COVERED, COVER]


def test_a_family_that_comes_back_from_cover_says_so(store: Store, covered: int) -> None:
    back = move(store, covered, "CPC-3", "2027-01-13T10:00")
    assert shown(store, "C1", "C2") == [
        (TITLE, "Yours again: no longer covered by another CPA."),
        (f"MOVED: {TITLE}", "Moved to another CPA."),
    ]
    end(store, back, Ending.CANCELLED)
    assert shown(store, "C1") == [(f"CANCELLED: {TITLE}", "Cancelled.")]


def test_cover_that_goes_to_a_third_chair_is_a_move_for_the_second(store: Store, covered: int) -> None:
    move(store, covered, "CPC-3", "2027-01-12T10:00", chair="C3")
    assert shown(store, "C1", "C2", "C3") == [COVERED, (f"MOVED: {TITLE}", "Moved to another CPA."), COVER]


@pytest.mark.usefixtures("covered")
def test_a_handover_after_cover_changes_both_entries(seeded: TestClient, store: Store, clock: Clock) -> None:
    before = [sequence(store, chair) for chair in ("C1", "C2")]
    clock.forward(hours=5)
    assert post(seeded, "CPC-3", "handover", {"chair": "C2"}).status_code == 200
    assert shown(store, "C1", "C2") == [HANDED_OVER, TAKEN_OVER]
    for chair, was in zip(("C1", "C2"), before, strict=True):
        event = events(feed_of(store, FeedOf.CHAIR, chair))["CPC-3"]
        assert event["SEQUENCE"] > was
        assert event.decoded("LAST-MODIFIED") == clock.now


@pytest.mark.usefixtures("covered")
def test_a_handover_within_a_second_of_the_cover_raises_the_sequence(seeded: TestClient, store: Store) -> None:
    before = [sequence(store, chair) for chair in ("C1", "C2")]
    post(seeded, "CPC-3", "handover", {"chair": "C2"})
    assert all(sequence(store, chair) > was for chair, was in zip(("C1", "C2"), before, strict=True))


def test_a_handover_before_the_booking_moves_says_so_to_both_chairs(seeded: TestClient, store: Store) -> None:
    first = book(store, "CPC-3", "2027-01-12T10:00")
    post(seeded, "CPC-3", "handover", {"chair": "C2"})
    assert shown(store, "C1") == [COVER]
    move(store, first, "CPC-3", "2027-01-12T10:00", chair="C2")
    assert shown(store, "C1", "C2") == [HANDED_OVER, TAKEN_OVER]


def test_another_chair_entered_with_the_conference_is_a_handover(seeded: TestClient, store: Store) -> None:
    first = book(store, "CPC-3", "2027-01-12T10:00")
    found = seeded.get("/api/v1/conferences/CPC-3")
    value = found.json()["conference"] | {"chair": "C2"}
    response = seeded.put("/api/v1/conferences/CPC-3", json=value, headers={"If-Match": found.headers["ETag"]})
    assert response.status_code == 200
    move(store, first, "CPC-3", "2027-01-12T10:00", chair="C2")
    assert shown(store, "C1", "C2") == [HANDED_OVER, TAKEN_OVER]


@pytest.mark.usefixtures("covered")
def test_a_busy_feed_does_not_say_which_it_was(seeded: TestClient, store: Store) -> None:
    post(seeded, "CPC-3", "handover", {"chair": "C2"})
    for chair, title in (("C1", "CANCELLED: Busy"), ("C2", "Busy")):
        (event,) = events(feed_of(store, FeedOf.CHAIR, chair, Detail.BUSY)).values()
        assert (str(event["SUMMARY"]), event.get("DESCRIPTION")) == (title, None)
