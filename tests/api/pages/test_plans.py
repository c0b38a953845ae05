from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from api.database import tables
from api.database.session import Store
from api.jobs import queue as jobs
from api.pages.plans.days import month_of, months_from, name_of
from api.pages.plans.progress_view import progress_rows
from api.pages.plans.result_view import proof_in_words
from scheduler.domain.values import Period
from tests.api.pages.sending import WRONG_ORDER, problems, read, rows, send, texts
from tests.api.pages.test_diary import counted
from tests.api.support.builders import NOW, Clock, book
from tests.api.support.drafts import ALL, CPC_1, CPC_3, CPC_4, EXCEPTION, HELD, LATE_1, MOVED_2, draft, publish

JANUARY = {"first": "2027-01-04", "last": "2027-01-31"}


def test_each_week_belongs_to_one_month_as_a_whole() -> None:
    months = months_from(dt.date(2027, 1, 6))
    assert [(name, str(days.first), str(days.last)) for name, days in months] == [
        ("January 2027", "2027-01-04", "2027-01-31"),
        ("February 2027", "2027-02-01", "2027-02-28"),
        ("March 2027", "2027-03-01", "2027-04-04"),
        ("April 2027", "2027-04-05", "2027-05-02"),
    ]
    assert name_of(month_of(dt.date(2027, 3, 9))) == "March 2027"
    assert name_of(Period(first=dt.date(2027, 3, 9), last=dt.date(2027, 3, 12))) == "9 to 12 March 2027"


def test_the_days_show_what_goes_in_and_what_looks_missing(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-13T10:00", minute_taker="M1")
    page = read(seeded, "/plans/new?first=4/1&last=31/1")
    assert texts(page, "h1") == ["Plan January 2027"]
    assert list(zip(texts(page, "dt"), texts(page, "dd"), strict=True)) == [
        ("Requests waiting", "1 conference"),
        ("Reviews due", "2 conferences, 4 children"),
        ("Booked already", "1 conference, 1 of them fixed"),
        ("CPAs and minute takers", "3 and 2"),
        ("Rooms", "3 rooms"),
        ("Days", "20 working days, 0 closed"),
        ("Slots to keep free", "1 slot"),
    ]
    missing = " ".join(texts(page, "li"))
    assert "No absences in these days: C1, C2 and C3." in missing
    assert "No social worker is entered for CPC-1, CPC-2, CPC-3 and CPC-4" in missing
    assert "Start planning" in texts(page, "button")


def test_next_month_is_offered_unless_other_days_are_chosen(seeded: TestClient) -> None:
    assert texts(read(seeded, "/plans/new"), "h1") == ["Plan February 2027"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"first": "soon", "last": ""},
            ["'soon' is not a date. Enter the first day, such as 1/2.", "Enter the last day, such as 28/2"],
        ),
        ({"first": "9/2", "last": "8/2"}, [WRONG_ORDER.format("8 February 2027", "9 February 2027")]),
        ({"first": "9/2", "last": "8/2/27"}, [WRONG_ORDER.format("8 February 2027", "9 February 2027")]),
        ({"first": "1/12/26", "last": "31/12/26"}, ["These days are over. Enter a last day from today on."]),
    ],
)
def test_days_that_cannot_be_planned_are_refused_in_words(seeded: TestClient, typed: dict[str, str], said: list[str]) -> None:
    for wrong in (
        send(seeded, "/plans/new", 422, **typed),
        read(seeded, "/plans/new?first={first}&last={last}".format(**typed), 422),
    ):
        assert problems(wrong) == said
        assert f'value="{typed["first"]}"' in wrong


