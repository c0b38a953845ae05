"""The value of one more and one less, against trying everything, and against solving what is shown alone from its file."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fixtures.tiny import RAW, tiny
from scheduler.checker import check
from scheduler.domain.faults import InputError, read_problem
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule, Tier
from scheduler.files import read_problem_file, write_problem_file
from scheduler.planner import plan
from scheduler.sweeps.defaults import WORK_LIMIT
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


def tried(task: Task) -> Solved:
    """The result of a task by trying everything."""
    found = optimum(task.problem)
    if found is None:
        return Solved(key=task.key, schedule=None, refused=("no schedule keeps the locks.",), seconds=0)
    tiers = tuple(Tier(name=n, value=v, bound=v, proven=True) for n, v in zip(TIERS, found.tiers, strict=True))
    return Solved(key=task.key, schedule=Schedule(bookings=found.bookings, tiers=tiers), seconds=0)


def searched(problem: Problem, top: int, at_once: int | None = None) -> Appraisal:
    """The appraisal, where so many of what is wanted are solved before it is asked again."""
    search = Search(problem, top=top)
    while tasks := search.wanted():
        search.take({task.key: tried(task) for task in tasks[:at_once]})
    found = search.appraisal()
    assert found is not None
    return found


def problems(seeds: range) -> Iterator[tuple[object, Problem]]:
    """Small problems, with all that is on offer for them, for which everything can be tried."""
    for seed in seeds:
        for kind, problem in (("usual", random_problem(Random(seed))), ("varied", varied_problem(Random(seed)))):
            try:
                if optimum(problem) is not None:
                    yield (seed, kind), problem
            except TooLargeError:
                continue


def assert_nothing_better(problem: Problem, found: Appraisal, top: int) -> Counter[str]:
    """Of each kind the best offers, one a site and week, are those shown; what is called nothing is nothing."""
    base = tuple(tier.value for tier in found.base)
    offers = [offer for group in Market(problem).groups for offer in group.offers]
    truth = {offer.scenario.name: optimum(offer.scenario.applied(problem)) for offer in offers}
    seen: Counter[str] = Counter()
    for kind in {offer.kind for offer in offers}:
        own = [offer for offer in offers if offer.kind == kind]
        cells: dict[object, tuple[int, ...]] = {}
        for offer in own:
            best = truth[offer.scenario.name]
            assert best is not None
            cells[offer.site, offer.week] = min(best.tiers, cells.get((offer.site, offer.week), base))
        shown = [one for one in found.better if one.offer.kind == kind]
        assert [one.values for one in shown] == sorted(values for values in cells.values() if values < base)[:top]
        gaining = sum(best is not None and best.tiers < base for best in (truth[offer.scenario.name] for offer in own))
        counts = found.nothing.get(kind, 0), found.others.get(kind, 0)
        assert sum(counts) + len(shown) == len(own)
        assert len(own) - counts[0] >= gaining
        seen.update({"shown": len(shown), "nothing": counts[0], "others": counts[1]})
    for one in found.better:
        best = truth[one.offer.scenario.name]
        assert best is not None
        assert one.values == best.tiers
    return seen


def assert_sound(seeds: range, top: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    for which, problem in problems(seeds):
        try:
            found = searched(problem, top)
            if found.untried:  # a site and week of which so much looked promising that not all was tried
                seen["untried"] += 1
                continue
            seen += assert_nothing_better(problem, found, top)
        except TooLargeError:
            continue
        assert found.is_whole
        assert found.open == (), which
        if found.losses.together is not None:
            assert found.losses.together.differences[-1].verdict == "equal", which
            assert found.losses.together.values == tuple(tier.value for tier in found.base), which
        assert list(found.losses.used) == sorted(found.losses.used, key=lambda one: one.values), which
    return seen


def test_what_is_shown_is_the_best_that_there_is() -> None:
    seen = assert_sound(range(4), top=2)
    assert min(seen["shown"], seen["nothing"]) >= 4, seen


@pytest.mark.slow
def test_what_is_shown_is_the_best_that_there_is_in_many_more_problems() -> None:
    seen = assert_sound(range(4, 30), top=3)
    assert min(seen["shown"], seen["nothing"], seen["others"]) >= 10, seen
    assert seen["untried"] < 5, seen


def test_in_whatever_portions_results_come_the_answer_is_the_same() -> None:
    assert searched(tiny(), 2) == searched(tiny(), 2, at_once=1) == searched(tiny(), 2, at_once=3)


def test_what_is_known_half_way_says_so() -> None:
    search = Search(tiny(), top=2)
    assert search.appraisal() is None
    (base,) = search.wanted()
    search.take({base.key: tried(base)})
    before = search.appraisal()
    assert before is not None
    assert not before.is_whole
    assert (before.better, before.open, before.losses.used, before.losses.together) == ((), (), (), None)
    whole = searched(tiny(), 2)
    assert whole.is_whole
    for kind in ("chair_day", "room_slot", "minute_taker"):
        assert before.nothing.get(kind, 0) <= whole.nothing.get(kind, 0)
        assert sum(counts.get(kind, 0) for counts in (before.nothing, before.others, before.untried)) == sum(
            len(group.offers) for group in Market(tiny()).groups if group.offers[0].kind == kind
        )


def test_what_its_solve_leaves_open_is_not_said_to_gain_no_more() -> None:
    """Every solve but the base's finds what there was, and can't say that nothing better is to be found."""

    def left_open(task: Task) -> Solved:
        solved = tried(task)
        assert solved.schedule is not None
        *earlier, last = solved.schedule.tiers
        tiers = (*earlier, Tier(name=last.name, value=last.value, bound=0, proven=last.value == 0))
        return solved.model_copy(update={"schedule": solved.schedule.model_copy(update={"tiers": tiers})})

    search = Search(tiny(), top=1)
    (base,) = search.wanted()
    search.take({base.key: tried(base)})
    while tasks := search.wanted():
        search.take({task.key: left_open(task) for task in tasks})
    found = search.appraisal()
    assert found is not None
    assert found.others == {}
    shown = Counter(one.offer.kind for one in (*found.better, *found.open))
    offered = Counter(offer.kind for group in Market(tiny()).groups for offer in group.offers)
    assert Counter(found.nothing) + Counter(found.untried) + shown == offered
    assert sum(found.untried.values()) >= 1


def confirmed(problem: Problem, one: Worth, folder: Path) -> None:
    """The changed problem, solved alone from its file, has the very tiers shown, and the checker accepts its schedule."""
    path = folder / "changed.json"
    write_problem_file(one.offer.scenario.applied(problem), path)
    alone = read_problem_file(path)
    schedule = plan(alone, workers=1, work_limit=WORK_LIMIT)
    assert schedule.tiers == one.tiers, one.offer.what
    assert check(alone, schedule).ok


def all_shown(found: Appraisal) -> list[Worth]:
    together = [] if found.losses.together is None else [found.losses.together]
    return [*found.better, *found.open, *found.losses.used, *together]


def test_every_number_of_a_tiny_problem_is_confirmed_by_a_solve_of_its_own(tmp_path: Path) -> None:
    search = Search(tiny(), top=2)
    while tasks := search.wanted():
        search.take({task.key: solve(task) for task in tasks})
    found = search.appraisal()
    assert found is not None
    assert [one.sentence for one in found.better] == [
        "One more room at Aylesbury, on Wednesday 13 January 2027 at 10:00: preferences proven better by 40 "
        "(1 fewer conference at another site)."
    ]
    assert (found.open, found.nothing) == ((), {"chair_day": 5, "room_slot": 14, "minute_taker": 2})
    assert (found.others, found.untried, found.is_whole) == ({}, {}, True)
    assert [(free.chair, [day.day for day in free.days]) for free in found.losses.free] == [("C1", [15]), ("C2", [11])]
    assert [one.sentence for one in all_shown(found)[1:]] == [
        "Without Advisor 2 (C2) on Tuesday 12 January 2027: proven to change nothing.",
        "Without Advisor 1 (C1) on Wednesday 13 January 2027: children handed over proven worse by 1; "
        "preferences proven better by 50 (1 more conference handed over and 1 fewer conference at another site).",
        "Without 2 chair-days at once: proven to change nothing.",
    ]
    assert (found.losses.needed, found.losses.untried) == ((), 4)
    for one in all_shown(found):
        confirmed(tiny(), one, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("month", ["report-2022-09", "report-2023-02", "one-room-closed"])
def test_every_number_of_a_stored_month_is_confirmed_by_a_solve_of_its_own(month: str, tmp_path: Path) -> None:
    problem = read_problem_file(MONTHS / f"{month}.json")
    with workers_of("local:2")() as workers:
        found = marginal_value(problem, workers, top=2)
    assert found is not None
    assert found.is_whole
    assert found.better
    assert set(found.nothing) <= set(UNIT_KINDS)
    for one in all_shown(found):
        confirmed(problem, one, tmp_path)
    assert [one.values for one in found.better] == sorted(one.values for one in found.better)


@pytest.mark.slow
def test_the_guide_quotes_what_is_so() -> None:
    guide = (ROOT / "docs" / "what-if.md").read_text()
    problem = read_problem_file(ROOT / "fixtures" / "january-2027.xlsx")
    base = solve(task_of(problem)).schedule_of(problem)
    assert base is not None
    offers = {offer.scenario.name: offer for group in Market(problem).groups for offer in group.offers}
    for name in ("chair-day 2027-01-07", "room-slot WYC 2027-01-12 10:00", "Friday 2027-01-15"):
        found = worth(problem, base, offers[name], solve(task_of(offers[name].scenario.applied(problem))))
        assert found is not None
        assert f"- {found.sentence}\n" in guide


@pytest.mark.slow
def test_what_is_stopped_half_way_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    stop, kept = threading.Event(), FolderResultStore(tmp_path)

    def hear(progress: SweepProgress) -> None:
        if progress.done == 2:
            stop.set()

    with workers_of("local:1")() as workers:
        first = marginal_value(tiny(), workers, top=1, kept=kept, on_progress=hear, stop=stop)
    assert first is not None
    assert not first.is_whole
    before = len(list(tmp_path.iterdir()))
    with workers_of("local:2")() as workers:
        second = marginal_value(tiny(), workers, top=1, kept=kept)
    assert second is not None
    assert second.is_whole
    assert before < len(list(tmp_path.iterdir())) == 5
    assert [one.values for one in all_shown(second)] == [one.values for one in all_shown(searched(tiny(), 1))]


def test_stopped_before_the_base_is_solved_nothing_is_known() -> None:
    stop = threading.Event()
    stop.set()
    with workers_of("local:1")() as workers:
        assert marginal_value(tiny(), workers, stop=stop) is None


def test_where_no_schedule_is_possible_it_says_why() -> None:
    lost = {"conference": "CPC-0002", "start": "2027-01-11T10:00", "room": "AYL-1", "chair": "C1", "locks": ["chair"]}
    problem = read_problem(RAW | {"published": [lost], "chairs": [RAW["chairs"][0] | {"works": []}, RAW["chairs"][1]]})
    search = Search(problem)
    (base,) = search.wanted()
    with pytest.raises(InputError, match=r"^No schedule is possible: no schedule keeps the locks\.$"):
        search.take({base.key: tried(base)})


def test_a_day_that_a_lock_needs_is_told_as_such() -> None:
    locked = {"conference": "CPC-0005", "start": "2027-01-12T10:00", "chair": "C2", "locks": ["time", "chair"]}
    problem = read_problem(RAW | {"published": [locked]})
    found = searched(problem, 9)
    assert [offer.what for offer in found.losses.needed] == ["Without Advisor 2 (C2) on Tuesday 12 January 2027"]
    assert found.losses.untried == 0
