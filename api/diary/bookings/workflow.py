"""Bookings made, moved, swapped, locked and cancelled by hand: each is checked against the current data before it is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from api.actor import NOBODY
from api.clock import local_day
from api.diary.bookings import notice
from api.diary.bookings import queries as bookings
from api.diary.bookings.placing import (
    Recorded,
    booking_at,
    broken_by,
    busy_then,
    hold_to_registers,
    place,
    recorded,
    refuse,
    unknown_in_registers,
    waived,
    waived_move,
)
from api.diary.bookings.queries import ALL_LOCKS, DiaryBooking, Ending, StoredBooking
from api.diary.bookings.together import Placement, place_together
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as conference_workflow
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import ConferenceState, StoredConference
from api.diary.conferences.workflow import not_open
from api.diary.references import unknown_conference
from api.diary.service import queries as documents
from api.errors import ErrorItem, conflict, invalid
from scheduler.domain.conference import Conference

SWAPPED = ("start", "room", "minute_taker")
"""What two bookings exchange; each family keeps its chair, unless the chairs are exchanged too."""


def book(
    connection: Connection,
    conference: str,
    chosen: dict[str, Any],
    now: dt.datetime,
    *,
    locks: Sequence[str],
    exception: Recorded | None,
    waiver: Recorded | None = None,
) -> int:
    """Book a conference at a chosen ``start``, ``room``, ``chair`` and ``minute_taker``; return the booking's number.

    Raise ConflictError if it is booked already or the place is taken, or InvalidError if it is late without an exception, gives
    too short a notice without a ``waiver``, or breaks a rule.
    """
    stored = conferences.find(connection, conference)
    if stored is None:
        message = unknown_conference(connection, conference).detail
        error = ErrorItem(where="conference", message=f"{message[:1].lower()}{message[1:]}")
        raise invalid("The conference is unknown. Enter it first.", [error, *unknown_in_registers(connection, chosen)])
    if stored.state is ConferenceState.BOOKED:
        raise conflict("already-booked", f"{conference} is booked already. Move its booking instead.")
    if stored.state is not ConferenceState.REQUESTED:
        raise not_open(stored)
    hold_to_registers(connection, chosen)
    short = notice.short_notice(connection, stored.value, booking_at(stored, chosen), local_day(now))
    stored, faults = waived(connection, stored, short, [], waiver, now)
    busy = busy_then(connection, chosen)
    booked, released = place(connection, stored, chosen, now, locks, exception, busy, faults)
    conferences.record_event(connection, conference, ConferenceEvent.BOOKED, now, NOBODY, **recorded(booked, released))
    return booked.number


def move(
    connection: Connection,
    booked: StoredBooking,
    changes: dict[str, Any],
    reason: Reason,
    now: dt.datetime,
    *,
    exception: Recorded | None,
    waiver: Recorded | None = None,
    needs: Mapping[str, Any] | None = None,
) -> int:
    """Replace a booking by another of the same conference; return the new number.

    ``needs`` are changes of the conference's length and mode. Raise the errors of ``book``, or InvalidError if nothing would
    change. A booking that breaks a rule may change its room or chair, or move to a later day, without a waiver.
    """
    stored = _with_needs(connection, _conference_of(connection, booked), needs or {}, now)
    before = {name: getattr(booked.booking, name) for name in ("start", "room", "chair", "minute_taker")}
    chosen = before | changes
    if chosen == before and not needs:
        raise invalid(f"That is where booking {booked.number} is already. Enter another start, room, chair or minute taker.")
    exception = _exception(booked, chosen, exception)
    hold_to_registers(connection, chosen)
    stored, faults = waived_move(connection, stored, booked, booking_at(stored, chosen), waiver, now)
    busy = busy_then(connection, chosen)
    bookings.end(connection, [booked.number], Ending.MOVED, now)
    moved, released = place(connection, stored, chosen, now, booked.locks, exception, busy, faults)
    detail = {**recorded(moved, released), "before": booked.history_entry}
    conferences.record_event(connection, stored.value.id, ConferenceEvent.MOVED, now, NOBODY, reason, **detail)
    return moved.number


def cancel(connection: Connection, booked: StoredBooking, reason: Reason, now: dt.datetime) -> None:
    """End a booking: its conference is requested again; a held slot is free."""
    if booked.booking.held:
        _hold_to_active(booked)
        bookings.end(connection, [booked.number], Ending.RELEASED, now)
        return
    stored = _conference_of(connection, booked)
    bookings.end(connection, [booked.number], Ending.CANCELLED, now)
    conferences.change(connection, stored.value, now, state=ConferenceState.REQUESTED)
    before = booked.history_entry
    conferences.record_event(connection, stored.value.id, ConferenceEvent.UNBOOKED, now, NOBODY, reason, before=before)


def swap(
    connection: Connection,
    booked: StoredBooking,
    other: StoredBooking,
    reason: Reason,
    now: dt.datetime,
    *,
    chairs: bool = False,
    exceptions: Mapping[str, Recorded] | None = None,
    waiver: Recorded | None = None,
) -> tuple[int, int]:
    """Exchange the times and places of two bookings, and their chairs too if ``chairs`` is true. Return the new numbers.

    Raise the errors of ``move`` with everything that is wrong with either.
    """
    what = (*SWAPPED, "chair") if chairs else SWAPPED
    pairs = [(booked, other), (other, booked)]
    if booked.number == other.number or all(getattr(booked.booking, one) == getattr(other.booking, one) for one in what):
        raise invalid(
            f"Bookings {booked.number} and {other.number} have the same time and place. Enter another one to swap with."
        )
    placements: list[Placement] = []
    for old, new in pairs:
        chosen = {name: getattr((new if name in what else old).booking, name) for name in (*SWAPPED, "chair")}
        stored = _conference_of(connection, old)
        stored, faults = waived_move(connection, stored, old, booking_at(stored, chosen), waiver, now)
        exception = _exception(old, chosen, (exceptions or {}).get(stored.value.id))
        placements.append(Placement(stored, chosen, old, old.locks, exception, faults))
    (first, second), _ = place_together(connection, placements, now, reason)
    return first.number, second.number


def set_locks(connection: Connection, booked: StoredBooking, locks: Sequence[str], now: dt.datetime) -> None:
    """Set the parts of a booking that plans must keep. A booking by hand, which has every lock, then has only these."""
    stored = _conference_of(connection, booked)
    before = sorted(ALL_LOCKS) if booked.by_hand else sorted(booked.locks)
    by_hand = booked.by_hand and set(locks) == set(ALL_LOCKS)
    bookings.set_locks(connection, booked.number, sorted(set(locks)), by_hand=by_hand)
    conferences.change(connection, stored.value, now)
    name, event, after = stored.value.id, ConferenceEvent.LOCKED, sorted(set(locks))
    conferences.record_event(connection, name, event, now, NOBODY, booking=booked.history_entry, before=before, after=after)


def change_conference(connection: Connection, stored: StoredConference, value: Conference, now: dt.datetime) -> None:
    """Replace an open conference's value. Raise InvalidError if its booking would then break a rule."""
    booked = bookings.active_of(connection, value.id)
    before = [] if booked is None else broken_by(connection, booked.booking)
    conference_workflow.change(connection, stored, value, now)
    if booked is not None:
        booked = _with_length(connection, booked, value, now)
        refuse([one for one in broken_by(connection, booked.booking) if one not in before], value.id)


