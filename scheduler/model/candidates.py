"""Candidates: every way to book a conference or held slot, as arrays.

A candidate is a request (a conference, or a group of equal held slots) at a start, in a place, with a chair.
Times are whole minutes since midnight before the horizon's first day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from scheduler.domain.conference import Conference
from scheduler.domain.people import Chair
from scheduler.domain.problem import Problem, PublishedBooking
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Interval, monday_of
from scheduler.grouping import Ints, Mask
from scheduler.model.places import Place
from scheduler.model.reach import days_looked_at
from scheduler.model.requests import Request, requests_of

DAY = 24 * 60
VIRTUAL = -1


@dataclass(frozen=True)
class FixedDiary:
    """Bookings that don't change, of conferences and held slots, and the conferences that may be booked beside them."""

    bookings: tuple[Booking, ...]
    open_to: frozenset[str]


@dataclass(frozen=True)
class Candidates:
    """The candidates of a problem, as parallel arrays ``request``, ``slot`` and ``chair``, in order of request.

    A slot is a start in a place; the ``slot_…`` arrays describe the slots. ``looked_at`` marks the days (columns) considered
    for each request (rows). ``fixed`` are the conferences and held slots whose booking is not to change: it is their only
    candidate, and no rule excludes it.
    """

    problem: Problem
    requests: tuple[Request, ...]
    places: tuple[Place, ...]
    days: tuple[dt.date, ...]
    looked_at: Mask
    slot_day: Ints
    slot_start: Ints
    slot_place: Ints
    request: Ints
    slot: Ints
    chair: Ints
    fixed: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.request)

    def select(self, keep: Mask) -> Candidates:
        """Return only the candidates selected by the mask."""
        arrays = {name: getattr(self, name)[keep] for name in ("request", "slot", "chair")}
        return replace(self, **arrays)

    @cached_property
    def positions(self) -> Ints:
        """Return every candidate's position."""
        return np.arange(len(self))

    def of_request(self, request: int) -> Ints:
        """Return the positions of a request's candidates."""
        return np.arange(*np.searchsorted(self.request, [request, request + 1]))

    @cached_property
    def first_left_out(self) -> Ints:
        """Return each request's first day left out after those considered, as an ordinal, or 0 if none was left out."""
        ordinals = np.array([day.toordinal() for day in self.days], dtype=np.int64)
        later = ~self.looked_at & (np.cumsum(self.looked_at, axis=1) > 0)
        return np.where(later.any(axis=1), ordinals[later.argmax(axis=1)] if len(ordinals) else 0, 0)

    # Features of every candidate ------------------------------------------------------------------

    @cached_property
    def day(self) -> Ints:
        """Return each candidate's day, as an index into ``days``."""
        return self.slot_day[self.slot]

    @cached_property
    def start(self) -> Ints:
        """Return the start of the conference itself, after any pre-meet."""
        return self.slot_start[self.slot]

    @cached_property
    def end(self) -> Ints:
        """Return the end of the conference, which is also the end of people time."""
        return self.time_end[self.time]

    @cached_property
    def arrival(self) -> Ints:
        """Return the start of the pre-meet, which is also the start of people time and room time."""
        return self.time_arrival[self.time]

    @cached_property
    def time(self) -> Ints:
        """Return the people time, as an index into ``time_arrival`` and ``time_end``."""
        return self._number_of_start[self.slot] * len(self._lengths) + self._number_of_length[self.request]

    @cached_property
    def date(self) -> Ints:
        """Return the day, as an ordinal."""
        return np.array([day.toordinal() for day in self.days], dtype=np.int64)[self.day]

    @cached_property
    def place(self) -> Ints:
        """Return the place, as an index into ``places``."""
        return self.slot_place[self.slot]

    @cached_property
    def site(self) -> Ints:
        """Return the place's site, as an index into the problem's sites, or VIRTUAL."""
        return self.place_site[self.place]

    @cached_property
    def in_room(self) -> Mask:
        """Return the candidates that take a room, as a mask."""
        return np.asarray(self.site != VIRTUAL)

    @cached_property
    def is_hold(self) -> Mask:
        """Return the candidates that book a hold, as a mask."""
        return self.request >= len(self.problem.conferences)

    @cached_property
    def is_settled(self) -> Mask:
        """Return which candidates are past bookings, which stay as they are (contract, section 8)."""
        past = [r.conference is not None and r.conference.id in self.problem.past for r in self.requests]
        return np.array(past, dtype=np.bool_)[self.request]

    @cached_property
    def is_fixed(self) -> Mask:
        """Return which candidates are bookings that don't change: past ones, and those in ``fixed``."""
        fixed = [not self.fixed.isdisjoint(request.ids) for request in self.requests]
        return np.asarray(np.array(fixed, dtype=np.bool_)[self.request] | self.is_settled)

    @cached_property
    def week(self) -> Ints:
        """Return the Monday of the week (Monday to Sunday), as an ordinal."""
        return np.array([monday_of(day).toordinal() for day in self.days], dtype=np.int64)[self.day]

    # People times: every combination of start and length -----------------------------------------------

    @cached_property
    def _starts(self) -> Ints:
        return np.unique(self.slot_start)

    @cached_property
    def _number_of_start(self) -> Ints:
        return np.searchsorted(self._starts, self.slot_start)

    @cached_property
    def _lengths(self) -> Ints:
        return np.unique(np.array([request.minutes for request in self.requests], dtype=np.int64))

    @cached_property
    def _number_of_length(self) -> Ints:
        return np.searchsorted(self._lengths, np.array([request.minutes for request in self.requests], dtype=np.int64))

    @cached_property
    def time_arrival(self) -> Ints:
        """Return the start of each people time."""
        return np.repeat(self._starts - self.problem.policy.pre_meet, len(self._lengths))

    @cached_property
    def time_end(self) -> Ints:
        """Return the end of each people time."""
        return np.add.outer(self._starts, self._lengths).ravel()

    @cached_property
    def time_day(self) -> Ints:
        """Return the day of each people time's start, as an index into ``days``."""
        day_of = {day: n for n, day in enumerate(self.days)}
        of_starts = np.array([day_of[self.moment(start).date()] for start in self._starts.tolist()], dtype=np.int64)
        return np.repeat(of_starts, len(self._lengths))

    def touched(self, diaries: Iterable[Iterable[Interval]]) -> Mask:
        """Return a mask of the people times (columns) that an entry of each diary (rows) overlaps."""
        rows = [
            [(self.time_arrival < self.minute(entry.end)) & (self.minute(entry.start) < self.time_end) for entry in diary]
            for diary in diaries
        ]
        free = np.zeros(len(self.time_end), dtype=np.bool_)
        return np.array([np.logical_or.reduce([free, *row]) for row in rows], dtype=np.bool_).reshape(len(rows), len(free))

    # Features of places and requests ----------------------------------------------------------------

    @cached_property
    def site_index(self) -> dict[str, int]:
        """Return the sites' positions."""
        return {site.id: n for n, site in enumerate(self.problem.sites)}

    @cached_property
    def place_site(self) -> Ints:
        """Return the site of each place, or VIRTUAL."""
        return np.array([VIRTUAL if p.site is None else self.site_index[p.site] for p in self.places], dtype=np.int64)

    @cached_property
    def request_index(self) -> dict[str, int]:
        """Return the requests' positions, by the ids of conferences and held slots."""
        indices = {request.conference.id: n for n, request in enumerate(self.requests) if request.conference}
        return indices | {slot.id: n for n, request in enumerate(self.requests) for slot in request.slots}

    def place_of(self, room: str | None) -> int:
        """Return the position of a room's place, or of the virtual place if ``room`` is None."""
        if room is None:
            return self.places.index(Place())
        return next(n for n, place in enumerate(self.places) if room in [own.id for own in place.rooms])

    def of_requests(self, feature: Callable[[Request], int]) -> Ints:
        """Return a feature of each candidate's request."""
        return np.array([feature(request) for request in self.requests], dtype=np.int64)[self.request]

    def of_conferences(self, feature: Callable[[Conference], int], *, of_holds: int = 0) -> Ints:
        """Return a feature of each candidate's conference, or ``of_holds`` for a hold."""
        return self.of_requests(lambda request: feature(request.conference) if request.conference else of_holds)

    def of_days(self, feature: Callable[[dt.date], int]) -> Ints:
        """Return a feature of each candidate's day."""
        return np.array([feature(day) for day in self.days], dtype=np.int64)[self.day]

    def of_chairs(self, feature: Callable[[Chair], int]) -> Ints:
        """Return a feature of each candidate's chair."""
        return np.array([feature(chair) for chair in self.problem.chairs], dtype=np.int64)[self.chair]

    def dates(self, of: Mapping[str, dt.date]) -> Ints:
        """Return a date of each candidate's conference, as an ordinal, or the horizon's first day for a hold."""
        return self.of_conferences(lambda c: of[c.id].toordinal(), of_holds=self.problem.horizon.first.toordinal())

    def working_days(self, start: Ints, end: Ints) -> Ints:
        """Return the working days between dates (ordinals), as the contract counts them, or 0 if the end is not later."""
        if not len(start):
            return start
        first, last = int(min(start.min(), end.min())), int(max(start.max(), end.max()))
        dates = (dt.date.fromordinal(ordinal) for ordinal in range(first, last + 1))
        until = np.cumsum([self.problem.calendar.is_working_day(date) for date in dates])
        return np.asarray(np.maximum(until[end - first] - until[start - first], 0))

    # Bookings -------------------------------------------------------------------------------------

    def moment(self, minute: int) -> dt.datetime:
        """Return a minute since midnight before the horizon's first day, as a local wall-clock moment."""
        return dt.datetime.combine(self.problem.horizon.first, dt.time()) + dt.timedelta(minutes=minute)

    def minute(self, moment: dt.datetime) -> int:
        """Return a local wall-clock moment, as a minute since midnight before the horizon's first day."""
        return int((moment - self.moment(0)).total_seconds()) // 60

    def columns_of(self, bookings: Iterable[Booking]) -> list[int | None]:
        """Return each booking's position among the candidates, or None if it is not a candidate."""
        key = {key: n for n, key in enumerate(zip(self.request.tolist(), self.slot.tolist(), self.chair.tolist(), strict=True))}
        place_of_room = {room.id: n for n, place in enumerate(self.places) for room in place.rooms}
        slots = {pair: n for n, pair in enumerate(zip(self.slot_start.tolist(), self.slot_place.tolist(), strict=True))}
        chairs = {chair.id: n for n, chair in enumerate(self.problem.chairs)}
        columns: list[int | None] = []
        for booking in bookings:
            place = len(self.places) - 1 if booking.room is None else place_of_room.get(booking.room, -2)
            request = self.request_index.get(booking.conference, -1)
            slot = slots.get((self.minute(booking.start), place), -1)
            column = key.get((request, slot, chairs.get(booking.chair, -1)))
            right_length = column is not None and self.end[column] == self.minute(booking.end)
            columns.append(column if right_length else None)
        return columns


