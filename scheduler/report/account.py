"""The account of a schedule: its bookings in order with notes, lateness, changes, cover and caseloads.

Every count comes from the rules' own checks, so that all reports agree with the measure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking, Schedule, Unplaced, Violation
from scheduler.report.causes import why_late
from scheduler.rules import PREFERENCE_RULES, TIER_RULES
from scheduler.rules.bookings import first_bookings
from scheduler.rules.locks import without_dropped_locks
from scheduler.wording import count_of


@dataclass(frozen=True)
class LateBooking:
    """A booking after its due date, with the delay in working days and its cause."""

    conference: Conference
    booking: Booking
    due: dt.date
    working_days: int
    why: str


@dataclass(frozen=True)
class BookingChange:
    """A published booking that is changed, with the new booking, or None if the conference is not placed."""

    published: PublishedBooking
    booking: Booking | None


@dataclass(frozen=True)
class ChairLoad:
    """The children of one chair: those given by the schedule, the cap, and the number above the cap.

    ``gone`` is the chair's last day if they are not in post after the plan: their children then have no chair until the
    families are handed over.
    """

    chair: Chair
    given: int
    cap: int
    above: int
    gone: dt.date | None = None

    @property
    def before(self) -> int:
        """Return the children of the chair before the schedule."""
        return self.chair.caseload

    @property
    def after(self) -> int:
        """Return the children of the chair including the schedule's new families."""
        return self.before + self.given

    @property
    def without_chair(self) -> int:
        """Return the children who have no chair after the plan because this one is gone."""
        return 0 if self.gone is None else self.after


