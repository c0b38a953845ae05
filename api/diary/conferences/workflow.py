"""Changes of a conference and their consequences, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from api.actor import NOBODY
from api.clock import local_day
from api.database.json_values import to_json
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending
from api.diary.conferences import follow_up
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.references import unknown_item
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import ServiceError, conflict, invalid
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair
from scheduler.domain.values import Interval
from scheduler.wording import date_in_words


def request(connection: Connection, conference: Conference, now: dt.datetime, follows: str | None = None) -> None:
    """Store a requested conference. Raise ConflictError if its id is taken."""
    hold_to_new(connection, conference)
    conferences.add(connection, conference, now, follows)
    conferences.record_event(connection, conference.id, ConferenceEvent.REQUESTED, now, NOBODY, follows=follows)


def hold_to_new(connection: Connection, conference: Conference) -> None:
    """Raise ConflictError if a new conference's id is taken."""
    if conferences.find(connection, conference.id) is not None:
        raise conflict(
            "id-taken", f"There is a conference '{conference.id}' already. Give this one another id, or change that one."
        )


def change(connection: Connection, stored: StoredConference, value: Conference, now: dt.datetime) -> None:
    """Change an open conference. If its chair changes, the family's children move to the new chair's caseload."""
    _hold_to_open(stored)
    before, after = to_json(stored.value), to_json(value)
    changed = {name: was for name, was in before.items() if was != after[name]}
    conferences.change(connection, value, now)
    carry(connection, follow_up.on_plan(stored.value), follow_up.on_plan(value), now)
    due_before = stored.due.isoformat()
    conferences.record_event(connection, value.id, ConferenceEvent.CHANGED, now, NOBODY, before=changed, due_before=due_before)


def with_unavailable(conference: Conference, time: Interval) -> Conference:
    """Return a conference whose family can't come at one more time. Raise ConflictError if that is entered already."""
    if time in conference.unavailable:
        raise conflict("there-already", f"That {conference.id} can't be held then is entered already.")
    return conference.model_copy(update={"unavailable": (*conference.unavailable, time)})


def cancel(connection: Connection, stored: StoredConference, reason: Reason, now: dt.datetime) -> None:
    """Cancel a conference. Children on a plan leave their chair's caseload, unless it was entered wrongly."""
    _hold_to_open(stored)
    booked = bookings.active_of(connection, stored.value.id)
    if booked is not None:
        bookings.end(connection, [booked.number], Ending.CANCELLED, now)
    conferences.change(connection, stored.value, now, state=ConferenceState.CANCELLED)
    if reason is not Reason.ENTERED_WRONGLY:
        carry(connection, follow_up.on_plan(stored.value), {}, now)
    detail = {"before": stored.state, "booking": None if booked is None else booked.history_entry}
    conferences.record_event(connection, stored.value.id, ConferenceEvent.CANCELLED, now, NOBODY, reason, **detail)


def waive_notice(
    connection: Connection, stored: StoredConference, waiver: Mapping[str, Any], now: dt.datetime, *, is_of_moves: bool = False
) -> None:
    """Record who has waived the notice of an open conference, and why; from now on it may be booked at once.

    A waiver ``is_of_moves`` if it allows one move of its booking only.
    """
    _hold_to_open(stored)
    value = stored.value if is_of_moves else stored.value.model_copy(update={"notice_waived": True})
    conferences.change(connection, value, now)
    waived = "move" if is_of_moves else "notice"
    conferences.record_event(connection, value.id, ConferenceEvent.WAIVED, now, NOBODY, **waiver, waived=waived)


