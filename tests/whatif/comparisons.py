"""A comparison small enough to be read: two conferences, two chairs, two rooms, and what its pictures and workbook say."""

from collections.abc import Sequence

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, Tier, Unplaced
from scheduler.measure import measure
from scheduler.sweeps.task import Solved, task_of
from scheduler.whatif.comparison.results import Comparison, Variant, compared
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

# One week of March 2027: Monday 8th to Friday 12th. A was due on the 5th; B is a review that C1 knows.
HORIZON = {"first": "2027-03-08", "last": "2027-03-12"}
CONFERENCES = [
    conference("A", children=3, trigger="2027-02-12"),
    conference("B", kind="review", children=2, chair="C1", trigger="2026-09-25", mode="virtual"),
]
A = booking("A", "2027-03-08T10:00", chair="C1")
B = booking("B", "2027-03-09T14:00", room=None, chair="C1")


def problem(**changes: object) -> Problem:
    """The base; its service is called with what a careless page would take for markup."""
    return tiny_problem(
        **{
            "service": {"name": "A & <B>", "chair_title": "CPA"},
            "horizon": HORIZON,
            "conferences": CONFERENCES,
            "chairs": [chair("C1", caseload=84), chair("C2", name="Advisor 2"), chair("C3", name="Manager", reserve=True)],
        }
        | changes
    )


def solved(of: Problem, *bookings: Booking, less: Sequence[int] = (0,) * 6) -> Solved:
    """A result with these bookings, whose tiers' bounds are so much less than their values."""
    unplaced = tuple(
        Unplaced(conference=one, reason="No room.") for one in of.conference_by_id.keys() - {b.conference for b in bookings}
    )
    made = schedule(*bookings, unplaced=unplaced)
    values = measure(of, made).tiers
    tiers = tuple(
        Tier(name=name, value=values[name], bound=values[name] - gap, proven=gap == 0)
        for name, gap in zip(TIERS, less, strict=True)
    )
    return Solved(key=task_of(of).key, schedule=Schedule(bookings=made.bookings, unplaced=unplaced, tiers=tiers), seconds=1.5)


def small(name: str = "AYL-1 closes", missing: str = "never") -> Comparison:
    """The base; a scenario that is worse, of which two tiers are not proven; one without a schedule; one not solved."""
    base = problem()
    closed = problem(rooms=[room("AYL-1", closed=[HORIZON | {"last": "2027-03-10"}]), room("AYL-2", starts=["10:00"])])
    later = booking("A", "2027-03-12T10:00", room="AYL-2", chair="C2")
    changed = Variant(name, ("AYL-1 is closed.", "AYL-2 opens."), closed)
    refused = Solved(key="0", schedule=None, refused=("a lock can't be kept.",), seconds=0.1)
    found = compared(
        [Variant("base", (), base), changed, Variant("none", ("A lock.",), base), Variant(missing, (), base)],
        [solved(base, A, B), solved(closed, later, less=(0, 5, 0, 0, 0, 9)), refused, None],
    )
    assert found is not None
    return found


def crossed() -> Comparison:
    """Two settings crossed, 1 or 2 chairs with 1 or 2 rooms, of which one pair was not solved."""
    base = problem()
    points = [("1 chair", "1 room"), ("1 chair", "2 rooms"), ("2 chairs", "1 room"), ("2 chairs", "2 rooms")]
    variants = [Variant(", ".join(at), ("It changes.",) if at != points[3] else (), base, ("demand +20%", *at)) for at in points]
    half, whole = solved(base, B, less=(1, 0, 0, 0, 0, 0)), solved(base, A, B, less=(0, 0, 0, 0, 1, 0))
    found = compared([Variant("base", (), base), *variants], [whole, half, None, whole, whole])
    assert found is not None
    return found
