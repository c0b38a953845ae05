"""The differences between a draft and the current bookings, and the people affected."""

from __future__ import annotations

from typing import Any

import pytest

from api.diary.bookings.queries import StoredBooking
from api.publishing.difference import AffectedPeople, Differences, Party, affected, changes_of, differences
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.schedule import Booking
from tests.builders import booking, conference

A = booking("A", minute_taker="M1")
CONFERENCES = {
    name: Conference.model_validate(conference(name, social_worker=worker))
    for name, worker in (("A", "SW-1"), ("B", "SW-1"), ("C", None))
}
MODES = {name: conference.mode for name, conference in CONFERENCES.items()}


def stored(*bookings: Booking, publication: int | None = None) -> dict[str, StoredBooking]:
    return {one.conference: StoredBooking(one, number=n, publication=publication) for n, one in enumerate(bookings, start=1)}


def compared(before: dict[str, StoredBooking], *after: Booking) -> Differences:
    return differences(before, {one.conference: one for one in after}, {"A": "No place."}, MODES, held=False)


def affected_by(before: dict[str, StoredBooking], *after: Booking) -> AffectedPeople:
    return affected(CONFERENCES, before, compared(before, *after))


def parties(**kinds: list[tuple[str, int, int]]) -> AffectedPeople:
    everybody: dict[str, Any] = {"families": [], "chairs": [], "minute_takers": [], "social_workers": []} | kinds
    return AffectedPeople.model_validate(
        {
            kind: tuple(Party(id=name, changes=changes, published=published) for name, changes, published in some)
            for kind, some in everybody.items()
        }
    )


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (A, []),
        (booking("A", "2027-03-03T10:00", minute_taker="M1"), [("date", "2027-03-02", "2027-03-03")]),
        (booking("A", "2027-03-02T14:00", minute_taker="M1"), [("time", "10:00", "14:00")]),
        (booking("A", minutes=60, minute_taker="M1"), [("minutes", 105, 60)]),
        (booking("A", room=None, minute_taker="M1"), [("room", "AYL-1", None)]),
        (booking("A", chair="C2"), [("chair", "C1", "C2"), ("minute_taker", "M1", None)]),
    ],
)
def test_each_changed_aspect_is_listed(after: Booking, changes: list[tuple[str, Any, Any]]) -> None:
    assert [(change.what, change.from_, change.to) for change in changes_of(A, after)] == changes


def test_new_moved_and_withdrawn_bookings_are_in_order_of_start() -> None:
    b, c = booking("B", "2027-03-04T10:00"), booking("C", "2027-03-03T10:00")
    result = compared(stored(A, b, publication=3), booking("B", "2027-03-05T10:00"), c)
    assert result.model_dump(mode="json", by_alias=True) == {
        "new": [c.model_dump(mode="json")],
        "moved": [
            {
                "booking": booking("B", "2027-03-05T10:00").model_dump(mode="json"),
                "changes": [{"what": "date", "from": "2027-03-04", "to": "2027-03-05"}],
                "published": 3,
            }
        ],
        "withdrawn": [{"booking": A.model_dump(mode="json"), "reason": "No place.", "published": 3}],
        "unchanged": 0,
        "held_virtually": [],
    }
    assert not result.is_none
    assert compared(stored(A, b), A, b) == Differences(new=(), moved=(), withdrawn=(), unchanged=2)
    assert compared(stored(A), A).is_none


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.IN_PERSON])
@pytest.mark.parametrize("gains_a_room", [False, True])
def test_a_conference_that_loses_or_gains_its_room_changes_its_mode(mode: Mode, gains_a_room: bool) -> None:
    in_room, virtual = booking("A", minute_taker="M1"), booking("A", room=None, minute_taker="M1")
    before, after = (virtual, in_room) if gains_a_room else (in_room, virtual)
    actual = differences(stored(before), {"A": after}, {}, {"A": mode}, held=False)
    rooms, modes = (("AYL-1", None), (mode, "virtual"))
    changes = [("room", *(rooms[::-1] if gains_a_room else rooms)), ("mode", *(modes[::-1] if gains_a_room else modes))]
    (moved,) = actual.moved
    assert [(change.what, change.from_, change.to) for change in moved.changes] == changes
    one_each = parties(
        families=[("A", 1, 0)], chairs=[("C1", 1, 0)], minute_takers=[("M1", 1, 0)], social_workers=[("SW-1", 1, 0)]
    )
    assert affected(CONFERENCES, stored(before), actual) == one_each


