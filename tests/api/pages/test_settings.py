from __future__ import annotations

import datetime as dt
import re
from typing import Any

import html5lib
import pytest
from starlette.testclient import TestClient

from api.database.session import Store
from api.diary.service import queries as documents
from api.pages.settings.entry import as_json, typed_of, values_of
from api.pages.settings.sentences import AFTER, POLICY, SENTENCES
from scheduler.domain.policy import Policy
from tests.api.pages.sending import read, rows, send, texts
from tests.api.pages.test_diary import counted
from tests.api.support.builders import NOW, Clock, book

PATH, DAYS = "/settings", "/settings/days"


def form_of(client: TestClient) -> dict[str, str]:
    """Return the boxes of the form of rules as they are shown."""
    tree = html5lib.parse(client.get(PATH).text, namespaceHTMLElements=False)
    boxes = {one.get("name"): one.get("value") for one in tree.iter("input") if one.get("type") in ("text", "hidden")}
    choices = {
        one.get("name"): option.get("value")
        for one in tree.iter("select")
        for option in one.iter("option")
        if option.get("selected") is not None
    }
    return {name: value for name, value in (boxes | choices).items() if name not in ("q", "form_token")}


def save(client: TestClient, status: int = 200, changes: dict[str, str] | None = None) -> str:
    return send(client, PATH, status, **(form_of(client) | (changes or {})))


def leaves(value: Any, path: str) -> set[str]:
    if not isinstance(value, dict):
        return {path}
    return {leaf for name, one in value.items() for leaf in leaves(one, f"{path}.{name}")}


def test_every_value_of_the_rules_has_its_sentence() -> None:
    stored = {name: as_json(name, documents.BY_NAME[name].default) for name in (POLICY, AFTER)}
    every = {leaf for name, value in stored.items() for leaf in leaves(value, name)}
    assert every == {*(one.path for one in SENTENCES), "policy.off"}


def test_what_is_shown_is_what_is_stored() -> None:
    policy = Policy.model_validate(
        {"off": ["R6", "friday"], "virtual_fallback": "hybrid", "placeholders": ["TBC"], "notice_days": 7}
    )
    stored = {POLICY: as_json(POLICY, policy), AFTER: as_json(AFTER, documents.BY_NAME[AFTER].default)}
    assert values_of(typed_of(stored), stored) == {POLICY: policy, AFTER: documents.BY_NAME[AFTER].default}


def test_a_number_is_changed_in_its_sentence_and_the_change_is_recorded(seeded: TestClient) -> None:
    page = read(seeded, PATH)
    assert "An initial conference is held at most working days after its strategy discussion." in texts(page, "label")
    saved = save(
        seeded, changes={"policy.clock.initial_days": "12", "after_conferences.birth_days": "", "policy.virtual_fallback": "no"}
    )
    assert "Saved." in saved
    policy = seeded.get("/api/v1/policy").json()
    assert (policy["clock"]["initial_days"], policy["virtual_fallback"]) == (12, False)
    assert seeded.get("/api/v1/after-conferences").json()["birth_days"] is None
    assert seeded.get("/api/v1/conferences/CPC-1").json()["due"] == "2027-01-19"
    assert "Changed by nobody signed in, 4 January 2027. Was 15." in saved
    assert "Changed by nobody signed in, 4 January 2027. Was all conferences." in saved
    due = "An initial conference is held at most … working days after its strategy discussion."
    fallback = "If no room is free, … may be held virtually instead."
    birth = "The first review after a birth is held within … working days of it."
    listed = rows(read(seeded, f"{PATH}/history"))[:3]
    assert {tuple(row[:2]) for row in listed} == {("Mon 4 Jan, 09:00", "Nobody signed in")}
    assert [row[2][: len(birth)] if row[2].startswith(birth) else row[2] for row in listed] == [due, fallback, birth]
    assert [row[3:] for row in listed] == [["15", "12"], ["all conferences", "no conference"], ["20", "empty"]]


def test_saving_without_a_change_records_none(seeded: TestClient) -> None:
    before = rows(read(seeded, f"{PATH}/history"))
    save(seeded)
    assert rows(read(seeded, f"{PATH}/history")) == before


def test_every_fault_is_beside_its_sentence_and_nothing_typed_is_lost(seeded: TestClient) -> None:
    wrong = {"policy.notice_days": "five", "policy.caseload_cap": "", "policy.plausible.first_start": "8 o'clock"}
    page = save(seeded, 422, wrong | {"policy.reset": "20"})
    for sentence in (
        "&#39;five&#39; is not a whole number. Enter one such as 15.",
        "Enter a whole number, such as 15.",
        "is not a time. Enter a time such as 08:00.",
    ):
        assert page.count(sentence) == 2
    assert 'value="five"' in page
    assert 'name="policy.reset" value="20"' in page
    too_large = save(seeded, 422, {"policy.notice_days": "1001"})
    assert 'href="#policy.notice_days"' in too_large
    assert seeded.get("/api/v1/policy").json()["notice_days"] == 5


