"""Importing published bookings: each must pass the rules for bookings by hand, or it is left undecided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent
from api.diary.conferences.queries import OPEN, ConferenceState
from api.diary.registers import queries as registers
from api.diary.service import queries as documents
from api.errors import ErrorItem, ServiceError
from api.exchange import queries
from api.exchange.answers import Changes, FieldChange
from api.exchange.booking_rules import ImportedBooking, undecided_bookings
from api.exchange.conference_import import ImportedConference, record
from api.exchange.importing import Importing
from api.publishing.difference import changes_of
from api.publishing.workflow import FELT_BY_FAMILIES
from scheduler.domain.conference import Mode
from scheduler.domain.faults import Fault, Place
from scheduler.domain.problem import PublishedBooking
from scheduler.domain.schedule import Booking

PLACE = ("start", "room", "chair", "minute_taker")


@dataclass(frozen=True)
class BookingPlan:
    """The bookings to store, the undecided ones with the rules that they break, and the number of unchanged ones."""

    bookings: tuple[ImportedBooking, ...]
    undecided: Mapping[str, list[ErrorItem]]
    unchanged: int


def planned_bookings(importing: Importing, imported: Mapping[str, ImportedConference]) -> BookingPlan:
    """Return how the import would treat the file's bookings, and store nothing. Add contradictions to the import's faults."""
    requested: list[ImportedBooking] = []
    unchanged = 0
    for place, one, published in _bookings(importing, imported):
        current = bookings.active_of(importing.connection, one.value.id)
        new = _as_booked(one, published, current)
        if new is None or _is_unchanged(new, current, one.state):
            unchanged += published is not None
            if published is not None and new is not None:
                importing.agree("bookings", one.value.id, _place_of(new))
        elif not _is_in_conflict(importing, one.value.id, new, current):
            if one.state in OPEN:
                requested.append(ImportedBooking(place, new, current))
            else:
                message = f"'{one.value.id}' is {one.state}, and can't be booked. Remove it from the file."
                importing.faults.append(Fault(place, message))
    values = {identifier: one.value for identifier, one in imported.items()}
    undecided = undecided_bookings(importing.connection, requested, values, local_day(importing.now))
    return BookingPlan(tuple(requested), undecided, unchanged)


def store_bookings(importing: Importing, plan: BookingPlan) -> Changes:
    """Store the bookings that break no rule, in place of these conferences' current bookings."""
    stored = [one for one in plan.bookings if one.conference not in plan.undecided]
    bookings.end(importing.connection, [one.current.number for one in stored if one.current], Ending.MOVED, importing.now)
    changes = Changes(unchanged=plan.unchanged)
    for one in stored:
        (changes.changed if one.current else changes.added).append(one.conference)
        importing.fields += _field_changes(importing, one.conference, one.new, one.current)
        importing.agree("bookings", one.conference, _place_of(one.new))
        _book(importing, one)
    return changes


def _bookings(
    importing: Importing, imported: Mapping[str, ImportedConference]
) -> Iterator[tuple[Place, ImportedConference, PublishedBooking | None]]:
    """Yield the file's bookings, and the conferences without one there: their length may change the current booking's."""
    takers = {taker.id for taker in registers.values(importing.connection, registers.MINUTE_TAKERS)}
    for n, published in enumerate(importing.problem.published):
        taker = published.minute_taker
        if taker is not None and taker not in takers:
            message = f"there is no minute taker '{taker}'. Add the minute taker, or leave this empty."
            importing.faults.append(Fault(("published", n, "minute_taker"), message))
        else:
            yield ("published", n, "start"), imported[published.conference], published
    for n, conference in enumerate(importing.problem.conferences):
        if conference.id not in importing.problem.published_by_id:
            yield ("conferences", n, "minutes"), imported[conference.id], None


