"""Several bookings changed at once: all of them or none, each checked against the diary with all the others in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.actor import NOBODY
from api.diary.bookings import queries as bookings
from api.diary.bookings.placing import BookingFault, Recorded, broken_by, busy_then, recorded, refuse, store
from api.diary.bookings.queries import DiaryBooking, Ending, StoredBooking
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import ConferenceEvent, Reason
from api.diary.conferences.queries import StoredConference
from api.diary.service import queries as documents
from scheduler.domain.problem import is_moved
from scheduler.domain.schedule import Booking


@dataclass(frozen=True)
class Placement:
    """A conference's new place (``start``, ``room``, ``chair``, ``minute_taker``), and the booking that it replaces, if any.

    ``faults`` are those found before, and ``released`` the held slots that were released for it.
    """

    stored: StoredConference
    chosen: dict[str, Any]
    old: StoredBooking | None = None
    locks: Sequence[str] = ()
    exception: Recorded | None = None
    faults: Sequence[BookingFault] = ()
    released: tuple[str, ...] = ()


@dataclass(frozen=True)
class MakingWay:
    """A booking that changes so that another is possible, and its new values. It keeps its locks and its other conditions."""

    old: StoredBooking
    booking: Booking

    @property
    def is_felt(self) -> bool:
        """True if more than its minute taker changes."""
        return is_moved(self.old.booking, self.booking)


def place_together(
    connection: Connection,
    placements: Sequence[Placement],
    now: dt.datetime,
    reason: Reason | None = None,
    making_way: Sequence[MakingWay] = (),
) -> tuple[list[StoredBooking], list[StoredBooking]]:
    """Store all placements as bookings by hand, and those making way; record each in its conference's history.

    Return both in order. Raise ConflictError if a room or somebody is taken, or InvalidError with everything that is wrong with
    any of them.
    """
    chosen = [*(one.chosen for one in placements), *({"start": one.booking.start} for one in making_way)]
    busy = [busy_then(connection, one) for one in chosen]
    replaced = [*(one.old for one in placements if one.old is not None), *(one.old for one in making_way)]
    bookings.end(connection, [one.number for one in replaced], Ending.MOVED, now)
    moved = [_make_way(connection, one, now) for one in making_way]
    added = [store(connection, one.stored, one.chosen, now, one.locks, one.exception, one.faults) for one in placements]
    every_new = [*(booked for booked, _, _ in added), *moved]
    broken = [one for booked, then in zip(every_new, busy, strict=True) for one in broken_by(connection, booked.booking, then)]
    every = [fault for _, _, faults in added for fault in faults]
    names = [one.stored.value.id for one in placements]
    refuse(list(dict.fromkeys(broken)), " and ".join(names), every)
    for way, booked in zip(making_way, moved, strict=True):
        _record_way(connection, way, booked, names, now)
    for one, (new, released, _) in zip(placements, added, strict=True):
        _record(connection, one, new, [*one.released, *released], reason, now)
    return [booked for booked, _, _ in added], moved


def _make_way(connection: Connection, one: MakingWay, now: dt.datetime) -> StoredBooking:
    old, policy = one.old, documents.get(connection, "policy")[0]
    new = DiaryBooking(one.booking, old.locks, old.by_hand, old.exception)
    return bookings.add(connection, new, policy, now, publication=None if one.is_felt else old.publication)


def _record_way(connection: Connection, one: MakingWay, new: StoredBooking, names: list[str], now: dt.datetime) -> None:
    event = ConferenceEvent.MOVED if one.is_felt else ConferenceEvent.CHANGED
    detail = {**recorded(new, []), "before": one.old.history_entry}
    stored = conferences.find(connection, new.booking.conference)
    assert stored is not None  # a booking's conference can't be removed
    conferences.change(connection, stored.value, now)
    conferences.record_event(connection, stored.value.id, event, now, NOBODY, **detail, made_way_for=names)


def _record(
    connection: Connection, one: Placement, new: StoredBooking, released: list[str], reason: Reason | None, now: dt.datetime
) -> None:
    name, detail = one.stored.value.id, recorded(new, released)
    if one.old is None:
        conferences.record_event(connection, name, ConferenceEvent.BOOKED, now, NOBODY, **detail)
        return
    before = one.old.history_entry
    conferences.record_event(connection, name, ConferenceEvent.MOVED, now, NOBODY, reason, **detail, before=before)
