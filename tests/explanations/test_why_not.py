import datetime as dt
from typing import Any

import pytest

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, on_day
from scheduler.domain.schedule import Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.conflict import conflict_of
from scheduler.explanations.feasibility import firm_diary
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation, NamedFact
from scheduler.explanations.target import Target
from scheduler.explanations.why_not import why_not
from scheduler.offers.results import Cure, OfferCost
from scheduler.published_schedule import with_schedule_published
from tests.builders import booking, chair, conference, room, schedule
from tests.repairs.diary_builders import diary, published

FRIDAY = "2027-03-05"


def asked(problem: Problem | None = None, old: Schedule | None = None, **question: Any) -> Explanation:
    """Ask about another slot for A in the small diary."""
    with kept_highs() as highs:
        return why_not(
            problem or diary(),
            old or published(),
            Question.model_validate({"conference": "A"} | question),
            time_limit=None,
            highs=highs,
        )


def test_a_slot_of_another_booking_is_possible_and_says_who_moves_and_what_it_costs() -> None:
    assert asked(date="2027-03-03", time="10:00", room="AYL-1") == Explanation(
        answer=(
            "A can be held on Wednesday 3 March 2027 at 10:00 in AYL-1, chaired by C1, if C moves. What changes: "
            "published booking changed +8 and waiting +2. No schedule with it costs less (proven)."
        ),
        tiers={"unplaced": 0, "late": 0, "stability": 8, "continuity": 0, "caseload": 0, "preferences": 10},
        moves=(booking("C", "2027-03-03T14:00"),),
        costs=(
            OfferCost(
                rule="stability",
                amount=8,
                text=(
                    "It, published for Tuesday 2 March 2027 at 10:00, has another date. "
                    "C, published for Wednesday 3 March 2027 at 10:00, has another start."
                ),
            ),
            OfferCost(rule="wait", amount=2, text="It waits 2 working days from Monday 1 March 2027."),
        ),
        verified=True,
        minimal=True,
    )


def test_the_smallest_set_of_facts_is_named_if_others_also_forbid_it() -> None:
    """Four chairs are absent, which a deletion filter leaves. Two closed rooms, and no virtual conference, are one fact less."""
    friday = {"first": FRIDAY, "last": FRIDAY}
    problem = diary(
        rooms=[room("AYL-1", closed=[friday]), room("WYC-1", closed=[friday])],
        chairs=[chair(name, absences=[friday]) for name in ("C1", "C2", "C3", "C4")],
    )
    result = asked(problem, date=FRIDAY)
    assert [fact.subject for fact in result.facts] == ["AYL-1", "WYC-1", "A"]
    assert (result.minimal, result.smallest) == (True, True)


def test_a_search_for_fewer_facts_that_is_cut_short_says_so() -> None:
    """The clock counts how often it is read, so that each limit ends the search at another point."""
    friday = {"first": FRIDAY, "last": FRIDAY}
    problem = diary(
        rooms=[room("AYL-1", closed=[friday]), room("WYC-1", closed=[friday])],
        chairs=[chair(name, absences=[friday]) for name in ("C1", "C2", "C3", "C4")],
    )
    firm = firm_diary(with_schedule_published(problem, published()), Target("A", date=dt.date(2027, 3, 5)))
    calls = 0

    def clock() -> float:
        nonlocal calls
        calls += 1
        return float(calls)

    outcomes = set()
    for seconds in range(1, 400, 7):
        calls = 0
        found = conflict_of(firm, Target("A", date=dt.date(2027, 3, 5)), Budget(clock, 0.0, float(seconds)))
        outcomes.add((found.minimal, found.smallest, len(found.facts)))
    assert {(minimal, smallest) for minimal, smallest, _ in outcomes} == {(False, False), (True, False), (True, True)}
    assert {number for minimal, smallest, number in outcomes if (minimal, smallest) == (True, False)} == {4}
    assert {number for minimal, smallest, number in outcomes if smallest} == {3}


