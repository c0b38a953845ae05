"""Whole comparisons: each result equals a separate solve of the changed problem from its file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from benchmarks.suites import INSTANCES
from fixtures.tiny import tiny
from scheduler.checker import check
from scheduler.defaults import WORK_LIMIT
from scheduler.domain.faults import InputError
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule
from scheduler.domain.values import days
from scheduler.files import read_problem_file, write_problem_file
from scheduler.planner import plan
from scheduler.sweeps.executors import workers_of
from scheduler.sweeps.sweep import FolderResultStore
from scheduler.sweeps.task import task_of
from scheduler.whatif.changes.scenario import Scenario
from scheduler.whatif.comparison.compare import compare, variants

SITE = "WYC"
MONTHS = ("report-2022-05", "report-2022-08", "report-2023-02", "many-holds", "replanning")


def scenario(name: str, *changes: dict[str, object]) -> Scenario:
    return Scenario.model_validate({"name": name, "changes": changes})


def twelve(problem: Problem) -> list[Scenario]:
    """Build twelve scenarios for a month or a week with the site Wycombe."""
    chair, *_, other = [one for one in problem.chairs if not one.reserve]
    room = problem.rooms[-1]
    open_days = [day for day in days(problem.horizon) if problem.calendar.is_open(day)]
    week = {"first": str(open_days[0]), "last": str(open_days[min(4, len(open_days) - 1)])}
    new_chair = chair.model_copy(update={"id": "C-new", "name": "", "caseload": 0, "busy": ()}).model_dump(mode="json")
    new_room = room.model_copy(update={"id": "WYC-new", "name": ""}).model_dump(mode="json")
    friday = next(day for day in open_days if day.weekday() == 4)
    return [
        scenario("a chair leaves", {"change": "chair_leaves", "chair": other.id}),
        scenario("a chair joins", {"change": "chair_joins", "chair": new_chair}),
        scenario("a chair is away", {"change": "chair_absent", "chair": chair.id, **week}),
        scenario(
            "a chair works less", {"change": "chair_changes", "chair": chair.id, "fte": 0.6, "works": ["mon", "tue", "wed"]}
        ),
        scenario("a room opens", {"change": "room_opens", "room": new_room}),
        scenario("a room closes", {"change": "room_closes", "room": room.id, **week}),
        scenario("a third start", {"change": "room_gains_start", "room": room.id, "start": "16:30"}),
        scenario("Wycombe closes", {"change": "site_closes", "site": SITE}),
        scenario("a tenth more", {"change": "demand", "percent": 10}),
        scenario("a Friday opens", {"change": "fridays_open", "dates": [str(friday)]}),
        scenario("no holds there", {"change": "holds", "site": SITE, "week": str(open_days[0]), "count": 0}),
        scenario(
            "two things at once",
            {"change": "caseload_cap", "cap": 90},
            {"change": "weight", "preference": "friday", "weight": 5},
        ),
    ]


def solved_alone(problem: Problem, path: Path) -> Schedule:
    """Solve a problem by itself after writing and reading it."""
    write_problem_file(problem, path)
    return plan(read_problem_file(path), workers=1, work_limit=WORK_LIMIT)


def assert_equal_to_separate_solves(problem: Problem, scenarios: Iterable[Scenario], folder: Path) -> None:
    store = FolderResultStore(folder)
    requested = variants(problem, scenarios)
    with workers_of("local:2")() as workers:
        comparison = compare(requested, workers, store=store)
        assert comparison is not None
        assert [result.name for result in comparison.results] == [variant.name for variant in requested]
        paths = [folder / f"{n}.json" for n in range(len(requested))]
        futures = [
            workers.executor.submit(solved_alone, variant.problem, path) for variant, path in zip(requested, paths, strict=True)
        ]
        for variant, result, path, future in zip(requested, comparison.results, paths, futures, strict=True):
            expected = future.result()
            solved = store.find(task_of(variant.problem).key)
            assert solved is not None
            schedule = solved.schedule_of(variant.problem)
            assert schedule is not None
            report = check(read_problem_file(path), schedule)
            assert (report.violations, report.remarks) == ((), variant.problem.assumptions), variant.name
            assert result.outlook is not None
            assert result.outlook.tiers == schedule.tiers == expected.tiers, variant.name
            assert result.outlook.counts == report.measure.counts


def test_each_scenario_of_a_week_equals_its_own_solve(tmp_path: Path):
    assert_equal_to_separate_solves(tiny(), twelve(tiny())[::4], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_each_scenario_of_a_stored_month_equals_its_own_solve(month: str, tmp_path: Path):
    problem = read_problem_file(INSTANCES / "month" / f"{month}.json")
    assert_equal_to_separate_solves(problem, twelve(problem), tmp_path)


def test_a_scenario_without_changes_is_the_base():
    with workers_of("local:1")() as workers:
        comparison = compare(variants(tiny(), [scenario("as it is")]), workers)
    assert comparison is not None
    (result,) = comparison.scenarios
    assert result.outlook == comparison.base.outlook
    assert result.moved == ()
    assert {difference.text for difference in result.differences} == {"proven equal"}


@pytest.mark.parametrize(
    ("names", "changes", "messages"),
    [
        (["x", "x"], [], ["scenarios[x]: another scenario has this name. Enter a different name for each."]),
        (
            ["x", "y"],
            [{"change": "chair_leaves", "chair": "C9"}],
            [f"scenarios[{name}].changes[0].chair: there is no chair 'C9'." for name in "xy"],
        ),
    ],
)
def test_every_fault_of_every_scenario_is_reported(names: Sequence[str], changes: list[dict[str, object]], messages: list[str]):
    with pytest.raises(InputError) as caught:
        variants(tiny(), [scenario(name, *changes) for name in names])
    assert [str(fault)[: len(text)] for fault, text in zip(caught.value.faults, messages, strict=True)] == messages
