"""The optimum of a small problem by exhaustive search, written from the contract; it shares only the domain with the product.

The search books the conferences and held slots one by one, in every way that the rules allow beside the earlier ones. It
prunes a branch once its cost plus the least cost of the remaining ones, each by itself, reaches the incumbent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property

from scheduler.domain.conference import Conference, Mode
from scheduler.domain.identifiers import alike
from scheduler.domain.people import Chair, MinuteTaker
from scheduler.domain.places import Room
from scheduler.domain.preferences import VERSION_1
from scheduler.domain.problem import HOLD_MINUTES, HeldSlot, Problem
from scheduler.domain.schedule import Booking
from scheduler.domain.values import days, monday_of
from tests.exhaustive_today import Today
from tests.exhaustive_ways import NOTHING, Costs, Way, plus

MAX_NODES = 40_000
KNOWN_PREFERENCES = VERSION_1
"""The preferences that this search counts. Random problems for it leave the weight of any other at 0."""


class TooLargeError(Exception):
    """The search of a problem needs more nodes than a test may take."""


@dataclass(frozen=True)
class Optimum:
    """The minimum of each tier, in order, bookings that reach it, and the conferences of which a lock is dropped."""

    tiers: Costs
    bookings: tuple[Booking, ...]
    dropped: tuple[str, ...]


def optimum(problem: Problem) -> Optimum | None:
    """Return the lexicographic optimum, or None if no schedule keeps the locks. Raise TooLargeError after ``MAX_NODES``."""
    return Search(problem).run()


class Search:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.policy = problem.policy
        self.off = set(problem.policy.off)
        self.requests: list[Conference | HeldSlot] = [*problem.conferences, *problem.held_slots]
        self.recordable = cache(self._recorders)
        self.today = Today(self)
        if problem.today is not None:
            self.today.except_and_drop()
        self.ways = {request.id: sorted(self.ways_of(request), key=lambda way: way.costs) for request in self.requests}
        conferences = sorted(problem.conferences, key=lambda one: (one.id not in self.today.past, len(self.ways[one.id])))
        self.order: list[Conference | HeldSlot] = [
            *conferences,
            *sorted(problem.held_slots, key=lambda slot: (slot.site, slot.monday)),
        ]
        self.best: Costs | None = None
        self.best_booked: tuple[Way, ...] = ()
        self.nodes = 0
        self.least_from: list[Costs] = [NOTHING]
        for request in reversed(self.order):
            choices = [way.costs for way in self.ways[request.id][:1]]
            if (missing := self._cost_of_missing(request)) is not None:
                choices.append(missing)
            self.least_from.append(plus(self.least_from[-1], min(choices)) if choices else self.least_from[-1])
        self.least_from.reverse()

    def run(self) -> Optimum | None:
        self._book(0, (), NOTHING)
        if self.best is None:
            return None
        takers = self._recorders(self.best_booked)
        assert takers is not None
        above = sum(max(0, chair.caseload - self._cap(chair)) for chair in self.problem.chairs)
        bookings = tuple(way.booking(taker) for way, taker in zip(self.best_booked, takers, strict=True))
        return Optimum(plus(self.best, (0, 0, 0, 0, above, 0)), bookings, self.today.dropped)

    def _book(self, n: int, booked: tuple[Way, ...], alone: Costs) -> None:
        """Book from position ``n`` on; ``alone`` sums the costs that the bookings and omissions so far have by themselves."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooLargeError
        if self.best is not None and self._bound(n, booked, alone) >= self.best:
            return
        if n == len(self.order):
            self.best, self.best_booked = self._bound(n, booked, alone), booked
            return
        request = self.order[n]
        for way in self._ways_after(n, booked):
            if self.best is not None and plus(plus(alone, way.costs), self.least_from[n + 1]) >= self.best:
                break
            if self.fits(way, booked):
                self._book(n + 1, (*booked, way), plus(alone, way.costs))
        missing = self._cost_of_missing(request)
        if missing is not None:
            self._book(n + 1, booked, plus(alone, missing))

    def _ways_after(self, n: int, booked: tuple[Way, ...]) -> Sequence[Way]:
        """Return the ways at position ``n``, with the symmetry of equal held slots broken: in order, omitted ones last."""
        request, ways = self.order[n], self.ways[self.order[n].id]
        before = self.order[n - 1] if n else None
        if isinstance(request, Conference) or not isinstance(before, HeldSlot):
            return ways
        if (before.site, before.monday) != (request.site, request.monday):
            return ways
        if not booked or booked[-1].name != before.id:
            return ()
        positions = [(way.start, way.room, way.chair) for way in ways]
        return ways[positions.index((booked[-1].start, booked[-1].room, booked[-1].chair)) + 1 :]

    # Ways to book one request -----------------------------------------------------------------------

    def ways_of(self, request: Conference | HeldSlot) -> Iterator[Way]:
        if request.id in self.today.past:
            way = self.as_published(request.id)
            assert isinstance(request, Conference)
            yield replace(way, costs=self._costs(request, way))
            return
        for way in self.possible(request):
            if self.today.is_in_time(way) and self._keeps_locks(way) and self.today.is_not_moved_too_near(way):
                yield replace(way, costs=self._costs(request, way))

    def as_published(self, conference: str) -> Way:
        """Return the published booking, also if it breaks rules."""
        published = self.problem.published_by_id[conference]
        start, room = published.start, next((room for room in self.problem.rooms if room.id == published.room), None)
        arrival = start - dt.timedelta(minutes=self.policy.pre_meet)
        end = start + dt.timedelta(minutes=self.problem.conference_by_id[conference].minutes)
        chair = next(chair for chair in self.problem.chairs if chair.id == published.chair)
        return Way(conference, start.date(), start, arrival, end, room, chair, NOTHING)

    def possible(self, request: Conference | HeldSlot) -> Iterator[Way]:
        """Return every way that R1 to R3 allow by itself, regardless of today, locks and what is frozen."""
        problem = self.problem
        minutes = request.minutes if isinstance(request, Conference) else HOLD_MINUTES
        for day in days(problem.horizon):
            if not problem.calendar.is_working_day(day) or day in problem.calendar.closures:
                continue
            if isinstance(request, Conference) and day < problem.earliest_as_published[request.id]:
                continue
            if isinstance(request, HeldSlot) and monday_of(day) != request.monday:
                continue
            for room in (*problem.rooms, None):
                if not self._suits(request, room, day):
                    continue
                for time in sorted(set(problem.all_virtual_starts if room is None else room.starts)):
                    start = dt.datetime.combine(day, time)
                    arrival, end = start - dt.timedelta(minutes=self.policy.pre_meet), start + dt.timedelta(minutes=minutes)
                    if isinstance(request, Conference) and any(arrival < u.end and u.start < end for u in request.unavailable):
                        continue
                    for chair in problem.chairs:
                        if self._may_chair(chair, request, day, arrival, end):
                            yield Way(request.id, day, start, arrival, end, room, chair, NOTHING)

    def _suits(self, request: Conference | HeldSlot, room: Room | None, day: dt.date) -> bool:
        mode = request.mode if isinstance(request, Conference) else Mode.HYBRID
        if room is None:
            fallback = {True: (Mode.HYBRID, Mode.IN_PERSON), "hybrid": (Mode.HYBRID,), False: ()}[self.policy.virtual_fallback]
            return isinstance(request, Conference) and mode in (Mode.VIRTUAL, *fallback)
        is_open = (room.first is None or room.first <= day) and (room.last is None or day <= room.last)
        is_closed = any(period.first <= day <= period.last for period in room.closed)
        if mode is Mode.VIRTUAL or not is_open or is_closed:
            return False
        if mode is Mode.HYBRID and (room.hybrid_from is None or day < room.hybrid_from):
            return False
        if isinstance(request, HeldSlot):
            return room.site == request.site
        return room.accessible or not request.accessible

    def _may_chair(
        self, chair: Chair, request: Conference | HeldSlot, day: dt.date, arrival: dt.datetime, end: dt.datetime
    ) -> bool:
        if isinstance(request, HeldSlot) and chair.reserve:
            return False
        if isinstance(request, Conference) and chair.id in request.not_chairs:
            return False
        if (chair.first is not None and day < chair.first) or (chair.last is not None and day > chair.last):
            return False
        return _is_there(chair, day, arrival, end)

    def _keeps_locks(self, way: Way) -> bool:
        locks = self.today.locks.get(way.name, ())
        return all(changed not in locks for changed in self.changes(way))

    def changes(self, way: Way) -> list[str]:
        """Return what of a published booking the way changes, in the words of locks."""
        published = self.problem.published_by_id.get(way.name)
        if published is None:
            return []
        room = way.room.id if way.room else None
        same = {"time": way.start == published.start, "chair": way.chair.id == published.chair, "room": room == published.room}
        return [name for name, is_same in same.items() if not is_same]

    def _cost_of_missing(self, request: Conference | HeldSlot) -> Costs | None:
        """Return the cost of omitting the request, or None if a lock forbids that."""
        if isinstance(request, HeldSlot):
            return (0, 0, 0, 0, 0, self._weights["hold_missing"])
        stays = self.today.locks.get(request.id) or request.id in {*self.today.past, *self.today.frozen}
        return None if stays else (1, 0, 0, 0, 0, 0)

    @cached_property
    def _weights(self) -> dict[str, int]:
        return {name: 0 if name in self.off else getattr(self.policy.weights, name) for name in KNOWN_PREFERENCES}

    def _costs(self, request: Conference | HeldSlot, way: Way) -> Costs:
        problem, weights, calendar = self.problem, self._weights, self.problem.calendar
        wish = weights["friday"] if way.day.weekday() == 4 else 0
        terms = calendar.terms
        is_holiday = terms is not None and not any(term.first <= way.day <= term.last for term in terms)
        if isinstance(request, HeldSlot):
            return (0, 0, 0, 0, 0, wish + (weights["holiday_other"] if is_holiday else 0))
        if is_holiday:
            wish += weights["holiday_school" if request.school_age > 0 else "holiday_other"]
        if way.room is not None and way.room.site != request.site:
            wish += weights["other_site"]
        if way.room is None and request.mode is not Mode.VIRTUAL:
            wish += weights["virtual_fallback"]
        if not request.kind.is_review:
            wish += weights["wait"] * self._working_days(self.today.earliest(request), way.day)
        due, late = problem.due[request.id], 0
        if way.day > due:
            late = request.children * (self.policy.late_base + self._working_days(due, way.day))
        elif self._working_days(way.day, due) < self.policy.tight_days:
            wish += weights["tight"]
        if way.chair.reserve:
            wish += weights["reserve_chair"]
        handed_over = request.children if request.chair is not None and request.chair != way.chair.id else 0
        return (0, late, self._moved(way), handed_over, self._above(way, ()), wish)

    def _working_days(self, start: dt.date, end: dt.date) -> int:
        after = (start + dt.timedelta(days=n + 1) for n in range((end - start).days))
        return sum(self.problem.calendar.is_working_day(day) for day in after)

    def _moved(self, way: Way) -> int:
        published, costs = self.problem.published_by_id.get(way.name), self.policy.stability
        if published is None:
            return 0
        before = next((room for room in self.problem.rooms if room.id == published.room), None)
        moved = costs.date if way.day != published.start.date() else costs.time if way.start != published.start else 0
        moved += costs.chair if way.chair.id != published.chair else 0
        if (way.room.site if way.room else None) != (before.site if before else None):
            return moved + costs.site
        return moved + (costs.room if (way.room.id if way.room else None) != published.room else 0)

    def _cap(self, chair: Chair) -> int:
        return 0 if chair.reserve else int(self.policy.caseload_cap * Fraction(str(chair.fte)))

    def _above(self, way: Way, before: Sequence[Way]) -> int:
        """Return the children by which this booking takes its chair further above the cap than the earlier ones."""
        conferences = self.problem.conference_by_id
        if way.name not in conferences or conferences[way.name].chair is not None:
            return 0
        given = [conferences[other.name] for other in before if other.chair is way.chair and other.name in conferences]
        load = (
            way.chair.caseload
            + sum(conference.children for conference in given if conference.chair is None)
            - self._cap(way.chair)
        )
        return max(0, load + conferences[way.name].children) - max(0, load)

    # Costs and conflicts between bookings -----------------------------------------------------------

    def _bound(self, n: int, booked: tuple[Way, ...], alone: Costs) -> Costs:
        """Return a lower bound: the cost of the bookings together, plus the least cost of the remaining requests."""
        above = sum(self._above(way, booked[:m]) - way.costs[4] for m, way in enumerate(booked))
        return plus(plus(alone, self.least_from[n]), (0, 0, 0, 0, above, self._together(booked)))

    def _together(self, booked: tuple[Way, ...]) -> int:
        sites: dict[object, set[str]] = {}
        starts: dict[object, int] = {}
        conferences = self.problem.conference_by_id
        for way in booked:
            if way.room is not None:
                sites.setdefault((way.chair.id, way.day), set()).add(way.room.site)
            if way.name in conferences:
                area = conferences[way.name].site, way.start
                starts[area] = starts.get(area, 0) + 1
        changes = sum(len(visited) - 1 for visited in sites.values())
        clashes = sum(count - 1 for count in starts.values())
        return changes * self._weights["site_change"] + clashes * self._weights["partner_clash"]

    def fits(self, way: Way, booked: tuple[Way, ...]) -> bool:
        if way.name in self.today.past:
            return True  # past ones come first, and are not checked
        if any(self.clash(way, other) for other in booked):
            return False
        chaired = [other for other in (*booked, way) if other.chair is way.chair]
        in_week = [other for other in chaired if monday_of(other.day) == monday_of(way.day)]
        office_days = {other.day for other in in_week if other.room is not None}
        chair = way.chair
        beside = [one for one in chair.beside if monday_of(one.week) == monday_of(way.day)]
        all_days = len(office_days) + sum(one.office_days for one in beside)
        return (
            _within(sum(other.day == way.day for other in chaired), chair.max_per_day)
            and _within(len(in_week) + sum(one.bookings for one in beside), chair.max_per_week)
            and (way.room is None or _within(all_days, chair.max_office_days))  # the past alone may exceed it
            and self.recordable((*booked, way)) is not None
        )

    def clash(self, one: Way, other: Way) -> bool:
        if one.arrival > other.arrival:
            one, other = other, one
        reset = dt.timedelta(minutes=self.policy.reset)
        if one.room is not None and one.room is other.room and other.arrival < one.end + reset:
            return True
        if one.chair is other.chair and (one.overlaps(other) or self._cannot_travel(one, other)):
            return True
        if "R6" not in self.off and one.overlaps(other) and self._shares_social_worker(one.name, other.name):
            return True
        meets = one.room is not None and other.room is not None and one.room.site == other.room.site and one.day == other.day
        return "R7" not in self.off and meets and self._must_not_meet(one.name, other.name)

    def _must_not_meet(self, one: str, other: str) -> bool:
        ones, others = self._sides.get(one, set()), self._sides.get(other, set())
        pairs = [(self._side(a), self._side(b)) for a, b in self.problem.apart]
        return any((a in ones and b in others) or (a in others and b in ones) for a, b in pairs)

    def _side(self, name: str) -> tuple[str, str]:
        return ("conference", name) if name in self.problem.conference_by_id else ("family", alike(name))

    @cached_property
    def _sides(self) -> dict[str, set[tuple[str, str]]]:
        return {
            one.id: {("conference", one.id), *([("family", alike(one.family))] if one.family is not None else [])}
            for one in self.problem.conferences
        }

    def _cannot_travel(self, first: Way, second: Way) -> bool:
        if "R4" in self.off or first.room is None or second.room is None or first.day != second.day:
            return False
        from_, to = first.room.site, second.room.site
        needed = [j.minutes for j in self.problem.travel if (j.from_, j.to) == (from_, to)]
        needed = needed or [j.minutes for j in self.problem.travel if (j.from_, j.to) == (to, from_)]
        return from_ != to and second.arrival - first.end < dt.timedelta(minutes=needed[-1] if needed else 0)

    def _shares_social_worker(self, one: str, other: str) -> bool:
        worker = {conference.id: conference.social_worker for conference in self.problem.conferences}
        shared = worker.get(one)
        and_other = worker.get(other)
        nobody = [alike(placeholder) for placeholder in self.policy.placeholders]
        return shared is not None and and_other is not None and alike(shared) == alike(and_other) not in nobody

    # Minute takers --------------------------------------------------------------------------------------

    def _recorders(self, booked: tuple[Way, ...], settled: tuple[str | None, ...] = ()) -> tuple[str | None, ...] | None:
        """Return a minute taker for every booking, or None if there are too few."""
        problem = self.problem
        if problem.minute_takers is None or "R5" in self.off:
            return tuple(self.today.past[way.name].minute_taker if way.name in self.today.past else None for way in booked)
        if len(settled) == len(booked):
            return settled
        way = booked[len(settled)]
        if way.name in self.today.past:
            return self._recorders(booked, (*settled, self.problem.published_by_id[way.name].minute_taker))
        for taker in problem.minute_takers:
            own = [other for other, name in zip(booked, settled, strict=False) if name == taker.id]
            if self.can_record(taker, way, own) and (complete := self._recorders(booked, (*settled, taker.id))):
                return complete
        return None

    def can_record(self, taker: MinuteTaker, way: Way, own: Sequence[Way]) -> bool:
        return (
            (way.room is None or way.room.site in taker.sites)
            and _is_there(taker, way.day, way.arrival, way.end)
            and not any(way.overlaps(other) for other in own)
            and _within(1 + sum(other.day == way.day for other in own), taker.max_per_day)
        )


def _is_there(person: Chair | MinuteTaker, day: dt.date, arrival: dt.datetime, end: dt.datetime) -> bool:
    works = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()] in person.works
    absent = any(absence.first <= day <= absence.last for absence in person.absences)
    return works and not absent and not any(arrival < busy.end and busy.start < end for busy in person.busy)


def _within(count: int, limit: int | None) -> bool:
    return limit is None or count <= limit
