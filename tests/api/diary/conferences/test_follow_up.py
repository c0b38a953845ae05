"""The effects of an outcome, a birth or a transfer: the contract's clocks, ids of a chain, and caseloads."""

from __future__ import annotations

import datetime as dt

import pytest

from api.clock import local_day
from api.diary.conferences import follow_up
from api.diary.conferences.follow_up import Outcome
from api.diary.service.clock_settings import ClockSettings
from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair
from scheduler.domain.policy import Policy
from tests.api.support import builders

CALENDAR, POLICY = Calendar(), Policy()
DAY = dt.date(2027, 1, 12)


def conference(identifier: str = "CPC-1", **changes: object) -> Conference:
    return Conference.model_validate(builders.conference(identifier, **changes))


@pytest.mark.parametrize(
    ("kind", "next_kind", "due"),
    [
        (ConferenceKind.INITIAL, ConferenceKind.FIRST_REVIEW, dt.date(2027, 4, 12)),
        (ConferenceKind.TRANSFER_IN, ConferenceKind.FIRST_REVIEW, dt.date(2027, 4, 12)),
        (ConferenceKind.PRE_BIRTH, ConferenceKind.FIRST_REVIEW, dt.date(2027, 4, 12)),
        (ConferenceKind.FIRST_REVIEW, ConferenceKind.REVIEW, dt.date(2027, 7, 12)),
        (ConferenceKind.REVIEW, ConferenceKind.REVIEW, dt.date(2027, 7, 12)),
    ],
)
def test_the_next_review_has_its_own_clock_and_chair(kind: ConferenceKind, next_kind: ConferenceKind, due: dt.date) -> None:
    needs = {"site": "WYC", "mode": "virtual", "minutes": 90, "accessible": True, "social_worker": "SW-1", "not_chairs": ["C9"]}
    over = {
        "earliest": "2027-01-05",
        "due": "2027-01-20",
        "unavailable": [{"start": "2027-01-05T00:00", "end": "2027-01-06T00:00"}],
    }
    held = conference(kind=kind, children=3, school_age=2, **needs, **over)

    review = follow_up.next_review(held, "CPC-1-R1", DAY, "C2", children=1)

    expected = {"id": "CPC-1-R1", "kind": next_kind, "children": 1, "school_age": 1, "chair": "C2", "trigger": "2027-01-12"}
    assert review == Conference.model_validate(needs | expected)
    assert due_date(review, CALENDAR, POLICY) == due


@pytest.mark.parametrize(
    ("kind", "possible"),
    [
        (ConferenceKind.INITIAL, (Outcome.PLAN_MADE, Outcome.NO_PLAN, Outcome.INQUORATE)),
        (ConferenceKind.TRANSFER_IN, (Outcome.PLAN_MADE, Outcome.NO_PLAN, Outcome.INQUORATE)),
        (ConferenceKind.PRE_BIRTH, (Outcome.PLAN_MADE, Outcome.NO_PLAN, Outcome.INQUORATE)),
        (ConferenceKind.FIRST_REVIEW, (Outcome.PLAN_CONTINUES, Outcome.PLAN_ENDED, Outcome.INQUORATE)),
        (ConferenceKind.REVIEW, (Outcome.PLAN_CONTINUES, Outcome.PLAN_ENDED, Outcome.INQUORATE)),
    ],
)
def test_the_possible_outcomes_depend_on_the_kind(kind: ConferenceKind, possible: tuple[Outcome, ...]) -> None:
    assert follow_up.possible_outcomes(kind) == possible


def test_an_inquorate_initial_conference_is_repeated_within_days() -> None:
    again = follow_up.held_again(conference(), "CPC-1-A2", DAY, CALENDAR, ClockSettings(rebook_days=10))
    assert again == conference("CPC-1-A2", earliest="2027-01-13", due="2027-01-26")


def test_an_inquorate_review_keeps_its_due_date() -> None:
    review = conference(kind="review", trigger="2026-08-03", due="2027-02-01")
    again = follow_up.held_again(review, "CPC-1-A2", DAY, CALENDAR, ClockSettings(rebook_days=10))
    assert again == conference("CPC-1-A2", kind="review", trigger="2026-08-03", earliest="2027-01-13", due="2027-02-01")


