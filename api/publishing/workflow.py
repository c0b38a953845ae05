"""Publishing: from a draft to what stands, in the request's transaction, by the present data, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending, StoredBooking
from api.diary.bookings.workflow import Recorded
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import ConferenceState
from api.diary.conferences.workflow import place
from api.errors import ErrorItem, InvalidError, conflict
from api.publishing import queries as publications
from api.publishing.difference import Affected, Differences, affected, differences
from api.publishing.queries import BookingCopy
from scheduler.checker import check
from scheduler.domain.conference import Conference
from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem, nameless
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import Date, Period, Value
from scheduler.wording import count_of, short_date

FELT_BY_FAMILIES = ("date", "time", "minutes", "room", "chair")


class ExceptionNeeded(Value):
    """A booking after its due date that nobody has allowed yet."""

    conference: str
    due: Date
    working_days: int


class DraftDifference(Value):
    """What publishing a draft would change of what stands in its days.

    ``exceptions_needed`` are the late bookings that nobody has allowed yet; while there are ``obstacles`` it can't be published.
    """

    horizon: Period
    conferences: Differences
    held_slots: Differences
    affected: Affected
    exceptions_needed: tuple[ExceptionNeeded, ...]
    obstacles: tuple[ErrorItem, ...]

    @property
    def is_none(self) -> bool:
        """Whether all would stay as it is."""
        return self.conferences.is_none and self.held_slots.is_none

    @property
    def changed(self) -> tuple[str, ...]:
        """What would be new or moved, conferences and held slots."""
        both = self.conferences, self.held_slots
        return tuple(one.conference for some in both for one in (*some.new, *(moved.booking for moved in some.moved)))

    @property
    def digest(self) -> str:
        """A version: it is another where anything that is told is."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Refusal:
    """Why a draft can't be published: a word for programs, a sentence, and each obstacle."""

    kind: str
    detail: str
    obstacles: tuple[ErrorItem, ...]


@dataclass(frozen=True)
class Draft:
    """What is to stand in the days of ``problem`` (the present one), and what stands there now, both by conference or hold.

    ``settled`` are conferences that are held already: nothing of them changes. ``reasons`` are of what would stand no more.
    """

    problem: Problem
    conferences: Mapping[str, Conference]
    standing: Mapping[str, StoredBooking]
    planned: Mapping[str, BookingCopy]
    settled: frozenset[str]
    reasons: Mapping[str, str]
    refusal: Refusal | None
    plan: str | None = None
    restores: int | None = None

    @cached_property
    def difference(self) -> DraftDifference:
        """What publishing it would change, and what would be in the way."""
        plain = {name: booking.plain for name, booking in self.planned.items()}
        of_conferences = differences(self.standing, plain, self.reasons, held=False)
        return DraftDifference(
            horizon=self.problem.horizon,
            conferences=of_conferences,
            held_slots=differences(self.standing, plain, self.reasons, held=True),
            affected=affected(self.conferences, self.standing, of_conferences),
            exceptions_needed=tuple(self._late()),
            obstacles=self.refusal.obstacles if self.refusal else (),
        )

    def _late(self) -> Iterable[ExceptionNeeded]:
        due = self.problem.due
        for name, booking in sorted(self.planned.items()):
            open_ = name in due and name not in self.settled
            if open_ and booking.day > due[name] and booking.exception is None:
                days = self.problem.calendar.working_days(due[name], booking.day)
                yield ExceptionNeeded(conference=name, due=due[name], working_days=days)


def refuse(draft: Draft) -> None:
    """ApiError 409, with each obstacle, where the draft can't be published by the present data."""
    if draft.refusal is not None:
        raise conflict(draft.refusal.kind, draft.refusal.detail, draft.refusal.obstacles)


def publish(
    connection: Connection,
    draft: Draft,
    exceptions: Sequence[tuple[str, Recorded]],
    now: dt.datetime,
    actor: str,
) -> int:
    """Let the draft stand; gives the publication's number.

    What does not change keeps its row. ``exceptions`` are by conference. ApiError 409 where anything is in the way, 422 where a
    late booking lacks its exception.
    """
    refuse(draft)
    difference = draft.difference
    allowed = _allowed(difference, exceptions)
    planned = {
        name: booking.model_copy(update={"exception": allowed[name]}) if name in allowed else booking
        for name, booking in draft.planned.items()
    }
    number = publications.next_number(connection)
    copy = sorted(planned.values(), key=lambda booking: (booking.start, booking.conference))
    publications.add(connection, number, draft.problem.horizon, copy, now, actor, plan=draft.plan, restores=draft.restores)
    _end(connection, draft.standing, difference, now)
    unchanged = [kept for name, kept in draft.standing.items() if name in planned.keys() - set(difference.changed)]
    bookings.pad(connection, unchanged, draft.problem.policy)
    made = {name: _add(connection, planned[name], draft.problem.policy, number, now) for name in difference.changed}
    _follow(connection, draft, difference.conferences, made, now, actor, number)
    for name in sorted(allowed.keys() - made.keys()):
        bookings.allow(connection, draft.standing[name].number, allowed[name])
        conferences.change(connection, draft.conferences[name], now)
        conferences.note(connection, name, ConferenceEvent.CHANGED, now, actor, publication=number, exception=allowed[name])
    return number


