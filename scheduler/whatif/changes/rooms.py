"""Changes of places: a room opens, closes, or gains equipment or a start; a whole site closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.identifiers import alike
from scheduler.domain.places import Room
from scheduler.domain.problem import Problem
from scheduler.domain.values import Identifier, Period, TimeOfDay
from scheduler.whatif.changes.base import (
    ItemChange,
    ItemKind,
    Key,
    LastingChange,
    NewItem,
    SpanningChange,
    days_outside_plan,
    name_with_id,
    since_in_words,
    span_in_words,
    unknown_reference,
    with_item_fields,
    with_period,
)
from scheduler.wording import in_a_row


class SingleRoomChange(ItemChange):
    """A change of one room of the problem."""

    item: ClassVar[ItemKind] = "room"
    room: Identifier

    @override
    def of(self, problem: Problem) -> Room:
        """Return the room. Raise KeyError if the problem doesn't list it."""
        return problem.room_by_id[self.room]


def room_key(problem: Problem, room: str, *part: str) -> Key:
    """Return the key of a part of the room, which is itself a part of its site."""
    return ("room", problem.room_by_id[room].site, room, *part)


def _closure_key(problem: Problem, room: str, period: Period) -> Key:
    """Return the key of a closure, or of the whole room if the closure is as long as the plan."""
    return room_key(problem, room, *(() if period == problem.horizon else ("closed", str(period.first), str(period.last))))


class RoomOpens(NewItem):
    """A new room with a free id.

    Unless the problem sets ``virtual_starts``, virtual conferences can begin at the room's starts too (contract, section 1).
    """

    change: Literal["room_opens"] = "room_opens"
    item: ClassVar[ItemKind] = "room"
    room: Room

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Room 2 (AYL-2) opens at Aylesbury from 4 January 2027 on, for 10:00 and 14:00."."""
        starts = in_a_row([f"{start:%H:%M}" for start in self.room.starts])
        from_ = self.room.hybrid_from
        from_later = f", with hybrid equipment{since_in_words(from_)}" if from_ and from_ > problem.horizon.first else ""
        kit = from_later if from_ else ", without hybrid equipment"
        site = problem.site_by_id[self.room.site].label
        return f"{name_with_id(self.room)} opens at {site}{span_in_words(self.room.first, self.room.last)}, for {starts}{kit}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the id is taken or alike to one, the site is unknown, or the room is never open during the plan."""
        yield from super().faults(problem)
        yield from unknown_reference("sites", "site", self.room.site, problem.site_by_id, "room", "site")
        yield from days_outside_plan(problem, self.room.first, self.room.last, "room")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the whole room, and of its id, or one alike, at any site."""
        return frozenset({("room", self.room.site, self.room.id), ("new room", alike(self.room.id))})


class RoomCloses(SpanningChange, SingleRoomChange):
    """A room's closure; from ``first`` on or for the whole plan if days are left out.

    The room stays in the list, so that virtual conferences keep its starts.
    """

    change: Literal["room_closes"] = "room_closes"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one more closure of the room."""
        return self.with_fields(problem, closed=with_period(self.of(problem).closed, self.period(problem)))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Wycombe room 1 (WYC-1) is closed from 7 to 18 December 2026."."""
        return f"{name_with_id(self.of(problem))} is closed{self.days() or ' throughout'}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of this closure, or of the whole room if it is closed throughout."""
        return frozenset({_closure_key(problem, self.room, self.period(problem))})


class SiteCloses(SpanningChange):
    """A closure of all rooms of a site; from ``first`` on or for the whole plan if days are left out.

    The families' site stays the same: their conferences go to other sites, or are virtual if the policy allows it.
    """

    change: Literal["site_closes"] = "site_closes"
    site: Identifier

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one more closure of each room of the site."""
        for room in self._rooms(problem):
            problem = with_item_fields(problem, "room", room.id, closed=with_period(room.closed, self.period(problem)))
        return problem

    def _rooms(self, problem: Problem) -> tuple[Room, ...]:
        return tuple(room for room in problem.rooms if room.site == self.site)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Wycombe is closed from 7 to 18 December 2026."."""
        return f"{problem.site_by_id[self.site].label} is closed{self.days() or ' throughout'}."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the site is unknown or the days are outside the plan."""
        yield from super().faults(problem)
        yield from unknown_reference("sites", "site", self.site, problem.site_by_id, "site")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the keys of the closures, or of all rooms of the site, new ones too, if it is closed throughout."""
        period = self.period(problem)
        if period == problem.horizon:
            return frozenset({("room", self.site)})
        return frozenset(_closure_key(problem, room.id, period) for room in self._rooms(problem))


class RoomGainsHybrid(LastingChange, SingleRoomChange):
    """A room's hybrid equipment from ``first`` on; from the plan's first day if it is None."""

    change: Literal["room_gains_hybrid"] = "room_gains_hybrid"

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the equipment; the earlier day counts if the room is due to get some anyway."""
        equipped = self.of(problem).hybrid_from
        first = self.starts(problem)
        return self.with_fields(problem, hybrid_from=first if equipped is None else min(first, equipped))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Wycombe room 1 (WYC-1) gains equipment for hybrid conferences from 4 January 2027 on."."""
        room = self.of(problem)
        has = "already has" if room.is_hybrid(self.starts(problem)) else "gains"
        return f"{name_with_id(room)} {has} equipment for hybrid conferences{self.since()}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the room's equipment."""
        return frozenset({room_key(problem, self.room, "hybrid_from")})


class RoomGainsStart(SingleRoomChange):
    """A further time at which conferences can begin in a room.

    Unless the problem sets ``virtual_starts``, virtual conferences can begin then too (contract, section 1).
    """

    change: Literal["room_gains_start"] = "room_gains_start"
    start: TimeOfDay

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with one more start of the room, in order of time."""
        starts = self.of(problem).starts
        return self.with_fields(problem, starts=tuple(sorted({*starts, self.start})))

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "Conferences in Wycombe room 1 (WYC-1) may also begin at 16:30."."""
        room = self.of(problem)
        begin = "already begin" if self.start in room.starts else "also begin"
        return f"Conferences in {name_with_id(room)} may {begin} at {self.start:%H:%M}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of this start."""
        return frozenset({room_key(problem, self.room, "starts", f"{self.start:%H:%M}")})