def test_what_is_derived_again_keeps_what_somebody_has_changed() -> None:
    before = conference("R", trigger="2027-01-12", children=3, school_age=2, chair="C1")
    after = conference("R", trigger="2027-01-13", children=1, school_age=1, chair="C1")
    current = before.model_copy(update={"school_age": 3, "site": "WYC", "due": dt.date(2027, 2, 1)})
    assert follow_up.derived_again(before, before, after) == after
    expected = conference("R", trigger="2027-01-13", children=1, school_age=1, chair="C1", site="WYC", due="2027-02-01")
    assert follow_up.derived_again(current, before, after) == expected


@pytest.mark.parametrize(("days", "due"), [(20, "2027-02-09"), (10, "2027-01-26"), (None, "2027-04-12")])
def test_after_a_birth_the_first_review_comes_sooner(days: int | None, due: str) -> None:
    review = conference("CPC-1-R1", kind="first_review")
    born = follow_up.after_birth(review, DAY, CALENDAR, POLICY, ClockSettings(birth_days=days))
    assert born == conference("CPC-1-R1", kind="first_review", due=due)


def test_a_transfer_starts_the_clock_at_the_notification() -> None:
    transferred = follow_up.transferred_in(conference(due="2027-01-20"), DAY)
    assert transferred == conference(kind="transfer_in", trigger="2027-01-12")
    assert due_date(transferred, CALENDAR, POLICY) == dt.date(2027, 2, 2)


@pytest.mark.parametrize(
    ("identifier", "review", "again"),
    [
        ("CPC-0101", "CPC-0101-R1", "CPC-0101-A2"),
        ("CPC-0101-R1", "CPC-0101-R2", "CPC-0101-R1-A2"),
        ("CPC-0101-R9-A2", "CPC-0101-R10", "CPC-0101-R9-A3"),
        ("CPC-0101-A3", "CPC-0101-R1", "CPC-0101-A4"),
        ("R1", "R1-R1", "R1-A2"),
        ("-R1", "-R1-R1", "-R1-A2"),
        ("x" * 200, "x" * 180 + "-R1", "x" * 180 + "-A2"),
    ],
)
def test_an_id_is_derived_from_the_chain(identifier: str, review: str, again: str) -> None:
    assert follow_up.review_identifier(identifier, lambda _: False) == review
    assert follow_up.attempt_identifier(identifier, lambda _: False) == again


def test_an_id_that_exists_is_skipped() -> None:
    assert follow_up.review_identifier("A", {"A-R1", "A-R2"}.__contains__) == "A-R3"


def test_a_family_stays_with_its_chair_unless_that_was_a_reserve() -> None:
    own = conference(chair="C1")
    assert follow_up.chair_of_family(own, Chair(id="C2")) == "C1"
    assert follow_up.chair_of_family(conference(), Chair(id="C2")) == "C2"
    assert follow_up.chair_of_family(own, Chair(id="MGR", reserve=True)) == "C1"
    assert follow_up.chair_of_family(conference(), Chair(id="MGR", reserve=True)) is None


def test_a_caseload_follows_the_number_of_children() -> None:
    before = follow_up.on_plan(conference(kind="review", chair="C1", children=3))
    after = follow_up.on_plan(conference(kind="review", chair="C2", children=2))
    assert follow_up.caseload_changes(before, after) == {"C1": -3, "C2": 2}
    assert follow_up.caseload_changes(before, before) == {}
    assert follow_up.on_plan(conference(chair="C1")) == follow_up.on_plan(conference(kind="review")) == {}
    assert [follow_up.with_caseload(Chair(id="C1", caseload=2), change).caseload for change in (3, -1, -3)] == [5, 1, 0]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (dt.datetime(2027, 3, 28, 0, 59, tzinfo=dt.UTC), dt.date(2027, 3, 28)),
        (dt.datetime(2027, 6, 30, 23, 30, tzinfo=dt.UTC), dt.date(2027, 7, 1)),
        (dt.datetime(2027, 10, 31, 23, 30, tzinfo=dt.UTC), dt.date(2027, 10, 31)),
    ],
)
def test_the_local_day_is_londons(now: dt.datetime, day: dt.date) -> None:
    assert local_day(now) == day
