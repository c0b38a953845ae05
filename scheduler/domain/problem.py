"""Everything that one solve needs (contract, section 1)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date, earliest_date
from scheduler.domain.conference import Conference, Hold
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Journey, Room, Site, travel_minutes
from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Booking
from scheduler.domain.values import (
    Date,
    Identifier,
    Interval,
    Moment,
    Pair,
    Period,
    Text,
    TimeOfDay,
    Value,
    days,
    monday_of,
    quoted,
)

HOLD_MINUTES = 105
Lock = Literal["time", "chair", "room"]
EXPORT = re.compile(r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})Z (?P<diary>[0-9a-f]{16})")


class Service(Value):
    """Whose diary it is, and what the service calls its chairs."""

    name: Text = ""
    timezone: Literal["Europe/London"] = "Europe/London"
    chair_title: Text = "CPA"


def _export_mark(found: Any) -> Any:
    if found is None or (isinstance(found, str) and EXPORT.fullmatch(found)):
        return found
    raise PydanticCustomError(
        "export", "{found} is not the mark of an export. Leave it as the service wrote it, or clear it.", {"found": quoted(found)}
    )


ExportMark = Annotated[str, BeforeValidator(_export_mark)]
"""The state of a service's diary that a file was exported from: the instant of its latest change, and its fingerprint."""


class PublishedBooking(Value):
    """A booking that families have been told of, and what of it must not change."""

    conference: Identifier
    start: Moment
    room: Identifier | None = None
    chair: Identifier
    minute_taker: Identifier | None = None
    locks: tuple[Lock, ...] = ()


class HeldSlot(Value):
    """One slot of a hold, under the id that its booking carries: ``HOLD-<site>-<week>-<n>``."""

    id: str
    site: Identifier
    monday: dt.date


