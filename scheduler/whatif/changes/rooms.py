"""What may change about places: rooms open, close, gain equipment or a start, and whole sites close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Period, TimeOfDay
from scheduler.whatif.changes.base import (
    ChangeBase,
    Key,
    LastingChange,
    SpanningChange,
    free,
    known,
    named,
    outside,
    remade,
    replaced,
    since,
    spanning,
    with_period,
)
from scheduler.wording import in_a_row


def with_room(problem: Problem, room: str, **fields: Any) -> Problem:
    """The problem with other values in these fields of one room."""
    return replaced(problem, rooms=tuple(remade(one, **fields) if one.id == room else one for one in problem.rooms))


class SingleRoomChange(ChangeBase):
    """A change of one room of the problem."""

    room: Identifier

    def of(self, problem: Problem) -> Room:
        """The room; KeyError where the problem has none of that id."""
        return problem.room_by_id[self.room]

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A room that the problem doesn't have."""
        yield from super().faults(problem)
        yield from known("rooms", "room", self.room, problem.room_by_id, "room")


def _key(problem: Problem, room: str, *part: str) -> Key:
    return ("room", problem.room_by_id[room].site, room, *part)


def _closing(problem: Problem, room: str, period: Period) -> Key:
    """What a closure decides about: all of the room, if it is closed as long as the plan runs."""
    return _key(problem, room, *(() if period == problem.horizon else ("closed", str(period.first), str(period.last))))


class RoomOpens(ChangeBase):
    """A new room, given whole, with a free id.

    Where the problem leaves ``virtual_starts`` open, virtual conferences may begin at its starts too (contract, section 1).
    """

    change: Literal["room_opens"] = "room_opens"
    room: Room

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more room, the last of the list."""
        return replaced(problem, rooms=(*problem.rooms, self.room))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Room 2 (AYL-2) opens at Aylesbury from 4 January 2027 on, for 10:00 and 14:00."""
        starts = in_a_row([f"{start:%H:%M}" for start in self.room.starts])
        from_ = self.room.hybrid_from
        equipped = f", with hybrid equipment{since(from_)}" if from_ and from_ > problem.horizon.first else ""
        kit = equipped if from_ else ", without hybrid equipment"
        site = problem.site_by_id[self.room.site].label
        return f"{named(self.room)} opens at {site}{spanning(self.room.first, self.room.last)}, for {starts}{kit}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """An id that is taken, a site that is unknown, or a room that is never open during the plan."""
        yield from free("room", self.room.id, problem.room_by_id, "room", "id")
        yield from known("sites", "site", self.room.site, problem.site_by_id, "room", "site")
        yield from outside(problem, self.room.first, self.room.last, "room")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Everything about the room, and its id at whatever site."""
        return frozenset({("room", self.room.site, self.room.id), ("new room", self.room.id)})


class RoomCloses(SpanningChange, SingleRoomChange):
    """A room that is closed for some days; from ``first`` on or for the whole plan where days are left out.

    It stays in the list, so that virtual conferences keep their starts.
    """

    change: Literal["room_closes"] = "room_closes"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more closure of the room."""
        return with_room(problem, self.room, closed=with_period(self.of(problem).closed, self.period(problem)))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Wycombe room 1 (WYC-1) is closed from 7 to 18 December 2026."""
        return f"{named(self.of(problem))} is closed{self.days() or ' throughout'}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Whether the room is open on these days; everything about it, if they are all."""
        return frozenset({_closing(problem, self.room, self.period(problem))})


class SiteCloses(SpanningChange):
    """A site all of whose rooms are closed for some days; from ``first`` on or for the whole plan where days are left out.

    Families who live near it stay there: their conferences go to other sites, or are held virtually.
    """

    change: Literal["site_closes"] = "site_closes"
    site: Identifier

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more closure of each room there."""
        for room in self._rooms(problem):
            problem = with_room(problem, room.id, closed=with_period(room.closed, self.period(problem)))
        return problem

    def _rooms(self, problem: Problem) -> tuple[Room, ...]:
        return tuple(room for room in problem.rooms if room.site == self.site)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Wycombe is closed from 7 to 18 December 2026."""
        return f"{problem.site_by_id[self.site].label} is closed{self.days() or ' throughout'}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A site that is unknown, or days outside the plan."""
        yield from super().faults(problem)
        yield from known("sites", "site", self.site, problem.site_by_id, "site")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Whether its rooms are open on these days; everything about the site's rooms, also a new one, if they are all."""
        period = self.period(problem)
        if period == problem.horizon:
            return frozenset({("room", self.site)})
        return frozenset(_closing(problem, room.id, period) for room in self._rooms(problem))


class RoomGainsHybrid(LastingChange, SingleRoomChange):
    """A room that has equipment for hybrid conferences from ``first`` on; from the plan's first day where none is given."""

    change: Literal["room_gains_hybrid"] = "room_gains_hybrid"

    @override
    def applied(self, problem: Problem) -> Problem:
        """With the earlier of the two days, if the room was to be equipped anyway."""
        equipped = self.of(problem).hybrid_from
        first = self.starts(problem)
        return with_room(problem, self.room, hybrid_from=first if equipped is None else min(first, equipped))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Wycombe room 1 (WYC-1) has equipment for hybrid conferences from 4 January 2027 on."""
        room = self.of(problem)
        has = "already has" if room.is_hybrid(self.starts(problem)) else "gains"
        return f"{named(room)} {has} equipment for hybrid conferences{self.since()}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The room's equipment."""
        return frozenset({_key(problem, self.room, "hybrid_from")})


class RoomGainsStart(SingleRoomChange):
    """A room in which conferences may also begin at ``start``.

    Where the problem leaves ``virtual_starts`` open, virtual conferences may begin then too (contract, section 1).
    """

    change: Literal["room_gains_start"] = "room_gains_start"
    start: TimeOfDay

    @override
    def applied(self, problem: Problem) -> Problem:
        """With one more start, in order of time."""
        starts = self.of(problem).starts
        return with_room(problem, self.room, starts=tuple(sorted({*starts, self.start})))

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: Conferences in Wycombe room 1 (WYC-1) may also begin at 16:30."""
        room = self.of(problem)
        begin = "already begin" if self.start in room.starts else "also begin"
        return f"Conferences in {named(room)} may {begin} at {self.start:%H:%M}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """This one start."""
        return frozenset({_key(problem, self.room, "starts", f"{self.start:%H:%M}")})