def test_two_facts_that_each_forbid_it_are_undone_by_one_cure_of_two_changes() -> None:
    problem = diary(
        rooms=[room("AYL-1", closed=[{"first": FRIDAY, "last": FRIDAY}]), room("WYC-1")],
        chairs=[chair("C1", works=["mon", "tue", "wed", "thu"]), chair("C2")],
    )
    assert asked(problem, date=FRIDAY, room="AYL-1", chair="C1") == Explanation(
        answer=(
            "A can't be held on Friday 5 March 2027 in AYL-1, chaired by C1. AYL-1 is closed on Friday 5 March 2027. "
            "It would be possible if: AYL-1 is open on Friday 5 March 2027; C1 works on Friday 5 March 2027."
        ),
        facts=(NamedFact(rule="R2", subject="AYL-1", text="AYL-1 is closed on Friday 5 March 2027."),),
        cures=(
            Cure(
                changes=(
                    {"change": "room_open_on", "room": "AYL-1", "day": FRIDAY},
                    {"change": "chair_works_on", "chair": "C1", "day": FRIDAY},
                ),
                text="AYL-1 is open on Friday 5 March 2027. C1 works on Friday 5 March 2027.",
                tiers={"unplaced": 0, "late": 0, "stability": 5, "continuity": 0, "caseload": 0, "preferences": 54},
            ),
        ),
        verified=True,
        minimal=True,
        smallest=True,
    )


def test_rooms_that_are_all_closed_forbid_it_only_together() -> None:
    closed = [{"first": FRIDAY, "last": FRIDAY}]
    result = asked(diary(rooms=[room("AYL-1", closed=closed), room("WYC-1", closed=closed)]), date=FRIDAY)
    assert [(fact.rule, fact.subject) for fact in result.facts] == [("R2", "AYL-1"), ("R2", "WYC-1"), ("R2", "A")]
    assert [cure.changes for cure in result.cures] == [
        ({"change": "room_open_on", "room": "AYL-1", "day": FRIDAY},),
        ({"change": "room_open_on", "room": "WYC-1", "day": FRIDAY},),
    ]
    assert (result.verified, result.minimal) == (True, True)


@pytest.mark.parametrize(
    ("fields", "question", "rule", "text"),
    [
        pytest.param(
            {"calendar": {"closures": [FRIDAY]}},
            {"date": FRIDAY},
            "R1",
            "The service is closed on Friday 5 March 2027.",
            id="a closure",
        ),
        pytest.param(
            {"calendar": {"bank_holidays": [FRIDAY]}},
            {"date": FRIDAY},
            "R1",
            "Friday 5 March 2027 is a bank holiday.",
            id="a bank holiday",
        ),
        pytest.param(
            {"horizon": {"first": "2027-03-01", "last": "2027-03-12"}},
            {"date": "2027-03-06"},
            "R1",
            "Saturday 6 March 2027 is not a working day.",
            id="a weekend",
        ),
        pytest.param({}, {"time": "11:00"}, "R1", "No conference in AYL-1 starts at 11:00.", id="a start that is not offered"),
        pytest.param({}, {"room": "virtual"}, "R2", "It is hybrid, and may not be held virtually.", id="virtually"),
        pytest.param(
            {"rooms": [room("AYL-1"), room("WYC-1", hybrid_from=None)]},
            {"room": "WYC-1"},
            "R2",
            "It is hybrid, and WYC-1 has no equipment for that.",
            id="equipment",
        ),
        pytest.param(
            {"chairs": [chair("C1"), chair("C2", absences=[{"first": "2027-03-01", "last": "2027-03-05"}])]},
            {"chair": "C2"},
            "R3",
            "C2 is absent from 1 to 5 March 2027.",
            id="an absence",
        ),
        pytest.param(
            {"conferences": [conference("A", not_chairs=["C2"])]},
            {"chair": "C2"},
            "R3",
            "The family is kept from C2.",
            id="a chair whom the family is kept from",
        ),
        pytest.param({"minute_takers": []}, {"date": FRIDAY}, "R5", "No minute taker is at work and free.", id="no minute taker"),
    ],
)
def test_a_single_fact_that_forbids_it_is_named(fields: dict[str, Any], question: Any, rule: str, text: str) -> None:
    fields = {"conferences": [conference("A")]} | fields
    result = asked(diary(**fields), schedule(), **question)
    named = {fact.text: fact.rule for fact in result.facts}
    assert named.get(text) == rule, result
    assert (result.tiers, result.verified, result.minimal) == (None, True, True)


def test_the_notice_of_a_request_can_be_waived() -> None:
    problem = diary(conferences=[conference("A", requested="2027-02-26")])
    result = asked(problem, schedule(), date="2027-03-02")
    assert [fact.text for fact in result.facts] == [
        "It was requested on Friday 26 February 2027, and 5 working days of notice must be given."
    ]
    assert [cure.changes for cure in result.cures] == [({"change": "waive_notice", "conference": "A"},)]


