"""The changes that publishing and restoring make, and their descriptions."""

from __future__ import annotations

from sqlalchemy import select
from starlette.testclient import TestClient

from api.database import tables
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences.queries import ConferenceState
from scheduler.domain.policy import Policy
from tests.api.support.builders import NOW, book
from tests.api.support.drafts import (
    ALL,
    CPC_1,
    CPC_2,
    CPC_3,
    CPC_4,
    EXCEPTION,
    HELD,
    HOLD,
    HORIZON,
    LATE_1,
    MOVED_2,
    active_bookings,
    change,
    contents,
    copied,
    draft,
    history,
    in_short,
    party,
    placed,
    publication,
    publish,
    put,
    restore,
    rows,
    shown,
    states,
)


def test_all_bookings_of_a_first_plan_are_new(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    response = seeded.get(f"/api/v1/plans/{plan}/diff")
    assert response.status_code == 200
    assert response.json() == {
        "horizon": HORIZON,
        "conferences": {
            "new": [shown(CPC_1), shown(CPC_2), shown(CPC_3), shown(CPC_4)],
            "moved": [],
            "withdrawn": [],
            "unchanged": 0,
            "held_virtually": [],
        },
        "held_slots": {"new": [shown(HELD)], "moved": [], "withdrawn": [], "unchanged": 0, "held_virtually": []},
        "affected": {
            "families": [party("CPC-1", 1), party("CPC-2", 1), party("CPC-3", 1), party("CPC-4", 1)],
            "chairs": [party("C1", 2), party("C2", 2)],
            "minute_takers": [party("M1", 3), party("M2", 1)],
            "social_workers": [],
        },
        "exceptions_needed": [],
        "obstacles": [],
        "waivers_needed": [],
    }


def test_a_publication_has_a_copy_of_its_bookings(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    response = publish(seeded, plan)
    expected = publication(1, *(copied(booking) for booking in (CPC_1, CPC_2, CPC_3, CPC_4, HELD)), plan=plan)
    assert (response.status_code, response.json()) == (201, expected)
    assert (response.headers["Location"], response.headers["ETag"]) == ("/api/v1/publications/1", '"1"')
    assert seeded.get("/api/v1/publications/1").json() == expected
    assert seeded.get("/api/v1/publications").json() == {"items": [in_short(expected)], "next": None}
    assert active_bookings(store) == {booking.conference: booking for booking in ALL}
    assert states(store) == {**dict.fromkeys(("CPC-1", "CPC-2", "CPC-3", "CPC-4"), "booked"), "CPC-5": "requested"}
    place = {"number": 1, "start": "2027-01-12T10:00", "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
    assert history(store, "CPC-1") == [("booked", {"publication": 1, "booking": place, "exception": None})]


def test_a_second_plan_moves_withdraws_and_keeps_bookings(seeded: TestClient, store: Store) -> None:
    change(store, "CPC-2", social_worker="SW-2")
    publish(seeded, draft(store, *ALL))
    held = placed(HOLD, "20T10:00", "AYL-1", "C3", "M1")
    plan = draft(store, CPC_1, MOVED_2, CPC_3, held, unplaced={"CPC-4": "No place is left for it."})
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json() == {
        "horizon": HORIZON,
        "conferences": {
            "new": [],
            "moved": [
                {
                    "booking": shown(MOVED_2),
                    "changes": [
                        {"what": "date", "from": "2027-01-12", "to": "2027-01-15"},
                        {"what": "time", "from": "10:00", "to": "14:00"},
                        {"what": "room", "from": "WYC-1", "to": "AYL-1"},
                        {"what": "chair", "from": "C2", "to": "C3"},
                        {"what": "minute_taker", "from": "M2", "to": "M1"},
                    ],
                    "published": 1,
                }
            ],
            "withdrawn": [{"booking": shown(CPC_4), "reason": "No place is left for it.", "published": 1}],
            "unchanged": 2,
            "held_virtually": [],
        },
        "held_slots": {
            "new": [],
            "moved": [
                {
                    "booking": shown(held),
                    "changes": [{"what": "date", "from": "2027-01-19", "to": "2027-01-20"}],
                    "published": 1,
                }
            ],
            "withdrawn": [],
            "unchanged": 0,
            "held_virtually": [],
        },
        "affected": {
            "families": [party("CPC-2", 4, 4), party("CPC-4", 1, 1)],
            "chairs": [party("C2", 2, 2), party("C3", 1, 1)],
            "minute_takers": [party("M1", 2, 2), party("M2", 1, 1)],
            "social_workers": [party("SW-2", 4, 4)],
        },
        "exceptions_needed": [],
        "obstacles": [],
        "waivers_needed": [],
    }
    before = contents(store)["bookings"]
    response = publish(seeded, plan)
    expected = publication(2, copied(CPC_1), copied(CPC_3), copied(MOVED_2), copied(held), plan=plan)
    assert (response.status_code, response.json()) == (201, expected)
    assert active_bookings(store) == {booking.conference: booking for booking in (CPC_1, MOVED_2, CPC_3, held)}
    assert rows(store, "CPC-1") == [(1, True, None, 1)]
    assert rows(store, "CPC-2") == [(2, False, "moved", 1), (6, True, None, 2)]
    assert rows(store, "CPC-4") == [(4, False, "unplaced", 1)]
    assert [row for row in contents(store)["bookings"] if row in before] == [before[0], before[2]]
    assert states(store) == {"CPC-1": "booked", "CPC-2": "booked", "CPC-3": "booked", "CPC-4": "requested", "CPC-5": "requested"}
    was = {"number": 2, "start": "2027-01-12T10:00", "room": "WYC-1", "chair": "C2", "minute_taker": "M2"}
    is_ = {"number": 6, "start": "2027-01-15T14:00", "room": "AYL-1", "chair": "C3", "minute_taker": "M1"}
    assert history(store, "CPC-2")[1:] == [("moved", {"publication": 2, "booking": is_, "before": was, "exception": None})]
    gone = {"number": 4, "start": "2027-01-14T10:00", "room": "AMR-1", "chair": "C2", "minute_taker": "M1"}
    assert history(store, "CPC-4")[1:] == [("booking cancelled", {"publication": 2, "before": gone})]
    assert len(history(store, "CPC-1")) == 1


def test_two_conferences_can_swap_places(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    swapped = (
        placed("CPC-1", "12T10:00", "WYC-1", "C2", "M2"),
        placed("CPC-2", "12T10:00", "AYL-1", "C1", "M1"),
        CPC_3.model_copy(update={"start": CPC_4.start, "end": CPC_4.end}),
        CPC_4.model_copy(update={"start": CPC_3.start, "end": CPC_3.end, "minute_taker": "M1"}),
    )
    response = publish(seeded, draft(store, *swapped, HELD))
    assert response.status_code == 201, response.text
    assert active_bookings(store) == {booking.conference: booking for booking in (*swapped, HELD)}


def test_a_new_minute_taker_does_not_affect_families(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    plan = draft(
        store, CPC_1.model_copy(update={"minute_taker": "M2"}), *(CPC_2.model_copy(update={"minute_taker": "M1"}), *ALL[2:])
    )
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json()["affected"] == {
        "families": [],
        "chairs": [],
        "minute_takers": [party("M1", 2, 2), party("M2", 2, 2)],
        "social_workers": [],
    }
    assert publish(seeded, plan).status_code == 201
    assert [event for event, _ in history(store, "CPC-1")] == ["booked", "changed"]


def test_an_exception_lapses_if_the_booking_gets_later(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, LATE_1, *ALL[1:]), {"conference": "CPC-1", **EXCEPTION})
    sooner = placed("CPC-1", "25T10:00", "AYL-1", "C1", "M1")
    assert publish(seeded, draft(store, sooner, *ALL[1:])).json()["bookings"][-1] == copied(sooner, exception=EXCEPTION)
    plan = draft(store, LATE_1, *ALL[1:])
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json()["exceptions_needed"] == [
        {"conference": "CPC-1", "due": "2027-01-22", "working_days": 2}
    ]


def test_an_unchanged_late_booking_gets_its_exception(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    change(store, "CPC-1", due="2027-01-11")
    plan = draft(store, *ALL)
    response = publish(seeded, plan, {"conference": "CPC-1", **EXCEPTION})
    assert response.json()["bookings"][0] == copied(CPC_1, exception=EXCEPTION)
    assert rows(store, "CPC-1") == [(1, True, None, 1)]
    assert history(store, "CPC-1")[1:] == [("changed", {"publication": 2, "exception": EXCEPTION})]
    assert seeded.get(f"/api/v1/plans/{draft(store, *ALL)}/diff").json()["exceptions_needed"] == []


def test_a_repeated_idempotency_key_gets_the_same_response(seeded: TestClient, store: Store) -> None:
    plan = draft(store, *ALL)
    seen = seeded.get(f"/api/v1/plans/{plan}/diff").headers["ETag"]
    headers = {"If-Match": seen, "Idempotency-Key": "once"}
    first, again = (seeded.post(f"/api/v1/plans/{plan}/publish", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Location"] == "/api/v1/publications/1"


def test_a_booking_by_hand_stays_and_is_copied(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T14:00", minute_taker="M1")
    by_hand = placed("CPC-1", "13T14:00", "AYL-1", "C1", "M1")
    plan = draft(store, by_hand, *ALL[1:])
    assert publish(seeded, plan).json()["bookings"][2] == copied(by_hand, by_hand=True)
    assert rows(store, "CPC-1") == [(1, True, None, None)]


def test_a_held_conference_stays_unchanged(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    change(store, "CPC-1", state=ConferenceState.HELD)
    other = CPC_1.model_copy(update={"minute_taker": "M2"}), CPC_2.model_copy(update={"room": "AYL-1", "start": MOVED_2.start})
    plan = draft(store, other[0], MOVED_2, *ALL[2:])
    assert publish(seeded, plan).status_code == 201
    assert (active_bookings(store)["CPC-1"], states(store)["CPC-1"]) == (CPC_1, "held")


def test_a_slot_is_booked_once_if_two_plans_share_its_week(seeded: TestClient, store: Store) -> None:
    with store.writing() as connection:
        early = HELD.model_copy(update={"start": HELD.start.replace(day=3), "end": HELD.end.replace(day=3)})
        bookings.add(connection, DiaryBooking(early), Policy(), NOW)
    plan = draft(store, *ALL)
    assert seeded.get(f"/api/v1/plans/{plan}/diff").json()["held_slots"]["moved"][0]["changes"] == [
        {"what": "date", "from": "2027-01-03", "to": "2027-01-19"}
    ]
    assert publish(seeded, plan).status_code == 201
    assert active_bookings(store)[HOLD] == HELD


def test_publications_are_listed_in_pages(seeded: TestClient, store: Store) -> None:
    published = [publish(seeded, draft(store, CPC_1, second, *ALL[2:])).json() for second in (CPC_2, MOVED_2, CPC_2)]
    path = "/api/v1/publications"
    first = seeded.get(path, params={"most": 2}).json()
    assert first == {"items": [in_short(one) for one in published[:2]], "next": 2}
    assert seeded.get(path, params={"most": 2, "after": first["next"]}).json() == {
        "items": [in_short(published[2])],
        "next": None,
    }


def test_an_old_publication_is_restored_as_a_new_one(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    publish(seeded, draft(store, CPC_1, MOVED_2, CPC_3, unplaced={"CPC-4": "No place."}))
    before = contents(store)["publications"]
    path = "/api/v1/publications/1"
    difference = seeded.get(f"{path}/diff").json()
    assert (difference["conferences"]["new"], difference["held_slots"]["new"]) == ([shown(CPC_4)], [shown(HELD)])
    assert [moved["booking"] for moved in difference["conferences"]["moved"]] == [shown(CPC_2)]
    assert [seeded.post(f"{path}/restore").status_code, restore(seeded, 1).status_code] == [428, 201]
    expected = publication(3, *(copied(booking) for booking in ALL), restores=1)
    assert seeded.get("/api/v1/publications/3").json() == expected
    assert active_bookings(store) == {booking.conference: booking for booking in ALL}
    assert states(store)["CPC-4"] == "booked"
    assert contents(store)["publications"][:2] == before


def test_restoring_withdraws_later_bookings_but_not_those_by_hand(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, CPC_1, CPC_2, unplaced={"CPC-3": "No place.", "CPC-4": "No place."}))
    publish(seeded, draft(store, CPC_1, CPC_2, CPC_3, unplaced={"CPC-4": "No place."}))
    book(store, "CPC-4", "2027-01-14T10:00", room="AMR-1", chair="C2", minute_taker="M1")
    difference = seeded.get("/api/v1/publications/1/diff").json()["conferences"]
    gone = [{"booking": shown(CPC_3), "reason": "It is not in publication 1.", "published": 2}]
    assert difference == {"new": [], "moved": [], "withdrawn": gone, "unchanged": 3, "held_virtually": []}
    assert restore(seeded, 1).json() == publication(3, copied(CPC_1), copied(CPC_2), copied(CPC_4, by_hand=True), restores=1)
    assert states(store)["CPC-3"] == "requested"


def test_unchanged_bookings_get_the_current_policys_times(seeded: TestClient, store: Store) -> None:
    put("rooms/AYL-1", starts=["10:00", "12:00"])(seeded)
    noon = placed("CPC-1", "12T12:00", "AYL-1", "C1", "M1")
    publish(seeded, draft(store, noon))
    put("policy", pre_meet=0)(seeded)
    before = placed("CPC-2", "12T10:00", "AYL-1", "C2", "M2")
    response = publish(seeded, draft(store, noon, before))
    assert response.status_code == 201, response.text
    assert rows(store, "CPC-1") == [(1, True, None, 1)]
    with store.reading() as connection:
        query = select(tables.bookings.c.arrival, tables.bookings.c.cleared).order_by(tables.bookings.c.number)
        times = [tuple(f"{time:%H:%M}" for time in row) for row in connection.execute(query)]
    assert times == [("12:00", "14:00"), ("10:00", "12:00")]