def test_a_virtual_conference_and_another_room_change_no_mode() -> None:
    virtual = booking("A", "2027-03-02T14:00", room=None)
    actual = differences(stored(virtual), {"A": booking("A", room=None)}, {}, {"A": Mode.VIRTUAL}, held=False)
    assert [change.what for change in actual.moved[0].changes] == ["time"]
    assert [change.what for change in changes_of(A, A.model_copy(update={"room": "WYC-1"}), Mode.HYBRID)] == ["room"]


def test_held_slots_are_compared_separately() -> None:
    slot = booking("HOLD-AYL-2027-03-01-1", "2027-03-03T10:00")
    planned = {slot.conference: slot, "A": A}
    assert differences({}, planned, {}, {}, held=True).new == (slot,)
    assert differences({}, planned, {}, {}, held=False).new == (A,)


def test_a_new_or_withdrawn_booking_is_one_change_for_each_party() -> None:
    everybody = {
        "families": [("A", 1, 0)],
        "chairs": [("C1", 1, 0)],
        "minute_takers": [("M1", 1, 0)],
        "social_workers": [("SW-1", 1, 0)],
    }
    assert affected_by({}, A) == parties(**everybody)
    assert affected_by(stored(A)) == parties(**everybody)
    assert affected_by(stored(A, publication=2)) == parties(**{kind: [(one[0][0], 1, 1)] for kind, one in everybody.items()})


def test_each_changed_aspect_counts_for_people_who_stay() -> None:
    moved = booking("A", "2027-03-03T14:00", room="WYC-1", minute_taker="M1")
    assert affected_by(stored(A, publication=1), moved) == parties(
        families=[("A", 3, 3)], chairs=[("C1", 3, 3)], minute_takers=[("M1", 3, 3)], social_workers=[("SW-1", 3, 3)]
    )


def test_a_handover_is_one_change_for_each_chair_and_the_family() -> None:
    assert affected_by(stored(A), booking("A", chair="C2", minute_taker="M1")) == parties(
        families=[("A", 1, 0)], chairs=[("C1", 1, 0), ("C2", 1, 0)], social_workers=[("SW-1", 1, 0)]
    )


def test_a_new_minute_taker_does_not_affect_the_family() -> None:
    assert affected_by(stored(A), booking("A", minute_taker="M2")) == parties(minute_takers=[("M1", 1, 0), ("M2", 1, 0)])


def test_changes_of_several_conferences_are_added() -> None:
    b, c = booking("B", "2027-03-04T10:00"), booking("C", "2027-03-03T10:00")
    before = stored(A, publication=1) | stored(b)
    assert affected_by(before, booking("A", "2027-03-09T10:00", minute_taker="M1"), c) == parties(
        families=[("A", 1, 1), ("B", 1, 0), ("C", 1, 0)],
        chairs=[("C1", 3, 1)],
        minute_takers=[("M1", 1, 1)],
        social_workers=[("SW-1", 2, 1)],
    )


def test_social_workers_that_are_alike_are_affected_as_one() -> None:
    spelt = {
        name: Conference.model_validate(conference(name, social_worker=worker))
        for name, worker in (("A", "SW-1"), ("B", "sw\u20111"))
    }
    changed = compared({}, booking("A"), booking("B", "2027-03-03T10:00"))
    assert affected(spelt, {}, changed).social_workers == (Party(id="SW-1", changes=2, published=0),)


@pytest.mark.parametrize(
    ("mode", "held_virtually"), [(Mode.HYBRID, ("B", "A")), (Mode.IN_PERSON, ("B", "A")), (Mode.VIRTUAL, ())]
)
def test_new_and_moved_bookings_without_their_room_are_listed(mode: Mode, held_virtually: tuple[str, ...]) -> None:
    new, moved = booking("B", "2027-03-04T10:00", room=None), A.model_copy(update={"room": None})
    in_a_room, held = booking("C", "2027-03-05T10:00"), booking("D", "2027-03-08T10:00", room=None)
    before = {name: StoredBooking(one, number=n) for n, (name, one) in enumerate({"A": A, "D": held}.items(), 1)}
    planned = {one.conference: one for one in (new, moved, in_a_room, held)}
    found = differences(before, planned, {}, dict.fromkeys("ABCD", mode), held=False)
    assert found.held_virtually == held_virtually
