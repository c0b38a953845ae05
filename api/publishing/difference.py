"""The changes that a draft would make, booking by booking, and the people affected. All functions are pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from api.diary.bookings.queries import StoredBooking
from scheduler.domain.affected import affected_of
from scheduler.domain.conference import Conference, Mode
from scheduler.domain.identifiers import alike
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Value

Aspect = Literal["date", "time", "minutes", "room", "chair", "minute_taker", "mode"]
MINUTE = dt.timedelta(minutes=1)
FELT_BY_ALL = ("date", "time", "minutes", "room")
Kind = Literal["families", "chairs", "minute_takers", "social_workers"]


class AspectChange(Value):
    """One change of a booking: what changes, from which value to which. A null room is virtual.

    The mode is that in which the conference is held: a hybrid or in-person one without a room is held virtually.
    """

    what: Aspect
    from_: str | int | None = Field(alias="from")
    to: str | int | None


class MovedBooking(Value):
    """A booking as it would become, with its changes. ``published`` is the publication of the current booking."""

    booking: Booking
    changes: tuple[AspectChange, ...]
    published: int | None


class WithdrawnBooking(Value):
    """A booking that would end, with the reason. ``published`` is its publication."""

    booking: Booking
    reason: str | None
    published: int | None


class Differences(Value):
    """The bookings that would be new, moved and withdrawn, and the number of unchanged ones.

    ``held_virtually`` are the conferences among the new and moved ones that are not meant to be virtual and would have no room.
    """

    new: tuple[Booking, ...]
    moved: tuple[MovedBooking, ...]
    withdrawn: tuple[WithdrawnBooking, ...]
    unchanged: int
    held_virtually: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """True if nothing would change."""
        return not (self.new or self.moved or self.withdrawn)


class Party(Value):
    """An affected person or family, with the number of changes, and of changes to published bookings."""

    id: str
    changes: int
    published: int


class AffectedPeople(Value):
    """Everybody affected by a draft. A family is named by its conference.

    A booking that is new, is withdrawn, or passes from one person to another counts as one change. If a booking moves, its date,
    time, length, room and (for families and social workers) chair count as one change each.
    """

    families: tuple[Party, ...]
    chairs: tuple[Party, ...]
    minute_takers: tuple[Party, ...]
    social_workers: tuple[Party, ...]


def differences(
    booked: Mapping[str, StoredBooking],
    planned: Mapping[str, Booking],
    reasons: Mapping[str, str],
    modes: Mapping[str, Mode],
    *,
    held: bool,
) -> Differences:
    """Return how the planned bookings of conferences (of slots, if ``held``) differ from the booked ones.

    ``modes`` are those of the conferences, by id.
    """
    before = {name: stored for name, stored in booked.items() if stored.booking.held == held}
    after = {name: booking for name, booking in planned.items() if booking.held == held}
    both = [
        MovedBooking(
            booking=booking,
            changes=changes_of(before[name].booking, booking, modes.get(name)),
            published=before[name].publication,
        )
        for name, booking in _in_order(after)
        if name in before
    ]
    gone = _in_order({name: stored.booking for name, stored in before.items() if name not in after})
    moved = tuple(one for one in both if one.changes)
    new = tuple(booking for name, booking in _in_order(after) if name not in before)
    return Differences(
        new=new,
        moved=moved,
        withdrawn=tuple(
            WithdrawnBooking(booking=booking, reason=reasons.get(name), published=before[name].publication)
            for name, booking in gone
        ),
        unchanged=len(both) - len(moved),
        held_virtually=tuple(
            booking.conference
            for booking in (*new, *(one.booking for one in moved))
            if booking.room is None and modes.get(booking.conference, Mode.VIRTUAL) is not Mode.VIRTUAL
        ),
    )


def changes_of(before: Booking, after: Booking, mode: Mode | None = None) -> tuple[AspectChange, ...]:
    """Return the changes from one booking to another, with that of the mode if the conference's ``mode`` is given."""
    old, new = _aspects(before, mode), _aspects(after, mode)
    return tuple(
        AspectChange.model_validate({"what": what, "from": old[what], "to": new[what]}) for what in old if old[what] != new[what]
    )


def affected(conferences: Mapping[str, Conference], booked: Mapping[str, StoredBooking], changed: Differences) -> AffectedPeople:
    """Return everybody affected by the differences between conferences' bookings; ``conferences`` has each of them by id."""
    changes: dict[Kind, Counter[str]] = {
        "families": Counter(),
        "chairs": Counter(),
        "minute_takers": Counter(),
        "social_workers": Counter(),
    }
    published: dict[Kind, Counter[str]] = {kind: Counter() for kind in changes}
    before_and_after: list[tuple[Booking | None, Booking | None]] = [
        *((None, booking) for booking in changed.new),
        *((booked[moved.booking.conference].booking, moved.booking) for moved in changed.moved),
        *((withdrawn.booking, None) for withdrawn in changed.withdrawn),
    ]
    spelling: dict[str, str] = {}  # social workers that are alike count as one
    for before, after in before_and_after:
        was_published = before is not None and booked[before.conference].publication is not None
        for kind, name, count in _touched(conferences, before, after):
            identifier = spelling.setdefault(alike(name), name) if kind == "social_workers" else name
            changes[kind][identifier] += count
            published[kind][identifier] += count if was_published else 0
    parties = {
        kind: tuple(
            Party(id=identifier, changes=count, published=published[kind][identifier])
            for identifier, count in sorted(changes[kind].items())
        )
        for kind in changes
    }
    return AffectedPeople.model_validate(parties)


def _touched(
    conferences: Mapping[str, Conference], before: Booking | None, after: Booking | None
) -> Iterator[tuple[Kind, str, int]]:
    """Yield each person and family affected by one booking's change, with the number of changes for them."""
    one = after or before
    assert one is not None
    changed = [] if before is None or after is None else [change.what for change in changes_of(before, after)]
    felt = sum(what in FELT_BY_ALL for what in changed) if before and after else 1
    to_family = felt + ("chair" in changed)
    if to_family:
        yield "families", one.conference, to_family
        worker = conferences[one.conference].social_worker
        if worker is not None:
            yield "social_workers", worker, to_family
    was_with, will_be_with = _people(before), _people(after)
    for kind in was_with:
        was, will_be = was_with[kind], will_be_with[kind]
        count = felt if was == will_be else 1
        yield from ((kind, person, count) for person in affected_of(was, will_be, is_felt=bool(felt)))


def _people(booking: Booking | None) -> dict[Kind, str | None]:
    if booking is None:
        return {"chairs": None, "minute_takers": None}
    return {"chairs": booking.chair, "minute_takers": booking.minute_taker}


def _aspects(booking: Booking, mode: Mode | None) -> dict[Aspect, str | int | None]:
    aspects: dict[Aspect, str | int | None] = {
        "date": booking.day.isoformat(),
        "time": f"{booking.start:%H:%M}",
        "minutes": (booking.end - booking.start) // MINUTE,
        "room": booking.room,
        "chair": booking.chair,
        "minute_taker": booking.minute_taker,
    }
    return aspects if mode is None else {**aspects, "mode": mode.held_in(booking.room)}


def _in_order(bookings: Mapping[str, Booking]) -> list[tuple[str, Booking]]:
    return sorted(bookings.items(), key=lambda item: (item[1].start, item[0]))