def test_bookings_that_would_break_a_rule_are_listed_before_it_is_saved(seeded: TestClient, store: Store) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    book(store, "CPC-2", "2027-01-12T14:00", minute_taker="M1")
    change = {"policy.pre_meet": "130"}
    page = save(seeded, 409, change)
    assert "2 bookings would break this. Nothing was saved." in page
    assert {row[0] for row in rows(page)} == {"CPC-1", "CPC-2"}
    assert 'value="130"' in page
    assert seeded.get("/api/v1/policy").json()["pre_meet"] == 30
    assert "Saved." in save(seeded, changes=change | {"anyway": "yes"})
    assert seeded.get("/api/v1/policy").json()["pre_meet"] == 130


def test_a_change_since_the_page_was_opened_is_shown_beside_what_was_typed(seeded: TestClient) -> None:
    seen = form_of(seeded)
    save(seeded, changes={"policy.notice_days": "6"})
    page = send(seeded, PATH, 409, **(seen | {"policy.notice_days": "7"}))
    assert "A rule has changed since you opened this page. Nothing was saved." in page
    assert "The diary has 6 now." in page
    assert page.count("The diary has") == 1


@pytest.mark.parametrize(
    ("path", "field", "document"), [("closures", "closure", "closures"), ("bank-holidays", "holiday", "bank-holidays")]
)
def test_a_day_off_lists_its_bookings_and_is_removed(
    seeded: TestClient, store: Store, path: str, field: str, document: str
) -> None:
    book(store, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    page = send(seeded, f"{DAYS}/{path}", from_page=DAYS, **{field: "12/1"})
    assert "Tuesday 12 January 2027 is entered. <strong>1 booking is on that day.</strong>" in page
    assert rows(page)[0][0] == "CPC-1"
    assert "2027-01-12" in seeded.get(f"/api/v1/{document}").json()
    assert "That is entered already." in send(seeded, f"{DAYS}/{path}", 409, from_page=DAYS, **{field: "12/1"})
    what = f"{document.replace('-', '_')}:2027-01-12"
    after = send(seeded, f"{DAYS}/remove", from_page=DAYS, what=what)
    assert "Tuesday 12 January 2027" not in texts(after, "th")
    assert "removed it meanwhile" in send(seeded, f"{DAYS}/remove", 409, from_page=DAYS, what=what)
    wrong = send(seeded, f"{DAYS}/{path}", 422, from_page=DAYS, **{field: "soon"})
    assert "&#39;soon&#39; is not a date." in wrong
    assert 'value="soon"' in wrong


def test_englands_bank_holidays_are_followed_again(seeded: TestClient) -> None:
    assert "They are those of England" in read(seeded, DAYS)
    changed = send(seeded, f"{DAYS}/bank-holidays", from_page=DAYS, holiday="14/5")
    assert "They have been changed by hand or by a file." in changed
    assert "They are those of England" in send(seeded, f"{DAYS}/englands", from_page=DAYS)


def test_terms_are_added_and_removed(seeded: TestClient, clock: Clock) -> None:
    overlapping = send(seeded, f"{DAYS}/terms", 422, from_page=DAYS, term_first="1/3", term_last="1/4")
    assert "This overlaps the term Mon 22 Feb to Thu 25 Mar 2027." in overlapping
    page = send(seeded, f"{DAYS}/terms", from_page=DAYS, term_first="12/4", term_last="28/5")
    assert "Mon 12 Apr to Fri 28 May 2027" in texts(page, "th")
    for what in ("2027-01-04/2027-02-12", "2027-02-22/2027-03-25", "2027-04-12/2027-05-28"):
        page = send(seeded, f"{DAYS}/remove", from_page=DAYS, what=f"terms:{what}")
    assert "No term is entered, so every day counts as term time." in page
    assert seeded.get("/api/v1/terms").json() is None
    send(seeded, f"{DAYS}/terms", from_page=DAYS, term_first="12/4", term_last="28/5")
    clock.forward(days=300)
    assert "Every term that is entered is over" in read(seeded, DAYS)


def test_the_history_is_paged_and_its_queries_do_not_grow(seeded: TestClient) -> None:
    with counted() as few:
        read(seeded, f"{PATH}/history")
    for n in range(60):
        send(seeded, f"{DAYS}/closures", from_page=DAYS, closure=f"{dt.date(2027, 3, 1) + dt.timedelta(n):%d/%m/%Y}")
    with counted() as many:
        page = read(seeded, f"{PATH}/history")
    assert len(many) == len(few)
    assert len(rows(page)) == 50
    earlier = re.search(r'href="(\?before=\d+)"', page)
    assert earlier is not None
    assert len(rows(read(seeded, f"{PATH}/history{earlier[1]}"))) >= 10
    assert NOW.year == 2027
