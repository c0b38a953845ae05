from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.database.session import Store
from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from scheduler.domain.conference import Conference
from scheduler.domain.faults import InputError
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from tests.api.support import builders
from tests.api.support.builders import NOW, book, fill
from tests.builders import booking

JANUARY = dt.date(2027, 1, 1), dt.date(2027, 1, 31)


@pytest.fixture
def diary(store: Store) -> Store:
    fill(store)
    return store


def problem_of(store: Store, first: dt.date = JANUARY[0], last: dt.date = JANUARY[1]) -> Problem:
    with store.reading() as connection:
        return snapshot.problem_of(connection, first, last)


def add(store: Store, **changes: Any) -> None:
    with store.writing() as connection:
        conferences.add(connection, Conference.model_validate(builders.conference(**changes)), NOW)


def put(store: Store, name: str, value: Any) -> None:
    with store.writing() as connection:
        documents.put(connection, name, documents.BY_NAME[name].adapter.validate_python(value), NOW)


def set_state(store: Store, identifier: str, state: ConferenceState) -> None:
    with store.writing() as connection:
        stored = conferences.find(connection, identifier)
        assert stored is not None
        conferences.change(connection, stored.value, NOW, state=state)


def ids(problem: Problem) -> list[str]:
    return [one.id for one in problem.conferences]


def test_the_problem_of_a_month_is_complete(diary: Store) -> None:
    book(diary, "CPC-1", "2027-01-12T10:00", minute_taker="M1")
    put(diary, "service", {"name": "Buckinghamshire"})
    put(diary, "policy", {"caseload_cap": 80})
    put(diary, "closures", ["2027-01-05"])
    put(diary, "bank_holidays", ["2027-01-01"])
    put(diary, "virtual_starts", ["09:00"])
    expected = {
        "version": 1,
        "service": {"name": "Buckinghamshire"},
        "horizon": {"first": "2027-01-01", "last": "2027-01-31"},
        "calendar": {"bank_holidays": ["2027-01-01"], "terms": builders.DOCUMENTS["terms"], "closures": ["2027-01-05"]},
        "sites": builders.SITES,
        "travel": builders.DOCUMENTS["travel"],
        "rooms": builders.ROOMS,
        "virtual_starts": ["09:00"],
        "chairs": builders.CHAIRS,
        "minute_takers": builders.MINUTE_TAKERS,
        "conferences": builders.CONFERENCES[:4],
        "holds": [{"site": "AYL", "week": "2027-01-18", "count": 1}],
        "apart": [],
        "published": [
            {
                "conference": "CPC-1",
                "start": "2027-01-12T10:00",
                "room": "AYL-1",
                "chair": "C1",
                "minute_taker": "M1",
                "locks": ["time", "chair", "room"],
            }
        ],
        "policy": {"caseload_cap": 80},
    }
    assert problem_of(diary) == Problem.model_validate(expected)


def test_minute_takers_are_not_modelled_if_there_are_none(diary: Store) -> None:
    with diary.writing() as connection:
        for identifier in ("M1", "M2"):
            registers.remove(connection, registers.MINUTE_TAKERS, identifier)
    assert problem_of(diary).minute_takers is None


def test_reviews_are_included_ten_working_days_before_they_are_due(diary: Store) -> None:
    """CPC-3 is due on the 26th, CPC-4 on the 27th. Both can be held in the twenty working days before; ten of these are left."""
    assert ids(problem_of(diary, last=dt.date(2027, 1, 11))) == ["CPC-1", "CPC-2"]
    assert ids(problem_of(diary, last=dt.date(2027, 1, 12))) == ["CPC-1", "CPC-2", "CPC-3"]
    assert ids(problem_of(diary, last=dt.date(2027, 1, 13))) == ["CPC-1", "CPC-2", "CPC-3", "CPC-4"]


def test_others_are_included_if_they_can_be_held_by_the_last_day(diary: Store) -> None:
    """CPC-1 and CPC-2 were requested on the 4th, and need 5 working days of notice."""
    assert ids(problem_of(diary, last=dt.date(2027, 1, 10))) == []
    assert ids(problem_of(diary, last=dt.date(2027, 1, 11))) == ["CPC-1", "CPC-2"]
    add(diary, identifier="CPC-6", kind="pre_birth", trigger="2027-12-01", requested="2027-01-04")
    add(diary, identifier="CPC-7", kind="transfer_in", earliest="2027-01-12")
    assert ids(problem_of(diary, last=dt.date(2027, 1, 11))) == ["CPC-1", "CPC-2", "CPC-6"]
    assert ids(problem_of(diary, last=dt.date(2027, 1, 12))) == ["CPC-1", "CPC-2", "CPC-3", "CPC-6", "CPC-7"]


def test_overdue_conferences_are_included(diary: Store) -> None:
    assert ids(problem_of(diary, dt.date(2027, 3, 1), dt.date(2027, 3, 31))) == ["CPC-1", "CPC-2", "CPC-3", "CPC-4"]


