"""Writes down what happens to a conference, with all that follows from it, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from api.clock import local_day
from api.database.json_values import written
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import Ending, StoredBooking
from api.diary.conferences import follow_up as life
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Outcome, Reason
from api.diary.conferences.queries import OPEN, ConferenceState, StoredConference
from api.diary.registers import queries as nouns
from api.diary.service import queries as documents
from api.errors import ServiceError, conflict, invalid
from api.http.permissions import NOBODY
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair
from scheduler.wording import date_in_words, in_a_row


def request(connection: Connection, conference: Conference, now: dt.datetime, follows: str | None = None) -> None:
    """Keep a new conference, which is to be booked. ApiError 409 where its id is taken."""
    if conferences.found(connection, conference.id) is not None:
        raise conflict(
            "id-taken", f"There is a conference '{conference.id}' already. Give this one another id, or change that one."
        )
    conferences.add(connection, conference, now, follows)
    conferences.note(connection, conference.id, ConferenceEvent.REQUESTED, now, NOBODY, follows=follows)


def change(connection: Connection, kept: StoredConference, value: Conference, now: dt.datetime) -> None:
    """Put another value in place of an open conference's; a family on a plan takes its children to another chair."""
    _must_be_open(kept)
    before, after = written(kept.value), written(value)
    changed = {name: was for name, was in before.items() if was != after[name]}
    conferences.change(connection, value, now)
    _carry(connection, life.on_plan(kept.value), life.on_plan(value), now)
    conferences.note(connection, value.id, ConferenceEvent.CHANGED, now, NOBODY, before=changed, due_before=kept.due.isoformat())


def cancel(connection: Connection, kept: StoredConference, reason: Reason, now: dt.datetime) -> None:
    """It is not to be held at all. Children on a plan leave their chair's caseload, unless it was entered wrongly."""
    _must_be_open(kept)
    booked = bookings.active_of(connection, kept.value.id)
    if booked is not None:
        bookings.end(connection, [booked.number], Ending.CANCELLED, now)
    conferences.change(connection, kept.value, now, state=ConferenceState.CANCELLED)
    if reason is not Reason.ENTERED_WRONGLY:
        _carry(connection, life.on_plan(kept.value), {}, now)
    was = None if booked is None else place(booked)
    conferences.note(connection, kept.value.id, ConferenceEvent.CANCELLED, now, NOBODY, reason, before=kept.state, booking=was)


def outcome(
    connection: Connection,
    kept: StoredConference,
    found: Outcome,
    now: dt.datetime,
    *,
    held_on: dt.date | None,
    children: int | None,
    reason: Reason | None,
) -> str | None:
    """What came of a booked conference; gives the id of the one that follows from it, if any.

    ApiError 409 where it is not booked, 422 for an outcome that can't be.
    """
    booked = bookings.active_of(connection, kept.value.id)
    if kept.state is not ConferenceState.BOOKED or booked is None:
        raise conflict("not-booked", f"{kept.value.id} is {kept.state}. Only what is booked can have an outcome.")
    held_on = held_on or booked.booking.day
    children = _children(kept.value, found, children)
    if held_on > local_day(now):
        raise invalid(f"{date_in_words(held_on)} is still to come. Record the outcome once {kept.value.id} has been held.")
    if kept.value.kind is not ConferenceKind.PRE_BIRTH and held_on < kept.value.trigger:
        days = f"{date_in_words(held_on)} is before {date_in_words(kept.value.trigger)}"
        raise invalid(f"{days}, when the clock of {kept.value.id} began. Enter the day on which it was held.")
    if found not in life.possible_outcomes(kept.value.kind):
        possible = in_a_row([f"'{one}'" for one in life.possible_outcomes(kept.value.kind)])
        raise invalid(f"'{found}' can't be the outcome of {kept.value.id}. Possible are {possible}.")

    inquorate = found is Outcome.INQUORATE
    reason = Reason.INQUORATE if inquorate and reason is None else reason
    told = {"outcome": found, "held_on": held_on.isoformat(), "children": children, "chair": booked.booking.chair}
    state = ConferenceState.INQUORATE if inquorate else ConferenceState.HELD
    conferences.change(connection, kept.value, now, state=state, outcome={**told, "reason": reason})
    following = _follows(connection, kept.value, booked, found, held_on, children)
    if following is not None:
        request(connection, following, now, follows=kept.value.id)
    if not inquorate:
        _carry(connection, life.on_plan(kept.value), {} if following is None else life.on_plan(following), now)
    event = ConferenceEvent.INQUORATE if inquorate else ConferenceEvent.HELD
    next_id = None if following is None else following.id
    conferences.note(connection, kept.value.id, event, now, NOBODY, reason, **told, booking=place(booked), next=next_id)
    return next_id


