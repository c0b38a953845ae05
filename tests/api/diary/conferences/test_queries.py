from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.database.session import Store
from api.database.tables import conferences as table
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.service import queries as documents
from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference
from scheduler.domain.identifiers import alike
from scheduler.domain.policy import Policy
from scheduler.domain.values import Period
from tests.api.support import builders
from tests.api.support.builders import NOW

LATER = NOW + dt.timedelta(hours=1)


def conference(identifier: str = "CPC-1", **changes: Any) -> Conference:
    return Conference.model_validate(builders.conference(identifier, **changes))


def add(store: Store, *added: Conference) -> None:
    with store.writing() as connection:
        for one in added:
            conferences.add(connection, one, NOW)


def find(store: Store, identifier: str = "CPC-1") -> StoredConference:
    with store.reading() as connection:
        stored = conferences.find(connection, identifier)
    assert stored is not None
    return stored


def put(store: Store, name: str, value: Any) -> None:
    with store.writing() as connection:
        documents.put(connection, name, value, NOW)


def test_a_new_conference_is_requested_with_its_clocks_dates(store: Store) -> None:
    add(store, conference())
    assert asdict(find(store)) == asdict(
        StoredConference(
            position=1,
            value=conference(),
            version=1,
            state=ConferenceState.REQUESTED,
            due=dt.date(2027, 1, 22),
            earliest=dt.date(2027, 1, 11),
            follows=None,
            outcome=None,
        )
    )
    with store.reading() as connection:
        assert conferences.find(connection, "CPC-2") is None


def test_a_conference_can_only_follow_an_existing_one(store: Store) -> None:
    add(store, conference())
    with store.writing() as connection:
        conferences.add(connection, conference("CPC-2"), NOW, follows="CPC-1")
    assert find(store, "CPC-2").follows == "CPC-1"
    with pytest.raises(IntegrityError), store.writing() as connection:
        conferences.add(connection, conference("CPC-3"), NOW, follows="CPC-9")


def test_two_conferences_cannot_have_the_same_id(store: Store) -> None:
    add(store, conference())
    with pytest.raises(IntegrityError):
        add(store, conference(children=3))
    assert find(store).value.children == 2


def test_a_change_increments_the_version_and_resets_the_clock(store: Store) -> None:
    add(store, conference())
    changed = conference(trigger="2027-01-08", requested="2027-01-11")
    with store.writing() as connection:
        assert conferences.change(connection, changed, LATER, state=ConferenceState.BOOKED, outcome={"result": "plan"}) == 2
    stored = find(store)
    assert (stored.value, stored.version, stored.state, stored.outcome) == (
        changed,
        2,
        ConferenceState.BOOKED,
        {"result": "plan"},
    )
    assert (stored.due, stored.earliest) == (dt.date(2027, 1, 29), dt.date(2027, 1, 18))


def test_open_conferences_follow_changes_of_calendar_and_policy(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2"), conference("CPC-3", due="2027-01-20", requested=None))
    with store.writing() as connection:
        conferences.change(connection, conference("CPC-2"), NOW, state=ConferenceState.HELD)
    put(store, "bank_holidays", (dt.date(2027, 1, 5), dt.date(2027, 1, 18)))
    put(store, "policy", Policy(notice_days=6))
    with store.writing() as connection:
        conferences.reset_clocks(connection, LATER)
    stored = {identifier: find(store, identifier) for identifier in ("CPC-1", "CPC-2", "CPC-3")}
    assert {identifier: (one.due.isoformat(), one.earliest.isoformat(), one.version) for identifier, one in stored.items()} == {
        "CPC-1": ("2027-01-26", "2027-01-13", 2),
        "CPC-2": ("2027-01-22", "2027-01-11", 2),  # held: what happened stays
        "CPC-3": ("2027-01-20", "1900-01-01", 1),  # nothing has changed for it
    }


def test_the_calendar_comes_from_the_documents(store: Store) -> None:
    with store.reading() as connection:
        assert conferences.calendar(connection) == Calendar()
    term, closure = Period(first=dt.date(2027, 1, 4), last=dt.date(2027, 2, 12)), dt.date(2027, 2, 1)
    put(store, "terms", (term,))
    put(store, "closures", (closure,))
    put(store, "bank_holidays", ())
    with store.reading() as connection:
        assert conferences.calendar(connection) == Calendar(terms=(term,), closures=(closure,), bank_holidays=())


def test_the_history_is_in_order(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2"))
    with store.writing() as connection:
        conferences.record_event(connection, "CPC-1", "requested", NOW, "BS-1")
        conferences.record_event(connection, "CPC-2", "requested", NOW, "BS-1")
        conferences.record_event(connection, "CPC-1", "moved", LATER, "BS-2", "chair_ill", start="2027-01-12T10:00")
    with store.reading() as connection:
        history = conferences.history(connection, ["CPC-1"])
        both = conferences.history(connection, ["CPC-2", "CPC-1"])
    assert [tuple(row)[1:] for row in history] == [
        ("CPC-1", NOW, "BS-1", "requested", None, {}),
        ("CPC-1", LATER, "BS-2", "moved", "chair_ill", {"start": "2027-01-12T10:00"}),
    ]
    assert [row.conference for row in both] == ["CPC-1", "CPC-2", "CPC-1"]


def test_a_query_returns_conferences(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2", children=5))
    with store.reading() as connection:
        query = select(table).where(table.c.value["children"].as_integer() > 2)
        assert [stored.value.id for stored in conferences.select_conferences(connection, query)] == ["CPC-2"]


def test_references_are_stored_in_their_form_for_comparison(store: Store) -> None:
    def forms() -> tuple[str | None, ...]:
        with store.reading() as connection:
            return tuple(connection.execute(select(table.c.id_form, table.c.family_form, table.c.social_worker_form)).one())

    add(store, conference("Cpc\u20111", family="FAM  Ⅷ"))
    assert forms() == ("cpc-1", "fam viii", None)
    with store.writing() as connection:
        conferences.change(connection, conference("Cpc\u20111", social_worker="SW\u200b-1"), NOW)
    assert forms() == ("cpc-1", None, "sw-1")


def test_a_form_may_be_far_longer_than_the_reference(store: Store) -> None:
    longest = "\ufdfa" * 200  # one ligature is eighteen letters
    add(store, conference("CPC-1", family=longest))
    with store.reading() as connection:
        found = connection.execute(select(table.c.id).where(table.c.family_form == alike(longest))).scalars().all()
    assert found == ["CPC-1"]