@pytest.mark.parametrize("state", [ConferenceState.CANCELLED, ConferenceState.HELD, ConferenceState.INQUORATE])
def test_an_ended_conference_without_a_booking_is_left_out(diary: Store, state: ConferenceState) -> None:
    set_state(diary, "CPC-1", state)
    assert ids(problem_of(diary)) == ["CPC-2", "CPC-3", "CPC-4"]


def test_a_booked_conference_is_included_in_its_month_only(diary: Store) -> None:
    book(diary, "CPC-1", "2027-02-01T10:00")
    book(diary, "CPC-5", "2027-01-31T23:00", chair="C3")  # due in June
    january, february = problem_of(diary), problem_of(diary, dt.date(2027, 2, 1), dt.date(2027, 2, 28))
    assert ids(january) == ["CPC-2", "CPC-3", "CPC-4", "CPC-5"]
    assert [one.conference for one in january.published] == ["CPC-5"]
    assert ids(february) == ["CPC-1", "CPC-2", "CPC-3", "CPC-4"]
    assert [one.conference for one in february.published] == ["CPC-1"]


def test_a_plans_booking_can_be_moved_except_for_its_locks(diary: Store) -> None:
    book(diary, "CPC-1", "2027-01-12T10:00", by_hand=False)
    book(diary, "CPC-2", "2027-01-13T10:00", by_hand=False, locks=("chair",))
    book(diary, "CPC-3", "2027-01-14T10:00", by_hand=True)
    book(diary, "CPC-4", "2027-01-15T10:00", by_hand=False)
    set_state(diary, "CPC-4", ConferenceState.HELD)
    assert {one.conference: one.locks for one in problem_of(diary).published} == {
        "CPC-1": (),
        "CPC-2": ("chair",),
        "CPC-3": ("time", "chair", "room"),
        "CPC-4": ("time", "chair", "room"),
    }


def test_an_ended_booking_is_left_out(diary: Store) -> None:
    number = book(diary, "CPC-1", "2027-01-12T10:00")
    with diary.writing() as connection:
        bookings.end(connection, [number], Ending.CANCELLED, NOW)
    set_state(diary, "CPC-1", ConferenceState.CANCELLED)
    problem = problem_of(diary)
    assert (ids(problem), problem.published) == (["CPC-2", "CPC-3", "CPC-4"], ())


def test_booked_holds_are_planned_again(diary: Store) -> None:
    with diary.writing() as connection:
        bookings.add(connection, DiaryBooking(booking("HOLD-AYL-2027-01-18-1", "2027-01-19T10:00")), Policy(), NOW)
    problem = problem_of(diary)
    assert problem.published == ()
    assert [slot.id for slot in problem.held_slots] == ["HOLD-AYL-2027-01-18-1"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (dt.date(2027, 1, 11), dt.date(2027, 1, 17), 0),
        (dt.date(2027, 1, 11), dt.date(2027, 1, 18), 1),
        (dt.date(2027, 1, 22), dt.date(2027, 1, 29), 1),  # the hold's week has begun
        (dt.date(2027, 1, 25), dt.date(2027, 1, 29), 0),
    ],
)
def test_only_holds_of_the_planned_weeks_are_included(diary: Store, first: dt.date, last: dt.date, expected: int) -> None:
    assert len(problem_of(diary, first, last).holds) == expected


def test_pairs_are_included_if_both_conferences_are(diary: Store) -> None:
    put(diary, "apart", [["CPC-1", "CPC-2"], ["CPC-1", "CPC-5"], ["CPC-9", "CPC-3"]])
    assert problem_of(diary).apart == (("CPC-1", "CPC-2"),)


def test_an_empty_diary_and_an_invalid_period_are_refused(store: Store) -> None:
    with pytest.raises(InputError) as refused:
        problem_of(store)
    assert str(refused.value) == "sites: is empty. Enter at least one."
    fill(store)
    with pytest.raises(InputError) as refused:
        problem_of(store, JANUARY[1], JANUARY[0])
    assert [fault.where for fault in refused.value.faults] == ["horizon"]


def test_the_frame_has_all_open_conferences_and_is_validated(diary: Store) -> None:
    set_state(diary, "CPC-1", ConferenceState.HELD)
    with diary.reading() as connection:
        frame = snapshot.frame_of(connection)
    assert ids(frame) == ["CPC-2", "CPC-3", "CPC-4", "CPC-5"]
    with pytest.raises(InputError) as refused, diary.writing() as connection:
        registers.remove(connection, registers.SITES, "WYC")
        snapshot.frame_of(connection)
    assert [fault.where for fault in refused.value.faults] == [
        "travel[0].to",
        "travel[2].to",
        "rooms.WYC-1.site",
        "minute_takers.M1.sites[2]",
        "minute_takers.M2.sites[1]",
        "conferences.CPC-2.site",
    ]
