"""Whom a change of a booking affects, decided once for repairs and for drafts."""

from __future__ import annotations

from scheduler.domain.schedule import Booking


def is_felt_by_all(before: Booking | None, after: Booking | None) -> bool:
    """True if a booking begins or ends, or its time, length or room changes, so that everybody at the conference is affected."""
    if before is None or after is None:
        return True
    return (before.start, before.end, before.room) != (after.start, after.end, after.room)


def affected_of(before: str | None, after: str | None, *, is_felt: bool) -> tuple[str, ...]:
    """Return who is affected of the people with one role, such as minute taker, at a conference ``before`` and ``after``.

    If the role passes to somebody else, both are. One who stays is only if the change ``is_felt`` by all: to a minute taker,
    another chair is nothing new about time or place.
    """
    if before != after:
        return tuple(person for person in (before, after) if person is not None)
    return (before,) if before is not None and is_felt else ()