class Problem(Value):
    """One month (or any horizon) of a service, with its conferences still to be placed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, ignored_types=(cached_property,))

    version: Literal[1]
    service: Service = Service()
    horizon: Period
    calendar: Calendar = Calendar()
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    travel: tuple[Journey, ...] = ()
    rooms: tuple[Room, ...]
    virtual_starts: tuple[TimeOfDay, ...] | None = None
    chairs: tuple[Chair, ...]
    minute_takers: tuple[MinuteTaker, ...] | None = None
    conferences: tuple[Conference, ...]
    holds: tuple[Hold, ...] = ()
    apart: tuple[Pair, ...] = ()
    published: tuple[PublishedBooking, ...] = ()
    policy: Policy = Policy()
    today: Date | None = None
    exported: ExportMark | None = None

    ADDED = frozenset({"today"})
    METADATA: ClassVar[frozenset[str]] = frozenset({"exported"})
    """Fields that say where the problem comes from: no part of its canonical JSON."""

    @cached_property
    def working_days(self) -> tuple[dt.date, ...]:
        """The working days of the horizon, closures among them."""
        return tuple(day for day in days(self.horizon) if self.calendar.is_working_day(day))

    @cached_property
    def all_virtual_starts(self) -> tuple[dt.time, ...]:
        """When virtual conferences may begin: as given, or whenever any room has a start."""
        given = self.virtual_starts
        starts: Iterable[dt.time] = (start for room in self.rooms for start in room.starts) if given is None else given
        return tuple(sorted(set(starts)))

    @cached_property
    def site_by_id(self) -> dict[str, Site]:
        """Sites under their ids."""
        return {site.id: site for site in self.sites}

    @cached_property
    def room_by_id(self) -> dict[str, Room]:
        """Rooms under their ids."""
        return {room.id: room for room in self.rooms}

    @cached_property
    def chair_by_id(self) -> dict[str, Chair]:
        """Chairs under their ids."""
        return {chair.id: chair for chair in self.chairs}

    @cached_property
    def minute_taker_by_id(self) -> dict[str, MinuteTaker]:
        """Minute takers under their ids; empty where they are not modelled."""
        return {taker.id: taker for taker in self.minute_takers or ()}

    @cached_property
    def conference_by_id(self) -> dict[str, Conference]:
        """Conferences under their ids."""
        return {conference.id: conference for conference in self.conferences}

    def on_side(self, name: str) -> tuple[str, ...]:
        """Return the conferences on a side of an ``apart`` entry: the one with this id, or all of the family."""
        return (name,) if name in self.conference_by_id else tuple(c.id for c in self.conferences if c.family == name)

    @cached_property
    def published_by_id(self) -> dict[str, PublishedBooking]:
        """Published bookings under their conferences' ids."""
        return {published.conference: published for published in self.published}

    @cached_property
    def due(self) -> dict[str, dt.date]:
        """Each conference's due date."""
        return {c.id: due_date(c, self.calendar, self.policy) for c in self.conferences}

    @cached_property
    def earliest(self) -> dict[str, dt.date]:
        """Return the first day on which each conference may be held, unless it keeps its published start."""
        first = self.horizon.first
        return {c.id: earliest_date(c, first, self.calendar, self.policy, self.today) for c in self.conferences}

    @cached_property
    def earliest_as_published(self) -> dict[str, dt.date]:
        """Return the first day on which each conference may keep its published start: ``today`` doesn't bind it."""
        first = self.horizon.first
        return {c.id: earliest_date(c, first, self.calendar, self.policy) for c in self.conferences}

    def earliest_at(self, conference: str, start: dt.datetime) -> dt.date:
        """Return the first day on which a conference of the problem may be held if it begins at ``start``."""
        published = self.published_by_id.get(conference)
        is_kept = published is not None and published.start == start
        return (self.earliest_as_published if is_kept else self.earliest)[conference]

    @cached_property
    def past(self) -> dict[str, PublishedBooking]:
        """Return the published bookings before ``today``, which stay as they are, under their conferences' ids."""
        return {p.conference: p for p in self.published if self.today is not None and p.start.date() < self.today}

    @cached_property
    def first_movable_day(self) -> dt.date | None:
        """Return the first day from which published bookings may be moved (contract, R9); None without ``today``."""
        return None if self.today is None else self.calendar.working_days_after(self.today, self.policy.move_notice_days)

    def as_published(self, published: PublishedBooking) -> Booking:
        """Return a published booking as a booking of a schedule."""
        return Booking(
            conference=published.conference,
            start=published.start,
            end=published.start + dt.timedelta(minutes=self.minutes_by_id[published.conference]),
            room=published.room,
            chair=published.chair,
            minute_taker=published.minute_taker,
        )

    @cached_property
    def held_slots(self) -> tuple[HeldSlot, ...]:
        """The holds, slot by slot."""
        slots: list[HeldSlot] = []
        counted: dict[tuple[str, dt.date], int] = {}
        for hold in self.holds:
            for _ in range(hold.count):
                n = counted[hold.site, hold.week] = counted.get((hold.site, hold.week), 0) + 1
                slots.append(HeldSlot(id=f"HOLD-{hold.site}-{hold.week}-{n}", site=hold.site, monday=monday_of(hold.week)))
        return tuple(slots)

    @cached_property
    def held_slot_by_id(self) -> dict[str, HeldSlot]:
        """Held slots under their ids."""
        return {slot.id: slot for slot in self.held_slots}

    @cached_property
    def minutes_by_id(self) -> dict[str, int]:
        """How long each conference and held slot lasts, without the pre-meet."""
        return {c.id: c.minutes for c in self.conferences} | {slot.id: HOLD_MINUTES for slot in self.held_slots}

    def people_time(self, booking: Booking) -> Interval:
        """The time the booking takes of people, by its conference's length; by its stated end where that is unknown."""
        return self.with_length(booking).people_time(self.policy.pre_meet)

    def room_time(self, booking: Booking) -> Interval:
        """The time the booking takes of a room, by its conference's length; by its stated end where that is unknown."""
        return self.with_length(booking).room_time(self.policy.pre_meet, self.policy.reset)

    def with_length(self, booking: Booking) -> Booking:
        """Return the booking with its conference's length, or unchanged if that length is unknown."""
        minutes = self.minutes_by_id.get(booking.conference)
        return booking if minutes is None else booking.model_copy(update={"end": booking.start + dt.timedelta(minutes=minutes)})

    def booking_of(self, published: PublishedBooking) -> Booking:
        """Return a published booking as a booking with its conference's length."""
        return Booking(
            conference=published.conference,
            start=published.start,
            end=published.start + dt.timedelta(minutes=self.minutes_by_id[published.conference]),
            room=published.room,
            chair=published.chair,
            minute_taker=published.minute_taker,
        )

    def site_of(self, room_id: str | None) -> str | None:
        """The id of the site that a booking's room is at; None where it is held virtually or its room is unknown."""
        room = self.room_by_id.get(room_id) if room_id is not None else None
        return room.site if room is not None else None

    @cached_property
    def models_minute_takers(self) -> bool:
        """Whether every booking needs a minute taker (R5)."""
        return self.minute_takers is not None and "R5" not in self.policy.off

    @cached_property
    def travel_minutes(self) -> dict[tuple[str, str], int]:
        """Minutes from site to site; a journey given one way counts for both. Pairs not given are absent (0 minutes)."""
        return travel_minutes(self.travel)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the problem leaves open, and how it is taken."""
        return self.calendar.assumptions(self.horizon)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the problem's canonical JSON: keys sorted, no white space, defaults filled in.

        Fields added since version 1 are left out while they have their default, so that old files keep their digest.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude=_added_defaults(self) | dict.fromkeys(self.METADATA, True))
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def nameless(problem: Problem) -> Problem:
    """The problem without people's names, so that what is told of it, or sent elsewhere, gives references only."""
    chairs = tuple(chair.model_copy(update={"name": ""}) for chair in problem.chairs)
    takers = problem.minute_takers and tuple(taker.model_copy(update={"name": ""}) for taker in problem.minute_takers)
    return _with(problem, chairs=chairs, minute_takers=takers)


def on_day(problem: Problem, today: dt.date) -> Problem:
    """Return the problem as it is planned on a day."""
    return _with(problem, today=today)


def with_published(problem: Problem, published: Iterable[PublishedBooking]) -> Problem:
    """Return the problem with other published bookings, whose references must be valid."""
    return _with(problem, published=tuple(published))


def _with(problem: Problem, **changes: Any) -> Problem:
    """Return the problem with valid fields changed; unlike ``model_copy``, without what was computed from the old ones."""
    return Problem.model_construct(**{name: getattr(problem, name) for name in Problem.model_fields} | changes)


def _added_defaults(value: Value) -> dict[str, Any]:
    """Return, for ``exclude``, the fields added since version 1 that have their default, in the value and in all its parts."""
    excluded: dict[str, Any] = {}
    for name, field in type(value).model_fields.items():
        part = getattr(value, name)
        if name in value.ADDED and part == field.default:
            excluded[name] = True
        elif isinstance(part, Value):
            if inner := _added_defaults(part):
                excluded[name] = inner
        elif isinstance(part, tuple):
            items = {n: inner for n, item in enumerate(part) if isinstance(item, Value) and (inner := _added_defaults(item))}
            if items:
                excluded[name] = items
    return excluded