def all_candidates(
    problem: Problem, places: Sequence[Place], in_full: Set[str] = frozenset(), diary: FixedDiary | None = None
) -> Candidates:
    """Return every combination of a request, a start on an open day considered for it, a place and a chair.

    All days are considered for the conferences ``in_full`` (their ids). A past booking is the only candidate of its
    conference, also if nothing else could be booked there. With a ``diary``, so is each of its bookings, and of the others
    only the conferences to which it is open have candidates.
    """
    requests = requests_of(problem)
    booked: dict[str, Booking | PublishedBooking] = {booking.conference: booking for booking in diary.bookings} if diary else {}
    booked |= problem.past
    open_days = [day for day in problem.working_days if problem.calendar.is_open(day)]
    days = tuple(sorted({*open_days, *(booking.start.date() for booking in booked.values())}))
    is_open = np.isin([day.toordinal() for day in days], [day.toordinal() for day in open_days])
    slots: list[tuple[int, int, int]] = []
    for n, day in enumerate(days):
        midnight = (day - problem.horizon.first).days * DAY
        for m, place in enumerate(places if is_open[n] else ()):
            starts = place.rooms[0].starts if place.rooms else problem.all_virtual_starts
            slots += [(n, midnight + start.hour * 60 + start.minute, m) for start in sorted(set(starts))]
    chairs = len(problem.chairs)
    ways = len(slots) * chairs // max(1, len(open_days))
    looked_at = np.zeros((len(requests), len(days)), dtype=np.bool_)
    if diary is None:
        looked_at[:, is_open] = days_looked_at(problem, [request.conference for request in requests], open_days, ways, in_full)
    else:
        looked_at[[n for n, request in enumerate(requests) if not diary.open_to.isdisjoint(request.ids)]] = is_open
    looked_at[[n for n, request in enumerate(requests) if not booked.keys().isdisjoint(request.ids)]] = False
    slot_day, slot_start, slot_place = np.array(slots, dtype=np.int64).reshape(-1, 3).T
    request, slot = np.nonzero(looked_at[:, slot_day])
    request, slot, chair = np.repeat(request, chairs), np.repeat(slot, chairs), np.tile(np.arange(chairs), len(slot))
    fixed = frozenset(booked) if diary else frozenset()
    candidates = Candidates(
        problem, requests, tuple(places), days, looked_at, slot_day, slot_start, slot_place, request, slot, chair, fixed
    )
    return _with_bookings(candidates, tuple(booked.values())) if booked else candidates