def _as_booked(one: ImportedConference, published: PublishedBooking | None, current: StoredBooking | None) -> DiaryBooking | None:
    """Return the booking that the file asks for: blank fields come from the current booking. None if neither exists."""
    was = None if current is None else current.booking
    if published is None and was is None:
        return None
    chosen: dict[str, Any] = {} if was is None else {name: getattr(was, name) for name in PLACE}
    locks: tuple[str, ...] = () if current is None else current.locks
    if published is not None:
        chosen |= {"start": published.start, "chair": published.chair}
        if was is None or "room" in published.model_fields_set or one.value.mode is Mode.VIRTUAL:
            chosen["room"] = published.room
        if was is None or published.minute_taker is not None:
            chosen["minute_taker"] = published.minute_taker
        locks = published.locks or locks
    end = chosen["start"] + dt.timedelta(minutes=one.value.minutes)
    keeps_exception = current is not None and current.booking.day == chosen["start"].date()
    exception = current.exception if current is not None and keeps_exception else None
    return DiaryBooking(Booking(conference=one.value.id, end=end, **chosen), locks, exception=exception)


def _is_unchanged(new: DiaryBooking, current: StoredBooking | None, state: ConferenceState) -> bool:
    """True if it equals the current booking. An export locks held bookings and those by hand, so those locks don't count."""
    if current is None or new.booking != current.booking:
        return False
    return state not in OPEN or current.by_hand or set(new.locks) == set(current.locks)


def _is_in_conflict(importing: Importing, conference: str, new: DiaryBooking, current: StoredBooking | None) -> bool:
    """True if the diary's booking is or may be newer than the file's, and isn't confirmed. The conflicts are then recorded."""
    changes = _field_changes(importing, conference, new, current)
    if all(change.field == "minutes" for change in changes) or all(change.diary_is_newer is False for change in changes):
        return False
    item = f"bookings/{conference}"
    if any(importing.confirmed.covers(item, change.field) for change in changes):  # a booking moves as a whole
        return False
    importing.conflicts += changes
    return True


def _field_changes(importing: Importing, conference: str, new: DiaryBooking, current: StoredBooking | None) -> list[FieldChange]:
    """Return each field of a booking that the file changes; of a new booking none, unless the diary has ended it."""
    newer = _diary_is_newer(importing, conference, new, current)
    if current is None:
        after = _place_of(new)
        is_ended = newer is True
        return (
            [FieldChange(item=f"bookings/{conference}", field=None, before=None, after=after, diary_is_newer=True)]
            if is_ended
            else []
        )
    before, after = _aspects_of(current), _aspects_of(new)
    return [
        FieldChange(item=f"bookings/{conference}", field=name, before=before[name], after=after[name], diary_is_newer=newer)
        for name in before
        if before[name] != after[name]
    ]


def _diary_is_newer(importing: Importing, conference: str, new: DiaryBooking, current: StoredBooking | None) -> bool | None:
    """Return whether the diary has booked, moved or cancelled a conference since the file; None if that is unknown."""
    changed_at = queries.bookings_changed_at(importing.connection, conference)
    if importing.is_export:
        return importing.newer(changed_at)
    agreed = importing.agreed("bookings", conference)
    if current is None:
        return agreed is not None or queries.was_booked_at(importing.connection, conference, new.booking.start)
    return None if agreed is None else agreed != _place_of(current)


def _place_of(booked: DiaryBooking) -> dict[str, Any]:
    return {**booked.booking.model_dump(mode="json", include=set(PLACE)), "locks": sorted(booked.locks)}


def _aspects_of(booked: DiaryBooking) -> dict[str, Any]:
    minutes = (booked.booking.end - booked.booking.start) // dt.timedelta(minutes=1)
    return {**_place_of(booked), "minutes": minutes}


def _book(importing: Importing, one: ImportedBooking) -> None:
    policy = documents.get(importing.connection, "policy")[0]
    try:
        added = bookings.add(importing.connection, one.new, policy, importing.now)
    except ServiceError as error:
        importing.faults.append(Fault(one.place, error.detail))
        return
    stored = conferences.find(importing.connection, one.conference)
    assert stored is not None  # conferences are stored before their bookings
    conferences.change(importing.connection, stored.value, importing.now, state=ConferenceState.BOOKED)
    detail = {"booking": added.history_entry, "exception": added.exception}
    if one.current is None:
        record(importing, one.conference, ConferenceEvent.BOOKED, **detail)
    elif changes := changes_of(one.current.booking, added.booking):
        felt = any(change.what in FELT_BY_FAMILIES for change in changes)
        event = ConferenceEvent.MOVED if felt else ConferenceEvent.CHANGED
        record(importing, one.conference, event, **detail, before=one.current.history_entry)
