"""Random plans, publications, restorations and bookings by hand. The diary stays valid, and a refusal changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from api.database import tables
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.queries import DiaryBooking
from api.diary.conferences import follow_up, outcomes
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.outcomes import OutcomeEntry
from api.diary.conferences.queries import ConferenceState
from api.diary.snapshot import problem_of
from api.errors import ServiceError
from api.jobs import queue as jobs
from api.publishing import drafts
from api.publishing import queries as publications
from api.publishing import workflow as publishing
from api.publishing.draft import Draft
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from tests.api.support.builders import NOW, fill
from tests.api.support.databases import Databases, slow_on_postgresql
from tests.api.support.drafts import FIRST, LAST, contents, keep
from tests.builders import booking

TODAY = NOW.date()
LATER = dt.datetime(2027, 2, 15, 9, tzinfo=dt.UTC)
DAYS = [day for day in range(11, 30) if dt.date(2027, 1, day).weekday() < 5]
PLACES = ("AYL-1", "AMR-1", "WYC-1", None)
EXCEPTION = {"by": "manager", "reason": "no room", "safety_plan_reviewed": True}
NUMBERS = ("CPC-1", "CPC-2", "CPC-3", "CPC-4", "CPC-5")
TRIES = 4


def random_booking(random: Random, identifier: str) -> Booking:
    start = f"2027-01-{random.choice(DAYS):02}T{random.choice(('10:00', '14:00'))}"
    people = {"chair": random.choice(("C1", "C2", "C3")), "minute_taker": random.choice(("M1", "M2"))}
    return booking(identifier, start, room=random.choice(PLACES), **people)


def random_schedule(problem: Problem, random: Random) -> Schedule:
    """Return a random schedule that breaks no rule, in which some published bookings have moved."""
    current = {
        published.conference: booking(
            published.conference,
            published.start.isoformat(),
            room=published.room,
            chair=published.chair,
            minute_taker=published.minute_taker,
        )
        for published in problem.published
    }
    chosen = dict(current)
    for name in [*problem.conference_by_id, *problem.held_slot_by_id]:
        for one in (random_booking(random, name) for _ in range(TRIES)):
            others = (
                {**chosen, name: one} if random.random() < 0.7 else {key: other for key, other in chosen.items() if key != name}
            )
            if check(problem, Schedule(bookings=tuple(others.values()))).ok:
                chosen = others
                break
    return Schedule(problem=problem.digest, bookings=tuple(chosen.values()))


def plan(store: Store, random: Random) -> None:
    with store.reading() as connection:
        problem = problem_of(connection, FIRST, LAST)
    schedule = random_schedule(problem, random)
    keep(store, problem, schedule.bookings, {})


def publish(connection: Connection, random: Random) -> Draft | None:
    plans = jobs.list_jobs(connection)
    return drafts.of_plan(connection, random.choice(plans[:2]).id, TODAY) if plans else None


def restore(connection: Connection, random: Random) -> Draft | None:
    published = publications.list_publications(connection)
    return drafts.of_publication(connection, random.choice(published).number, TODAY) if published else None


def by_hand(connection: Connection, random: Random) -> None:
    name = random.choice(NUMBERS)
    current, chosen = (
        bookings.active_of(connection, name),
        random_booking(random, name).model_dump(include={"start", "room", "chair", "minute_taker"}),
    )
    if current is None:
        booking_workflow.book(connection, name, chosen, NOW, locks=(), exception=EXCEPTION)
    elif random.random() < 0.5:
        booking_workflow.move(connection, current, chosen, follow_up.Reason.FAMILY_ASKED, NOW, exception=EXCEPTION)
    else:
        booking_workflow.cancel(connection, current, follow_up.Reason.FAMILY_ASKED, NOW)


def end(connection: Connection, random: Random) -> None:
    """Record a random outcome of a conference, or cancel it."""
    conference = conferences.find(connection, random.choice(NUMBERS))
    assert conference is not None
    if random.random() < 0.3:
        conference_workflow.cancel(connection, conference, follow_up.Reason.NO_LONGER_NEEDED, NOW)
    else:
        result = random.choice(follow_up.possible_outcomes(conference.value.kind))
        outcomes.record(connection, conference, OutcomeEntry(result), LATER)


OTHERS: dict[str, Callable[[Connection, Random], None]] = {"by hand": by_hand, "end": end}
DRAFTS: dict[str, Callable[[Connection, Random], Draft | None]] = {"publish": publish, "restore": restore}


def do(store: Store, step: str, random: Random) -> bool:
    """Take one step, completely or not at all. Return whether it was done."""
    if step == "plan":
        plan(store, random)
        return True
    before = contents(store)
    try:
        with store.writing() as connection:
            if step in OTHERS:
                OTHERS[step](connection, random)
                return True
            draft = DRAFTS[step](connection, random)
            if draft is None:
                return False
            allowed = [(late.conference, EXCEPTION) for late in draft.difference.exceptions_needed]
            number = publishing.publish(connection, draft, allowed, NOW, "somebody")
    except ServiceError:
        assert contents(store) == before
        return False
    assert_copies_bookings(store, number)
    after = contents(store)["publications"]
    assert after[:-1] == before["publications"]
    assert [row[0] for row in after] == list(range(1, number + 1))
    return True


def assert_copies_bookings(store: Store, number: int) -> None:
    """Assert that a publication is a copy of the active bookings, which break no rule."""
    with store.reading() as connection:
        published = publications.find(connection, number)
        active = bookings.active_in(connection, FIRST, LAST)
        problem = problem_of(connection, FIRST, LAST)
    assert published is not None
    plain = [replace(one, booking=one.booking.model_copy(update={"cover": False})) for one in published.bookings]
    copy = {one.booking.conference: one for one in plain}
    assert len(copy) == len(published.bookings) == published.summary.booked
    assert copy == {one.booking.conference: DiaryBooking(one.booking, one.locks, one.by_hand, one.exception) for one in active}
    assert check(problem, Schedule(bookings=tuple(one.booking for one in active))).ok


def assert_valid(store: Store) -> None:
    """Assert that states match active bookings, and that no two of these overlap."""
    table = tables.bookings.c
    with store.reading() as connection:
        states = {
            row.id: ConferenceState(row.state)
            for row in connection.execute(select(tables.conferences.c.id, tables.conferences.c.state))
        }
        active = list(connection.execute(select(tables.bookings).where(table.active)))
    counted = [row.conference for row in active if row.conference is not None]
    assert len(counted) == len(set(counted))
    for name, state in states.items():
        assert (name in counted) == (state in (ConferenceState.BOOKED, ConferenceState.HELD, ConferenceState.INQUORATE)), (
            name,
            state,
        )
    for one, other in combinations(active, 2):
        for what, until in (("room", "cleared"), ("chair", "end"), ("minute_taker", "end")):
            if one._mapping[what] is not None and one._mapping[what] == other._mapping[what]:
                first, second = sorted((one._mapping, other._mapping), key=lambda row: row["arrival"])
                assert first[until] <= second["arrival"], (what, first, second)


STEPS = st.tuples(st.sampled_from(("plan", "publish", "publish", "by hand", "restore", "end")), st.integers(0, 10_000))
AN_EXAMPLE: list[Any] = [("plan", 1), ("publish", 1), ("plan", 2), ("publish", 2), ("restore", 1), ("by hand", 3), ("restore", 4)]


@slow_on_postgresql
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(AN_EXAMPLE)
@given(st.lists(STEPS, min_size=3, max_size=14))
def test_the_diary_stays_valid_after_random_steps(databases: Databases, steps: list[tuple[str, int]]) -> None:
    store = Store(databases.migrated())
    try:
        fill(store)
        for step, seed in steps:
            do(store, step, Random(seed))
            assert_valid(store)
    finally:
        store.close()
