"""Builders of small comparisons for tests of pictures and workbooks: two conferences, three chairs, two rooms."""

import datetime as dt
from collections.abc import Sequence

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, Tier, Unplaced
from scheduler.measure import measure
from scheduler.sweeps.task import Solved, task_of
from scheduler.whatif.changes.chairs import ChairLeaves
from scheduler.whatif.comparison.results import Comparison, Variant, compared
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

# One week of March 2027: Monday 8th to Friday 12th. A was due on the 5th; B is a review that C1 chaired before.
HORIZON = {"first": "2027-03-08", "last": "2027-03-12"}
CONFERENCES = [
    conference("A", children=3, trigger="2027-02-12"),
    conference("B", kind="review", children=2, chair="C1", trigger="2026-09-25", mode="virtual"),
]
A = booking("A", "2027-03-08T10:00", chair="C1")
B = booking("B", "2027-03-09T14:00", room=None, chair="C1")
A_BY_MANAGER = A.model_copy(update={"chair": "C9"})
B_BY_MANAGER = B.model_copy(update={"chair": "C9"})


def problem(**changes: object) -> Problem:
    """Build the base. Its service's name has characters that need escaping in markup."""
    return tiny_problem(
        **{
            "service": {"name": "A & <B>", "chair_title": "CPA"},
            "horizon": HORIZON,
            "conferences": CONFERENCES,
            "chairs": [chair("C1", caseload=84), chair("C2", name="Advisor 2"), chair("C3", name="Manager", reserve=True)],
        }
        | changes
    )


def solved(of: Problem, *bookings: Booking, gaps: Sequence[int] = (0,) * 6) -> Solved:
    """Build a result with these bookings. ``gaps`` are the differences between the tiers' values and bounds."""
    unplaced = tuple(
        Unplaced(conference=one, reason="No room.") for one in of.conference_by_id.keys() - {b.conference for b in bookings}
    )
    planned = schedule(*bookings, unplaced=unplaced)
    values = measure(of, planned).tiers
    tiers = tuple(
        Tier(name=name, value=values[name], bound=values[name] - gap, proven=gap == 0)
        for name, gap in zip(TIERS, gaps, strict=True)
    )
    return Solved(key=task_of(of).key, schedule=Schedule(bookings=planned.bookings, unplaced=unplaced, tiers=tiers), seconds=1.5)


def small(name: str = "AYL-1 closes", missing: str = "never") -> Comparison:
    """Build a base, a worse scenario with two unproven tiers, one without a schedule, and one not solved."""
    base = problem()
    closed = problem(rooms=[room("AYL-1", closed=[HORIZON | {"last": "2027-03-10"}]), room("AYL-2", starts=["10:00"])])
    later = booking("A", "2027-03-12T10:00", room="AYL-2", chair="C2")
    changed = Variant(name, ("AYL-1 is closed.", "AYL-2 opens."), closed)
    refused = Solved(key="0", schedule=None, refused=("a lock can't be kept.",), seconds=0.1)
    comparison = compared(
        [Variant("base", (), base), changed, Variant("none", ("A lock.",), base), Variant(missing, (), base)],
        [solved(base, A, B), solved(closed, later, gaps=(0, 5, 0, 0, 0, 9)), refused, None],
    )
    assert comparison is not None
    return comparison


def crossed() -> Comparison:
    """Build a grid of 1 or 2 chairs and 1 or 2 rooms. One pair is not solved."""
    base = problem()
    points = [("1 chair", "1 room"), ("1 chair", "2 rooms"), ("2 chairs", "1 room"), ("2 chairs", "2 rooms")]
    variants = [Variant(", ".join(at), ("It changes.",) if at != points[3] else (), base, ("demand +20%", *at)) for at in points]
    half, whole = solved(base, B, gaps=(1, 0, 0, 0, 0, 0)), solved(base, A, B, gaps=(0, 0, 0, 0, 1, 0))
    comparison = compared([Variant("base", (), base), *variants], [whole, half, None, whole, whole])
    assert comparison is not None
    return comparison


def leaving() -> Comparison:
    """Build a base, and a scenario in which C1 with 83 children and Advisor 2 with 87 leave; the manager chairs A."""
    chairs = [chair("C1", caseload=83), chair("C2", name="Advisor 2", caseload=87)]
    chairs.append(chair("C9", name="Manager", reserve=True, caseload=2))
    base = problem(chairs=chairs)
    scenario = base
    for change in (ChairLeaves(chair="C1"), ChairLeaves(chair="C2", first=dt.date(2027, 3, 10))):
        scenario = change.applied(scenario)
    of_base, of_scenario = solved(base, A_BY_MANAGER, B), solved(scenario, A_BY_MANAGER, B_BY_MANAGER)
    comparison = compared([Variant("base", (), base), Variant("two leave", ("Two leave.",), scenario)], [of_base, of_scenario])
    assert comparison is not None
    return comparison
