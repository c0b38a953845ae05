"""The value of one more and one less, against exhaustive search and against separate solves from files."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fixtures.tiny import RAW, tiny
from scheduler.checker import check
from scheduler.defaults import WORK_LIMIT
from scheduler.domain.faults import InputError, read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, Tier
from scheduler.files import read_problem_file, write_problem_file
from scheduler.planner import plan
from scheduler.sweeps.executors import workers_of
from scheduler.sweeps.sweep import FolderResultStore, SweepProgress
from scheduler.sweeps.task import Solved, Task, solve, task_of
from scheduler.whatif.marginal_value.search import Appraisal, Search, marginal_value
from scheduler.whatif.marginal_value.units import UNIT_KINDS, Market
from scheduler.whatif.marginal_value.worth import Worth, worth
from tests.exhaustive import TooLargeError, optimum
from tests.paths import ROOT
from tests.random_problems import random_problem
from tests.varied_problems import varied_problem

MONTHS = ROOT / "benchmarks" / "instances" / "month"


def solved_exhaustively(task: Task) -> Solved:
    """Solve a task by exhaustive search."""
    best = optimum(task.problem)
    if best is None:
        return Solved(key=task.key, schedule=None, refused=("no schedule keeps the locks.",), seconds=0)
    tiers = tuple(Tier(name=n, value=v, bound=v, proven=True) for n, v in zip(TIERS, best.tiers, strict=True))
    return Solved(key=task.key, schedule=Schedule(bookings=best.bookings, tiers=tiers), seconds=0)


def appraisal_of(problem: Problem, top: int, per_round: int | None = None) -> Appraisal:
    """Run a search and solve at most ``per_round`` of the wanted tasks before asking for more."""
    search = Search(problem, top=top)
    while tasks := search.next_tasks():
        search.take({task.key: solved_exhaustively(task) for task in tasks[:per_round]})
    appraisal = search.appraisal()
    assert appraisal is not None
    return appraisal


def problems(seeds: range) -> Iterator[tuple[object, Problem]]:
    """Yield small problems that exhaustive search can solve."""
    for seed in seeds:
        for kind, problem in (("usual", random_problem(Random(seed))), ("varied", varied_problem(Random(seed)))):
            try:
                if optimum(problem) is not None:
                    yield (seed, kind), problem
            except TooLargeError:
                continue


def assert_nothing_better(problem: Problem, appraisal: Appraisal, top: int) -> Counter[str]:
    """Check that the best offers of each kind are shown, one a site and week, and that the counts are right."""
    base = tuple(tier.value for tier in appraisal.base)
    offers = [offer for group in Market(problem).groups for offer in group.offers]
    optima = {offer.scenario.name: optimum(offer.scenario.applied(problem)) for offer in offers}
    seen: Counter[str] = Counter()
    for kind in {offer.kind for offer in offers}:
        own = [offer for offer in offers if offer.kind == kind]
        cells: dict[object, tuple[int, ...]] = {}
        for offer in own:
            best = optima[offer.scenario.name]
            assert best is not None
            cells[offer.site, offer.week] = min(best.tiers, cells.get((offer.site, offer.week), base))
        shown = [one for one in appraisal.better if one.offer.kind == kind]
        assert [one.values for one in shown] == sorted(values for values in cells.values() if values < base)[:top]
        gaining = sum(best is not None and best.tiers < base for best in (optima[offer.scenario.name] for offer in own))
        counts = appraisal.nothing.get(kind, 0), appraisal.others.get(kind, 0)
        assert sum(counts) + len(shown) == len(own)
        assert len(own) - counts[0] >= gaining
        seen.update({"shown": len(shown), "nothing": counts[0], "others": counts[1]})
    for one in appraisal.better:
        best = optima[one.offer.scenario.name]
        assert best is not None
        assert one.values == best.tiers
    return seen


def assert_sound(seeds: range, top: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    for which, problem in problems(seeds):
        try:
            appraisal = appraisal_of(problem, top)
            if appraisal.untried:  # a site and week had more promising offers than are tried
                seen["untried"] += 1
                continue
            seen += assert_nothing_better(problem, appraisal, top)
        except TooLargeError:
            continue
        assert appraisal.is_whole
        assert appraisal.open == (), which
        if appraisal.losses.together is not None:
            assert appraisal.losses.together.differences[-1].verdict == "equal", which
            assert appraisal.losses.together.values == tuple(tier.value for tier in appraisal.base), which
        assert list(appraisal.losses.used) == sorted(appraisal.losses.used, key=lambda one: one.values), which
    return seen


def test_the_best_offers_are_shown() -> None:
    seen = assert_sound(range(4), top=2)
    assert min(seen["shown"], seen["nothing"]) >= 4, seen


@pytest.mark.slow
def test_the_best_offers_are_shown_in_many_more_problems() -> None:
    seen = assert_sound(range(4, 30), top=3)
    assert min(seen["shown"], seen["nothing"], seen["others"]) >= 10, seen
    assert seen["untried"] < 5, seen


def test_the_order_of_results_does_not_change_the_answer() -> None:
    assert appraisal_of(tiny(), 2) == appraisal_of(tiny(), 2, per_round=1) == appraisal_of(tiny(), 2, per_round=3)


def test_a_partial_appraisal_is_not_whole() -> None:
    search = Search(tiny(), top=2)
    assert search.appraisal() is None
    (base,) = search.next_tasks()
    search.take({base.key: solved_exhaustively(base)})
    before = search.appraisal()
    assert before is not None
    assert not before.is_whole
    assert (before.better, before.open, before.losses.used, before.losses.together) == ((), (), (), None)
    whole = appraisal_of(tiny(), 2)
    assert whole.is_whole
    for kind in ("chair_day", "room_slot", "minute_taker"):
        assert before.nothing.get(kind, 0) <= whole.nothing.get(kind, 0)
        assert sum(counts.get(kind, 0) for counts in (before.nothing, before.others, before.untried)) == sum(
            len(group.offers) for group in Market(tiny()).groups if group.offers[0].kind == kind
        )


def test_an_unproven_solve_leaves_its_offer_untried() -> None:
    """Every solve except the base's finds the optimum without a proof."""

    def without_proof(task: Task) -> Solved:
        solved = solved_exhaustively(task)
        assert solved.schedule is not None
        *earlier, last = solved.schedule.tiers
        tiers = (*earlier, Tier(name=last.name, value=last.value, bound=0, proven=last.value == 0))
        return solved.model_copy(update={"schedule": solved.schedule.model_copy(update={"tiers": tiers})})

    search = Search(tiny(), top=1)
    (base,) = search.next_tasks()
    search.take({base.key: solved_exhaustively(base)})
    while tasks := search.next_tasks():
        search.take({task.key: without_proof(task) for task in tasks})
    appraisal = search.appraisal()
    assert appraisal is not None
    assert appraisal.others == {}
    shown = Counter(one.offer.kind for one in (*appraisal.better, *appraisal.open))
    offered = Counter(offer.kind for group in Market(tiny()).groups for offer in group.offers)
    assert Counter(appraisal.nothing) + Counter(appraisal.untried) + shown == offered
    assert sum(appraisal.untried.values()) >= 1


