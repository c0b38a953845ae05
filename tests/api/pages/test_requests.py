from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.database.session import Store
from api.settings import Settings
from tests.api.pages.sending import problems, read, rows, send, texts
from tests.api.support.builders import Clock, book, fill

FIELDS = {
    "kind": "initial", "reference": "133", "trigger": "4/1", "children": "2", "school_age": "1", "site": "WYC",
    "mode": "hybrid", "social_worker": "12",
}  # fmt: skip
BOOK = {"slot": "2027-01-12T10:00|WYC-1|C1|"}


def test_a_request_is_saved_booked_and_read_out(seeded: TestClient) -> None:
    dates = send(seeded, "/requests/new", **FIELDS)
    assert texts(dates, "h1") == ["Dates for CPC-133"]
    assert "Initial, 2 children (1 of school age), Wycombe, hybrid. Due by Monday 25 January 2027, 15 working days left." in dates
    first = rows(dates)[0]
    assert (first[0], first[1], first[4], first[6]) == ("Mon 11 Jan, 10:00", "Wycombe, WYC-1", "10", "Book Mon 11 10:00")
    stored = seeded.get("/api/v1/conferences/CPC-133").json()["conference"]
    assert (stored["social_worker"], stored["trigger"], stored["requested"]) == ("SW-12", "2027-01-04", "2027-01-04")
    booked = send(seeded, "/requests/CPC-133/dates", **BOOK)
    assert texts(booked, "h1") == ["CPC-133 is booked"]
    assert "Tuesday 12 January at 10:00, Wycombe, WYC-1. The family arrives at 09:30." in booked
    assert texts(booked, "pre") == [
        "For SW-12 CPC-133 is booked for Tuesday 12 January 2027 at 10:00, Wycombe, WYC-1. The family arrives at 09:30. CPA: C1"
    ]


def test_every_fault_of_a_request_is_listed_and_nothing_typed_is_lost(seeded: TestClient) -> None:
    wrong = send(
        seeded, "/requests/new", 422, **FIELDS | {"trigger": "32/1", "school_age": "3", "site": "", "unavailable": "soon"}
    )
    assert problems(wrong) == [
        "'32/1' is not a date. Enter when the strategy discussion was held, such as 7/1.",
        "Of school age cannot be more than the 2 children",
        "Choose the office nearest the family",
        "'soon' is not a date. Enter dates such as 18/1, 20/1.",
    ]
    assert texts(wrong, "title") == ["Error: Take a request – Conference planner"]
    for typed in ('value="133"', 'value="32/1"', 'value="soon"', 'value="12"'):
        assert typed in wrong
    assert seeded.get("/api/v1/conferences/CPC-133").status_code == 404


@pytest.mark.parametrize(
    ("kind", "typed", "says"),
    [
        (
            "initial",
            "3/12/2027",
            "Friday 3 December 2027 is still to come. Enter when the strategy discussion was held, such as 7/1.",
        ),
        ("initial", "5/1", "Tuesday 5 January 2027 is still to come. Enter when the strategy discussion was held, such as 7/1."),
        (
            "transfer_in",
            "5/1",
            "Tuesday 5 January 2027 is still to come. Enter when the other council told this one, such as 7/1.",
        ),
        ("review", "5/1", "Tuesday 5 January 2027 is still to come. Enter when the last conference was held, such as 7/1."),
    ],
)
def test_a_clock_that_has_not_begun_is_refused_beside_its_field(seeded: TestClient, kind: str, typed: str, says: str) -> None:
    wrong = send(seeded, "/requests/new", 422, **FIELDS | {"kind": kind, "trigger": typed})
    assert problems(wrong) == [says]
    assert seeded.get("/api/v1/conferences/CPC-133").status_code == 404


@pytest.mark.parametrize("kind", ["initial", "transfer_in", "pre_birth", "review"])
@pytest.mark.parametrize("earliest", ["", "5/1/2028", "1/12/2028"])
def test_each_request_that_is_saved_leads_to_its_dates(seeded: TestClient, kind: str, earliest: str) -> None:
    trigger = "5/1/2029" if kind == "pre_birth" else "4/1/2027"
    page = send(seeded, "/requests/new", **FIELDS | {"kind": kind, "trigger": trigger, "earliest": earliest})
    assert texts(page, "h1") == ["Dates for CPC-133"]