def test_a_plan_is_queued_shown_and_stopped(seeded: TestClient, clock: Clock) -> None:
    page = send(seeded, "/plans/new", **JANUARY)
    assert texts(page, "h1") == ["Plan of January 2027"]
    assert [row[:2] for row in rows(page)] == [
        ["1 Everybody has a place", "waiting"],
        ["2 As little late as can be", "waiting"],
        ["3 Promises kept", "waiting"],
        ["4 Same CPA", "waiting"],
        ["5 Caseloads within the cap", "waiting"],
        ["6 Preferences", "waiting"],
    ]
    identifier = seeded.get("/api/v1/plans").json()["items"][0]["id"]
    clock.forward(minutes=1)
    assert "1 plan is before yours." in send(seeded, "/plans/new", **JANUARY | {"last": "2027-02-28"})
    stopped = send(seeded, f"/plans/{identifier}/cancel", from_page=f"/plans/{identifier}")
    assert "Stopped before there was a schedule. The diary has not changed." in stopped
    assert [row[2] for row in rows(read(seeded, "/plans"))] == ["Waits for its turn", "Stopped, without a schedule"]


def test_progress_shows_each_tier_with_its_best_and_its_bound() -> None:
    def progress(tier: str, value: int | None, bound: int | None) -> jobs.JobEvent:
        data = {"tier": tier, "value": value, "bound": bound, "seconds": 1.0}
        return jobs.JobEvent(1, NOW, jobs.JobEventKind.PROGRESS, data)

    started = jobs.JobEvent(1, NOW, jobs.JobEventKind.STARTED, {})
    events = [progress("late", 9, 9), started, progress("unplaced", None, 0), progress("unplaced", 0, 0), progress("late", 20, 5)]
    shown = [(row.state, row.reached, row.length, row.is_finished) for row in progress_rows(events, "CPA")]
    assert shown[:3] == [("proven", 200, 200, True), ("best 20, least 5: still open", 50, 200, False), ("waiting", 0, 0, False)]
    later = progress_rows([*events, progress("stability", 4, 4)], "CPA")
    assert (later[1].state, later[2].state) == ("best 20, least 5: left open", "proven: 4")


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        (("unplaced", 0, 0), "Every conference has a place."),
        (("unplaced", 2, 2), "2 have none, and no schedule places more."),
        (("late", 12, 12), "Nobody who is late could be sooner without making somebody else later."),
        (("continuity", 3, 3), "Given that, nothing hands over fewer children."),
        (("preferences", 3010, 2958), "Preferences: best found 3,010 points. At most 52 could still be gained."),
    ],
)
def test_a_proof_in_words(tier: tuple[str, int, int], said: str) -> None:
    name, value, bound = tier
    assert proof_in_words({"name": name, "value": value, "bound": bound, "proven": value == bound}) == said


def test_a_result_leads_to_its_changes_and_says_who_has_no_place(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, CPC_1, CPC_3, CPC_4, HELD, unplaced={"CPC-2": "No room is free."})
    page = read(seeded, f"/plans/{identifier}")
    assert texts(page, "h1") == ["Draft for January 2027"]
    facts = dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True))
    assert facts["With a place"] == "3 conferences, 6 children"
    assert (facts["Slots kept free"], facts["CPC-2"]) == ("1 slot", "No room is free.")
    assert f'href="/plans/{identifier}/changes"' in page


def changes_path(identifier: str) -> str:
    return f"/plans/{identifier}/changes"


def publish_by_page(client: TestClient, identifier: str, status: int = 200, **fields: str) -> str:
    """Read what publishing changes, and press Publish."""
    page = read(client, changes_path(identifier))
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return send(client, changes_path(identifier), status, seen=seen, **fields)


