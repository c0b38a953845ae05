import pytest

from scheduler.domain.policy import Policy
from scheduler.domain.schedule import Violation
from scheduler.rules.virtual_fallback import VirtualFallbackRule
from tests.builders import booking, conference, schedule, tiny_problem


@pytest.mark.parametrize("mode", ["hybrid", "in_person"])
def test_a_conference_that_asks_for_a_room_and_has_none_is_a_unit(mode: str) -> None:
    problem = tiny_problem(conferences=[conference("A", mode=mode)])
    assert VirtualFallbackRule().check(problem, schedule(booking(room=None))) == [
        Violation(rule="virtual_fallback", subject="A", text="A asks for a room, but is held virtually.")
    ]
    assert VirtualFallbackRule().check(problem, schedule(booking())) == []


@pytest.mark.parametrize(("fallback", "which"), [(True, "hybrid or in-person"), ("hybrid", "hybrid")])
def test_it_says_which_conferences_it_counts(fallback: bool | str, which: str) -> None:
    policy = Policy.model_validate({"virtual_fallback": fallback})
    assert VirtualFallbackRule().says(policy) == f"Each {which} conference that is held virtually costs 60."


def test_a_virtual_conference_and_a_hold_cost_nothing() -> None:
    problem = tiny_problem(conferences=[conference(mode="virtual")], holds=[{"site": "AYL", "week": "2027-03-03", "count": 1}])
    virtually = schedule(booking("A", room=None), booking("HOLD-AYL-2027-03-03-1", room=None))
    assert VirtualFallbackRule().check(problem, virtually) == []
