from typing import Any

import pytest

from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem, on_day
from scheduler.domain.schedule import Schedule
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.results import Explanation, NamedFact
from scheduler.explanations.why import why
from scheduler.offers.results import Cure
from tests.builders import booking, chair, conference, room, schedule
from tests.repairs.diary_builders import diary, published

FRIDAY = "2027-03-05"


def reason(problem: Problem, old: Schedule, identifier: str = "A") -> Explanation:
    with kept_highs() as highs:
        return why(problem, old, identifier, time_limit=None, highs=highs)


def one_room(*conferences: dict[str, Any], **fields: Any) -> Problem:
    """Build the week with one room, one start a day and one chair."""
    return diary(rooms=[room("AYL-1", starts=["10:00"])], chairs=[chair("C1")], conferences=list(conferences), **fields)


def test_a_usual_booking_needs_no_explanation() -> None:
    result = reason(diary(), published())
    assert result.answer == "A is in time, in a room at its own site or as it wishes, with its own chair, and on a usual day."
    assert (result.facts, result.cures, result.verified, result.minimal) == ((), (), True, True)


def test_a_late_one_whose_place_another_has_that_can_wait() -> None:
    problem = one_room(conference("A", due="2027-03-02"), conference("B", due="2027-03-01"), conference("C", due="2027-03-04"))
    booked = schedule(booking("B", "2027-03-01T10:00"), booking("C", "2027-03-02T10:00"), booking("A", "2027-03-03T10:00"))
    result = reason(problem, booked)
    assert result.answer == (
        "A is 1 working day late: in time, every room that suits it is closed or taken. The best slot in time is on Tuesday "
        "2 March 2027 at 10:00 in AYL-1, chaired by C1, if C moves: late -22, published booking changed +10 and close to the due "
        "date +10. It would be in time if: C moves to Wednesday 3 March 2027 at 10:00, in room AYL-1, chaired by C1."
    )
    move = {"change": "move", "conference": "C", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1"}
    assert result.cures == (
        Cure(
            changes=(move,),
            text="C moves to Wednesday 3 March 2027 at 10:00, in room AYL-1, chaired by C1.",
            tiers={"unplaced": 0, "late": 0, "stability": 5, "continuity": 0, "caseload": 0, "preferences": 36},
        ),
    )
    assert (result.moves, result.minimal) == ((booking("C", "2027-03-03T10:00"),), True)


def test_a_late_one_because_of_the_notice() -> None:
    problem = diary(conferences=[conference("A", requested="2027-02-24", due="2027-03-02")])
    result = reason(problem, schedule(booking("A", "2027-03-03T10:00")))
    notice = "It was requested on Wednesday 24 February 2027, and 5 working days of notice must be given."
    assert result.answer == f"A is 1 working day late. {notice} It would be possible sooner if: The notice of A is waived."
    assert result.facts == (NamedFact(rule="R1", subject="A", text=notice),)
    assert [cure.changes for cure in result.cures] == [({"change": "waive_notice", "conference": "A"},)]


def test_one_without_a_booking_because_all_is_taken() -> None:
    closed = [{"first": "2027-03-02", "last": FRIDAY}]
    problem = diary(
        rooms=[room("AYL-1", starts=["10:00"], closed=closed)],
        chairs=[chair("C1")],
        conferences=[conference("A"), conference("B")],
    )
    result = reason(problem, schedule(booking("B", "2027-03-01T10:00")))
    assert result.answer == (
        "A has no booking: every room that suits it is closed or taken. The best slot is on Monday 1 March 2027 at 10:00 "
        "in AYL-1, chaired by C1, if B loses its booking: it costs nothing. "
        "It would have one if: AYL-1 is open on Tuesday 2 March 2027."
    )
    assert [cure.changes[0]["day"] for cure in result.cures] == ["2027-03-02", "2027-03-03", "2027-03-04"]


@pytest.mark.parametrize(
    ("fields", "booked", "begins"),
    [
        ({}, booking("A", f"{FRIDAY}T10:00"), "A is on a Friday. The best slot on another weekday is on "),
        ({}, booking("A", room="WYC-1"), "A is at Wycombe. The best slot at Aylesbury is on "),
        ({"policy": {"virtual_fallback": True}}, booking("A", room=None), "A is held virtually. The best slot in a room is on "),
        (
            {"conferences": [conference("A", chair="C2")]},
            booking("A"),
            "A is chaired by another than its own chair, C2. The best slot with its own chair is on ",
        ),
        (
            {"calendar": {"terms": [{"first": "2027-03-03", "last": "2027-03-31"}]}},
            booking("A"),
            "A is in the school holidays. The best slot in term time is on ",
        ),
        (
            {"conferences": [conference("A", due="2027-03-04")]},
            booking("A", "2027-03-02T10:00"),
            "A is 2 working days before its due date, Thursday 4 March 2027. The best slot with more days to spare is on ",
        ),
        (
            {"published": [{"conference": "A", "start": "2027-03-03T10:00", "room": "AYL-1", "chair": "C1"}]},
            booking("A"),
            "A is moved from Wednesday 3 March 2027 at 10:00. The best slot as it was published is on ",
        ),
    ],
)
def test_each_reason_for_a_question_has_its_words(fields: dict[str, Any], booked: Any, begins: str) -> None:
    result = reason(diary(**{"conferences": [conference("A")]} | fields), schedule(booked))
    assert result.answer.startswith(begins), result.answer
    assert (result.verified, result.minimal) == (True, True)


def test_an_unknown_conference_and_one_that_is_over_are_refused() -> None:
    with pytest.raises(InputError, match="there is no conference 'Z'"):
        reason(diary(), published(), "Z")
    with pytest.raises(InputError, match="'A' is over"):
        reason(on_day(diary(), diary().horizon.last), published())


@pytest.mark.parametrize(
    ("fields", "booked", "text"),
    [
        (
            {"conferences": [conference("A", due="2027-03-02")]},
            booking("A"),
            "The plan begins on Monday 1 March 2027, and has no day that is early enough.",
        ),
        (
            {
                "calendar": {"terms": [{"first": "2027-03-03", "last": "2027-03-31"}]},
                "conferences": [conference("A", due="2027-03-02")],
            },
            booking("A", "2027-03-01T10:00"),
            "The plan has no working day in term time until Tuesday 2 March 2027.",
        ),
        (
            {"horizon": {"first": "2027-03-05", "last": "2027-03-05"}},
            booking("A", f"{FRIDAY}T10:00"),
            "The plan has no working day other than Fridays until Friday 19 March 2027.",
        ),
    ],
    ids=["too late for it", "only school holidays", "only a Friday"],
)
def test_a_plan_without_a_better_day_says_so(fields: dict[str, Any], booked: Any, text: str) -> None:
    result = reason(diary(**{"conferences": [conference("A")]} | fields), schedule(booked))
    assert result.facts == (NamedFact(rule="R1", subject="horizon", text=text),)
    assert (result.cures, result.verified, result.minimal) == ((), True, True)