class Account:
    """The facts about a schedule that reports show, all derived from the problem and the schedule."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem = problem
        self.schedule = schedule

    @cached_property
    def units(self) -> Mapping[str, tuple[Violation, ...]]:
        """Return what each tier and preference counts, under the contract's names."""
        return {rule.name: tuple(rule.check(self.problem, self.schedule)) for rule in TIER_RULES + PREFERENCE_RULES}

    @cached_property
    def bookings(self) -> tuple[Booking, ...]:
        """Return the first booking of every conference and held slot of the problem, by start, place and reference."""
        known = [b for b in first_bookings(self.schedule).values() if b.conference in self.problem.minutes_by_id]
        return tuple(sorted(known, key=lambda b: (b.start, b.room is None, b.room or "", b.conference)))

    @cached_property
    def placed(self) -> Mapping[str, Booking]:
        """Return the bookings of conferences, in order, under their references."""
        return {b.conference: b for b in self.bookings if b.conference in self.problem.conference_by_id}

    @cached_property
    def held(self) -> tuple[Booking, ...]:
        """Return the bookings of held slots."""
        return tuple(b for b in self.bookings if b.conference in self.problem.held_slot_by_id)

    @cached_property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """Return the conferences without a booking, each with the schedule's reason."""
        reasons = {unplaced.conference: unplaced.reason for unplaced in self.schedule.unplaced}
        return tuple(
            Unplaced(conference=unit.subject, reason=reasons.get(unit.subject) or "No reason is given.")
            for unit in self.units["unplaced"]
        )

    @cached_property
    def late(self) -> tuple[LateBooking, ...]:
        """Return the late bookings, the latest first."""
        late = [self._late(unit.subject) for unit in self.units["late"] if unit.subject in self.placed]
        return tuple(sorted(late, key=lambda item: (-item.working_days, item.booking.start, item.conference.id)))

    @cached_property
    def _as_planned(self) -> Problem:
        return without_dropped_locks(self.problem, self.schedule)

    def _late(self, reference: str) -> LateBooking:
        booking, due = self.placed[reference], self.problem.due[reference]
        return LateBooking(
            conference=self.problem.conference_by_id[reference],
            booking=booking,
            due=due,
            working_days=self.problem.calendar.working_days(due, booking.day),
            why=why_late(self._as_planned, self.schedule, booking),
        )

    @cached_property
    def changes(self) -> tuple[BookingChange, ...]:
        """Return the published bookings that are changed or whose conference is not placed, by published start."""
        changed = {unit.subject for unit in self.units["stability"]}
        pairs = [BookingChange(published, self.placed.get(published.conference)) for published in self.problem.published]
        changes = [change for change in pairs if change.booking is None or change.published.conference in changed]
        return tuple(sorted(changes, key=lambda change: (change.published.start, change.published.conference)))

    @cached_property
    def handovers(self) -> tuple[tuple[Conference, Booking], ...]:
        """Return the conferences with a chair other than their own, in the order of their bookings."""
        subjects = {unit.subject for unit in self.units["continuity"]}
        by_id = self.problem.conference_by_id
        return tuple((by_id[reference], booking) for reference, booking in self.placed.items() if reference in subjects)

    @cached_property
    def loads(self) -> tuple[ChairLoad, ...]:
        """Return each chair's caseload, in the problem's order."""
        above = {unit.subject: unit.amount for unit in self.units["caseload"]}
        given = dict.fromkeys(self.problem.chair_by_id, 0)
        for reference, booking in self.placed.items():
            conference = self.problem.conference_by_id[reference]
            if conference.chair is None and booking.chair in given:
                given[booking.chair] += conference.children
        cap, last = self.problem.policy.caseload_cap, self.problem.horizon.last
        return tuple(
            ChairLoad(
                chair=chair,
                given=given[chair.id],
                cap=chair.cap(cap),
                above=above.get(chair.id, 0),
                gone=chair.last if chair.last is not None and chair.last <= last else None,
            )
            for chair in self.problem.chairs
        )

    @cached_property
    def _subjects(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(unit.subject for unit in units) for name, units in self.units.items()}

    @cached_property
    def working_days_late(self) -> Mapping[str, int]:
        """Return the delay of each late booking in working days, under its conference's reference."""
        return {late.conference.id: late.working_days for late in self.late}

    def notes(self, booking: Booking) -> list[str]:
        """Return short notes on one booking, the most important first."""
        reference, conference = booking.conference, self.problem.conference_by_id.get(booking.conference)
        notes = []
        if reference in self.working_days_late:
            notes.append(f"LATE by {count_of(self.working_days_late[reference], 'working day')}")
        if conference is not None and conference.chair is not None and reference in self._subjects["continuity"]:
            notes.append(f"cover for {self.chair_label(conference.chair)}")
        if reference in self._subjects["stability"]:
            notes.append("changed since published")
        if reference in self._subjects["virtual_fallback"]:
            notes.append("virtual for want of a room")
        if conference is not None and reference in self._subjects["other_site"]:
            notes.append(f"instead of {self.problem.site_by_id[conference.site].label}")
        if reference in self._subjects["friday"]:
            notes.append("Friday")
        if not self.problem.calendar.is_term_time(booking.day):
            notes.append("outside term time")
        return notes

    def chair_label(self, chair: str) -> str:
        """Return the chair's name, or the id if the problem has no such chair."""
        return self.problem.chair_by_id[chair].label if chair in self.problem.chair_by_id else chair

    def minute_taker_label(self, minute_taker: str | None) -> str:
        """Return the minute taker's name, the id if the problem has no such person, or an empty text without a minute taker."""
        taker = self.problem.minute_taker_by_id.get(minute_taker or "")
        return taker.label if taker is not None else minute_taker or ""

    def place_label(self, booking: Booking | PublishedBooking) -> str:
        """Return the room with its site, or ``Virtual``."""
        if booking.room is None:
            return "Virtual"
        return self.room_label(booking.room)

    def room_label(self, room_id: str) -> str:
        """Return the room with its site, or the id if the problem has no such room."""
        room = self.problem.room_by_id.get(room_id)
        if room is None:
            return room_id
        site = self.problem.site_by_id[room.site]
        return room.label if site.label in room.label else f"{site.label}, {room.label}"
