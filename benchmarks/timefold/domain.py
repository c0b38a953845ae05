"""The planning domain for Timefold: what it may change, and the facts that its constraints look at.

Times are minutes since midnight before the horizon's first day; numbers are positions in the lists that ``preparing`` makes.
Classes compare by identity: a generated ``__eq__`` can't be translated to Java, and every comparison would go through Python.
"""

from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver.domain import (
    ConstraintWeightOverrides,
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import BendableScore


@dataclass(eq=False, kw_only=True)
class Label:
    """A week, day, start, site or social worker that bookings may share: objects are faster compared than numbers."""

    number: Annotated[int, PlanningId]


@dataclass(eq=False, kw_only=True)
class Chair:
    """A chair's limits, and how many more children they may hold before each costs."""

    number: Annotated[int, PlanningId]
    children_left: int
    max_per_day: int
    max_per_week: int
    max_office_days: int


@dataclass(eq=False, kw_only=True)
class MinuteTakers:
    """Minute takers who are the whole choice of some bookings, of which they can record no more than ``most``."""

    number: Annotated[int, PlanningId]
    most: int


@dataclass(eq=False, kw_only=True)
class Stay:
    """What a slot is for one length: people time, the end of room time, which chairs are free, and who could record."""

    arrival: int
    end: int
    room_end: int
    free_chairs: list[bool]
    minute_takers: list[MinuteTakers]


@dataclass(eq=False, kw_only=True)
class Place:
    """Rooms that can stand for each other; none for the virtual place."""

    number: Annotated[int, PlanningId]
    rooms: int


@dataclass(eq=False, kw_only=True)
class Slot:
    """A start in a place; ``stays`` are by length, ``travel`` the minutes to each site by its number."""

    number: Annotated[int, PlanningId]
    week: Label
    day: Label
    start: Label
    place: Place
    is_in_room: bool
    site: Label
    site_number: int
    travel: list[int]
    stays: list[Stay]


@planning_entity
@dataclass(eq=False, kw_only=True)
class Booking:
    """A conference or a held slot, which is at a slot, or unplaced, and has a chair.

    ``length`` numbers the lengths, from the shortest. ``area`` is a conference's own site. Costs are by the number of
    the slot or chair; those that are always 0 are left out.
    """

    number: Annotated[int, PlanningId]
    length: int
    is_conference: bool
    area: Label
    social_worker: Label
    new_children: int
    is_locked: bool
    can_be_late: bool
    is_published: bool
    late: list[int]
    stability: list[int]
    preferences: list[int]
    chair_stability: list[int]
    chair_continuity: list[int]
    chair_preferences: list[int]
    slots: Annotated[list[Slot], ValueRangeProvider(id="slots")]
    chairs: Annotated[list[Chair], ValueRangeProvider(id="chairs")]
    slot: Annotated[Slot | None, PlanningVariable(value_range_provider_refs=["slots"], allows_unassigned=True)] = field(
        default=None
    )
    chair: Annotated[Chair | None, PlanningVariable(value_range_provider_refs=["chairs"])] = field(default=None)


@dataclass(eq=False, kw_only=True)
class Apart:
    """The numbers of two bookings whose families must not meet."""

    number: Annotated[int, PlanningId]
    one: int
    other: int


@planning_solution
@dataclass(eq=False, kw_only=True)
class Month:
    """What one solve is about, and its score: one hard level, and a soft one for each of the contract's tiers."""

    weights: ConstraintWeightOverrides
    apart: Annotated[list[Apart], ProblemFactCollectionProperty]
    bookings: Annotated[list[Booking], PlanningEntityCollectionProperty]
    score: Annotated[BendableScore | None, PlanningScore(bendable_hard_levels_size=1, bendable_soft_levels_size=6)] = field(
        default=None
    )
