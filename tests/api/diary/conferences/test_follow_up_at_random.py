"""Random events in any order. The diary's bookings, states, chains and caseloads stay consistent."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from api.database import tables
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.queries import StoredBooking
from api.diary.conferences import outcomes
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.follow_up import Outcome, Reason, possible_outcomes
from api.diary.conferences.outcomes import OutcomeEntry
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as registers
from api.errors import ConflictError, InvalidError, ServiceError
from api.reports import queries as report_queries
from api.reports import timeliness_by_month, weekly_icpc
from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.values import Period
from tests.api.support import builders
from tests.api.support.databases import Databases, slow_on_postgresql

EXCEPTION = {"by": "MGR-1", "reason": "no room", "safety_plan_reviewed": True}
CASELOAD = 100
REASONS = st.sampled_from([reason for reason in Reason if reason is not Reason.ENTERED_WRONGLY])
CHAIRS = st.sampled_from([chair["id"] for chair in builders.CHAIRS])
ROOMS = st.sampled_from([*(room["id"] for room in builders.ROOMS), None])
STARTS = st.sampled_from([dt.time(10), dt.time(14)])
SOON = st.integers(1, 30)
YEARS = Period(first=dt.date(2026, 6, 1), last=dt.date(2029, 12, 31))
"""Days that include every due date and booking of the random diaries."""


class DiaryMachine(RuleBasedStateMachine):
    """Events of the small service's conferences, and of the conferences that follow them."""

    databases: Databases
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(self.databases.migrated())
        self.requested = 0

    @initialize()
    def begin(self) -> None:
        builders.fill(self.store)
        with self.store.writing() as connection:
            for chair in registers.values(connection, registers.CHAIRS):
                registers.replace(
                    connection, registers.CHAIRS, chair.id, chair.model_copy(update={"caseload": CASELOAD}), builders.NOW
                )
            self.others = {chair: CASELOAD - children for chair, children in _on_plans(connection).items()}
            for kind in (ConferenceKind.PRE_BIRTH, ConferenceKind.INITIAL):
                self._hold_first(connection, kind)

    def _hold_first(self, connection: Connection, kind: ConferenceKind) -> None:
        """Record an initial conference that made a plan, so that the family's first review is requested."""
        first = Conference.model_validate(builders.conference(f"OLD-{kind}", kind=kind, trigger="2026-10-01"))
        conference_workflow.request(connection, first, builders.NOW)
        day = dt.datetime(2027, 1, 12 if kind is ConferenceKind.INITIAL else 13, 10)
        chosen = {"start": day, "room": "AYL-1", "chair": "C1", "minute_taker": "M1"}
        booking_workflow.book(connection, first.id, chosen, builders.NOW, locks=(), exception=EXCEPTION)
        conference = conferences.find(connection, first.id)
        assert conference is not None
        later = builders.NOW + dt.timedelta(days=30)
        outcomes.record(connection, conference, OutcomeEntry(Outcome.PLAN_MADE), later)

    def teardown(self) -> None:
        self.store.close()

    @rule(
        kind=st.sampled_from([ConferenceKind.INITIAL, ConferenceKind.PRE_BIRTH, ConferenceKind.TRANSFER_IN]),
        children=st.integers(1, 4),
    )
    def request(self, kind: ConferenceKind, children: int) -> None:
        self.requested += 1
        requested = builders.conference(f"NEW-{self.requested}", kind=kind, children=children, trigger="2027-01-11")
        self._do(
            "request",
            lambda connection: conference_workflow.request(connection, Conference.model_validate(requested), builders.NOW),
        )

    @rule(data=st.data(), soon=SOON, start=STARTS, room=ROOMS, chair=CHAIRS)
    def book(self, data: st.DataObject, soon: int, start: dt.time, room: str | None, chair: str) -> None:
        conference = data.draw(st.sampled_from(self._conferences(*OPEN) or [None]))
        if conference is None:
            return
        chosen = {"start": _start(conference, soon, start), "room": room, "chair": chair, "minute_taker": "M1"}
        name = conference.value.id
        self._do(
            "book",
            lambda connection: booking_workflow.book(connection, name, chosen, builders.NOW, locks=(), exception=EXCEPTION),
        )

    @rule(data=st.data(), soon=SOON, start=STARTS, room=ROOMS, chair=CHAIRS, reason=REASONS)
    def move(self, data: st.DataObject, soon: int, start: dt.time, room: str | None, chair: str, reason: Reason) -> None:
        booked = data.draw(st.sampled_from(self._future_bookings() or [None]))
        if booked is None:
            return
        conference = self._conference(booked.booking.conference)
        changes = {"start": _start(conference, soon, start), "room": room, "chair": chair}
        self._do(
            "move",
            lambda connection: booking_workflow.move(connection, booked, changes, reason, builders.NOW, exception=EXCEPTION),
        )

    @precondition(lambda self: self._bookings())
    @rule(data=st.data(), reason=REASONS)
    def cancel_booking(self, data: st.DataObject, reason: Reason) -> None:
        booked = data.draw(st.sampled_from(self._future_bookings() or self._bookings()))
        self._do("unbook", lambda connection: booking_workflow.cancel(connection, booked, reason, builders.NOW))

    @precondition(lambda self: len(self._conferences(*OPEN)) > 3)
    @rule(data=st.data(), reason=REASONS)
    def cancel(self, data: st.DataObject, reason: Reason) -> None:
        conference = data.draw(st.sampled_from(self._conferences()))
        self._do("cancel", lambda connection: conference_workflow.cancel(connection, conference, reason, builders.NOW))

    @precondition(lambda self: self._conferences(ConferenceState.BOOKED))
    @rule(data=st.data(), children=st.none() | st.integers(0, 4))
    def outcome(self, data: st.DataObject, children: int | None) -> None:
        conference = data.draw(st.sampled_from(self._conferences(ConferenceState.BOOKED)))
        result = data.draw(st.sampled_from(possible_outcomes(conference.value.kind)) | st.sampled_from(Outcome))
        later = builders.NOW + dt.timedelta(days=3650)
        entry = OutcomeEntry(result, children=children)
        self._do("outcome", lambda connection: outcomes.record(connection, conference, entry, later))

    @precondition(lambda self: self._with_outcome())
    @rule(data=st.data(), back=st.integers(0, 3), children=st.none() | st.integers(1, 4))
    def correct(self, data: st.DataObject, back: int, children: int | None) -> None:
        stored = data.draw(st.sampled_from(self._with_outcome()))
        assert stored.outcome is not None
        held_on = dt.date.fromisoformat(stored.outcome["held_on"]) - dt.timedelta(days=back)
        entry = OutcomeEntry(data.draw(st.sampled_from(possible_outcomes(stored.value.kind))), held_on, children)
        later = builders.NOW + dt.timedelta(days=3650)
        self._do("correct", lambda connection: outcomes.correct(connection, stored, entry, later))

    @precondition(lambda self: self._with_outcome())
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        stored = data.draw(st.sampled_from(self._with_outcome()))
        self._do("withdraw", lambda connection: outcomes.withdraw(connection, stored, builders.NOW))

    @rule(data=st.data(), day=st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31)))
    def birth(self, data: st.DataObject, day: dt.date) -> None:
        every = self._conferences()
        likely = [conference for conference in every if conference.value.kind is ConferenceKind.PRE_BIRTH or conference.follows]
        conference = data.draw(st.sampled_from(likely or every))
        later = builders.NOW + dt.timedelta(days=365)
        self._do("birth", lambda connection: conference_workflow.birth(connection, conference, day, later))

    @rule(data=st.data(), chair=CHAIRS, children=st.integers(1, 4))
    def change(self, data: st.DataObject, chair: str, children: int) -> None:
        conference = data.draw(st.sampled_from(self._conferences()))
        value = conference.value.model_copy(update={"chair": chair, "children": children})
        self._do("change", lambda connection: booking_workflow.change_conference(connection, conference, value, builders.NOW))

    @invariant()
    def booked_and_held_conferences_have_one_active_booking(self) -> None:
        active = Counter(booked.booking.conference for booked in self._bookings())
        unbooked = (ConferenceState.REQUESTED, ConferenceState.CANCELLED)
        expected = {conference.value.id: int(conference.state not in unbooked) for conference in self._conferences()}
        assert {name: active[name] for name in expected} == expected

    @invariant()
    def what_was_held_was_booked_on_its_day(self) -> None:
        days = {booked.booking.conference: booked.booking.day.isoformat() for booked in self._bookings()}
        outcomes_ = {stored.value.id: stored.outcome for stored in self._conferences() if stored.outcome is not None}
        assert {name: outcome["held_on"] for name, outcome in outcomes_.items()} == {name: days[name] for name in outcomes_}

    @invariant()
    def a_chain_has_at_most_one_open_conference_at_its_end(self) -> None:
        every = {conference.value.id: conference for conference in self._conferences()}
        followed = Counter(conference.follows for conference in every.values() if conference.follows is not None)
        assert set(followed.values()) <= {1}
        assert all(every[name].state in (ConferenceState.HELD, ConferenceState.INQUORATE) for name in followed)
        for name, conference in every.items():
            goes_on = conference.state is ConferenceState.INQUORATE or (
                conference.state is ConferenceState.HELD
                and conference.outcome is not None
                and Outcome(conference.outcome["outcome"]).leaves_a_plan
            )
            assert (name in followed) == goes_on

    @invariant()
    def a_caseload_counts_the_children_on_plans(self) -> None:
        with self.store.reading() as connection:
            on_plans = _on_plans(connection)
            caseloads = {chair.id: chair.caseload for chair in registers.values(connection, registers.CHAIRS)}
        assert caseloads == {chair: others + on_plans[chair] for chair, others in self.others.items()}

    @invariant()
    def each_child_is_in_one_figure_of_the_reports(self) -> None:
        """An inquorate conference is in no figure; the one that repeats it is, also while it waits."""
        with self.store.reading() as connection:
            today = builders.NOW.date()
            placed, waiting = report_queries.placed(connection, YEARS, today), report_queries.not_booked(connection, YEARS)
        by_month, by_week = timeliness_by_month.rows(YEARS, placed, waiting), weekly_icpc.rows(YEARS, placed, waiting)
        for row in (*by_month, *by_week):
            assert row.children == row.held + row.booked + row.unrecorded + row.not_booked, row
            assert row.held == row.in_time + row.late == row.in_statutory_time + row.late_by_statute, row
        current = self._conferences(ConferenceState.HELD, *OPEN)
        initial = [one for one in current if not one.value.kind.is_review]
        for rows, counted in ((by_month, current), (by_week, initial)):
            assert sum(row.conferences for row in rows) == len(counted)
            assert sum(row.children for row in rows) == sum(one.value.children for one in counted)

    @invariant()
    def every_changed_conference_has_a_history(self) -> None:
        with self.store.reading() as connection:
            recorded = set(connection.execute(select(tables.conference_history.c.conference)).scalars())
        assert {
            conference.value.id for conference in self._conferences() if conference.version > 1 or conference.follows
        } <= recorded

    def _do(self, what: str, happen: Callable[[Connection], Any]) -> None:
        """Do something in one transaction, as a request does. Assert that a refusal changes nothing."""
        try:
            with self.store.writing() as connection:
                happen(connection)
        except ServiceError as error:
            assert isinstance(error, ConflictError | InvalidError), error
            self.done[f"{what} refused"] += 1
        else:
            self.done[what] += 1

    def _conferences(self, *states: ConferenceState) -> list[StoredConference]:
        with self.store.reading() as connection:
            every = conferences.list_conferences(connection)
        return [conference for conference in every if not states or conference.state in states]

    def _with_outcome(self) -> list[StoredConference]:
        return self._conferences(ConferenceState.HELD, ConferenceState.INQUORATE)

    def _conference(self, identifier: str) -> StoredConference:
        return next(conference for conference in self._conferences() if conference.value.id == identifier)

    def _future_bookings(self) -> list[StoredBooking]:
        booked = {conference.value.id for conference in self._conferences(ConferenceState.BOOKED)}
        return [booking for booking in self._bookings() if booking.booking.conference in booked]

    def _bookings(self) -> list[StoredBooking]:
        with self.store.reading() as connection:
            return bookings.select_bookings(connection, select(tables.bookings).where(tables.bookings.c.active))


def _start(conference: StoredConference, soon: int, start: dt.time) -> dt.datetime:
    return dt.datetime.combine(Calendar().working_days_after(conference.earliest, soon), start)


def _on_plans(connection: Connection) -> Counter[str]:
    """Return the number of children of open reviews, by chair."""
    on_plans: Counter[str] = Counter(dict.fromkeys((chair["id"] for chair in builders.CHAIRS), 0))
    for conference in conferences.list_conferences(connection):
        if conference.state in OPEN and conference.value.kind.is_review and conference.value.chair is not None:
            on_plans[conference.value.chair] += conference.value.children
    return on_plans


@slow_on_postgresql
@pytest.mark.parametrize("examples", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_the_diary_stays_consistent_after_random_events(databases: Databases, examples: int) -> None:
    DiaryMachine.databases, DiaryMachine.done = databases, Counter()
    quietly = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = settings(max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=quietly, database=None)
    run_state_machine_as_test(DiaryMachine, settings=chosen)
    missed = {"request", "book", "move", "unbook", "cancel", "outcome", "birth", "change", "book refused"} - set(
        DiaryMachine.done
    )
    assert examples < 100 or not missed, "the random sequences reach every event"
