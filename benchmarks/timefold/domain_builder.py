"""The conversion of ``problem_data`` to Timefold's domain."""

from typing import Any

from timefold.solver.domain import ConstraintWeightOverrides
from timefold.solver.score import BendableScore

from benchmarks.timefold.domain import Apart, Booking, Chair, Label, MinuteTakers, Month, Place, Slot, Stay

Plain = dict[str, Any]


class Labels:
    """The labels of a problem: one object for each week, day, start, site and social worker."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, object], Label] = {}

    def of(self, what: str, which: object) -> Label:
        """Return the label of one week, day, start, site or social worker, created on first use."""
        return self._labels.setdefault((what, which), Label(number=len(self._labels)))


def month_of(problem: Plain) -> Month:
    """Return the problem in Timefold's terms, with nothing booked."""
    labels = Labels()
    places = [Place(number=n, rooms=rooms) for n, rooms in enumerate(problem["places"])]
    minute_takers = [MinuteTakers(number=n, most=most) for n, most in enumerate(problem["minute_takers"])]
    chairs = [Chair(number=n, **chair) for n, chair in enumerate(problem["chairs"])]
    slots = [_slot(n, slot, places, minute_takers, labels) for n, slot in enumerate(problem["slots"])]
    weights = {f"T6 {name}": BendableScore.of_soft(1, 6, 5, weight) for name, weight in problem["weights"].items()}
    return Month(
        weights=ConstraintWeightOverrides(weights),
        apart=[Apart(number=n, one=one, other=other) for n, (one, other) in enumerate(problem["apart"])],
        bookings=[_booking(n, booking, slots, chairs, labels) for n, booking in enumerate(problem["bookings"])],
    )


def _slot(number: int, slot: Plain, places: list[Place], minute_takers: list[MinuteTakers], labels: Labels) -> Slot:
    place = places[slot["place"]]
    return Slot(
        number=number,
        week=labels.of("week", slot["week"]),
        day=labels.of("day", slot["day"]),
        start=labels.of("start", slot["start"]),
        place=place,
        is_in_room=place.rooms > 0,
        site=labels.of("site", slot["site"]),
        site_number=slot["site"],
        travel=slot["travel"],
        stays=[Stay(**stay | {"minute_takers": [minute_takers[n] for n in stay["minute_takers"]]}) for stay in slot["stays"]],
    )


def _booking(number: int, booking: Plain, slots: list[Slot], chairs: list[Chair], labels: Labels) -> Booking:
    copied = ("length", "is_conference", "new_children", "is_locked", "is_published")
    worker = booking["social_worker"]
    late, stability, preferences = (
        _by_number(booking["slots"], booking["slot_costs"][tier], len(slots)) for tier in ("late", "stability", "preferences")
    )
    chair_stability, chair_continuity, chair_preferences = (
        _by_number(booking["chairs"], booking["chair_costs"][tier], len(chairs))
        for tier in ("stability", "continuity", "preferences")
    )
    return Booking(
        number=number,
        **{name: booking[name] for name in copied},
        area=labels.of("site", booking["area"]),
        social_worker=labels.of("social worker of one", number) if worker is None else labels.of("social worker", worker),
        can_be_late=any(late),
        late=late if any(late) else [],
        stability=stability if booking["is_published"] else [],
        preferences=preferences,
        chair_stability=chair_stability if booking["is_published"] else [],
        chair_continuity=chair_continuity,
        chair_preferences=chair_preferences,
        slots=[slots[n] for n in booking["slots"]],
        chairs=[chairs[n] for n in booking["chairs"]],
    )


def _by_number(numbers: list[int], costs: list[int], count: int) -> list[int]:
    """Return the costs indexed by the number of the slot or chair, 0 for those that the booking can't have."""
    spread = [0] * count
    for number, cost in zip(numbers, costs, strict=True):
        spread[number] = cost
    return spread