def _with_bookings(candidates: Candidates, bookings: Sequence[Booking | PublishedBooking]) -> Candidates:
    """Return the candidates and each booking as one more, at a slot that may be no other conference's."""
    problem, places = candidates.problem, candidates.places
    day_of = {day: n for n, day in enumerate(candidates.days)}
    chair_of = {chair.id: n for n, chair in enumerate(problem.chairs)}
    place_of = {None: places.index(Place())} | {room.id: n for n, place in enumerate(places) for room in place.rooms}
    columns = (candidates.slot_day.tolist(), candidates.slot_start.tolist(), candidates.slot_place.tolist())
    slots = {slot: n for n, slot in enumerate(zip(*columns, strict=True))}
    added: list[tuple[int, int, int]] = []
    for booking in bookings:
        slot = (day_of[booking.start.date()], candidates.minute(booking.start), place_of[booking.room])
        number = slots.setdefault(slot, len(slots))
        added.append((candidates.request_index[booking.conference], number, chair_of[booking.chair]))
    slot_day, slot_start, slot_place = np.array(list(slots), dtype=np.int64).reshape(-1, 3).T
    before = np.stack([candidates.request, candidates.slot, candidates.chair], axis=1)
    together = np.concatenate([before, np.array(added, dtype=np.int64)])
    request, slot_of, chair = together[np.argsort(together[:, 0], kind="stable")].T
    return replace(
        candidates,
        slot_day=slot_day,
        slot_start=slot_start,
        slot_place=slot_place,
        request=request,
        slot=slot_of,
        chair=chair,
    )
