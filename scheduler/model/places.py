"""Places: where a conference can be held, in one of some rooms or virtually."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.places import Room
from scheduler.domain.problem import Problem


@dataclass(frozen=True)
class Place:
    """A group of interchangeable rooms, or the virtual place, which has no rooms."""

    rooms: tuple[Room, ...] = ()

    @property
    def site(self) -> str | None:
        """Return the site, or None for the virtual place."""
        return self.rooms[0].site if self.rooms else None


def interchangeable_places(problem: Problem) -> tuple[Place, ...]:
    """Return the rooms, grouped if they differ only in their names, then the virtual place.

    A room with a published booking is a separate place, because changing it costs.
    """
    named = {published.room for published in problem.published}
    groups: dict[object, list[Room]] = {}
    for room in problem.rooms:
        likeness = room.id if room.id in named else room.model_copy(update={"id": "", "name": ""})
        groups.setdefault(likeness, []).append(room)
    return (*(Place(tuple(rooms)) for rooms in groups.values()), Place())


def single_places(problem: Problem) -> tuple[Place, ...]:
    """Return each room as a separate place, then the virtual place."""
    return (*(Place((room,)) for room in problem.rooms), Place())
