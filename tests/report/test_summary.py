import json
from typing import Any

import pytest

from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import PlanException, Remark, Schedule, Solver, Tier, Unplaced
from scheduler.measure import measure
from scheduler.report.account import Account
from scheduler.report.summary import Summary, proof_in_words, summarise
from tests.builders import booking, chair, conference, schedule, tiny_problem
from tests.paths import EXAMPLES


def summary_of(problem: Problem, result: Schedule) -> Summary:
    return summarise(problem, result, measure(problem, result))


def sentences(problem: Problem, result: Schedule) -> dict[str, str]:
    return {section.title: section.sentence for section in summary_of(problem, result).sections}


def items(problem: Problem, result: Schedule, title: str) -> tuple[str, ...]:
    return next(section.items for section in summary_of(problem, result).sections if section.title == title)


def test_the_summary_of_a_schedule_without_problems():
    problem = tiny_problem(conferences=[conference("A", chair="C1"), conference("B", chair="C2")])
    solver = Solver(engine="test", seconds=1.25, workers=1, seed=7)
    result = schedule(booking("A"), booking("B", start="2027-03-02T14:00", chair="C2"), solver=solver)
    assert summary_of(problem, result).lines() == (
        "Schedule, 1 to 31 March 2027: 2 conferences, 4 children",
        "",
        "Placed: all 2 conferences are placed.",
        "Late: no booking is after its due date.",
        "Fridays: no bookings are on a Friday.",
        "Outside term time: no bookings are in the school holidays.",
        "Cover: every family that has its own CPA keeps that CPA.",
        "Caseloads: no CPA is above the cap.",
        "Virtual: no conferences meant for a room are held virtually.",
        "Other sites: no conferences are at a site other than the one nearest to the family.",
        "",
        "How good it is, what matters most first:",
        "  1  Conferences not placed        0  proven best",
        "  2  Lateness                      0  proven best",
        "  3  Changes to what is published  0  proven best",
        "  4  Children handed over          0  proven best",
        "  5  Children above the caps       0  proven best",
        "  6  Preferences                   4  distance from the best not known",
        "",
        "Solved in 1.2 seconds with test (1 worker, seed 7).",
    )


def month_with_every_problem() -> tuple[Problem, Schedule]:
    """Build a month that has an item in every section of the summary."""
    problem = tiny_problem(
        service={"name": "Test", "chair_title": "Advisor"},
        chairs=[chair("C1", name="Ann", caseload=84), chair("C2", name="Bob", reserve=True)],
        conferences=[
            conference("A", requested="2027-03-17", chair="C2"),
            conference("B", children=1, school_age=1),
            conference("C", mode="hybrid", site="WYC"),
            conference("D", site="WYC"),
        ],
        holds=[{"site": "AYL", "week": "2027-03-01", "count": 2}],
        published=[{"conference": "C", "start": "2027-03-02T10:00", "room": "WYC-1", "chair": "C1"}],
    )
    result = schedule(
        booking("A", "2027-03-24T10:00"),
        booking("B", "2027-03-30T10:00"),
        booking("C", "2027-03-05T10:00", room=None, chair="C2"),
        booking("HOLD-AYL-2027-03-01-2", "2027-03-05T14:00"),
        unplaced=(Unplaced(conference="D", reason="No chair is left."),),
    )
    return problem, result


def test_every_section_has_a_sentence_in_the_singular():
    assert sentences(*month_with_every_problem()) == {
        "Placed": "3 of 4 conferences are placed.",
        "Not placed": "1 conference has no booking.",
        "Late": "2 conferences (3 children) are after the due date.",
        "Fridays": "2 bookings are on a Friday, 1 of them a held slot.",
        "Outside term time": "1 booking is in the school holidays, 1 of them with children of school age.",
        "Changes": "1 of 1 published booking is changed.",
        "Cover": "1 conference (2 children) is covered by another Advisor than the family's own.",
        "Caseloads": "1 Advisor is above the cap, by 2 children in all.",
        "Virtual": "1 conference meant for a room is held virtually.",
        "Other sites": "no conferences are at a site other than the one nearest to the family.",
        "Reserve": "1 booking is chaired by a reserve Advisor.",
        "Held slots": "1 of 2 slots is kept free; 1 not.",
    }


