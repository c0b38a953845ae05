"""Random questions about the stored weeks and months, each answer confirmed by solves of its own. Part of ``--suite decide``.

A cure is applied to the problem's JSON by hand, and solved again for its tiers. A named fact is removed from the JSON by hand:
then a slot is possible, if everything that is not named is lifted too.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.confirming import with_changes_by_hand, without_fact_by_hand
from benchmarks.machine import commit, machine
from benchmarks.suites import INSTANCES
from scheduler.domain.faults import read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule
from scheduler.domain.values import days
from scheduler.engines.budget import Budget
from scheduler.engines.kept_highs import kept_highs
from scheduler.explanations.aspects import aspects_of
from scheduler.explanations.costs import Diary, cost_of
from scheduler.explanations.facts import facts_of
from scheduler.explanations.feasibility import can_be_held, firm_diary
from scheduler.explanations.question import Question
from scheduler.explanations.results import Explanation
from scheduler.explanations.target import Target
from scheduler.explanations.why import why
from scheduler.explanations.why_not import why_not
from scheduler.files import read_problem_file
from scheduler.planner import plan
from scheduler.published_schedule import with_schedule_published

PLAN_SECONDS = 60.0
CONFIRM_SECONDS = 60.0
MOST_SECONDS = 10.0
LEAST_VERIFIED = 0.9
QUESTIONS = 300
UNLIMITED = Budget(time.monotonic, 0.0, None)


@dataclass(frozen=True)
class Asked:
    """A question with its answer, the seconds that it took, and the statements that its confirmation contradicts."""

    target: Target
    result: Explanation
    seconds: float
    contradicted: tuple[str, ...]

    @property
    def sentences(self) -> int:
        """Return the number of sentences of the answer."""
        return len(self.result.answer.removesuffix(".").split(". "))


def explaining(into: Path, paths: Sequence[Path] | None = None, questions: int = QUESTIONS) -> int:
    """Measure, print and store the figures. Return the exit code: 1 if an answer is slow, long or wrong, or few are verified."""
    chosen = sorted((INSTANCES / "month").glob("*.json")) if paths is None else paths
    each = -(-questions // len(chosen))
    asked = [one for n, path in enumerate(chosen) for one in _of_instance(path, n, each)]
    seconds = sorted(one.seconds for one in asked)
    result: dict[str, Any] = {
        "taken": time.strftime("%Y-%m-%d"),
        "commit": commit(),
        "machine": machine(),
        "questions": len(asked),
        "verified": round(statistics.fmean(one.result.verified for one in asked), 3),
        "cures": sum(len(one.result.cures) for one in asked),
        "cures_proven": sum(cure.proven for one in asked for cure in one.result.cures),
        "minimal": round(statistics.fmean(one.result.minimal for one in asked), 3),
        "median_seconds": round(statistics.median(seconds), 2),
        "p95_seconds": round(seconds[int(0.95 * (len(seconds) - 1))], 2),
        "most_seconds": round(seconds[-1], 2),
        "most_sentences": max(one.sentences for one in asked),
        "kinds": dict(Counter(_kind(one.result) for one in asked)),
        "contradicted": [text for one in asked for text in one.contradicted],
    }
    print(json.dumps(result, indent=1))
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{result['taken']}-explanations.json").write_text(json.dumps(result, indent=1) + "\n")
    is_good = result["verified"] >= LEAST_VERIFIED and result["most_seconds"] <= MOST_SECONDS and result["most_sentences"] <= 3
    print(f"Every answer within {MOST_SECONDS:g} s, {LEAST_VERIFIED:.0%} verified: {'yes' if is_good else 'no'}")
    print(f"Every confirmation agrees: {'no' if result['contradicted'] else 'yes'}")
    return 0 if is_good and not result["contradicted"] else 1


def _kind(result: Explanation) -> str:
    if result.tiers is None:
        return "impossible with a cure" if result.cures else "impossible"
    return "with moves" if result.moves else "without moves"


def _of_instance(path: Path, seed: int, number: int) -> Iterator[Asked]:
    problem = read_problem_file(path)
    schedule = plan(problem, time_limit=PLAN_SECONDS)
    for one in asked_about(problem, schedule, Random(seed), number):
        print(f"{path.stem} {one.target}: {one.seconds:.1f} s", file=sys.stderr, flush=True)
        yield one


def asked_about(problem: Problem, schedule: Schedule, random: Random, number: int) -> Iterator[Asked]:
    """Yield random questions about a schedule with their confirmed answers, a third of them why a booking is as it is."""
    booked = {booking.conference: booking for booking in schedule.bookings}
    questionable = [one.id for one in problem.conferences if aspects_of(problem, one.id, booked.get(one.id))]
    diary = Diary(with_schedule_published(problem, schedule), schedule)
    for n in range(number):
        started = time.perf_counter()
        if n % 3 == 0 and questionable:
            name = random.choice(questionable)
            target = aspects_of(problem, name, booked.get(name))[0].better
            with kept_highs() as highs:
                result = why(problem, schedule, name, highs=highs)
        else:
            question = random_question(problem, random)
            target = question.target
            with kept_highs() as highs:
                result = why_not(problem, schedule, question, highs=highs)
        seconds = time.perf_counter() - started
        yield Asked(target, result, seconds, tuple(contradictions(diary, target, result)))


def random_question(problem: Problem, random: Random) -> Question:
    """Return a question about one to four of date, time, room and chair."""
    asked = {
        "date": random.choice([day for day in days(problem.horizon) if day.weekday() < 5]),
        "time": random.choice(problem.all_virtual_starts),
        "room": random.choice([*problem.room_by_id, "virtual"]),
        "chair": random.choice(list(problem.chair_by_id)),
    }
    named = random.sample(list(asked), random.choice((1, 1, 2, 3, 4)))
    conference = random.choice(problem.conferences).id
    return Question.model_validate({"conference": conference, **{name: asked[name] for name in named}})


def contradictions(diary: Diary, target: Target, result: Explanation) -> Iterator[str]:
    """Yield each statement of an answer that a solve contradicts."""
    yield from _of_facts(diary.problem, target, result)
    raw = diary.problem.model_dump(mode="json", by_alias=True)
    for cure in result.cures:
        changed = read_problem(with_changes_by_hand(raw, cure.changes))
        budget = Budget(time.monotonic, time.monotonic(), time.monotonic() + CONFIRM_SECONDS)
        with kept_highs() as highs:
            found = cost_of(diary, changed, target, highs, budget)
        if cure.proven and found.proven and _order(found.tiers) != _order(cure.tiers):
            yield f"{target}: after {cure.changes} the tiers are {found.tiers}, not {cure.tiers}"


def _order(tiers: Mapping[Any, int]) -> tuple[int, ...]:
    return tuple(tiers[tier] for tier in TIERS)


def _of_facts(problem: Problem, target: Target, result: Explanation) -> Iterator[str]:
    """Yield whether the named facts don't suffice, or one of them is not necessary, with everything else lifted."""
    if result.tiers is not None or not result.verified or not result.minimal:
        return
    firm = firm_diary(problem, target)
    named = {fact.text for fact in result.facts}
    lifted = firm.problem
    for fact in facts_of(firm, target):
        if fact.text not in named:
            lifted = fact.lift(lifted)
    if can_be_held(lifted, target, UNLIMITED):
        yield f"{target}: {sorted(named)} don't forbid it"
    raw = lifted.model_dump(mode="json", by_alias=True)
    for one in result.facts:
        if (without := without_fact_by_hand(raw, target.conference, target.time, one.rule, one.subject)) is None:
            continue  # a weekend
        if not can_be_held(read_problem(without), target, UNLIMITED):
            yield f"{target}: without {one.text!r} it is still impossible"
