import datetime as dt

from scheduler.domain.conference import ConferenceKind
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Booking, Schedule, Tier
from scheduler.measure import measure
from scheduler.sweeps.task import Solved, task_of
from scheduler.whatif.comparison.results import (
    ChairCaseload,
    Children,
    Comparison,
    LateConference,
    MovedConference,
    Outlook,
    Result,
    Use,
    Variant,
    compared,
    moved,
)
from scheduler.whatif.comparison.verdicts import Difference, Judgement, Verdict
from tests.builders import booking, chair, conference, room, schedule, tiny_problem

# One week of March 2027: Monday 8th to Friday 12th. A was due on the 5th; B is a review that C1 chaired before.
HORIZON = {"first": "2027-03-08", "last": "2027-03-12"}
CONFERENCES = [
    conference("A", children=3, trigger="2027-02-12"),
    conference("B", kind="review", children=2, chair="C1", trigger="2026-09-25", mode="virtual"),
]


def problem(**changes: object) -> Problem:
    return tiny_problem(
        **{"horizon": HORIZON, "conferences": CONFERENCES, "chairs": [chair("C1", caseload=84), chair("C2", name="Advisor 2")]}
        | changes
    )


def solved(of: Problem, *bookings: Booking, seconds: float = 1.5) -> Solved:
    """Build a proven result with these bookings."""
    planned = schedule(*bookings)
    values = measure(of, planned).tiers
    tiers = tuple(Tier(name=name, value=values[name], bound=values[name], proven=True) for name in TIERS)
    return Solved(key=task_of(of).key, schedule=Schedule(bookings=planned.bookings, tiers=tiers), seconds=seconds)


def children(initial: Children, review: Children) -> tuple[Children, ...]:
    others = {kind: Children(kind=kind, children=0, placed=0, in_time=0) for kind in ConferenceKind}
    return tuple((others | {ConferenceKind.INITIAL: initial, ConferenceKind.REVIEW: review}).values())


def test_a_base_and_a_scenario_are_compared():
    base, scenario = problem(), problem(rooms=[room("AYL-1", closed=[{"first": "2027-03-08", "last": "2027-03-10"}])])
    a, b = booking("A", "2027-03-08T10:00", chair="C1"), booking("B", "2027-03-09T14:00", room=None, chair="C1")
    later = booking("A", "2027-03-12T10:00", chair="C2")
    of_base, of_scenario = solved(base, a, b), solved(scenario, later, b.model_copy(update={"chair": "C2"}), seconds=2.0)
    both_placed = children(
        Children(kind=ConferenceKind.INITIAL, children=3, placed=3, in_time=0),
        Children(kind=ConferenceKind.REVIEW, children=2, placed=2, in_time=2),
    )
    comparison = compared(
        [Variant("base", (), base), Variant("closed", ("AYL-1 is closed.",), scenario), Variant("never", (), base)],
        [of_base, of_scenario, None],
    )
    assert comparison == Comparison(
        service=base.service,
        horizon=base.horizon,
        base=Result(
            name="base",
            changes=(),
            outlook=Outlook(
                tiers=proven(0, 33, 0, 0, 2, 0),
                conferences=2,
                placed=2,
                children=both_placed,
                late=(
                    LateConference(conference="A", children=3, due=dt.date(2027, 3, 5), day=dt.date(2027, 3, 8), working_days=1),
                ),
                counts=measure(base, schedule(a, b)).counts,
                handovers=(),
                caseloads=(
                    ChairCaseload(chair="C1", label="C1", before=84, after=87, cap=85, above=2),
                    ChairCaseload(chair="C2", label="Advisor 2", before=0, after=0, cap=85, above=0),
                ),
                rooms=(
                    Use(id="AYL-1", label="Aylesbury, AYL-1", used=1, of=10),
                    Use(id="WYC-1", label="Wycombe, WYC-1", used=0, of=10),
                ),
                chairs=(Use(id="C1", label="C1", used=2, of=5), Use(id="C2", label="Advisor 2", used=0, of=5)),
                seconds=1.5,
            ),
        ),
        scenarios=(
            Result(
                name="closed",
                changes=("AYL-1 is closed.",),
                outlook=Outlook(
                    tiers=proven(0, 45, 0, 2, 0, 48),
                    conferences=2,
                    placed=2,
                    children=both_placed,
                    late=(
                        LateConference(
                            conference="A", children=3, due=dt.date(2027, 3, 5), day=dt.date(2027, 3, 12), working_days=5
                        ),
                    ),
                    counts=measure(scenario, of_scenario.schedule or schedule()).counts,
                    handovers=("B",),
                    caseloads=(
                        ChairCaseload(chair="C1", label="C1", before=84, after=84, cap=85, above=0),
                        ChairCaseload(chair="C2", label="Advisor 2", before=0, after=3, cap=85, above=0),
                    ),
                    rooms=(Use(id="AYL-1", label="Aylesbury, AYL-1", used=1, of=4),),
                    chairs=(Use(id="C1", label="C1", used=0, of=5), Use(id="C2", label="Advisor 2", used=2, of=5)),
                    seconds=2.0,
                ),
                differences=(
                    Difference(tier="unplaced", least=0, most=0, verdict=Verdict.EQUAL),
                    Difference(tier="late", least=12, most=12, verdict=Verdict.WORSE),
                    Difference(tier="stability", least=0, most=0, verdict=Verdict.EQUAL),
                    Difference(tier="continuity", least=2, most=2, verdict=Verdict.WORSE),
                    Difference(tier="caseload", least=-2, most=-2, verdict=Verdict.BETTER),
                    Difference(tier="preferences", least=48, most=48, verdict=Verdict.WORSE),
                ),
                judgement=Judgement(verdict=Verdict.WORSE, tier="late"),
                moved=(
                    MovedConference(conference="A", what=("date", "chair"), before=a, after=later),
                    MovedConference(conference="B", what=("chair",), before=b, after=b.model_copy(update={"chair": "C2"})),
                ),
            ),
        ),
        missing=("never",),
    )


