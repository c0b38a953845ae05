"""A draft, the difference that publishing it would make, and its refusal. All are values."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from api.diary.bookings.queries import DiaryBooking, StoredBooking
from api.errors import ErrorItem
from api.publishing.difference import AffectedPeople, Differences, affected, differences
from api.publishing.short_notice import WaiverNeeded, waivers_needed
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.values import Date, Period, Value


class ExceptionNeeded(Value):
    """A late booking without an exception."""

    conference: str
    due: Date
    working_days: int


class DraftDifference(Value):
    """The changes that publishing a draft would make in its days.

    ``exceptions_needed`` lists the late bookings without an exception, ``waivers_needed`` those at short notice. A draft with
    ``obstacles`` can't be published.
    """

    horizon: Period
    conferences: Differences
    held_slots: Differences
    affected: AffectedPeople
    exceptions_needed: tuple[ExceptionNeeded, ...]
    obstacles: tuple[ErrorItem, ...]
    waivers_needed: tuple[WaiverNeeded, ...] = ()

    @property
    def is_none(self) -> bool:
        """True if nothing would change."""
        return self.conferences.is_none and self.held_slots.is_none

    @property
    def changed(self) -> tuple[str, ...]:
        """Return the conferences and held slots that would get a new or moved booking."""
        both = self.conferences, self.held_slots
        return tuple(one.conference for some in both for one in (*some.new, *(moved.booking for moved in some.moved)))

    @property
    def digest(self) -> str:
        """Return a hash of the difference, which serves as its version."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Refusal:
    """The refusal of a draft: its kind, a sentence with the reason, and each obstacle."""

    kind: str
    detail: str
    obstacles: tuple[ErrorItem, ...]


@dataclass(frozen=True)
class Draft:
    """A set of ``planned`` bookings that would replace those ``booked``, in the days of the current ``problem``.

    ``settled`` conferences have been held or cancelled, so they don't change. ``reasons`` say why bookings would be withdrawn.
    Notice counts from ``today``; ``excepted`` conferences may be moved within it.
    """

    problem: Problem
    conferences: Mapping[str, Conference]
    booked: Mapping[str, StoredBooking]
    planned: Mapping[str, DiaryBooking]
    settled: frozenset[str]
    reasons: Mapping[str, str]
    refusal: Refusal | None
    today: dt.date
    excepted: frozenset[str] = frozenset()
    plan: str | None = None
    restores: int | None = None

    @cached_property
    def difference(self) -> DraftDifference:
        """Return the changes that publishing the draft would make, with its obstacles."""
        planned = {name: one.booking for name, one in self.planned.items()}
        modes = {name: conference.mode for name, conference in self.conferences.items()}
        of_conferences = differences(self.booked, planned, self.reasons, modes, held=False)
        return DraftDifference(
            horizon=self.problem.horizon,
            conferences=of_conferences,
            held_slots=differences(self.booked, planned, self.reasons, modes, held=True),
            affected=affected(self.conferences, self.booked, of_conferences),
            exceptions_needed=tuple(self._late()),
            obstacles=self.refusal.obstacles if self.refusal else (),
            waivers_needed=waivers_needed(
                self.problem,
                self.conferences,
                {name: one.booking for name, one in self.booked.items()},
                of_conferences,
                self.excepted,
                self.today,
            ),
        )

    def _late(self) -> Iterable[ExceptionNeeded]:
        due = self.problem.due
        for name, planned in sorted(self.planned.items(), key=lambda item: item[0]):
            open_, day = name in due and name not in self.settled, planned.booking.day
            if open_ and day > due[name] and planned.exception is None:
                days = self.problem.calendar.working_days(due[name], day)
                yield ExceptionNeeded(conference=name, due=due[name], working_days=days)
