"""What is possible: every way in which one conference or held slot could be booked, as arrays.

A candidate is a request (a conference, or a group of equal held slots) at a start, in a place, with a chair.
Times are whole minutes since midnight before the horizon's first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.places import Room
from scheduler.domain.problem import HOLD_MINUTES, HeldSlot, Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import monday_of

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
DAY = 24 * 60
VIRTUAL = -1


@dataclass(frozen=True)
class Request:
    """Something to be booked: one conference, or as many equal held slots as ``slots`` lists."""

    conference: Conference | None
    slots: tuple[HeldSlot, ...] = ()

    @property
    def count(self) -> int:
        """The most bookings it can have."""
        return len(self.slots) or 1

    @property
    def minutes(self) -> int:
        """Its length, in minutes."""
        return self.conference.minutes if self.conference else HOLD_MINUTES

    @property
    def mode(self) -> Mode:
        """How it is held; a held slot is kept for a hybrid conference."""
        return self.conference.mode if self.conference else Mode.HYBRID

    @property
    def site(self) -> str:
        """The family's nearest office, or the hold's site."""
        return self.conference.site if self.conference else self.slots[0].site


@dataclass(frozen=True)
class Place:
    """Rooms that can stand for each other, or (without rooms) no room at all: a virtual conference."""

    rooms: tuple[Room, ...] = ()

    @property
    def site(self) -> str | None:
        """The site, or None for a virtual one."""
        return self.rooms[0].site if self.rooms else None


def requests_of(problem: Problem) -> tuple[Request, ...]:
    """The conferences in their order, then the holds, the slots of one site and week together."""
    groups: dict[tuple[str, dt.date], list[HeldSlot]] = {}
    for slot in problem.held_slots:
        groups.setdefault((slot.site, slot.monday), []).append(slot)
    held = (Request(None, tuple(slots)) for slots in groups.values())
    return (*(Request(conference) for conference in problem.conferences), *held)


def interchangeable_places(problem: Problem) -> tuple[Place, ...]:
    """The rooms, those together that differ in nothing but their names; then the virtual place.

    A room that a published booking names stays apart: changing it costs.
    """
    named = {published.room for published in problem.published}
    groups: dict[object, list[Room]] = {}
    for room in problem.rooms:
        likeness = room.id if room.id in named else room.model_copy(update={"id": "", "name": ""})
        groups.setdefault(likeness, []).append(room)
    return (*(Place(tuple(rooms)) for rooms in groups.values()), Place())


def single_places(problem: Problem) -> tuple[Place, ...]:
    """Each room as a place of its own; then the virtual place."""
    return (*(Place((room,)) for room in problem.rooms), Place())


@dataclass(frozen=True)
class Candidates:
    """The candidates of a problem, as parallel arrays ``request``, ``slot`` and ``chair``.

    A slot is a start in a place; ``slot_…`` arrays describe the slots, ``request_minutes`` the requests.
    """

    problem: Problem
    requests: tuple[Request, ...]
    places: tuple[Place, ...]
    days: tuple[dt.date, ...]
    slot_day: Ints
    slot_start: Ints
    slot_place: Ints
    request: Ints
    slot: Ints
    chair: Ints

    def __len__(self) -> int:
        return len(self.request)

    def kept(self, keep: Mask) -> Candidates:
        """The same with only the candidates that are to be kept."""
        arrays = {name: getattr(self, name)[keep] for name in ("request", "slot", "chair")}
        return Candidates(
            self.problem, self.requests, self.places, self.days, self.slot_day, self.slot_start, self.slot_place, **arrays
        )

    # Features of every candidate ------------------------------------------------------------------

    @cached_property
    def day(self) -> Ints:
        """Index into ``days``."""
        return self.slot_day[self.slot]

    @cached_property
    def start(self) -> Ints:
        """When the conference itself begins."""
        return self.slot_start[self.slot]

    @cached_property
    def minutes(self) -> Ints:
        """The length."""
        return np.array([request.minutes for request in self.requests], dtype=np.int64)[self.request]

    @cached_property
    def end(self) -> Ints:
        """When the conference ends."""
        return self.start + self.minutes

    @cached_property
    def arrival(self) -> Ints:
        """When the pre-meet begins, and with it people time and room time."""
        return self.start - self.problem.policy.pre_meet

    @cached_property
    def place(self) -> Ints:
        """Index into ``places``."""
        return self.slot_place[self.slot]

    @cached_property
    def site(self) -> Ints:
        """Index into the problem's sites of the place, or VIRTUAL."""
        return self.place_site[self.place]

    @cached_property
    def in_room(self) -> Mask:
        """Whether it takes a room."""
        return self.site != VIRTUAL

    @cached_property
    def is_hold(self) -> Mask:
        """Whether it keeps a slot free."""
        return self.request >= len(self.problem.conferences)

    @cached_property
    def week(self) -> Ints:
        """The number of the week (Monday to Sunday) it is in."""
        mondays = [monday_of(day).toordinal() // 7 for day in self.days]
        return np.array(mondays, dtype=np.int64)[self.day] if len(self.days) else self.day

    # Features of places and requests ----------------------------------------------------------------

    @cached_property
    def site_index(self) -> dict[str, int]:
        """The sites' positions."""
        return {site.id: n for n, site in enumerate(self.problem.sites)}

    @cached_property
    def place_site(self) -> Ints:
        """The site of each place, or VIRTUAL."""
        return np.array([VIRTUAL if p.site is None else self.site_index[p.site] for p in self.places], dtype=np.int64)

    @cached_property
    def request_index(self) -> dict[str, int]:
        """The requests' positions, under the ids of conferences and held slots."""
        indices = {request.conference.id: n for n, request in enumerate(self.requests) if request.conference}
        return indices | {slot.id: n for n, request in enumerate(self.requests) for slot in request.slots}

    def of_requests(self, feature: Callable[[Request], int | bool], dtype: type = np.int64) -> NDArray[np.int64]:
        """A feature of the requests, for every candidate."""
        return np.array([feature(request) for request in self.requests], dtype=dtype)[self.request]

    def by_request_and_day(self, feature: Callable[[Conference, dt.date], int]) -> Ints:
        """A feature of conference and day, for every candidate; 0 for holds. Computed once for each pair that occurs."""
        pairs, inverse = np.unique(self.request * len(self.days) + self.day, return_inverse=True)
        found = np.zeros(len(pairs), dtype=np.int64)
        for n, pair in enumerate(pairs.tolist()):
            request, day = divmod(pair, len(self.days))
            conference = self.requests[request].conference
            if conference is not None:
                found[n] = feature(conference, self.days[day])
        return found[inverse]

    def by_day(self, feature: Callable[[dt.date], int | bool]) -> Ints:
        """A feature of the day, for every candidate."""
        return np.array([feature(day) for day in self.days], dtype=np.int64)[self.day]

    # Bookings -------------------------------------------------------------------------------------

    def moment(self, minute: int) -> dt.datetime:
        """A minute of the horizon as a local wall-clock moment."""
        return dt.datetime.combine(self.problem.horizon.first, dt.time()) + dt.timedelta(minutes=minute)

    def minute(self, moment: dt.datetime) -> int:
        """A local wall-clock moment as a minute of the horizon."""
        return int((moment - self.moment(0)).total_seconds()) // 60

    def columns_of(self, bookings: Iterable[Booking]) -> list[int | None]:
        """For each booking the candidate that it is, or None where it is no candidate."""
        key = {
            key: n for n, key in enumerate(zip(self.request.tolist(), self.slot.tolist(), self.chair.tolist(), strict=True))
        }
        place_of_room = {room.id: n for n, place in enumerate(self.places) for room in place.rooms}
        slots = {
            pair: n for n, pair in enumerate(zip(self.slot_start.tolist(), self.slot_place.tolist(), strict=True))
        }
        chairs = {chair.id: n for n, chair in enumerate(self.problem.chairs)}
        found: list[int | None] = []
        for booking in bookings:
            place = len(self.places) - 1 if booking.room is None else place_of_room.get(booking.room, -2)
            request = self.request_index.get(booking.conference, -1)
            slot = slots.get((self.minute(booking.start), place), -1)
            column = key.get((request, slot, chairs.get(booking.chair, -1)))
            right_length = column is not None and self.end[column] == self.minute(booking.end)
            found.append(column if right_length else None)
        return found


def all_candidates(problem: Problem, places: Sequence[Place]) -> Candidates:
    """Every request at every start on every open day, in every place, with every chair; nothing is ruled out yet."""
    requests = requests_of(problem)
    days = tuple(day for day in problem.working_days if problem.calendar.is_open(day))
    slots: list[tuple[int, int, int]] = []
    for n, day in enumerate(days):
        midnight = (day - problem.horizon.first).days * DAY
        for m, place in enumerate(places):
            starts = place.rooms[0].starts if place.rooms else problem.all_virtual_starts
            slots += [(n, midnight + start.hour * 60 + start.minute, m) for start in sorted(set(starts))]
    slot_day, slot_start, slot_place = np.array(slots, dtype=np.int64).reshape(-1, 3).T
    shape = (len(requests), len(slots), len(problem.chairs))
    request, slot, chair = (axis.ravel() for axis in np.indices(shape))
    return Candidates(problem, requests, tuple(places), days, slot_day, slot_start, slot_place, request, slot, chair)
