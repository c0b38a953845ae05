"""A clerk's diary: the bookings so far, and whether another one fits (contract, R1 to R7)."""

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

    request: Conference | HeldSlot
    start: dt.datetime
    room: Room | None
    chair: Chair

    @property
    def minutes(self) -> int:
        """Return the length in minutes, without the pre-meet."""
        return self.request.minutes if isinstance(self.request, Conference) else HOLD_MINUTES

    @property
    def day(self) -> dt.date:
        """Return the day of the conference."""
        return self.start.date()


class Diary:
    """The bookings so far of all people and rooms."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.open_days = tuple(day for day in problem.working_days if problem.calendar.is_open(day))
        self.bookings: list[Booking] = []
        self.children = {chair.id: chair.caseload for chair in problem.chairs}
        self._booked: dict[tuple[Hashable, ...], list[tuple[Interval, Booking]]] = defaultdict(list)
        self._apart: dict[str, set[str]] = defaultdict(set)
        for sides in problem.apart:
            one, other = (problem.on_side(side) for side in sides)
            for conference in one:
                self._apart[conference].update(other)
            for conference in other:
                self._apart[conference].update(one)

    def take(self, way: Way) -> bool:
        """Book it with a minute taker if that breaks no rule beside the other bookings; return whether it was booked."""
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
        """Return how many more children the chair may take before exceeding the cap."""
        return chair.cap(self.problem.policy.caseload_cap) - self.children[chair.id]

    # Checks -----------------------------------------------------------------------------------------

    def _can_be(self, way: Way, time: Interval) -> bool:
        """Check R1: the day, the start and the family."""
        problem, request = self.problem, way.request
        starts = problem.all_virtual_starts if way.room is None else way.room.starts
        if way.day not in self.open_days or way.start.time() not in starts:
            return False
        if isinstance(request, HeldSlot):
            return monday_of(way.day) == request.monday
        return way.day >= problem.earliest[request.id] and not any(away.overlaps(time) for away in request.unavailable)

    def _has_room(self, way: Way, time: Interval) -> bool:
        """Check R2: the room is suitable and free, or the conference may be virtual."""
        room, request = way.room, way.request
        if room is None:
            return isinstance(request, Conference) and self.problem.policy.may_be_virtual(request.mode)
        if isinstance(request, Conference):
            if request.mode is Mode.VIRTUAL or (request.accessible and not room.accessible):
                return False
        elif room.site != request.site:
            return False
        needs_hybrid = isinstance(request, HeldSlot) or request.mode is Mode.HYBRID
        if not room.is_open(way.day) or (needs_hybrid and not room.is_hybrid(way.day)):
            return False
        return self._is_free("room", room.id, Interval.model_construct(start=time.start, end=time.end + self._reset))

    def _has_chair(self, way: Way, time: Interval) -> bool:
        """Check R3 and R4: the chair is allowed, present, free, within all limits, and has time to travel between sites."""
        chair, request = way.chair, way.request
        barred = chair.id in request.not_chairs if isinstance(request, Conference) else chair.reserve
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
        """True if its social worker is busy (R6), or a family that must be kept apart is at the same site (R7)."""
        request = way.request
        if isinstance(request, HeldSlot):
            return False
        worker = self._social_worker(request)
        if worker is not None and not self._is_free("social worker", worker, time):
            return True
        if way.room is None:
            return False
        there = {booking.conference for _, booking in self._booked["site", way.room.site, way.day]}
        return bool(self._apart[request.id] & there)

    def _social_worker(self, request: Conference) -> str | None:
        """Return the social worker, or None for a placeholder."""
        worker = request.social_worker
        return None if worker is None or self.problem.policy.is_placeholder(worker) else worker

    def _minute_taker(self, way: Way, time: Interval) -> MinuteTaker | None:
        """Return a free minute taker (R5), preferring one who serves the fewest sites, or None."""
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

    # Booking ----------------------------------------------------------------------------------------

    def enter(self, booking: Booking) -> None:
        """Enter an existing booking with its minute taker, whether or not it breaks a rule."""
        problem, name = self.problem, booking.conference
        request = problem.held_slot_by_id[name] if booking.held else problem.conference_by_id[name]
        room = problem.room_by_id[booking.room] if booking.room is not None else None
        way = Way(request, booking.start, room, problem.chair_by_id[booking.chair])
        taker = problem.minute_taker_by_id.get(booking.minute_taker or "")
        self._enter(way, self._people_time(way), taker)

    def _enter(self, way: Way, time: Interval, taker: MinuteTaker | None) -> None:
        request, room = way.request, way.room
        booking = Booking(
            conference=request.id,
            start=way.start,
            end=time.end,
            room=room.id if room else None,
            chair=way.chair.id,
            minute_taker=taker.id if taker else None,
            held=isinstance(request, HeldSlot),
        )
        self.bookings.append(booking)
        self._booked["chair's week", way.chair.id, monday_of(way.day)].append((time, booking))
        self._note("chair", way.chair.id, time, booking)
        if taker is not None:
            self._note("minute taker", taker.id, time, booking)
        if room is not None:
            self._note("room", room.id, Interval.model_construct(start=time.start, end=time.end + self._reset), booking)
            self._booked["site", room.site, way.day].append((time, booking))
        if isinstance(request, Conference):
            if (worker := self._social_worker(request)) is not None:
                self._note("social worker", worker, time, booking)
            if request.chair is None:
                self.children[way.chair.id] += request.children

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
    """Return the days that a time touches: one, except for services that work at night."""
    return {time.start.date(), time.end.date()}
