"""The contract's rules as constraint streams: R1 to R8 on the hard level, each tier on its own soft level.

Rules that concern one booking by itself (R1, parts of R2 and R8, and the chairs that a family accepts) are not constraints:
they limit the values that a booking may take. Conditions are expressed as joiners where possible, the most selective first.
"""

from timefold.solver.score import (
    BendableScore,
    BiConstraintStream,
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    Joiners,
    UniConstraintStream,
    constraint_provider,
)

from benchmarks.timefold.domain import Apart, Booking, Slot, Stay

BREACH = BendableScore.of_hard(1, 6, 0, 1)
UNPLACED, LATE, STABILITY, CONTINUITY, CASELOAD, PREFERENCES = (BendableScore.of_soft(1, 6, level, 1) for level in range(6))


@constraint_provider
def define_constraints(factory: ConstraintFactory) -> list[Constraint]:
    """Return the constraints of all rules, tiers and preferences. Streams that two constraints need are built once."""
    in_rooms = factory.for_each(Booking).filter(lambda b: b.slot.is_in_room)
    chairs_days = factory.for_each_unique_pair(Booking, Joiners.equal(lambda b: b.chair), Joiners.equal(lambda b: b.slot.day))
    return [
        room_conflict(factory),
        rooms_short(factory),
        chair_not_free(factory),
        chair_conflict(chairs_days),
        chair_day(factory),
        chair_week(factory),
        chair_office_days(in_rooms),
        travel(chairs_days),
        minute_takers_short(factory),
        social_worker_conflict(factory),
        apart(factory),
        locked(factory),
        unplaced(factory),
        late(factory),
        stability(factory),
        continuity(factory),
        caseload(factory),
        preferences(factory),
        hold_missing(factory),
        site_change(in_rooms),
        partner_clash(factory),
    ]


# Hard rules ---------------------------------------------------------------------------------------


def room_conflict(factory: ConstraintFactory) -> Constraint:
    """R2: two bookings in a place that is one room never overlap in room time."""
    return (
        factory.for_each_unique_pair(Booking, Joiners.equal(lambda b: b.slot.place), Joiners.equal(lambda b: b.slot.day))
        .filter(lambda a, b: a.slot.place.rooms == 1)
        .filter(lambda a, b: share_room_time(a.slot.stays[a.length], b.slot.stays[b.length]))
        .penalize(BREACH)
        .as_constraint("R2 room conflict")
    )


def share_room_time(one: Stay, other: Stay) -> bool:
    """True if the room times of both overlap."""
    return one.arrival < other.room_end and other.arrival < one.room_end


def rooms_short(factory: ConstraintFactory) -> Constraint:
    """R2: a place of several rooms never has more simultaneous room times than rooms."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.slot.place.rooms > 1)
        .group_by(lambda b: b.slot.place, lambda b: b.slot.day, ConstraintCollectors.to_list(lambda b: b.slot.stays[b.length]))
        .penalize(BREACH, lambda place, day, stays: beyond(place.rooms, stays))
        .as_constraint("R2 rooms short")
    )


def beyond(rooms: int, stays: list[Stay]) -> int:
    """Return the number of stays that begin when all rooms are already in use."""
    without_room = 0
    for stay in stays:
        there = 0
        for other in stays:
            if other.arrival <= stay.arrival and stay.arrival < other.room_end:
                there += 1
        if there > rooms:
            without_room += 1
    return without_room


def chair_not_free(factory: ConstraintFactory) -> Constraint:
    """R3: the chair is at work and free for the whole people time."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: not b.slot.stays[b.length].free_chairs[b.chair.number])
        .penalize(BREACH)
        .as_constraint("R3 chair not free")
    )


def chair_conflict(chairs_days: BiConstraintStream) -> Constraint:
    """R3: a chair's people times never overlap."""
    return (
        chairs_days.filter(lambda a, b: share_people_time(a.slot.stays[a.length], b.slot.stays[b.length]))
        .penalize(BREACH)
        .as_constraint("R3 chair conflict")
    )