def test_each_item_states_its_facts():
    problem, result = month_with_every_problem()
    assert items(problem, result, "Not placed") == ("D: No chair is left.",)
    assert items(problem, result, "Late") == (
        "B (1 child) was due on Friday 19 March and is on Tuesday 30 March, 5 working days late. "
        "No earlier place was found for it within the time limit.",
        "A (2 children) was due on Friday 19 March and is on Wednesday 24 March, 3 working days late. "
        "It could not be held before Wednesday 24 March: it was requested on Wednesday 17 March, "
        "and 5 working days of notice must be given.",
    )
    assert items(problem, result, "Changes") == (
        "C, published for Tuesday 2 March 2027 at 10:00, has another date, chair and site. "
        "It is now: Friday 5 March 2027 at 10:00, Virtual, Bob.",
    )
    assert items(problem, result, "Cover") == ("A (2 children): covered by Ann instead of Bob",)
    assert items(problem, result, "Caseloads") == ("Bob: 2 children, 2 above the cap of 0 (0 before)",)
    assert items(problem, result, "Held slots") == ("Aylesbury, week of 1 March: 1 missing",)


def test_a_published_booking_without_a_place_counts_as_withdrawn():
    published = [{"conference": name, "start": f"2027-03-0{day}T10:00", "chair": "C1"} for name, day in (("A", 2), ("B", 3))]
    conferences = [conference(name, chair="C1", mode="virtual") for name in "AB"]
    problem = tiny_problem(conferences=conferences, published=published)
    result = schedule(
        booking("A", "2027-03-02T10:00", room=None), unplaced=(Unplaced(conference="B", reason="No chair is left."),)
    )
    by_title = sentences(problem, result)
    assert by_title["Changes"] == "none of 2 published bookings are changed, and 1 is withdrawn."
    assert by_title["Cover"] == "every family that is placed and has its own CPA keeps that CPA."
    assert items(problem, result, "Changes") == ("B, published for Wednesday 3 March 2027 at 10:00, is not placed.",)


def test_long_lists_end_with_a_count_of_the_rest():
    many = [conference(f"A{n}", kind="review", due="2027-02-26", chair="C1") for n in range(5)]
    result = schedule(*(booking(f"A{n}", f"2027-03-0{n + 1}T10:00") for n in range(5)))
    shown = [line for line in summary_of(tiny_problem(conferences=many), result).lines(longest_list=2) if line.startswith("  - ")]
    assert [line[:8] for line in shown] == ["  - A4 (", "  - A3 (", "  - and "]
    assert shown[-1] == "  - and 3 more."


def test_remarks_and_exceptions_come_first_and_are_bounded():
    remarks = tuple(Remark(place=f"conferences[{n}].minutes", text=f"A{n} lasts 2 minutes.") for n in range(4))
    exceptions = (PlanException(conference="A", rule="R8", text="The lock is dropped."),)
    summary = summary_of(tiny_problem(), schedule(booking(), remarks=remarks, exceptions=exceptions))
    assert summary.lines(longest_list=2)[1:9] == (
        "",
        "Check first: 4 entries of the problem look wrong.",
        "  - conferences[0].minutes: A0 lasts 2 minutes.",
        "  - conferences[1].minutes: A1 lasts 2 minutes.",
        "  - and 2 more.",
        "Exceptions: 1 exception was made to rules.",
        "  - A (R8): The lock is dropped.",
        "Placed: the one conference is placed.",
    )


def test_references_are_listed_in_one_line():
    problem = tiny_problem(conferences=[conference(name) for name in "ABC"])
    result = schedule(*(booking(name, f"2027-03-0{n}T10:00", room=None) for n, name in enumerate("CAB", 1)))
    virtual = next(section for section in summary_of(problem, result).sections if section.title == "Virtual")
    assert virtual.sentence == "3 conferences meant for a room are held virtually."
    assert (virtual.details(), virtual.details(longest_list=1)) == (("A, B and C.",), ("A and 2 more.",))


