"""The complete input of one solve (contract, section 1)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from scheduler.domain.calendar import Calendar
from scheduler.domain.clocks import due_date, earliest_date
from scheduler.domain.conference import Conference, Hold
from scheduler.domain.identifiers import alike
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
LOCKS: tuple[Lock, ...] = ("time", "chair", "room")
EXPORT = re.compile(r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6})Z (?P<diary>[0-9a-f]{16})")


class Service(Value):
    """The service's name, time zone and title for its chairs."""

    name: Text = ""
    timezone: Literal["Europe/London"] = "Europe/London"
    chair_title: Text = "CPA"


def _export_mark(entry: Any) -> Any:
    if entry is None or (isinstance(entry, str) and EXPORT.fullmatch(entry)):
        return entry
    raise PydanticCustomError(
        "export", "{entry} is not the mark of an export. Leave it as the service wrote it, or clear it.", {"entry": quoted(entry)}
    )


ExportMark = Annotated[str, BeforeValidator(_export_mark)]
"""The version of the diary that a file was exported from: the instant of its latest change, and its fingerprint."""


class PublishedBooking(Value):
    """A booking that has been announced to the family, and the locks on its parts that must not change."""

    conference: Identifier
    start: Moment
    room: Identifier | None = None
    chair: Identifier
    minute_taker: Identifier | None = None
    locks: tuple[Lock, ...] = ()


class HeldSlot(Value):
    """One slot of a hold. ``id`` is also the id of its booking: ``HOLD-<site>-<week>-<n>``."""

    id: str
    site: Identifier
    monday: dt.date


class Problem(Value):
    """A month of a service, or any other horizon, with the conferences to place."""

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
    """Fields about the problem's origin, which its canonical JSON leaves out."""

    @cached_property
    def working_days(self) -> tuple[dt.date, ...]:
        """Return the working days of the horizon, including closures."""
        return tuple(day for day in days(self.horizon) if self.calendar.is_working_day(day))

    @cached_property
    def all_virtual_starts(self) -> tuple[dt.time, ...]:
        """Return the starts of virtual conferences in order: those listed, or the starts of all rooms."""
        listed = self.virtual_starts
        starts: Iterable[dt.time] = (start for room in self.rooms for start in room.starts) if listed is None else listed
        return tuple(sorted(set(starts)))

    @cached_property
    def site_by_id(self) -> dict[str, Site]:
        """Return the sites by id."""
        return {site.id: site for site in self.sites}

    @cached_property
    def room_by_id(self) -> dict[str, Room]:
        """Return the rooms by id."""
        return {room.id: room for room in self.rooms}

    @cached_property
    def chair_by_id(self) -> dict[str, Chair]:
        """Return the chairs by id."""
        return {chair.id: chair for chair in self.chairs}

    @cached_property
    def minute_taker_by_id(self) -> dict[str, MinuteTaker]:
        """Return the minute takers by id; empty if they are not modelled."""
        return {taker.id: taker for taker in self.minute_takers or ()}

    @cached_property
    def conference_by_id(self) -> dict[str, Conference]:
        """Return the conferences by id."""
        return {conference.id: conference for conference in self.conferences}

    def on_side(self, name: str) -> tuple[str, ...]:
        """Return the conferences on a side of an ``apart`` entry: the one with this id, or all of the family.

        Families that are alike count as one (contract, section 8).
        """
        return (name,) if name in self.conference_by_id else self._of_family.get(alike(name), ())

    @cached_property
    def _of_family(self) -> dict[str, tuple[str, ...]]:
        """Return the conferences of each family, by its form for comparison."""
        members: dict[str, list[str]] = {}
        for conference in self.conferences:
            if conference.family is not None:
                members.setdefault(alike(conference.family), []).append(conference.id)
        return {family: tuple(names) for family, names in members.items()}

    @cached_property
    def published_by_id(self) -> dict[str, PublishedBooking]:
        """Return the published bookings by conference id."""
        return {published.conference: published for published in self.published}

    @cached_property
    def due(self) -> dict[str, dt.date]:
        """Return each conference's due date, by id."""
        return {c.id: due_date(c, self.calendar, self.policy) for c in self.conferences}

    @cached_property
    def earliest(self) -> dict[str, dt.date]:
        """Return the first day on which each conference may be held, unless it keeps its published start."""
        first = self.horizon.first
        return {c.id: earliest_date(c, first, self.calendar, self.policy, self.today) for c in self.conferences}

    @cached_property
    def earliest_as_published(self) -> dict[str, dt.date]:
        """Return the first day on which each conference may keep its published start; ``today`` doesn't limit it."""
        first = self.horizon.first
        return {c.id: earliest_date(c, first, self.calendar, self.policy) for c in self.conferences}

    def earliest_at(self, conference: str, start: dt.datetime) -> dt.date:
        """Return the first day on which a conference of the problem may be held if it begins at ``start``."""
        published = self.published_by_id.get(conference)
        keeps_start = published is not None and published.start == start
        return (self.earliest_as_published if keeps_start else self.earliest)[conference]

    @cached_property
    def past(self) -> dict[str, PublishedBooking]:
        """Return the published bookings before ``today``, which don't change, by conference id."""
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
        """Return the slots of all holds."""
        slots: list[HeldSlot] = []
        counted: dict[tuple[str, dt.date], int] = {}
        for hold in self.holds:
            for _ in range(hold.count):
                n = counted[hold.site, hold.week] = counted.get((hold.site, hold.week), 0) + 1
                slots.append(HeldSlot(id=f"HOLD-{hold.site}-{hold.week}-{n}", site=hold.site, monday=monday_of(hold.week)))
        return tuple(slots)

    @cached_property
    def held_slot_by_id(self) -> dict[str, HeldSlot]:
        """Return the held slots by id."""
        return {slot.id: slot for slot in self.held_slots}

    @cached_property
    def minutes_by_id(self) -> dict[str, int]:
        """Return the length in minutes of each conference and held slot, without the pre-meet."""
        return {c.id: c.minutes for c in self.conferences} | {slot.id: HOLD_MINUTES for slot in self.held_slots}

    def people_time(self, booking: Booking) -> Interval:
        """Return the time that the booking occupies people, by its conference's length or, if that is unknown, its own end."""
        return self.with_length(booking).people_time(self.policy.pre_meet)

    def room_time(self, booking: Booking) -> Interval:
        """Return the time that the booking occupies a room, by its conference's length or, if that is unknown, its own end."""
        return self.with_length(booking).room_time(self.policy.pre_meet, self.policy.reset)

    def with_length(self, booking: Booking) -> Booking:
        """Return the booking with its conference's length, or unchanged if that length is unknown."""
        minutes = self.minutes_by_id.get(booking.conference)
        return booking if minutes is None else booking.model_copy(update={"end": booking.start + dt.timedelta(minutes=minutes)})

    def site_of(self, room_id: str | None) -> str | None:
        """Return the id of the room's site; None for a virtual booking or an unknown room."""
        room = self.room_by_id.get(room_id) if room_id is not None else None
        return room.site if room is not None else None

    @cached_property
    def models_minute_takers(self) -> bool:
        """True if every booking needs a minute taker (R5)."""
        return self.minute_takers is not None and "R5" not in self.policy.off

    @cached_property
    def travel_minutes(self) -> dict[tuple[str, str], int]:
        """Return the minutes from site to site, as the function of the same name does."""
        return travel_minutes(self.travel)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Return the assumptions about what the problem leaves open, as sentences."""
        return self.calendar.assumptions(self.horizon)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the problem's canonical JSON: keys sorted, no white space, defaults filled in.

        Fields added since version 1 are left out while they have their default, so that old files keep their digest.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude=_added_defaults(self) | dict.fromkeys(self.METADATA, True))
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def nameless(problem: Problem) -> Problem:
    """Return the problem without people's names, so that reports and other services see only references."""
    return with_names(problem, lambda _: "")