def share_people_time(one: Stay, other: Stay) -> bool:
    """True if the people times of both overlap."""
    return one.arrival < other.end and other.arrival < one.end


def chair_day(factory: ConstraintFactory) -> Constraint:
    """R3: a chair has at most ``max_per_day`` bookings a day."""
    return (
        factory.for_each(Booking)
        .group_by(lambda b: b.chair, lambda b: b.slot.day, ConstraintCollectors.count())
        .filter(lambda chair, day, bookings: bookings > chair.max_per_day)
        .penalize(BREACH, lambda chair, day, bookings: bookings - chair.max_per_day)
        .as_constraint("R3 chair's day")
    )


def chair_week(factory: ConstraintFactory) -> Constraint:
    """R3: a chair has at most ``max_per_week`` bookings a week."""
    return (
        factory.for_each(Booking)
        .group_by(lambda b: b.chair, lambda b: b.slot.week, ConstraintCollectors.count())
        .filter(lambda chair, week, bookings: bookings > chair.max_per_week)
        .penalize(BREACH, lambda chair, week, bookings: bookings - chair.max_per_week)
        .as_constraint("R3 chair's week")
    )


def chair_office_days(in_rooms: UniConstraintStream) -> Constraint:
    """R3: a chair has bookings in rooms on at most ``max_office_days`` days a week."""
    return (
        in_rooms.group_by(lambda b: b.chair, lambda b: b.slot.week, ConstraintCollectors.count_distinct(lambda b: b.slot.day))
        .filter(lambda chair, week, days: days > chair.max_office_days)
        .penalize(BREACH, lambda chair, week, days: days - chair.max_office_days)
        .as_constraint("R3 chair's office days")
    )


def travel(chairs_days: BiConstraintStream) -> Constraint:
    """R4: a chair has time to drive between rooms at two sites on one day."""
    return (
        chairs_days.filter(lambda a, b: a.slot.is_in_room and b.slot.is_in_room and a.slot.site is not b.slot.site)
        .filter(lambda a, b: drive_is_too_long(a.slot, a.slot.stays[a.length], b.slot, b.slot.stays[b.length]))
        .penalize(BREACH)
        .as_constraint("R4 travel")
    )


def drive_is_too_long(one: Slot, one_stay: Stay, other: Slot, other_stay: Stay) -> bool:
    """True if the drive from the earlier to the later takes longer than the gap between them."""
    if one_stay.arrival < other_stay.arrival:
        return other_stay.arrival - one_stay.end < one.travel[other.site_number]
    return one_stay.arrival - other_stay.end < other.travel[one.site_number]


def minute_takers_short(factory: ConstraintFactory) -> Constraint:
    """R5: no team is the only choice for more bookings than it can record. Minute takers are assigned afterwards."""
    return (
        factory.for_each(Booking)
        .map(lambda b: b.slot.stays[b.length].minute_takers)
        .flatten_last(lambda minute_takers: minute_takers)
        .group_by(lambda minute_takers: minute_takers, ConstraintCollectors.count())
        .filter(lambda minute_takers, bookings: bookings > minute_takers.most)
        .penalize(BREACH, lambda minute_takers, bookings: bookings - minute_takers.most)
        .as_constraint("R5 minute takers short")
    )


def social_worker_conflict(factory: ConstraintFactory) -> Constraint:
    """R6: a social worker's people times never overlap."""
    return (
        factory.for_each_unique_pair(Booking, Joiners.equal(lambda b: b.social_worker), Joiners.equal(lambda b: b.slot.day))
        .filter(lambda a, b: share_people_time(a.slot.stays[a.length], b.slot.stays[b.length]))
        .penalize(BREACH)
        .as_constraint("R6 social worker conflict")
    )