def test_sentences_if_nothing_is_placed():
    assert sentences(tiny_problem(), schedule())["Placed"] == "the one conference is not placed."
    three = tiny_problem(conferences=[conference(name) for name in "ABC"])
    assert sentences(three, schedule())["Placed"] == "none of 3 conferences is placed."
    assert sentences(tiny_problem(conferences=[]), schedule())["Placed"] == "there are no conferences to place."
    assert items(tiny_problem(), schedule(), "Not placed") == ("A: No reason is given.",)


def test_missing_school_terms_are_reported_as_an_assumption():
    problem = tiny_problem(calendar={})
    summary = summary_of(problem, schedule(booking("A")))
    assert summary.notes == ("Assumed: No school terms are listed: every day counts as term time.",)
    assert sentences(problem, schedule(booking("A")))["Outside term time"] == "not known, since no school terms are given."


UNPROVEN = Tier(name="unplaced", value=2, bound=1, proven=False)
AS_HERE = ", if the earlier tiers keep these values"


@pytest.mark.parametrize(
    ("tiers", "value", "expected"),
    [
        ((), 0, "proven best"),
        ((), 8, "distance from the best not known"),
        ((Tier(name="late", value=8, bound=8, proven=True),), 8, "proven best"),
        ((Tier(name="late", value=8, bound=6, proven=False),), 8, "at most 2 from the best (25.0%; bound 6)"),
        ((Tier(name="late", value=7, bound=7, proven=True),), 8, "distance from the best not known"),
        ((UNPROVEN, Tier(name="late", value=8, bound=8, proven=True)), 0, "proven best"),
        ((UNPROVEN, Tier(name="late", value=8, bound=8, proven=True)), 8, f"proven best{AS_HERE}"),
        (
            (UNPROVEN, Tier(name="late", value=8, bound=6, proven=False)),
            8,
            f"at most 2 from the best (25.0%; bound 6){AS_HERE}",
        ),
    ],
)
def test_the_proof_of_a_tier_in_words(tiers: tuple[Tier, ...], value: int, expected: str):
    assert proof_in_words(schedule(tiers=tiers), "late", value) == expected


@pytest.mark.parametrize(
    ("problem_name", "schedule_name"),
    [("march", "march.schedule"), ("march", "march.broken.schedule"), ("march.replan", "march.replan.schedule")],
)
def test_the_account_adds_up_to_the_measure(problem_name: str, schedule_name: str):
    problem = read_problem(example(problem_name))
    result = Schedule.model_validate(example(schedule_name))
    account, measured = Account(problem, result), measure(problem, result)
    base = problem.policy.late_base
    assert len(account.unplaced) == measured.tiers["unplaced"]
    assert sum(late.conference.children * (base + late.working_days) for late in account.late) == measured.tiers["late"]
    assert sum(conference.children for conference, _ in account.handovers) == measured.tiers["continuity"]
    assert sum(load.above for load in account.loads) == measured.tiers["caseload"]
    assert all(load.above == max(0, load.after - load.cap) for load in account.loads)
    assert len(account.held) == len(problem.held_slots) - measured.counts["hold_missing"]


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def test_children_whose_chair_is_gone_after_the_plan_have_no_chair() -> None:
    chairs = [chair("C1", name="Ann", caseload=83, last="2027-03-02"), chair("C2", name="Bob", caseload=87, last="2027-03-31")]
    problem = tiny_problem(chairs=[*chairs, chair("C3", name="Cy", last="2027-04-01", caseload=9)])
    result = schedule(booking("A"))
    assert items(problem, result, "Caseloads") == (
        "172 children without a CPA after the plan, whose CPA is gone then: Ann (85 children) and Bob (87 children).",
        "Bob: 87 children, 2 above the cap of 85 (87 before)",
    )
