"""The planning domain for Timefold: the planning entities, and the facts that the constraints use.

Times are minutes since midnight before the horizon's first day; numbers are positions in the lists of ``problem_data``.
Classes compare by identity: a generated ``__eq__`` can't be translated to Java, so every comparison would call Python.
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
    """A week, day, start, site or social worker that bookings may share; objects compare faster than numbers."""

    number: Annotated[int, PlanningId]


@dataclass(eq=False, kw_only=True)
class Chair:
    """A chair's limits, and the number of children that the chair can take before reaching the cap."""

    number: Annotated[int, PlanningId]
    children_left: int
    max_per_day: int
    max_per_week: int
    max_office_days: int


@dataclass(eq=False, kw_only=True)
class MinuteTakers:
    """A team: minute takers who are the only choice for some bookings and can record at most ``most`` of those."""

    number: Annotated[int, PlanningId]
    most: int


@dataclass(eq=False, kw_only=True)
class Stay:
    """A slot for one length: people time, end of room time, whether each chair is free, and the teams."""

    arrival: int
    end: int
    room_end: int
    free_chairs: list[bool]
    minute_takers: list[MinuteTakers]


@dataclass(eq=False, kw_only=True)
class Place:
    """Interchangeable rooms; ``rooms`` is 0 for the virtual place."""

    number: Annotated[int, PlanningId]
    rooms: int


@dataclass(eq=False, kw_only=True)
class Slot:
    """A start in a place; ``stays`` has an entry for each length, ``travel`` the minutes to each site."""

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
    """A conference or a held slot, with a slot (None if unplaced) and a chair.

    ``length`` is a position in the lengths, shortest first. ``area`` is a conference's own site. Costs are indexed by the
    number of the slot or chair; lists of zeros are empty.
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
    """The problem of one solve, and its score: one hard level, and a soft level for each tier."""

    weights: ConstraintWeightOverrides
    apart: Annotated[list[Apart], ProblemFactCollectionProperty]
    bookings: Annotated[list[Booking], PlanningEntityCollectionProperty]
    score: Annotated[BendableScore | None, PlanningScore(bendable_hard_levels_size=1, bendable_soft_levels_size=6)] = field(
        default=None
    )