def test_a_draft_is_published_and_its_calls_are_ticked_off(seeded: TestClient, store: Store, clock: Clock) -> None:
    assert publish(seeded, draft(store, *ALL)).status_code == 201
    identifier = draft(store, CPC_1, MOVED_2, CPC_3, HELD, unplaced={"CPC-4": "C2 is away."})
    page = read(seeded, changes_path(identifier))
    assert "0 new, 1 moved, 1 withdrawn, 2 as they were. 2 families to ring." in page
    assert rows(page) == [
        [
            "CPC-2", "Tue 12 Jan, 10:00, Wycombe, WYC-1, C2", "Fri 15 Jan, 14:00, Aylesbury, AYL-1, C3",
            "Date, time, room, CPA and minute taker", "Keep CPC-2 where it is",
        ],
        ["CPC-4", "Thu 14 Jan, 10:00, Amersham, AMR-1, C2", "Waits for a date again", "C2 is away.", "Keep CPC-4 where it is"],
    ]  # fmt: skip
    assert "January 2027" in " ".join(texts(read(seeded, "/today"), "li"))
    calls = publish_by_page(seeded, identifier)
    assert texts(calls, "h1") == ["People to ring"]
    assert "0 of 2 rung." in calls
    headings = ["Reference", "Before", "Now", "Who to ring", "Rung"]
    assert [text for text in texts(calls, "th") if not text.startswith("CPC-")][:5] == headings
    assert rows(calls) == [
        [
            "CPC-2", "Tue 12 Jan, 10:00, Wycombe, WYC-1, C2", "Fri 15 Jan, 14:00, Aylesbury, AYL-1, C3",
            "the family, C2 and C3", "Rung about CPC-2",
        ],
        ["CPC-4", "Thu 14 Jan, 10:00, Amersham, AMR-1, C2", "Waits for a date again", "the family and C2", "Rung about CPC-4"],
    ]  # fmt: skip
    today = read(seeded, "/today")
    assert "People to ring (0 of 2 rung)" in today
    assert "No draft waits." in today
    clock.forward(minutes=14)
    ticked = send(seeded, "/publications/2/calls", rung="CPC-4")
    assert "1 of 2 rung." in ticked
    assert rows(ticked)[1][4] == "Rung about CPC-4Mon 4 Jan, 09:14, by nobody signed in"
    assert "1 of 2 rung" in read(seeded, "/plans")
    assert "0 of 2 rung." in send(seeded, "/publications/2/calls")


def test_calls_end_with_the_days_of_their_bookings(seeded: TestClient, store: Store, clock: Clock) -> None:
    publish(seeded, draft(store, *ALL))
    publish_by_page(seeded, draft(store, CPC_1, MOVED_2, CPC_3, CPC_4, HELD))
    assert "0 of 1 rung" in read(seeded, "/today")
    clock.forward(days=12)
    assert "Nobody needs to be rung." in read(seeded, "/today")


