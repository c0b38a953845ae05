"""Outcomes of conferences: record, correct and withdraw them, with the changes that follow, in the caller's transaction.

A conference is held on the day of its booking: if it was held on another day, its booking moves there with the outcome.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, null

from api.actor import NOBODY
from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.bookings.notice import before_clock
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import follow_up, workflow
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Outcome, Reason
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.service import queries as documents
from api.errors import ConflictError, ErrorItem, InvalidError, conflict, invalid
from scheduler.domain.calendar import Calendar
from scheduler.domain.conference import Conference
from scheduler.wording import date_in_words, in_a_row


@dataclass(frozen=True)
class OutcomeEntry:
    """An outcome as it is entered. The defaults are the booking's day, all children, and no reason."""

    outcome: Outcome
    held_on: dt.date | None = None
    children: int | None = None
    reason: Reason | None = None


@dataclass(frozen=True)
class HeldConference:
    """A recorded outcome: its day and chair, and the number of children on a plan afterwards."""

    outcome: Outcome
    held_on: dt.date
    children: int
    chair: str
    reason: Reason | None

    @property
    def stored(self) -> dict[str, Any]:
        """Return the outcome as its conference's row and history store it."""
        return {
            "outcome": self.outcome,
            "held_on": self.held_on.isoformat(),
            "children": self.children,
            "chair": self.chair,
            "reason": self.reason,
        }

    @classmethod
    def of(cls, stored: dict[str, Any]) -> HeldConference:
        """Return the outcome that ``stored`` wrote."""
        reason = None if stored["reason"] is None else Reason(stored["reason"])
        held_on = dt.date.fromisoformat(stored["held_on"])
        return cls(Outcome(stored["outcome"]), held_on, stored["children"], stored["chair"], reason)

    @property
    def state(self) -> ConferenceState:
        """Return the state of a conference with this outcome."""
        return ConferenceState.INQUORATE if self.outcome is Outcome.INQUORATE else ConferenceState.HELD

    @property
    def followed_by(self) -> str | None:
        """Return what follows: another attempt, a review, or nothing."""
        if self.outcome is Outcome.INQUORATE:
            return "attempt"
        return "review" if self.outcome.leaves_a_plan else None


def record(connection: Connection, stored: StoredConference, entry: OutcomeEntry, now: dt.datetime) -> str | None:
    """Record the outcome of a booked conference; return the id of the conference that follows, if any.

    Raise ConflictError if it is not booked, or InvalidError with everything that is wrong with the entry.
    """
    booked = bookings.active_of(connection, stored.value.id)
    if stored.state is not ConferenceState.BOOKED or booked is None:
        raise conflict("not-booked", f"{stored.value.id} is {stored.state}. Only a booked conference can have an outcome.")
    held = _checked(stored.value, booked, entry, conferences.calendar(connection), local_day(now))
    then = _held_on_its_day(connection, booked, held.held_on, now)
    conferences.change(connection, stored.value, now, state=held.state, outcome=held.stored)
    following = _following(connection, stored.value, held)
    if following is not None:
        workflow.request(connection, following, now, follows=stored.value.id)
    if held.state is ConferenceState.HELD:
        workflow.carry(connection, follow_up.on_plan(stored.value), _children_of(following), now)
    event = ConferenceEvent.INQUORATE if held.state is ConferenceState.INQUORATE else ConferenceEvent.HELD
    next_id = None if following is None else following.id
    detail = {**held.stored, "booking": then.history_entry, "next": next_id}
    if then is not booked:
        detail["before"] = booked.history_entry
    conferences.record_event(connection, stored.value.id, event, now, NOBODY, held.reason, **_without_reason(detail))
    return next_id


def correct(connection: Connection, stored: StoredConference, entry: OutcomeEntry, now: dt.datetime) -> str | None:
    """Correct a recorded outcome, and derive again what follows from it; return the id of the conference that follows, if any.

    Only derived values of the next conference change. If another kind of conference follows now, the next one is cancelled.
    Raise ConflictError if there is no outcome, or if the next conference has been held; InvalidError as for ``record``.
    """
    was, booked, after = _with_outcome(connection, stored)
    held = _checked(stored.value, booked, entry, conferences.calendar(connection), local_day(now))
    if held == was:
        raise invalid(f"That is already the outcome of {stored.value.id}. Enter the correct one.")
    then = _held_on_its_day(connection, booked, held.held_on, now)
    conferences.change(connection, stored.value, now, state=held.state, outcome=held.stored)
    next_id = _derive_again(connection, stored, was, held, after, now)
    detail = {"before": was.stored, "after": held.stored, "booking": then.history_entry, "next": next_id}
    reason = Reason.ENTERED_WRONGLY
    conferences.record_event(connection, stored.value.id, ConferenceEvent.CORRECTED, now, NOBODY, reason, **detail)
    return next_id


