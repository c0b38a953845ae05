"""Answers about preferred slots against trying everything, on random small problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import comb
from random import Random

import pytest

from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule
from scheduler.engines.budget import Budget
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.aspects import aspects_of
from scheduler.explanations.conflict import conflict_of
from scheduler.explanations.fact import Fact
from scheduler.explanations.facts import facts_of
from scheduler.explanations.feasibility import FirmDiary, firm_diary
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation
from scheduler.explanations.target import Target
from scheduler.explanations.why import why
from scheduler.explanations.why_not import why_not
from scheduler.published_schedule import with_schedule_published
from scheduler.whatif.changes.together import with_changes
from scheduler.whatif.files.changes import changes_in
from tests.exhaustive import TooLargeError, optimum
from tests.explanations.slot_search import best_with, is_possible
from tests.random_problems import STARTS, random_problem, random_problem_of_today, some
from tests.varied_problems import varied_problem

SOME, MANY = range(40), range(40, 240)
MOST_SETS = 300
"""Sets of facts that are tried for one question."""
NO_LIMIT = Budget(lambda: 0.0, 0.0, None)


def cases(seeds: Iterable[int]) -> Iterator[tuple[int, Problem, Schedule, Question]]:
    """Yield random questions about optimal schedules of random problems."""
    for seed in seeds:
        random = Random(seed)
        problem = (random_problem, varied_problem, random_problem_of_today)[seed % 3](random)
        try:
            best = optimum(problem)
        except TooLargeError:
            continue
        if best is None:
            continue
        open_to_questions = [one.id for one in problem.conferences if one.id not in problem.past]
        if not open_to_questions:
            continue
        schedule = Schedule(bookings=best.bookings)
        for _ in range(2):
            question = random_question(random, problem, random.choice(open_to_questions))
            if not list(question.faults(with_schedule_published(problem, schedule))):
                yield seed, problem, schedule, question


def random_question(random: Random, problem: Problem, conference: str) -> Question:
    """Return a question about one to four of date, time, room and chair."""
    asked = {
        "date": random.choice(problem.working_days or [problem.horizon.first]),
        "time": random.choice(STARTS),
        "room": random.choice([*problem.room_by_id, "virtual"]),
        "chair": random.choice([*problem.chair_by_id, None]),
    }
    named = some(random, list(asked), least=1, most=random.choice((1, 1, 2, 4)))
    return Question.model_validate({"conference": conference, **{name: asked[name] for name in named}})


def explained(problem: Problem, schedule: Schedule, question: Question) -> Explanation:
    with kept_highs() as highs:
        return why_not(problem, schedule, question, time_limit=None, highs=highs)


def assert_conflict_is_minimal(seed: int, published: Problem, target: Target) -> None:
    """Assert that the facts forbid the slots without the help of others, and that none of them can be left out."""
    firm = firm_diary(published, target)
    conflict = conflict_of(firm, target, NO_LIMIT)
    names = {id(fact) for fact in conflict.facts}
    everything = [fact for fact in facts_of(firm, target) if fact.text not in {one.text for one in conflict.facts}]
    assert names, seed

    def without(facts: Iterable[Fact]) -> Problem:
        lifted = firm.problem
        for fact in facts:
            lifted = fact.lift(lifted)
        return lifted

    assert is_possible(without(everything), target) is not True, seed
    if all(fact.lift(firm.problem) is not firm.problem for fact in conflict.facts):
        for fact in conflict.facts:
            assert is_possible(without([*everything, fact]), target) is not False, (seed, fact.text)
        assert_no_fewer_forbid(seed, firm, target, len(conflict.facts) - 1)
    assert conflict.smallest, seed
    for fact in conflict.also:
        others = [one for one in facts_of(firm, target) if one.text != fact.text]
        assert is_possible(without(others), target) is not True, seed


def assert_no_fewer_forbid(seed: int, firm: FirmDiary, target: Target, number: int) -> None:
    """Assert that no set of so many facts forbids the slots with the others lifted, if there are few enough sets to try each."""
    every = facts_of(firm, target)
    if comb(len(every), number) <= MOST_SETS:
        for facts in combinations(every, number):
            lifted = firm.problem
            for fact in every:
                lifted = lifted if fact in facts else fact.lift(lifted)
            assert is_possible(lifted, target) is not False, (seed, [fact.text for fact in facts])


def assert_true(seed: int, problem: Problem, schedule: Schedule, question: Question) -> str:
    published, target = with_schedule_published(problem, schedule), question.target
    best = best_with(published, target)
    result = explained(problem, schedule, question)
    assert result.verified, seed
    assert result.minimal, seed
    assert len(result.answer.removesuffix(".").split(". ")) <= 3, result.answer
    for cure in result.cures:
        changed = with_changes(published, changes_in(list(cure.changes), published))
        cured = best_with(changed, target)
        assert cured is not None, seed
        assert cure.tiers == dict(zip(TIERS, cured[0], strict=True)), seed
    if best is None:
        assert result.tiers is None, (seed, result)
        assert_conflict_is_minimal(seed, published, target)
        return "cured" if result.cures else "impossible"
    if target.accepts(problem, next((b for b in schedule.bookings if b.conference == target.conference), schedule.bookings[0])):
        return "as it is"
    assert result.tiers == dict(zip(TIERS, best[0], strict=True)), (seed, result)
    assert len(result.moves) == best[1], seed
    return "unbooked" if result.facts else "moves" if result.moves else "possible"


def assert_all_true(seeds: Iterable[int]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed, problem, schedule, question in cases(seeds):
        try:
            seen[assert_true(seed, problem, schedule, question)] += 1
        except TooLargeError:
            continue
    return seen


def assert_reason_is_true(seed: int, problem: Problem, schedule: Schedule, conference: str) -> str:
    """Assert that no better slot is possible or cheaper than stated, and that each cure does what it states."""
    booking = next((one for one in schedule.bookings if one.conference == conference), None)
    aspects = aspects_of(problem, conference, booking)
    if not aspects:
        return "nothing"
    published, target = with_schedule_published(problem, schedule), aspects[0].better
    with kept_highs() as highs:
        result = why(problem, schedule, conference, time_limit=None, highs=highs)
    best = best_with(published, target)
    assert result.tiers == (None if best is None else dict(zip(TIERS, best[0], strict=True))), (seed, result)
    assert (result.verified, result.minimal) == (True, True), seed
    assert len(result.answer.removesuffix(".").split(". ")) <= 3, result.answer
    for cure in result.cures:
        cured = best_with(with_changes(published, changes_in(list(cure.changes), published)), target)
        assert cured is not None, seed
        assert cure.tiers == dict(zip(TIERS, cured[0], strict=True)), seed
    return aspects[0].rule


def assert_all_reasons_true(seeds: Iterable[int]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed, problem, schedule, question in cases(seeds):
        try:
            seen[assert_reason_is_true(seed, problem, schedule, question.conference)] += 1
        except TooLargeError:
            continue
    return seen


def test_reasons_are_what_trying_everything_finds() -> None:
    seen = assert_all_reasons_true(SOME)
    assert sum(seen.values()) - seen["nothing"] >= 10, seen


@pytest.mark.slow
def test_reasons_are_what_trying_everything_finds_in_many_more_problems() -> None:
    seen = assert_all_reasons_true(MANY)
    assert min(seen[name] for name in ("unplaced", "late", "other_site", "virtual_fallback")) >= 1, seen


def test_answers_are_what_trying_everything_finds() -> None:
    seen = assert_all_true(SOME)
    assert min(seen[name] for name in ("impossible", "possible", "cured")) >= 3, seen


@pytest.mark.slow
def test_answers_are_what_trying_everything_finds_in_many_more_problems() -> None:
    seen = assert_all_true(MANY)
    assert min(seen[name] for name in ("impossible", "possible", "cured", "moves")) >= 3, seen