def test_the_same_unproven_problem_is_equal_to_itself():
    of = problem()
    tiers = tuple(Tier(name=name, value=50, bound=0, proven=False) for name in TIERS)
    unproven = Solved(key=task_of(of).key, schedule=Schedule(bookings=(), tiers=tiers), seconds=1)
    comparison = compared([Variant("base", (), of), Variant("as it is", (), of)], [unproven, unproven])
    assert comparison is not None
    assert comparison.scenarios[0].judgement == Judgement(verdict=Verdict.EQUAL, tier=None)
    assert comparison.scenarios[0].moved == ()


def test_the_reasons_are_given_if_no_schedule_is_possible():
    of, other = problem(), problem(chairs=[chair("C1")])
    refused = Solved(key=task_of(other).key, schedule=None, refused=("no schedule can keep the lock.",), seconds=1)
    cases = [Variant("base", (), of), Variant("locked", ("C2 leaves.",), other)]
    expected = Result(name="locked", changes=("C2 leaves.",), refused=("no schedule can keep the lock.",), outlook=None)
    comparison = compared(cases, [solved(of), refused])
    assert comparison is not None
    assert comparison.scenarios == (expected,)
    comparison = compared(cases[::-1], [refused, solved(of)])
    assert comparison is not None
    assert comparison.base == expected
    assert (comparison.scenarios[0].differences, comparison.scenarios[0].judgement, comparison.scenarios[0].moved) == (
        (),
        None,
        (),
    )


def test_there_is_no_comparison_without_the_base():
    of = problem()
    assert compared([Variant("base", (), of), Variant("as it is", (), of)], [None, solved(of)]) is None


def test_moves_are_listed_for_conferences_of_both_problems():
    before = problem()
    after = problem(conferences=[*CONFERENCES, conference("C"), conference("D")])
    a, b, c = booking("A"), booking("B", "2027-03-09T10:00", room=None), booking("C", "2027-03-10T10:00")
    later = b.model_copy(update={"start": b.start.replace(hour=14), "room": "WYC-1"})
    assert list(moved(before, schedule(a, b), after, schedule(a, b, c))) == []
    assert list(moved(before, schedule(a), after, schedule(later))) == [
        MovedConference(conference="A", what=(), before=a, after=None),
        MovedConference(conference="B", what=(), before=None, after=later),
    ]
    assert list(moved(before, schedule(b), after, schedule(later))) == [
        MovedConference(conference="B", what=("time", "room"), before=b, after=later)
    ]


def proven(*values: int) -> tuple[Tier, ...]:
    return tuple(Tier(name=name, value=value, bound=value, proven=True) for name, value in zip(TIERS, values, strict=True))
