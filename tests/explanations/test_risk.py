import datetime as dt

import pytest

from scheduler.domain.faults import InputError
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.risk import AtRisk, at_risk
from scheduler.offers.results import Cure
from tests.builders import booking, chair, conference, room, schedule
from tests.repairs.diary_builders import diary, published


def test_late_and_waiting_conferences_are_listed_the_soonest_due_first() -> None:
    problem = diary(
        rooms=[room("AYL-1", starts=["10:00"])],
        chairs=[chair("C1")],
        conferences=[
            conference("A", due="2027-03-03"),
            conference("B", due="2027-03-02"),
            conference("C", due="2027-03-02", requested="2027-02-24"),
            conference("D", due="2027-03-05"),
        ],
    )
    booked = schedule(booking("A", "2027-03-01T10:00"), booking("B", "2027-03-02T10:00"), booking("C", "2027-03-03T10:00"))
    with kept_highs() as highs:
        rows = at_risk(problem, booked, time_limit=None, highs=highs)
    assert rows == (
        AtRisk(
            conference="C",
            due=dt.date(2027, 3, 2),
            booked=dt.datetime(2027, 3, 3, 10),
            slots_left=0,
            cause=(
                "C is 1 working day late. It was requested on Wednesday 24 February 2027, and 5 working days of notice must be "
                "given. It would be possible sooner if: The notice of C is waived."
            ),
            cure=Cure(
                changes=({"change": "waive_notice", "conference": "C"},),
                text="The notice of C is waived.",
                tiers=rows[0].cure.tiers if rows[0].cure else {},
            ),
            verified=True,
        ),
    )


def test_one_that_waits_is_at_risk_with_one_slot_left_and_not_with_two() -> None:
    problem = diary(
        rooms=[room("AYL-1", starts=["10:00"])],
        conferences=[conference("A", due="2027-03-02"), conference("B", due="2027-03-02")],
    )
    with kept_highs() as highs:
        assert at_risk(problem, schedule(), time_limit=None, highs=highs) == ()
        (row,) = at_risk(problem, schedule(booking("A", "2027-03-01T10:00")), time_limit=None, highs=highs)
    assert (row.conference, row.booked, row.slots_left, row.verified) == ("B", None, 1, True)
    assert row.cause.startswith("B has no booking. The best slot in time is on Tuesday 2 March 2027 at 10:00 in AYL-1, ")


def test_nobody_is_at_risk_in_the_small_diary() -> None:
    assert at_risk(diary(), published()) == ()


def test_what_is_cut_short_says_so() -> None:
    problem = diary(conferences=[conference("A", due="2027-03-01")])
    with kept_highs() as highs:
        (row,) = at_risk(problem, schedule(booking("A")), time_limit=0.0, highs=highs)
    assert (row.cause, row.cure, row.verified) == ("A is 1 working day late. Why was not found out in time.", None, False)


def test_a_schedule_of_another_problem_is_refused() -> None:
    with pytest.raises(InputError, match="there is no conference 'Z'"):
        at_risk(diary(), schedule(booking("Z")))