def test_a_booking_that_is_sent_twice_leads_to_the_same_confirmation(seeded: TestClient) -> None:
    send(seeded, "/requests/new", **FIELDS)
    path = "/requests/CPC-133/dates"
    first = send(seeded, path, from_page=path, **BOOK)
    assert send(seeded, path, from_page="/requests/new", **BOOK) == first
    elsewhere = send(seeded, path, 409, from_page="/requests/new", slot="2027-01-13T10:00|WYC-1|C1|")
    assert "CPC-133 is booked already: Tue 12 Jan, 10:00, Wycombe, WYC-1, C1." in elsewhere
    assert "new offers" not in elsewhere
    assert rows(elsewhere) == []
    assert seeded.get("/api/v1/bookings?conference=CPC-133").json()["items"][0]["start"] == "2027-01-12T10:00"


def test_a_reference_that_is_booked_is_refused_with_its_date(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00")
    wrong = send(seeded, "/requests/new", 409, **FIELDS | {"reference": "1"})
    assert "CPC-1 is booked for Tue 12 Jan, 10:00." in wrong


def test_a_request_that_waits_is_listed_today_and_with_all_requests(seeded: TestClient) -> None:
    send(seeded, "/requests/new", later="yes", **FIELDS)
    row = ["CPC-133", "Initial", "Wycombe", "Mon 25 Jan", "15"]
    for path in ("/today", "/requests"):
        assert [one[:5] for one in rows(read(seeded, path)) if one[0] == "CPC-133"] == [row]


def test_a_date_that_somebody_has_taken_is_refused_with_fresh_ones(seeded: TestClient, store: Store) -> None:
    send(seeded, "/requests/new", **FIELDS)
    book(store, "CPC-2", "2027-01-12T10:00", room="WYC-1", chair="C1", minute_taker="M2")
    gone = send(seeded, "/requests/CPC-133/dates", 409, **BOOK)
    assert "CPC-133 can&#39;t be booked for Tuesday 12 January 2027 at 10:00 any more" in gone
    assert all(row[:2] != ["Tue 12 Jan, 10:00", "Wycombe, WYC-1"] for row in rows(gone))
    assert seeded.get("/api/v1/conferences/CPC-133").json()["state"] == "requested"


@pytest.mark.parametrize("left_out", ["reason", "by", "safety_plan_reviewed"])
def test_a_late_date_needs_all_of_its_exception(seeded: TestClient, left_out: str) -> None:
    send(seeded, "/requests/new", **FIELDS | {"unavailable": ", ".join(f"{day}/1" for day in range(4, 26))})
    page = read(seeded, "/requests/CPC-133/dates")
    assert "No date is free by Monday 25 January 2027." in page
    late = {"is_late": "yes", "slot": "2027-01-26T10:00|WYC-1|C1|", "reason": "family asked", "by": "manager"}
    late["safety_plan_reviewed"] = "yes"
    assert left_out in send(seeded, "/requests/CPC-133/dates", 422, **late | {left_out: ""})
    assert "CPC-133 is booked" in send(seeded, "/requests/CPC-133/dates", **late)
    booking = seeded.get("/api/v1/conferences/CPC-133").json()["booking"]
    assert (booking["late"], booking["exception"]["by"]) == (1, "manager")


def test_a_form_without_its_token_changes_nothing_and_can_be_sent_again(seeded: TestClient) -> None:
    seeded.get("/requests/new")
    refused = seeded.post("/requests/new", data={"form_token": "0" * 64, **FIELDS})
    assert refused.status_code == 403
    assert "This page was open for too long" in refused.text
    assert '<input type="hidden" name="reference" value="133">' in refused.text
    assert seeded.get("/api/v1/conferences/CPC-133").status_code == 404


def test_below_a_path_prefix_every_address_has_the_prefix(settings: Settings, store: Store, clock: Clock) -> None:
    fill(store)
    behind = replace(settings, public_address="https://example.org/planner", allowed_hosts=("testserver",))
    with TestClient(create_app(behind, clock), base_url="https://testserver") as client:
        page = read(client, "/planner/requests/new")
        addresses = re.findall(r'(?:href|action|src|data-frontend)="([^"#][^"]*)"', page)
        assert [one for one in addresses if not one.startswith("/planner/")] == []
        for address in addresses:
            if "/assets/" in address:
                assert client.get(address).status_code == 200
        dates = send(client, "/planner/requests/new", **FIELDS)
        assert texts(dates, "h1") == ["Dates for CPC-133"]
