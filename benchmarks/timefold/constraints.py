"""The contract's rules as constraint streams: R1 to R8 on the hard level, each tier on a soft level of its own.

R1, what R2 and R8 ask of one booking by itself, and which chairs a family may have are no constraints: the values that a
booking may take keep them. What a joiner can say is said by joiners, the one that leaves the fewest pairs first.
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
    """Every rule, every tier, and the preferences that look at several bookings; streams that two need are built once."""
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
    """Whether there is a moment at which both take a room."""
    return one.arrival < other.room_end and other.arrival < one.room_end


def rooms_short(factory: ConstraintFactory) -> Constraint:
    """R2: in a place of several rooms there are never more room times at a moment than rooms."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.slot.place.rooms > 1)
        .group_by(lambda b: b.slot.place, lambda b: b.slot.day, ConstraintCollectors.to_list(lambda b: b.slot.stays[b.length]))
        .penalize(BREACH, lambda place, day, stays: beyond(place.rooms, stays))
        .as_constraint("R2 rooms short")
    )


def beyond(rooms: int, stays: list[Stay]) -> int:
    """How many stays begin when there are, with them, more than there are rooms."""
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
    """R3: the chair is there and free for the whole people time."""
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
    """Whether there is a moment at which both take people."""
    return one.arrival < other.end and other.arrival < one.end


def chair_day(factory: ConstraintFactory) -> Constraint:
    """R3: at most so many bookings a day."""
    return (
        factory.for_each(Booking)
        .group_by(lambda b: b.chair, lambda b: b.slot.day, ConstraintCollectors.count())
        .filter(lambda chair, day, bookings: bookings > chair.max_per_day)
        .penalize(BREACH, lambda chair, day, bookings: bookings - chair.max_per_day)
        .as_constraint("R3 chair's day")
    )


def chair_week(factory: ConstraintFactory) -> Constraint:
    """R3: at most so many bookings a week."""
    return (
        factory.for_each(Booking)
        .group_by(lambda b: b.chair, lambda b: b.slot.week, ConstraintCollectors.count())
        .filter(lambda chair, week, bookings: bookings > chair.max_per_week)
        .penalize(BREACH, lambda chair, week, bookings: bookings - chair.max_per_week)
        .as_constraint("R3 chair's week")
    )


def chair_office_days(in_rooms: UniConstraintStream) -> Constraint:
    """R3: at most so many days a week with a booking in a room."""
    return (
        in_rooms.group_by(lambda b: b.chair, lambda b: b.slot.week, ConstraintCollectors.count_distinct(lambda b: b.slot.day))
        .filter(lambda chair, week, days: days > chair.max_office_days)
        .penalize(BREACH, lambda chair, week, days: days - chair.max_office_days)
        .as_constraint("R3 chair's office days")
    )


def travel(chairs_days: BiConstraintStream) -> Constraint:
    """R4: between rooms at two sites on one day a chair has time for the drive."""
    return (
        chairs_days.filter(lambda a, b: a.slot.is_in_room and b.slot.is_in_room and a.slot.site is not b.slot.site)
        .filter(lambda a, b: drive_is_too_long(a.slot, a.slot.stays[a.length], b.slot, b.slot.stays[b.length]))
        .penalize(BREACH)
        .as_constraint("R4 travel")
    )


def drive_is_too_long(one: Slot, one_stay: Stay, other: Slot, other_stay: Stay) -> bool:
    """Whether the drive from the earlier to the later takes longer than there is time between them."""
    if one_stay.arrival < other_stay.arrival:
        return other_stay.arrival - one_stay.end < one.travel[other.site_number]
    return one_stay.arrival - other_stay.end < other.travel[one.site_number]


def minute_takers_short(factory: ConstraintFactory) -> Constraint:
    """R5: no minute takers are the whole choice of more bookings than they can record; who records what comes afterwards."""
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
    """R8: what has any lock stays placed."""
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
    """T3: each change to what is published."""
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
    """T5: new children beyond those whom the chair may still hold."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.new_children > 0)
        .group_by(lambda b: b.chair, ConstraintCollectors.sum(lambda b: b.new_children))
        .filter(lambda chair, children: children > chair.children_left)
        .penalize(CASELOAD, lambda chair, children: children - chair.children_left)
        .as_constraint("T5 caseload")
    )


def preferences(factory: ConstraintFactory) -> Constraint:
    """T6: what the booking costs by itself."""
    return (
        factory.for_each(Booking)
        .penalize(PREFERENCES, lambda b: b.preferences[b.slot.number] + b.chair_preferences[b.chair.number])
        .as_constraint("T6 of one booking")
    )


def hold_missing(factory: ConstraintFactory) -> Constraint:
    """T6: each hold that is not provided."""
    return (
        factory.for_each_including_unassigned(Booking)
        .filter(lambda b: not b.is_conference and b.slot is None)
        .penalize(PREFERENCES)
        .as_constraint("T6 hold_missing")
    )


def site_change(in_rooms: UniConstraintStream) -> Constraint:
    """T6: each site beyond the first at which a chair has rooms on one day; its weight comes with the problem."""
    return (
        in_rooms.group_by(lambda b: b.chair, lambda b: b.slot.day, ConstraintCollectors.count_distinct(lambda b: b.slot.site))
        .filter(lambda chair, day, sites: sites > 1)
        .penalize(PREFERENCES, lambda chair, day, sites: sites - 1)
        .as_constraint("T6 site_change")
    )


def partner_clash(factory: ConstraintFactory) -> Constraint:
    """T6: each conference of an area beyond the first at one start; its weight comes with the problem."""
    return (
        factory.for_each(Booking)
        .filter(lambda b: b.is_conference)
        .group_by(lambda b: b.area, lambda b: b.slot.start, ConstraintCollectors.count())
        .filter(lambda area, start, conferences: conferences > 1)
        .penalize(PREFERENCES, lambda area, start, conferences: conferences - 1)
        .as_constraint("T6 partner_clash")
    )