def withdraw(connection: Connection, stored: StoredConference, now: dt.datetime) -> None:
    """Withdraw an outcome that was recorded wrongly: the conference is booked again, and what follows from it is cancelled.

    Raise ConflictError if there is no outcome, or if the next conference has been held.
    """
    was, booked, after = _with_outcome(connection, stored)
    before = _children_of_open(after)
    conferences.change(connection, stored.value, now, state=ConferenceState.BOOKED, outcome=null())
    if after is not None:
        _drop(connection, after, now)
    workflow.carry(connection, before, follow_up.on_plan(stored.value), now)
    detail = {"before": was.stored, "booking": booked.history_entry, "next": None if after is None else after.value.id}
    reason = Reason.ENTERED_WRONGLY
    conferences.record_event(connection, stored.value.id, ConferenceEvent.WITHDRAWN, now, NOBODY, reason, **detail)


def as_corrected(stored: StoredConference, changes: dict[str, Any]) -> OutcomeEntry:
    """Return a recorded outcome with the fields to correct. Children and reason lapse if the outcome is another."""
    if stored.outcome is None:
        raise _no_outcome(stored)
    was = HeldConference.of(stored.outcome)
    same = changes.get("outcome", was.outcome) == was.outcome
    unchanged = {
        "outcome": was.outcome,
        "held_on": was.held_on,
        **({"children": was.children, "reason": was.reason} if same else {}),
    }
    return OutcomeEntry(**{**unchanged, **changes})


def _checked(
    conference: Conference, booked: StoredBooking, entry: OutcomeEntry, days: Calendar, today: dt.date
) -> HeldConference:
    """Return the outcome of a conference with all defaults. Raise InvalidError with every fault."""
    held_on = entry.held_on or booked.booking.day
    children, of_children = _children(conference, entry.outcome, entry.children)
    errors = [*_outcome_faults(conference, entry.outcome), *_day_faults(conference, held_on, days, today), *of_children]
    if errors:
        raise InvalidError("invalid", " ".join(error.message for error in errors), errors)
    is_inquorate = entry.outcome is Outcome.INQUORATE
    reason = Reason.INQUORATE if is_inquorate and entry.reason is None else entry.reason
    return HeldConference(entry.outcome, held_on, children, booked.booking.chair, reason)


def _outcome_faults(conference: Conference, outcome: Outcome) -> Iterator[ErrorItem]:
    possible = follow_up.possible_outcomes(conference.kind)
    if outcome not in possible:
        listed = in_a_row([f"'{one}'" for one in possible])
        yield ErrorItem(where="outcome", message=f"'{outcome}' can't be the outcome of {conference.id}. Possible are {listed}.")


def _day_faults(conference: Conference, held_on: dt.date, days: Calendar, today: dt.date) -> Iterator[ErrorItem]:
    if held_on > today:
        message = f"{date_in_words(held_on)} is still to come. Record the outcome once {conference.id} has been held."
        yield ErrorItem(where="held_on", message=message)
    if early := before_clock(conference, held_on):
        yield ErrorItem(where="held_on", message=f"{early} Enter the day on which it was held.")
    if not days.is_working_day(held_on):
        message = f"{date_in_words(held_on)} is not a working day. Enter the day on which {conference.id} was held."
        yield ErrorItem(where="held_on", message=message)


def _children(conference: Conference, outcome: Outcome, given: int | None) -> tuple[int, list[ErrorItem]]:
    """Return the number of children on a plan after an outcome, and the faults of the given number."""
    expected, message = conference.children, None
    if outcome is Outcome.INQUORATE:
        expected = conference.children if conference.kind.is_review else 0
        if given not in (None, expected):
            message = f"Nothing was decided about {conference.id}, so the children on a plan can't change. Leave them out."
    elif outcome.leaves_a_plan:
        expected = conference.children if given is None else given
        if given == 0:
            message = f"With '{outcome}', children are on a plan. Enter how many, or leave it out if all of them are."
    else:
        expected = 0
        if given:
            message = f"With '{outcome}', no child is on a plan. Leave the children out."
    return expected, [] if message is None else [ErrorItem(where="children", message=message)]


