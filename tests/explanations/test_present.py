"""A question beside the present diary: what waits goes on waiting, and nobody moves whom the slot doesn't need to."""

from __future__ import annotations

from typing import Any

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation
from scheduler.explanations.why_not import why_not
from scheduler.published_schedule import with_schedule_published
from scheduler.rules.published import breaches_of_published
from tests.builders import booking, conference, room, schedule
from tests.repairs.diary_builders import diary, published

AWAY = [{"start": "2027-03-03T00:00", "end": "2027-03-04T00:00"}]
OTHERS = [conference("B", site="WYC"), conference("C", family="F")]


def asked(problem: Problem, old: Schedule | None = None, **question: Any) -> Explanation:
    with kept_highs() as highs:
        return why_not(
            problem,
            old or published(),
            Question.model_validate({"conference": "A"} | question),
            beside_present=True,
            time_limit=None,
            highs=highs,
        )


def costs(result: Explanation) -> dict[str, int]:
    return {cost.rule: cost.amount for cost in result.costs}


def test_conferences_that_wait_go_on_waiting() -> None:
    """Late ones, ones of other chairs and ones that fill the week: none is placed, and none costs anything."""
    alone = asked(diary(), date="2027-03-04", time="14:00")
    for waiting in (
        [conference("D", due="2027-03-02")],
        [conference("D", chair="C2")],
        [conference(f"D{n}", children=3) for n in range(12)],
    ):
        result = asked(diary(conferences=[conference("A"), *OTHERS, *waiting]), date="2027-03-04", time="14:00")
        assert (result.answer, result.moves, result.costs) == (alone.answer, (), alone.costs)
        assert alone.tiers is not None
        assert result.tiers == alone.tiers | {"unplaced": len(waiting)}
    assert costs(alone) == {"stability": 5, "wait": 4}
    assert alone.answer.endswith("No slot for which nobody moves costs less (proven).")


def test_the_breach_of_another_booking_is_no_cost_of_the_slot() -> None:
    problem = diary(conferences=[conference("A"), OTHERS[0], conference("C", unavailable=AWAY)])
    result = asked(problem, date="2027-03-04", time="14:00")
    assert (result.moves, result.facts, costs(result)["stability"]) == ((), (), 5)
    assert "nobody else moves" in result.answer


def test_a_booking_moves_if_the_slot_needs_its_place_and_no_other_does() -> None:
    problem = diary(
        conferences=[
            conference("A"),
            conference("B", site="WYC", unavailable=[{"start": "2027-03-02T00:00", "end": "2027-03-03T00:00"}]),
            conference("C", family="F"),
        ]
    )
    result = asked(problem, date="2027-03-03", time="10:00", room="AYL-1", chair="C1")
    assert [one.conference for one in result.moves] == ["C"]
    assert "if C moves" in result.answer


def test_a_booking_that_could_be_sooner_stays_where_it_is() -> None:
    """C is late where it is, and could be in time: that is no cost of A's slot, and no gain of it."""
    problem = diary(conferences=[conference("A"), OTHERS[0], conference("C", due="2027-03-02")])
    result = asked(problem, date="2027-03-04", time="14:00")
    assert (result.moves, costs(result).get("late")) == ((), None)


def test_its_own_slot_says_which_rules_it_breaks_there() -> None:
    apart = diary(apart=[["A", "B"]], rooms=[room("AYL-1"), room("AYL-2")])
    together = schedule(booking("A", "2027-03-02T10:00"), booking("B", "2027-03-02T10:00", room="AYL-2", chair="C2"))
    away = diary(conferences=[conference("A", unavailable=[{"start": "2027-03-02T00:00", "end": "2027-03-03T00:00"}]), *OTHERS])
    for problem, old, rule in ((apart, together, "R7"), (away, published(), "R1")):
        result = asked(problem, old, date="2027-03-02", time="10:00")
        why = breaches_of_published(with_schedule_published(problem, old))["A"]
        assert ([one.rule for one in why], result.facts) == ([rule], ())
        assert result.answer.startswith("A is booked on Tuesday 2 March 2027 at 10:00 already, and breaks a rule there. ")
        assert result.answer.endswith(f" {why[0].text}")
        assert result.verified