def apart(factory: ConstraintFactory) -> Constraint:
    """R7: families kept apart are never in rooms at one site on one day."""
    return (
        factory.for_each(Apart)
        .join(Booking, Joiners.equal(lambda apart: apart.one, lambda b: b.number))
        .join(
            Booking,
            Joiners.equal(lambda apart, one: apart.other, lambda b: b.number),
            Joiners.equal(lambda apart, one: one.slot.day, lambda b: b.slot.day),
            Joiners.equal(lambda apart, one: one.slot.site, lambda b: b.slot.site),
        )
        .filter(lambda apart, one, other: one.slot.is_in_room)
        .penalize(BREACH)
        .as_constraint("R7 apart")
    )


def locked(factory: ConstraintFactory) -> Constraint:
    """R8: a booking with any lock stays placed."""
    return (
        factory.for_each_including_unassigned(Booking)
        .filter(lambda b: b.is_locked and b.slot is None)
        .penalize(BREACH)
        .as_constraint("R8 locked")
    )


# Tiers --------------------------------------------------------------------------------------------


def unplaced(factory: ConstraintFactory) -> Constraint:
    """T1: each conference without a booking."""
    return (
        factory.for_each_including_unassigned(Booking)
        .filter(lambda b: b.is_conference and b.slot is None)
        .penalize(UNPLACED)
        .as_constraint("T1 unplaced")
    )


def late(factory: ConstraintFactory) -> Constraint:
    """T2: each booking after its due date."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.can_be_late)
        .penalize(LATE, lambda b: b.late[b.slot.number])
        .as_constraint("T2 late")
    )


def stability(factory: ConstraintFactory) -> Constraint:
    """T3: each change to a published booking."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.is_published)
        .penalize(STABILITY, lambda b: b.stability[b.slot.number] + b.chair_stability[b.chair.number])
        .as_constraint("T3 stability")
    )


def continuity(factory: ConstraintFactory) -> Constraint:
    """T4: children handed over to another chair."""
    return (
        factory.for_each(Booking)
        .penalize(CONTINUITY, lambda b: b.chair_continuity[b.chair.number])
        .as_constraint("T4 continuity")
    )


def caseload(factory: ConstraintFactory) -> Constraint:
    """T5: new children above the chair's cap."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.new_children > 0)
        .group_by(lambda b: b.chair, ConstraintCollectors.sum(lambda b: b.new_children))
        .filter(lambda chair, children: children > chair.children_left)
        .penalize(CASELOAD, lambda chair, children: children - chair.children_left)
        .as_constraint("T5 caseload")
    )


def preferences(factory: ConstraintFactory) -> Constraint:
    """T6: the preferences that concern one booking by itself."""
    return (
        factory.for_each(Booking)
        .penalize(PREFERENCES, lambda b: b.preferences[b.slot.number] + b.chair_preferences[b.chair.number])
        .as_constraint("T6 of one booking")
    )


def hold_missing(factory: ConstraintFactory) -> Constraint:
    """T6: each hold without a slot."""
    return (
        factory.for_each_including_unassigned(Booking)
        .filter(lambda b: not b.is_conference and b.slot is None)
        .penalize(PREFERENCES)
        .as_constraint("T6 hold_missing")
    )


def site_change(in_rooms: UniConstraintStream) -> Constraint:
    """T6: each site beyond the first at which a chair is in rooms on one day; the problem sets the weight."""
    return (
        in_rooms.group_by(lambda b: b.chair, lambda b: b.slot.day, ConstraintCollectors.count_distinct(lambda b: b.slot.site))
        .filter(lambda chair, day, sites: sites > 1)
        .penalize(PREFERENCES, lambda chair, day, sites: sites - 1)
        .as_constraint("T6 site_change")
    )


def partner_clash(factory: ConstraintFactory) -> Constraint:
    """T6: each conference of an area beyond the first at one start; the problem sets the weight."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.is_conference)
        .group_by(lambda b: b.area, lambda b: b.slot.start, ConstraintCollectors.count())
        .filter(lambda area, start, conferences: conferences > 1)
        .penalize(PREFERENCES, lambda area, start, conferences: conferences - 1)
        .as_constraint("T6 partner_clash")
    )