def assert_confirmed(problem: Problem, one: Worth, folder: Path) -> None:
    """Check that a separate solve of the changed problem from its file has the same tiers and a valid schedule."""
    path = folder / "changed.json"
    write_problem_file(one.offer.scenario.applied(problem), path)
    alone = read_problem_file(path)
    schedule = plan(alone, workers=1, work_limit=WORK_LIMIT)
    assert schedule.tiers == one.tiers, one.offer.what
    assert check(alone, schedule).ok


def all_shown(appraisal: Appraisal) -> list[Worth]:
    together = [] if appraisal.losses.together is None else [appraisal.losses.together]
    return [*appraisal.better, *appraisal.open, *appraisal.losses.used, *together]


def test_separate_solves_confirm_every_number_of_a_tiny_problem(tmp_path: Path) -> None:
    search = Search(tiny(), top=2)
    while tasks := search.next_tasks():
        search.take({task.key: solve(task) for task in tasks})
    appraisal = search.appraisal()
    assert appraisal is not None
    assert [one.sentence for one in appraisal.better] == [
        "One more room at Aylesbury, on Wednesday 13 January 2027 at 10:00: preferences proven better by 40 "
        "(1 fewer conference at another site)."
    ]
    assert (appraisal.open, appraisal.nothing) == ((), {"chair_day": 5, "room_slot": 14, "minute_taker": 2})
    assert (appraisal.others, appraisal.untried, appraisal.is_whole) == ({}, {}, True)
    assert [(free.chair, [day.day for day in free.days]) for free in appraisal.losses.free] == [("C1", [15]), ("C2", [11])]
    assert [one.sentence for one in all_shown(appraisal)[1:]] == [
        "Without Advisor 2 (C2) on Tuesday 12 January 2027: proven to change nothing.",
        "Without Advisor 1 (C1) on Wednesday 13 January 2027: children handed over proven worse by 1; "
        "preferences proven better by 50 (1 more conference handed over and 1 fewer conference at another site).",
        "Without 2 chair-days at once: proven to change nothing.",
    ]
    assert (appraisal.losses.needed, appraisal.losses.untried) == ((), 4)
    for one in all_shown(appraisal):
        assert_confirmed(tiny(), one, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("month", ["report-2022-09", "report-2023-02", "one-room-closed"])
def test_separate_solves_confirm_every_number_of_a_stored_month(month: str, tmp_path: Path) -> None:
    problem = read_problem_file(MONTHS / f"{month}.json")
    with workers_of("local:2")() as workers:
        appraisal = marginal_value(problem, workers, top=2)
    assert appraisal is not None
    assert appraisal.is_whole
    assert appraisal.better
    assert set(appraisal.nothing) <= set(UNIT_KINDS)
    for one in all_shown(appraisal):
        assert_confirmed(problem, one, tmp_path)
    assert [one.values for one in appraisal.better] == sorted(one.values for one in appraisal.better)


@pytest.mark.slow
def test_the_guides_examples_are_correct() -> None:
    guide = (ROOT / "docs" / "what-if.md").read_text()
    problem = read_problem_file(ROOT / "fixtures" / "january-2027.xlsx")
    base = solve(task_of(problem)).schedule_of(problem)
    assert base is not None
    offers = {offer.scenario.name: offer for group in Market(problem).groups for offer in group.offers}
    for name in ("chair-day 2027-01-07", "room-slot WYC 2027-01-12 10:00", "Friday 2027-01-15"):
        change = worth(problem, base, offers[name], solve(task_of(offers[name].scenario.applied(problem))))
        assert change is not None
        assert f"- {change.sentence}\n" in guide


@pytest.mark.slow
def test_a_stopped_search_resumes_from_stored_results(tmp_path: Path) -> None:
    stop, store = threading.Event(), FolderResultStore(tmp_path)

    def stop_after_two(progress: SweepProgress) -> None:
        if progress.done == 2:
            stop.set()

    with workers_of("local:1")() as workers:
        first = marginal_value(tiny(), workers, top=1, store=store, on_progress=stop_after_two, stop=stop)
    assert first is not None
    assert not first.is_whole
    before = len(list(tmp_path.iterdir()))
    with workers_of("local:2")() as workers:
        second = marginal_value(tiny(), workers, top=1, store=store)
    assert second is not None
    assert second.is_whole
    assert before < len(list(tmp_path.iterdir())) == 5
    assert [one.values for one in all_shown(second)] == [one.values for one in all_shown(appraisal_of(tiny(), 1))]


def test_a_search_stopped_before_the_base_returns_none() -> None:
    stop = threading.Event()
    stop.set()
    with workers_of("local:1")() as workers:
        assert marginal_value(tiny(), workers, stop=stop) is None


def test_the_reasons_are_given_if_no_schedule_is_possible() -> None:
    lost = {"conference": "CPC-0002", "start": "2027-01-11T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    problem = read_problem(RAW | {"published": [lost], "chairs": [RAW["chairs"][0] | {"works": []}, RAW["chairs"][1]]})
    search = Search(problem)
    (base,) = search.next_tasks()
    with pytest.raises(InputError, match=r"^No schedule is possible: no schedule keeps the locks\.$"):
        search.take({base.key: solved_exhaustively(base)})


def test_a_day_that_a_lock_needs_is_listed_as_needed() -> None:
    locked = {"conference": "CPC-0005", "start": "2027-01-12T10:00", "chair": "C2", "locks": ["time", "chair"]}
    problem = read_problem(RAW | {"published": [locked]})
    appraisal = appraisal_of(problem, 9)
    assert [offer.what for offer in appraisal.losses.needed] == ["Without Advisor 2 (C2) on Tuesday 12 January 2027"]
    assert appraisal.losses.untried == 0