def hand_over(connection: Connection, stored: StoredConference, chair: str, now: dt.datetime) -> None:
    """Hand an open conference's family over to another chair, whose caseload its children join.

    Raise InvalidError if there is no such chair, if it is the family's own, or if the family is kept from it.
    """
    _hold_to_open(stored)
    if registers.find(connection, registers.CHAIRS, chair) is None:
        raise invalid(f"{unknown_item(connection, registers.CHAIRS, chair).detail} Enter an id that is listed under chairs.")
    if chair == stored.value.chair:
        raise invalid(f"{chair} is the chair of {stored.value.id} already. Enter another chair.")
    if chair in stored.value.not_chairs:
        raise invalid(f"The family of {stored.value.id} is kept from {chair}. Enter another chair.")
    value = stored.value.model_copy(update={"chair": chair})
    conferences.change(connection, value, now)
    carry(connection, follow_up.on_plan(stored.value), follow_up.on_plan(value), now)
    before_after = {"before": stored.value.chair, "after": chair}
    conferences.record_event(connection, value.id, ConferenceEvent.HANDED_OVER, now, NOBODY, **before_after)


def birth(connection: Connection, stored: StoredConference, born: dt.date, now: dt.datetime) -> str:
    """Record a birth after a pre-birth conference, which changes the due date of the first review; return the review's id.

    Raise ConflictError if there is no open first review.
    """
    chain = conferences.chain(connection, stored)
    review = chain[-1]
    if all(one.value.kind is not ConferenceKind.PRE_BIRTH for one in chain):
        message = f"{stored.value.id} doesn't come from a pre-birth conference: a birth sets no clock of it."
        raise conflict("no-pre-birth", message)
    if review.state not in OPEN or review.value.kind is not ConferenceKind.FIRST_REVIEW:
        raise conflict(
            "no-first-review",
            f"There is no first review to come after {stored.value.id}. Record the pre-birth conference's outcome first; "
            "if the child was born before it was held, change its kind to initial.",
        )
    _hold_to_past(born, now)
    policy, clocks = (documents.get(connection, name)[0] for name in ("policy", "after_conferences"))
    sooner = follow_up.after_birth(review.value, born, conferences.calendar(connection), policy, clocks)
    conferences.change(connection, sooner, now)
    before = review.due.isoformat()
    conferences.record_event(
        connection, review.value.id, ConferenceEvent.BIRTH, now, NOBODY, born=born.isoformat(), due_before=before
    )
    return review.value.id


def transfer(connection: Connection, stored: StoredConference, notified: dt.date, now: dt.datetime) -> None:
    """Record that the family has come from another council, so that the clock runs from the notification.

    Raise ConflictError for a review.
    """
    _hold_to_open(stored)
    if stored.value.kind.is_review:
        raise conflict(
            "is-a-review", f"{stored.value.id} reviews a plan of this service. Enter a new transfer-in conference instead."
        )
    _hold_to_past(notified, now)
    conferences.change(connection, follow_up.transferred_in(stored.value, notified), now)
    before = {"kind": stored.value.kind, "trigger": stored.value.trigger.isoformat(), "due": stored.due.isoformat()}
    conferences.record_event(
        connection, stored.value.id, ConferenceEvent.TRANSFER, now, NOBODY, notified=notified.isoformat(), before=before
    )


def carry(connection: Connection, before: Mapping[str, int], after: Mapping[str, int], now: dt.datetime) -> None:
    """Move children from one chair's caseload to another's: those whom each holds ``before``, and ``after``."""
    for identifier, more in follow_up.caseload_changes(before, after).items():
        chair = follow_up.with_caseload(chair_of(connection, identifier), more)
        registers.replace(connection, registers.CHAIRS, identifier, chair, now)


def chair_of(connection: Connection, identifier: str) -> Chair:
    """Return the chair of a booking or of an open conference, which can't be removed."""
    stored = registers.find(connection, registers.CHAIRS, identifier)
    assert stored is not None
    return stored.value


def _hold_to_open(stored: StoredConference) -> None:
    if stored.state not in OPEN:
        raise not_open(stored)


def _hold_to_past(day: dt.date, now: dt.datetime) -> None:
    if day > local_day(now):
        raise invalid(f"{date_in_words(day)} is still to come. Enter the day on which it happened.")


def not_open(stored: StoredConference) -> ServiceError:
    """Return the error for a change of a conference that has been held or cancelled."""
    return conflict("not-open", f"{stored.value.id} is {stored.state}. Only a requested or booked conference can be changed.")