def with_names(problem: Problem, name_of: Callable[[str], str]) -> Problem:
    """Return the problem with other names of chairs and minute takers, each made from the person's id."""
    chairs = tuple(chair.model_copy(update={"name": name_of(chair.id)}) for chair in problem.chairs)
    takers = problem.minute_takers and tuple(
        taker.model_copy(update={"name": name_of(taker.id)}) for taker in problem.minute_takers
    )
    return with_valid_fields(problem, chairs=chairs, minute_takers=takers)


def on_day(problem: Problem, today: dt.date) -> Problem:
    """Return the problem with ``today`` set."""
    return with_valid_fields(problem, today=today)


def with_published(problem: Problem, published: Iterable[PublishedBooking]) -> Problem:
    """Return the problem with other published bookings, whose references must be valid."""
    return with_valid_fields(problem, published=tuple(published))


def with_conferences(problem: Problem, conferences: Iterable[Conference]) -> Problem:
    """Return the problem with other conferences, whose references must be valid."""
    return with_valid_fields(problem, conferences=tuple(conferences))


def with_conference_added(problem: Problem, conference: Conference) -> Problem:
    """Return the problem with a conference added, whose references must be valid; unchanged if it has one of that id."""
    if conference.id in problem.conference_by_id:
        return problem
    return with_conferences(problem, (*problem.conferences, conference))


def is_moved(before: Booking | PublishedBooking, after: Booking) -> bool:
    """True if a booking has another start, room or chair than before. Another minute taker is no move (contract, section 6)."""
    return (before.start, before.room, before.chair) != (after.start, after.room, after.chair)


def with_valid_fields(problem: Problem, **changes: Any) -> Problem:
    """Return the problem with valid fields changed. Unlike ``model_copy``, it doesn't copy cached properties."""
    return Problem.model_construct(**{name: getattr(problem, name) for name in Problem.model_fields} | changes)


def _added_defaults(value: Value) -> dict[str, Any]:
    """Return, in the form of pydantic's ``exclude``, the fields added since version 1 that have their default, at any depth."""
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
