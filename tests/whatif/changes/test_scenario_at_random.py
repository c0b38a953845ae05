"""Properties of any change to any problem."""

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.faults import InputError, checked, read_problem
from scheduler.domain.problem import Problem
from scheduler.whatif.changes.base import ChangeBase
from scheduler.whatif.changes.fridays import FridaysOpen
from scheduler.whatif.changes.rooms import RoomOpens, SiteCloses
from scheduler.whatif.changes.scenario import Scenario
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem
from tests.whatif.change_builders import scenario
from tests.whatif.random_changes import random_change

SEEDS = st.integers(0, 1_000_000)


def problem_of(seed: int) -> Problem:
    """Build the random problem of a seed."""
    return random_problem(Random(seed)) if seed % 2 else varied_problem(Random(seed))


def reread(problem: Problem) -> Problem:
    """Return the problem as read from its file, without cached values."""
    return read_problem(problem.model_dump(mode="json", by_alias=True))


@settings(deadline=None)
@given(SEEDS)
def test_a_scenario_without_changes_makes_an_equal_problem(seed: int) -> None:
    problem = problem_of(seed)
    assert scenario().applied(problem) == problem
    assert scenario().applied(problem).digest == reread(problem).digest


@settings(deadline=None)
@given(SEEDS, SEEDS)
def test_a_change_makes_a_valid_problem_and_keeps_the_original(seed: int, choice: int) -> None:
    problem = problem_of(seed)
    before = problem.model_dump_json()
    change = random_change(Random(choice), problem)
    applied = scenario(change).applied(problem)
    assert checked(applied) == reread(applied)
    assert applied.digest == reread(applied).digest
    assert problem.model_dump_json() == before
    assert change.sentence(problem)[-1] == "."


@settings(deadline=None)
@given(SEEDS, SEEDS)
def test_a_change_survives_writing_and_reading(seed: int, choice: int) -> None:
    problem = problem_of(seed)
    before = scenario(random_change(Random(choice), problem))
    after = Scenario.model_validate_json(before.model_dump_json())
    assert after == before
    assert after.applied(problem).digest == before.applied(problem).digest


@settings(deadline=None)
@given(SEEDS, SEEDS, st.integers(2, 4))
def test_changes_of_different_things_commute(seed: int, choice: int, count: int) -> None:
    """Changes of a scenario commute exactly. Applied one by one, they commute except for the order of new items."""
    problem, random = problem_of(seed), Random(choice)
    changes = [random_change(random, problem) for _ in range(count)]
    try:
        together = scenario(*changes).applied(problem)
    except InputError as error:
        assert all("contradicts or repeats" in fault.message for fault in error.faults)
        return
    backwards = changes[::-1]
    assert scenario(*backwards).applied(problem).digest == together.digest
    kinds = {type(change) for change in changes}
    if FridaysOpen not in kinds and not {RoomOpens, SiteCloses} <= kinds:
        assert _applied_in_turn(problem, changes) == _applied_in_turn(problem, backwards)


def _applied_in_turn(problem: Problem, changes: Sequence[ChangeBase]) -> dict[str, object]:
    for change in changes:
        problem = change.applied(problem)
    return {name: _sorted(value) for name, value in problem.model_dump(mode="json").items()}


def _sorted(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value