def broken_rules(problem: Problem, planned: Iterable[BookingCopy]) -> tuple[ErrorItem, ...]:
    """Each hard rule that the bookings break, with people named by their references."""
    report = check(nameless(problem), Schedule(bookings=tuple(booking.plain for booking in planned)))
    return tuple(ErrorItem(where=broken.subject, message=broken.text) for broken in report.violations)


def _allowed(difference: DraftDifference, exceptions: Sequence[tuple[str, Recorded]]) -> dict[str, Recorded]:
    """The exceptions by conference. ApiError 422 with each one that is missing, or that nothing needs."""
    needed = {late.conference: late for late in difference.exceptions_needed}
    given = dict(exceptions)
    wrong = [
        ErrorItem(
            where=name,
            message=f"{name} was due on {short_date(late.due)} and would be {count_of(late.working_days, 'working day')} late.",
        )
        for name, late in needed.items()
        if name not in given
    ]
    if wrong:
        message = (
            f"{count_of(len(wrong), 'late conference')} can't be published without an exception: who allows it, why, and that "
            "the safety plan was reviewed. Give each its own."
        )
        raise InvalidError("exception-needed", message, errors=wrong)
    listed = [name for name, _ in exceptions]
    wrong = [
        ErrorItem(
            where=name,
            message=f"{name} needs no exception. Leave it out." if name not in needed else f"{name} has two. Give one.",
        )
        for name in sorted(given)
        if name not in needed or listed.count(name) > 1
    ]
    if wrong:
        raise InvalidError("exception-not-needed", "Some exceptions can't be taken.", errors=wrong)
    return given


def _end(connection: Connection, standing: Mapping[str, StoredBooking], difference: DraftDifference, now: dt.datetime) -> None:
    """First of all, so that two conferences may change places."""
    of_conferences, of_holds = difference.conferences, difference.held_slots
    moved = [moved.booking.conference for moved in (*of_conferences.moved, *of_holds.moved)]
    withdrawn = [one.booking.conference for one in of_conferences.withdrawn]
    released = [one.booking.conference for one in of_holds.withdrawn]
    for names, ending in ((moved, Ending.MOVED), (withdrawn, Ending.UNPLACED), (released, Ending.RELEASED)):
        bookings.end(connection, [standing[name].number for name in names], ending, now)


def _add(connection: Connection, booking: BookingCopy, policy: Policy, publication: int, now: dt.datetime) -> StoredBooking:
    locks, by_hand, exception = booking.locks, booking.by_hand, booking.exception
    number = bookings.add(
        connection, booking, policy, now, locks=locks, by_hand=by_hand, publication=publication, exception=exception
    )
    return StoredBooking(number, booking, locks, by_hand, publication, exception, True)


def _follow(
    connection: Connection,
    draft: Draft,
    difference: Differences,
    made: Mapping[str, StoredBooking],
    now: dt.datetime,
    actor: str,
    publication: int,
) -> None:
    """Let the conferences' states and histories follow their bookings."""

    def follow(name: str, state: ConferenceState, event: ConferenceEvent) -> None:
        told: dict[str, Any] = {}
        if name in made:
            told = {"booking": place(made[name]), "exception": made[name].exception}
        if name in draft.standing:
            told["before"] = place(draft.standing[name])
        conferences.change(connection, draft.conferences[name], now, state=state)
        conferences.note(connection, name, event, now, actor, publication=publication, **told)

    for booking in difference.new:
        follow(booking.conference, ConferenceState.BOOKED, ConferenceEvent.BOOKED)
    for moved in difference.moved:
        felt = any(change.what in FELT_BY_FAMILIES for change in moved.changes)
        follow(moved.booking.conference, ConferenceState.BOOKED, ConferenceEvent.MOVED if felt else ConferenceEvent.CHANGED)
    for withdrawn in difference.withdrawn:
        follow(withdrawn.booking.conference, ConferenceState.REQUESTED, ConferenceEvent.UNBOOKED)
