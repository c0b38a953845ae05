"""A diary as a clerk keeps it: what is booked, and whether one more fits beside it (contract, R1 to R7)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.people import Chair, MinuteTaker, Person
from scheduler.domain.places import Room
from scheduler.domain.problem import HOLD_MINUTES, HeldSlot, Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Interval, monday_of


@dataclass(frozen=True)
class Way:
    """One way to book a conference or held slot; ``room`` is None for a virtual one."""

    wanted: Conference | HeldSlot
    start: dt.datetime
    room: Room | None
    chair: Chair

    @property
    def minutes(self) -> int:
        """How long it lasts, without the pre-meet."""
        return self.wanted.minutes if isinstance(self.wanted, Conference) else HOLD_MINUTES

    @property
    def day(self) -> dt.date:
        """The day it is held on."""
        return self.start.date()


class Diary:
    """Everybody's and every room's bookings, as far as they are made."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.open_days = tuple(day for day in problem.working_days if problem.calendar.is_open(day))
        self.bookings: list[Booking] = []
        self.children = {chair.id: chair.caseload for chair in problem.chairs}
        self._booked: dict[tuple[Hashable, ...], list[tuple[Interval, Booking]]] = defaultdict(list)
        self._apart: dict[str, set[str]] = defaultdict(set)
        for one, other in problem.apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def take(self, way: Way) -> bool:
        """Book it, with a minute taker, if it breaks no rule beside what is booked; otherwise leave all as it is."""
        time = self._people_time(way)
        if not (self._can_be(way, time) and self._has_room(way, time) and self._has_chair(way, time)):
            return False
        if self._meets_another(way, time):
            return False
        taker = self._minute_taker(way, time) if self.problem.models_minute_takers else None
        if taker is None and self.problem.models_minute_takers:
            return False
        self._enter(way, time, taker)
        return True

    def room_for_children(self, chair: Chair) -> int:
        """How many more children they may be given before they are above their cap."""
        return chair.cap(self.problem.policy.caseload_cap) - self.children[chair.id]

    # Whether it fits --------------------------------------------------------------------------------

    def _can_be(self, way: Way, time: Interval) -> bool:
        """R1: the day, the start and the family."""
        problem, wanted = self.problem, way.wanted
        starts = problem.all_virtual_starts if way.room is None else way.room.starts
        if way.day not in self.open_days or way.start.time() not in starts:
            return False
        if isinstance(wanted, HeldSlot):
            return monday_of(way.day) == wanted.monday
        return way.day >= problem.earliest[wanted.id] and not any(away.overlaps(time) for away in wanted.unavailable)

    def _has_room(self, way: Way, time: Interval) -> bool:
        """R2: a room that suits it and is free; or none, where it may be virtual."""
        room, wanted = way.room, way.wanted
        if room is None:
            return isinstance(wanted, Conference) and (wanted.mode is Mode.VIRTUAL or self.problem.policy.virtual_fallback)
        if isinstance(wanted, Conference):
            if wanted.mode is Mode.VIRTUAL or (wanted.accessible and not room.accessible):
                return False
        elif room.site != wanted.site:
            return False
        needs_hybrid = isinstance(wanted, HeldSlot) or wanted.mode is Mode.HYBRID
        if not room.is_open(way.day) or (needs_hybrid and not room.is_hybrid(way.day)):
            return False
        return self._is_free("room", room.id, Interval.model_construct(start=time.start, end=time.end + self._reset))

    def _has_chair(self, way: Way, time: Interval) -> bool:
        """R3 and R4: a chair who may, is there and free, within their limits, and can get from site to site."""
        chair, wanted = way.chair, way.wanted
        barred = chair.id in wanted.not_chairs if isinstance(wanted, Conference) else chair.reserve
        if barred or not self._is_there("chair", chair, way, time):
            return False
        of_week = [booking for _, booking in self._booked["chair's week", chair.id, monday_of(way.day)]]
        if chair.max_per_week is not None and len(of_week) >= chair.max_per_week:
            return False
        if way.room is None:
            return True
        office_days = {booking.day for booking in of_week if booking.room is not None} | {way.day}
        if chair.max_office_days is not None and len(office_days) > chair.max_office_days:
            return False
        return all(self._leaves_travel(way.room, time, other) for other in of_week if other.day == way.day)

    def _leaves_travel(self, room: Room, time: Interval, other: Booking) -> bool:
        there = self.problem.site_of(other.room)
        if there is None or there == room.site:
            return True
        taken = self.problem.people_time(other)
        if taken.start < time.start:
            gap, journey = time.start - taken.end, (there, room.site)
        else:
            gap, journey = taken.start - time.end, (room.site, there)
        return gap >= dt.timedelta(minutes=self.problem.travel_minutes.get(journey, 0))

    def _meets_another(self, way: Way, time: Interval) -> bool:
        """R6 and R7: whether its social worker is taken, or a family is there from which it is kept apart."""
        wanted = way.wanted
        if isinstance(wanted, HeldSlot):
            return False
        if wanted.social_worker is not None and not self._is_free("social worker", wanted.social_worker, time):
            return True
        if way.room is None:
            return False
        there = {booking.conference for _, booking in self._booked["site", way.room.site, way.day]}
        return bool(self._apart[wanted.id] & there)

    def _minute_taker(self, way: Way, time: Interval) -> MinuteTaker | None:
        """R5: whoever can, those first who can go to the fewest sites."""
        takers = sorted(self.problem.minute_takers or (), key=lambda taker: len(taker.sites))
        able = (taker for taker in takers if way.room is None or way.room.site in taker.sites)
        return next((taker for taker in able if self._is_there("minute taker", taker, way, time)), None)

    def _is_there(self, role: str, person: Person, way: Way, time: Interval) -> bool:
        of_day = [booking for _, booking in self._booked[role, person.id, way.day] if booking.day == way.day]
        return (
            person.works_on(way.day)
            and (person.max_per_day is None or len(of_day) < person.max_per_day)
            and self._is_free(role, person.id, time)
            and not person.is_busy(time)
        )

    def _is_free(self, role: str, identifier: str, time: Interval) -> bool:
        return not any(taken.overlaps(time) for day in _days_of(time) for taken, _ in self._booked[role, identifier, day])

    # Booking it -------------------------------------------------------------------------------------

    def _enter(self, way: Way, time: Interval, taker: MinuteTaker | None) -> None:
        wanted, room = way.wanted, way.room
        booking = Booking(
            conference=wanted.id,
            start=way.start,
            end=time.end,
            room=room.id if room else None,
            chair=way.chair.id,
            minute_taker=taker.id if taker else None,
            held=isinstance(wanted, HeldSlot),
        )
        self.bookings.append(booking)
        self._booked["chair's week", way.chair.id, monday_of(way.day)].append((time, booking))
        self._note("chair", way.chair.id, time, booking)
        if taker is not None:
            self._note("minute taker", taker.id, time, booking)
        if room is not None:
            self._note("room", room.id, Interval.model_construct(start=time.start, end=time.end + self._reset), booking)
            self._booked["site", room.site, way.day].append((time, booking))
        if isinstance(wanted, Conference):
            if wanted.social_worker is not None:
                self._note("social worker", wanted.social_worker, time, booking)
            if wanted.chair is None:
                self.children[way.chair.id] += wanted.children

    def _note(self, role: str, identifier: str, time: Interval, booking: Booking) -> None:
        for day in _days_of(time):
            self._booked[role, identifier, day].append((time, booking))

    def _people_time(self, way: Way) -> Interval:
        early = dt.timedelta(minutes=self.problem.policy.pre_meet)
        return Interval.model_construct(start=way.start - early, end=way.start + dt.timedelta(minutes=way.minutes))

    @property
    def _reset(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.problem.policy.reset)


def _days_of(time: Interval) -> set[dt.date]:
    """The days that a time touches: one, but for services that work at night."""
    return {time.start.date(), time.end.date()}