def test_a_locked_booking_in_the_slot_is_named() -> None:
    locked = {"conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1", "locks": ["time", "room"]}
    result = asked(diary(published=[locked]), date="2027-03-03", time="10:00", room="AYL-1")
    assert [(fact.rule, fact.subject) for fact in result.facts] == [("R8", "C")]
    assert result.facts[0].text == (
        "C is booked for Wednesday 3 March 2027 at 10:00 in AYL-1, chaired by C1, and its time and room are locked."
    )


def test_a_booking_that_is_too_near_does_not_move() -> None:
    today = diary().horizon.first
    result = asked(on_day(diary(), today), date="2027-03-04")
    assert [(fact.rule, fact.subject) for fact in result.facts][-1] in [("R1", "A"), ("R9", "A")]
    assert result.minimal


def test_a_booking_that_would_be_lost_is_named_with_a_cure() -> None:
    problem = diary(
        horizon={"first": "2027-03-04", "last": FRIDAY},
        rooms=[
            room("AYL-1", starts=["10:00"]),
            room("WYC-1", starts=["10:00"], closed=[{"first": "2027-03-04", "last": FRIDAY}]),
        ],
        conferences=[
            conference("A"),
            conference("B", unavailable=[{"start": "2027-03-04T00:00", "end": "2027-03-05T00:00"}]),
        ],
    )
    booked = schedule(booking("A", "2027-03-04T10:00"), booking("B", f"{FRIDAY}T10:00"))
    result = asked(problem, booked, date=FRIDAY)
    assert result.answer == (
        "A can be held on Friday 5 March 2027 at 10:00 in AYL-1, chaired by C1, if B loses its booking. What changes: published "
        "booking changed +5. Nobody would lose a booking if: WYC-1 is open on Friday 5 March 2027."
    )
    assert result.facts == (NamedFact(rule="unplaced", subject="B", text="B would have no booking."),)
    assert [cure.changes for cure in result.cures] == [({"change": "room_open_on", "room": "WYC-1", "day": FRIDAY},)]
    assert (result.verified, result.minimal) == (True, True)


def test_the_slot_that_it_has_needs_no_explanation() -> None:
    result = asked(date="2027-03-02", chair="C1")
    assert result.answer == "A is booked on Tuesday 2 March 2027, chaired by C1 already."
    assert (result.facts, result.moves, result.verified, result.minimal) == ((), (), True, True)


def test_an_answer_that_is_cut_short_says_so() -> None:
    with kept_highs() as highs:
        result = why_not(
            diary(), published(), Question(conference="A", chair="C2"), time_limit=0.0, highs=highs, clock=lambda: 0.0
        )
    assert result == Explanation(
        answer="Whether A can be held, chaired by C2 was not found out in time.", verified=False, minimal=False
    )


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (
            {"conference": "Z", "room": "AYL-1"},
            "conference: there is no conference 'Z'. Enter an id that is listed under conferences.",
        ),
        ({"date": "2027-03-08"}, "date: 2027-03-08 is outside the plan. Enter a day from 2027-03-01 to 2027-03-05."),
        ({"room": "AYL-9"}, "room: there is no room 'AYL-9'. Did you mean 'AYL-1'? Enter an id that is listed under rooms."),
        ({"chair": "C9"}, "chair: there is no chair 'C9'. Enter an id that is listed under chairs."),
        ({}, "date: there is nothing to explain. Enter a date, a time, a room or a chair."),
    ],
)
def test_a_question_that_does_not_suit_the_problem_is_refused(question: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        asked(**question)
    assert str(error.value) == message


def test_a_question_about_a_conference_that_is_over_is_refused() -> None:
    problem = on_day(diary(), diary().horizon.last)
    with pytest.raises(InputError, match=r"'A' is over: it was booked for Tuesday 2 March 2027\. Enter another\."):
        asked(problem, chair="C2")


def test_no_cure_is_solved_without_time_for_it() -> None:
    closed = [{"first": FRIDAY, "last": FRIDAY}]
    problem = diary(rooms=[room("AYL-1", closed=closed), room("WYC-1", closed=closed)])
    with kept_highs() as highs:
        question = Question.model_validate({"conference": "A", "date": FRIDAY})
        result = why_not(problem, published(), question, time_limit=0.9, highs=highs, clock=lambda: 0.0)
    assert [(fact.rule, fact.subject) for fact in result.facts] == [("R2", "AYL-1"), ("R2", "WYC-1"), ("R2", "A")]
    assert (result.cures, result.verified, result.minimal) == ((), True, True)