def test_a_call_says_if_its_booking_has_changed_again(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    publish_by_page(seeded, draft(store, CPC_1, MOVED_2, CPC_3, CPC_4, HELD))
    assert "Changed again since" not in read(seeded, "/publications/2/calls")
    publish_by_page(seeded, draft(store, *ALL))
    assert "Changed again since: open CPC-2 before you ring." in read(seeded, "/publications/2/calls")


def test_nobody_is_rung_about_new_bookings(seeded: TestClient, store: Store) -> None:
    assert "Nobody needs to be rung" in publish_by_page(seeded, draft(store, *ALL))
    assert read(seeded, "/publications/9/calls", 404)


def test_a_late_conference_is_allowed_on_the_page(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, LATE_1, *ALL[1:])
    wrong = publish_by_page(seeded, identifier, 422)
    assert problems(wrong) == [
        "Enter who allows it, such as manager.",
        "Choose why CPC-1 may be late.",
        "CPC-1 needs its children's safety plan reviewed. Tick it once that is done.",
    ]
    entered = {"by": "manager", "reason-CPC-1": "no chair"}
    assert 'value="manager"' in publish_by_page(seeded, identifier, 422, **entered)
    publish_by_page(seeded, identifier, **entered | {"safety-CPC-1": "yes"})
    item = seeded.get("/api/v1/bookings?conference=CPC-1").json()["items"][0]
    assert item["exception"] == EXCEPTION


def test_a_draft_that_the_diary_has_overtaken_is_refused_in_words(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, *ALL)
    page = read(seeded, changes_path(identifier))
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    book(store, "CPC-1", "2027-01-13T14:00", minute_taker="M2")
    refused = send(seeded, changes_path(identifier), 409, seen=seen)
    assert "The data have changed since the plan was made: 1 change." in refused
    assert "CPC-1 has been booked by hand" in refused
    assert texts(refused, "button")[-2:] == ["Plan again", "Throw this draft away"]
    again = send(seeded, f"/plans/{identifier}/again", from_page=changes_path(identifier), afresh="yes")
    assert texts(again, "h1") == ["Plan of January 2027"]


def test_a_draft_that_is_not_as_it_was_seen_is_not_published(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, *ALL)
    refused = send(seeded, changes_path(identifier), 409, seen="another")
    assert "What publishing would change is no longer what you saw. Nothing was published." in refused


def test_bookings_are_locked_where_they_are_and_the_days_planned_again(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    identifier = draft(store, CPC_1, MOVED_2, CPC_3, CPC_4, HELD)
    none = send(seeded, f"/plans/{identifier}/again", 422, from_page=changes_path(identifier))
    assert problems(none) == ["Tick the bookings to keep where they are."]
    again = send(seeded, f"/plans/{identifier}/again", from_page=changes_path(identifier), keep="CPC-2")
    assert texts(again, "h1") == ["Plan of January 2027"]
    item = seeded.get("/api/v1/bookings?conference=CPC-2").json()["items"][0]
    assert (item["start"], sorted(item["locks"])) == ("2027-01-12T10:00", ["chair", "room", "time"])


def test_a_draft_is_thrown_away_once(seeded: TestClient, store: Store) -> None:
    identifier = draft(store, *ALL)
    assert rows(read(seeded, "/plans"))[0][2] == "Draft: nobody has been told"
    for _ in range(2):
        thrown = send(seeded, f"/plans/{identifier}/withdraw", from_page="/plans/new")
        assert rows(thrown)[0][2] == "Thrown away on Mon 4 Jan"
    assert "No draft waits." in read(seeded, "/today")
    other = draft(store, *ALL)
    publish(seeded, other)
    assert "This draft was published as publication 1." in send(seeded, f"/plans/{other}/withdraw", 409, from_page="/plans/new")


def test_an_absence_that_hits_bookings_leads_to_a_repair(seeded: TestClient, store: Store) -> None:
    publish(seeded, draft(store, *ALL))
    away = [{"first": "2027-01-11", "last": "2027-01-15"}]
    before = seeded.get("/api/v1/chairs/C2")
    changed = seeded.put(
        "/api/v1/chairs/C2", json=before.json() | {"absences": away}, headers={"If-Match": before.headers["etag"]}
    )
    assert changed.status_code == 200
    assert 'href="/repairs/new"' in read(seeded, "/today")
    page = read(seeded, "/repairs/new")
    assert texts(page, "h1") == ["Mend 2 bookings that cannot stay"]
    assert [row[0] for row in rows(page)] == ["CPC-2", "CPC-4"]
    assert 'value="4/1/2027"' in page
    wrong = send(seeded, "/repairs/new", 422, **JANUARY, max_moves="few")
    assert problems(wrong) == ["Enter a whole number up to 1000, or leave it empty."]
    asked = send(seeded, "/repairs/new", **JANUARY, max_moves="4")
    assert texts(asked, "h1") == ["Repair of January 2027"]
    assert "Looking for a schedule with the fewest moves." in asked


@pytest.mark.parametrize("path", ["/plans", "/plans/new?first=4/1&last=31/1", "/repairs/new", "/today"])
def test_the_number_of_queries_does_not_grow_with_plans(seeded: TestClient, store: Store, path: str) -> None:
    publish(seeded, draft(store, *ALL))
    first = draft(store, CPC_1, MOVED_2, CPC_3, CPC_4, HELD)
    paths = (path, f"/plans/{first}", changes_path(first), "/publications/1/calls")
    for one in paths:
        seeded.get(one)
    with counted() as few:
        seeded.get(path)
    for _ in range(12):
        draft(store, *ALL)
    with counted() as many:
        assert seeded.get(path).status_code == 200
    assert len(many) == len(few)


def test_a_plan_that_failed_says_that_the_diary_has_not_changed(seeded: TestClient, store: Store) -> None:
    row = {
        "id": "P-1", "kind": "plan", "request": JANUARY | {"time_limit": 60, "seed": 1, "workers": 1},
        "state": "failed", "attempt": 1, "cancelled": False, "created_at": NOW, "error": "No such plan is possible.",
    }  # fmt: skip
    with store.noting() as connection:
        connection.execute(insert(tables.jobs).values(row))
    page = read(seeded, "/plans/P-1")
    assert "Planning failed. The diary has not changed." in page
    assert "No such plan is possible." in page
    assert read(seeded, "/plans/P-2", 404)