def _with_length(connection: Connection, booked: StoredBooking, value: Conference, now: dt.datetime) -> StoredBooking:
    """Return the booking with its conference's length. Raise ConflictError if somebody or the room is taken then."""
    end = booked.booking.start + dt.timedelta(minutes=value.minutes)
    if end == booked.booking.end:
        return booked
    bookings.end(connection, [booked.number], Ending.MOVED, now)
    new = DiaryBooking(booked.booking.model_copy(update={"end": end}), booked.locks, booked.by_hand, booked.exception)
    return bookings.add(connection, new, documents.get(connection, "policy")[0], now, publication=booked.publication)


def _with_needs(connection: Connection, stored: StoredConference, needs: Mapping[str, Any], now: dt.datetime) -> StoredConference:
    """Return a conference with another length or mode."""
    value = stored.value.model_copy(update=dict(needs))
    if value == stored.value:
        return stored
    conference_workflow.change(connection, stored, value, now)
    return replace(stored, value=value, version=stored.version + 1)


def _exception(old: StoredBooking, chosen: Mapping[str, Any], given: Recorded | None) -> Recorded | None:
    """Return the exception of a moved booking: the given one, or else the one for the same day."""
    return given or (old.exception if chosen["start"].date() == old.booking.day else None)


def _hold_to_active(booked: StoredBooking) -> None:
    """Raise ConflictError if a booking has ended."""
    if not booked.active:
        raise conflict("ended", f"Booking {booked.number} of {booked.booking.conference} has ended.")


def _conference_of(connection: Connection, booked: StoredBooking) -> StoredConference:
    """Return the conference of a booking. Raise ConflictError if that booking can't be changed."""
    _hold_to_active(booked)
    if booked.booking.held:
        raise conflict("held-slot", f"{booked.booking.conference} is kept free for a conference. Cancel it, or plan anew.")
    stored = conferences.find(connection, booked.booking.conference)
    assert stored is not None  # a booking's conference can't be removed
    if stored.state is not ConferenceState.BOOKED:
        raise not_open(stored)
    return stored
