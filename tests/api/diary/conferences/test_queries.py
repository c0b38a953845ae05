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


def found(store: Store, identifier: str = "CPC-1") -> StoredConference:
    with store.reading() as connection:
        kept = conferences.find(connection, identifier)
    assert kept is not None
    return kept


def put(store: Store, name: str, value: Any) -> None:
    with store.writing() as connection:
        documents.put(connection, name, value, NOW)


def test_a_new_one_is_requested_with_the_dates_of_its_clock(store: Store) -> None:
    add(store, conference())
    assert asdict(found(store)) == asdict(
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


def test_one_may_follow_another_that_there_is(store: Store) -> None:
    add(store, conference())
    with store.writing() as connection:
        conferences.add(connection, conference("CPC-2"), NOW, follows="CPC-1")
    assert found(store, "CPC-2").follows == "CPC-1"
    with pytest.raises(IntegrityError), store.writing() as connection:
        conferences.add(connection, conference("CPC-3"), NOW, follows="CPC-9")


def test_no_two_have_one_id(store: Store) -> None:
    add(store, conference())
    with pytest.raises(IntegrityError):
        add(store, conference(children=3))
    assert found(store).value.children == 2


def test_a_change_lifts_the_version_and_runs_the_clock_anew(store: Store) -> None:
    add(store, conference())
    changed = conference(trigger="2027-01-08", requested="2027-01-11")
    with store.writing() as connection:
        assert conferences.change(connection, changed, LATER, state=ConferenceState.BOOKED, outcome={"result": "plan"}) == 2
    kept = found(store)
    assert (kept.value, kept.version, kept.state, kept.outcome) == (changed, 2, ConferenceState.BOOKED, {"result": "plan"})
    assert (kept.due, kept.earliest) == (dt.date(2027, 1, 29), dt.date(2027, 1, 18))


def test_the_clocks_follow_the_calendar_and_the_policy_for_what_is_open(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2"), conference("CPC-3", due="2027-01-20", requested=None))
    with store.writing() as connection:
        conferences.change(connection, conference("CPC-2"), NOW, state=ConferenceState.HELD)
    put(store, "bank_holidays", (dt.date(2027, 1, 5), dt.date(2027, 1, 18)))
    put(store, "policy", Policy(notice_days=6))
    with store.writing() as connection:
        conferences.reset_clocks(connection, LATER)
    kept = {identifier: found(store, identifier) for identifier in ("CPC-1", "CPC-2", "CPC-3")}
    assert {identifier: (one.due.isoformat(), one.earliest.isoformat(), one.version) for identifier, one in kept.items()} == {
        "CPC-1": ("2027-01-26", "2027-01-13", 2),
        "CPC-2": ("2027-01-22", "2027-01-11", 2),  # held: what happened stays
        "CPC-3": ("2027-01-20", "1900-01-01", 1),  # nothing has changed for it
    }


def test_the_calendar_is_that_of_the_documents(store: Store) -> None:
    with store.reading() as connection:
        assert conferences.calendar(connection) == Calendar()
    term, closure = Period(first=dt.date(2027, 1, 4), last=dt.date(2027, 2, 12)), dt.date(2027, 2, 1)
    put(store, "terms", (term,))
    put(store, "closures", (closure,))
    put(store, "bank_holidays", ())
    with store.reading() as connection:
        assert conferences.calendar(connection) == Calendar(terms=(term,), closures=(closure,), bank_holidays=())


def test_what_happened_is_told_in_order(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2"))
    with store.writing() as connection:
        conferences.record_event(connection, "CPC-1", "requested", NOW, "BS-1")
        conferences.record_event(connection, "CPC-2", "requested", NOW, "BS-1")
        conferences.record_event(connection, "CPC-1", "moved", LATER, "BS-2", "chair_ill", start="2027-01-12T10:00")
    with store.reading() as connection:
        told = conferences.history(connection, ["CPC-1"])
        both = conferences.history(connection, ["CPC-2", "CPC-1"])
    assert [tuple(row)[1:] for row in told] == [
        ("CPC-1", NOW, "BS-1", "requested", None, {}),
        ("CPC-1", LATER, "BS-2", "moved", "chair_ill", {"start": "2027-01-12T10:00"}),
    ]
    assert [row.conference for row in both] == ["CPC-1", "CPC-2", "CPC-1"]


def test_a_query_gives_conferences(store: Store) -> None:
    add(store, conference("CPC-1"), conference("CPC-2", children=5))
    with store.reading() as connection:
        query = select(table).where(table.c.value["children"].as_integer() > 2)
        assert [kept.value.id for kept in conferences.select_conferences(connection, query)] == ["CPC-2"]