def _held_on_its_day(connection: Connection, booked: StoredBooking, held_on: dt.date, now: dt.datetime) -> StoredBooking:
    """Return the booking, moved to the day on which its conference was held, at the same time and place.

    Raise ConflictError with each clash if somebody or the room was taken then.
    """
    booking = booked.booking
    if booking.day == held_on:
        return booked
    later = held_on - booking.day
    moved = booking.model_copy(update={"start": booking.start + later, "end": booking.end + later})
    bookings.end(connection, [booked.number], Ending.MOVED, now)
    policy = documents.get(connection, "policy")[0]
    new = DiaryBooking(moved, booked.locks, booked.by_hand, booked.exception)
    try:
        return bookings.add(connection, new, policy, now, publication=booked.publication)
    except ConflictError as error:
        booked_for, clashes = date_in_words(booking.day), " ".join(one.message for one in error.errors)
        message = (
            f"{booking.conference} is booked for {booked_for}, and can't have been held on {date_in_words(held_on)} at the same "
            f"time and place: {clashes} Move the booking to the time and place at which it was held, then record the outcome; "
            "if it has an outcome already, withdraw that first."
        )
        raise ConflictError(error.kind, message, error.errors) from None


def _following(
    connection: Connection, conference: Conference, held: HeldConference, identifier: str | None = None
) -> Conference | None:
    """Return the conference that follows from an outcome, under the next free id or the given one."""

    def is_taken(name: str) -> bool:
        return conferences.find(connection, name) is not None

    match held.followed_by:
        case "attempt":
            name = identifier or follow_up.attempt_identifier(conference.id, is_taken)
            clocks, days = documents.get(connection, "after_conferences")[0], conferences.calendar(connection)
            return follow_up.held_again(conference, name, held.held_on, days, clocks)
        case "review":
            name = identifier or follow_up.review_identifier(conference.id, is_taken)
            chair = follow_up.chair_of_family(conference, workflow.chair_of(connection, held.chair))
            return follow_up.next_review(conference, name, held.held_on, chair, held.children)
        case _:
            return None


def _with_outcome(
    connection: Connection, stored: StoredConference
) -> tuple[HeldConference, StoredBooking, StoredConference | None]:
    """Return a conference's outcome, its booking and the one that follows. Raise ConflictError if it can't be corrected."""
    booked = bookings.active_of(connection, stored.value.id)
    if stored.outcome is None or booked is None:
        raise _no_outcome(stored)
    after = conferences.following(connection, stored.value.id)
    if after is not None and after.outcome is not None:
        message = (
            f"{after.value.id} follows from the outcome of {stored.value.id}, and its own outcome is recorded. "
            f"Withdraw the outcome of {after.value.id} first."
        )
        raise conflict("next-held", message)
    return HeldConference.of(stored.outcome), booked, after


def _derive_again(
    connection: Connection,
    stored: StoredConference,
    was: HeldConference,
    held: HeldConference,
    after: StoredConference | None,
    now: dt.datetime,
) -> str | None:
    """Change, replace or cancel what follows from an outcome that is corrected; return its id."""
    if after is not None and was.followed_by == held.followed_by:
        derived = [_following(connection, stored.value, one, after.value.id) for one in (was, held)]
        assert derived[0] is not None
        assert derived[1] is not None
        value = follow_up.derived_again(after.value, derived[0], derived[1])
        if value != after.value and after.state in OPEN:
            workflow.change(connection, after, value, now)
        return after.value.id if after.state in OPEN else None
    before = _children_of_open(after)
    if after is not None:
        _drop(connection, after, now)
    following = _following(connection, stored.value, held)
    if following is not None:
        workflow.request(connection, following, now, follows=stored.value.id)
    workflow.carry(connection, before, _children_of(following), now)
    return None if following is None else following.id


def _drop(connection: Connection, after: StoredConference, now: dt.datetime) -> None:
    """Cancel a conference that doesn't follow from the corrected outcome, and take it out of the family's chain."""
    if after.state in OPEN:
        workflow.cancel(connection, after, Reason.ENTERED_WRONGLY, now)
    conferences.change(connection, after.value, now, follows=None)


def _children_of(following: Conference | None) -> dict[str, int]:
    return {} if following is None else dict(follow_up.on_plan(following))


def _children_of_open(after: StoredConference | None) -> dict[str, int]:
    return {} if after is None or after.state not in OPEN else dict(follow_up.on_plan(after.value))


def _without_reason(detail: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name != "reason"}


def _no_outcome(stored: StoredConference) -> ConflictError:
    return conflict("no-outcome", f"{stored.value.id} is {stored.state}. There is no outcome to correct.")
