"""The notice in an explanation: that of the request, and today's only for what isn't booked already."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation
from scheduler.explanations.risk import at_risk
from scheduler.explanations.why import why
from scheduler.explanations.why_not import why_not
from tests.builders import booking, conference, schedule
from tests.repairs.diary_builders import diary

ONLY_MOVES = (
    "It is booked for Friday 12 March 2027, and for a move to another day 5 working days of notice must be given from today."
)
WEEKS = {"first": "2027-03-01", "last": "2027-03-19"}
BOOKED = booking("A", "2027-03-12T10:00")
"""Four working days after today, 8 March."""


def late(requested: str | None, today: str = "2027-03-08") -> Problem:
    return diary(horizon=WEEKS, today=today, conferences=[conference("A", requested=requested, due="2027-03-05")])


def reason(problem: Problem, old: Schedule) -> Explanation:
    with kept_highs() as highs:
        return why(problem, old, "A", time_limit=None, highs=highs)


@pytest.mark.parametrize(
    ("requested", "text"),
    [
        ("2027-03-05", "It was requested on Friday 5 March 2027, and 5 working days of notice must be given."),
        ("2027-03-01", ONLY_MOVES),
        (None, ONLY_MOVES),
    ],
)
def test_a_booking_inside_todays_notice_is_not_late_because_of_it(requested: str | None, text: str) -> None:
    problem = late(requested)
    result = reason(problem, schedule(BOOKED))
    assert [fact.text for fact in result.facts] == [text]
    assert "The plan is made on" not in result.answer
    with kept_highs() as highs:
        risks = at_risk(problem, schedule(BOOKED), time_limit=None, highs=highs)
    assert [risk.cause for risk in risks] == [result.answer]


@pytest.mark.parametrize("requested", ["2027-03-01", "2027-03-05", None])
def test_a_later_day_inside_todays_notice_is_refused_as_a_move(requested: str | None) -> None:
    """The 11th is after the notice of a request of 1 March, and before that of a request of the 5th."""
    problem = late(requested)
    booked = schedule(booking("A", "2027-03-10T10:00"))
    with kept_highs() as highs:
        result = why_not(problem, booked, Question(conference="A", date=dt.date(2027, 3, 11)), time_limit=None, highs=highs)
    assert result.tiers is None
    assert all("The plan is made on" not in fact.text for fact in result.facts)
    assert {fact.rule for fact in result.facts} <= {"R1", "R9"}
    assert len(result.facts) == 1


def test_todays_notice_is_named_for_a_conference_without_a_booking() -> None:
    problem = diary(
        horizon={"first": "2027-03-01", "last": "2027-03-12"}, today="2027-03-08", conferences=[conference("A", due="2027-03-05")]
    )
    result = reason(problem, schedule())
    assert [fact.text for fact in result.facts] == [
        "The plan is made on Monday 8 March 2027, and 5 working days of notice must be given."
    ]