def birth(connection: Connection, kept: StoredConference, born: dt.date, now: dt.datetime) -> str:
    """A child of a pre-birth conference is born: the open first review has another due date; gives its id.

    ApiError 409 where there is no such review.
    """
    chain = conferences.chain(connection, kept)
    review = chain[-1]
    if all(one.value.kind is not ConferenceKind.PRE_BIRTH for one in chain):
        raise conflict("no-pre-birth", f"{kept.value.id} doesn't come from a pre-birth conference: a birth sets no clock of it.")
    if review.state not in OPEN or review.value.kind is not ConferenceKind.FIRST_REVIEW:
        raise conflict(
            "no-first-review",
            f"There is no first review to come after {kept.value.id}. Record the pre-birth conference's outcome first; "
            "if the child was born before it was held, change its kind to initial.",
        )
    _must_have_been(born, now)
    policy, clocks = (documents.get(connection, name)[0] for name in ("policy", "after_conferences"))
    sooner = life.after_birth(review.value, born, conferences.calendar(connection), policy, clocks)
    conferences.change(connection, sooner, now)
    before = review.due.isoformat()
    conferences.note(connection, review.value.id, ConferenceEvent.BIRTH, now, NOBODY, born=born.isoformat(), due_before=before)
    return review.value.id


def transfer(connection: Connection, kept: StoredConference, notified: dt.date, now: dt.datetime) -> None:
    """The family has come from another council: the clock runs from the notification. ApiError 409 for a review."""
    _must_be_open(kept)
    if kept.value.kind.is_review:
        raise conflict(
            "is-a-review", f"{kept.value.id} reviews a plan of this service. Enter a new transfer-in conference instead."
        )
    _must_have_been(notified, now)
    conferences.change(connection, life.transferred_in(kept.value, notified), now)
    before = {"kind": kept.value.kind, "trigger": kept.value.trigger.isoformat(), "due": kept.due.isoformat()}
    conferences.note(
        connection, kept.value.id, ConferenceEvent.TRANSFER, now, NOBODY, notified=notified.isoformat(), before=before
    )


def place(kept: StoredBooking) -> dict[str, Any]:
    """When, where and by whom, as a history tells it."""
    told = kept.booking.model_dump(mode="json", include={"start", "room", "chair", "minute_taker"})
    return {"number": kept.number, **told}


def _follows(
    connection: Connection, held: Conference, booked: StoredBooking, found: Outcome, held_on: dt.date, children: int
) -> Conference | None:
    def is_taken(identifier: str) -> bool:
        return conferences.found(connection, identifier) is not None

    if found is Outcome.INQUORATE:
        clocks, days = documents.get(connection, "after_conferences")[0], conferences.calendar(connection)
        return life.held_again(held, life.attempt_identifier(held.id, is_taken), held_on, days, clocks)
    if not found.leaves_a_plan:
        return None
    chair = life.chair_of_family(held, _chair(connection, booked.booking.chair))
    return life.next_review(held, life.review_identifier(held.id, is_taken), held_on, chair, children)


def _children(held: Conference, found: Outcome, told: int | None) -> int:
    """How many children are on a plan afterwards."""
    if found is Outcome.INQUORATE:
        now_on_plan = held.children if held.kind.is_review else 0
        if told not in (None, now_on_plan):
            raise invalid(f"Nothing was decided about {held.id}, so the children on a plan can't change. Leave them out.")
        return now_on_plan
    if found.leaves_a_plan:
        if told == 0:
            raise invalid(f"With '{found}', children are on a plan. Enter how many, or leave it out where it is all of them.")
        return held.children if told is None else told
    if told:
        raise invalid(f"With '{found}', no child is on a plan. Leave the children out.")
    return 0


def _carry(connection: Connection, before: Mapping[str, int], after: Mapping[str, int], now: dt.datetime) -> None:
    """Let the chairs' caseloads follow the children."""
    for identifier, more in life.caseload_changes(before, after).items():
        chair = life.with_caseload(_chair(connection, identifier), more)
        nouns.replace(connection, nouns.CHAIRS, identifier, chair, now)


def _chair(connection: Connection, identifier: str) -> Chair:
    kept = nouns.found(connection, nouns.CHAIRS, identifier)
    assert kept is not None  # a booking and an open conference hold on to their chairs
    return kept.value


def _must_be_open(kept: StoredConference) -> None:
    if kept.state not in OPEN:
        raise not_open(kept)


def _must_have_been(day: dt.date, now: dt.datetime) -> None:
    if day > local_day(now):
        raise invalid(f"{date_in_words(day)} is still to come. Enter the day on which it happened.")


def not_open(kept: StoredConference) -> ServiceError:
    """It has been held or cancelled, so that nothing of it can be changed any more."""
    return conflict("not-open", f"{kept.value.id} is {kept.state}. Only what is requested or booked can be changed.")
