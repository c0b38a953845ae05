from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scheduler.domain.problem import Problem
from scheduler.files import read_problem_file, read_schedule_file, write_problem_file, write_schedule_file
from tests.files.problems import problems
from tests.paths import EXAMPLES


@given(problem=problems())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_problem_survives_every_file_type(problem: Problem, tmp_path: Path) -> None:
    current = problem
    for name in ("a.xlsx", "folder", "a.json", "b.xlsx"):
        write_problem_file(current, tmp_path / name)
        current = read_problem_file(tmp_path / name)
        assert current == problem
    assert current.digest == problem.digest


@pytest.mark.parametrize("name", ["march", "june", "march.replan"])
def test_the_examples_survive_every_file_type(name: str, tmp_path: Path) -> None:
    problem = read_problem_file(EXAMPLES / f"{name}.json")
    write_problem_file(problem, tmp_path / "a.xlsx")
    write_problem_file(read_problem_file(tmp_path / "a.xlsx"), tmp_path / "folder")
    write_problem_file(read_problem_file(tmp_path / "folder"), tmp_path / "a.json")
    assert read_problem_file(tmp_path / "a.json") == problem


@pytest.mark.parametrize("name", ["march", "march.broken", "march.replan"])
def test_a_schedule_survives(name: str, tmp_path: Path) -> None:
    schedule = read_schedule_file(EXAMPLES / f"{name}.schedule.json")
    write_schedule_file(schedule, tmp_path / "a.json")
    assert read_schedule_file(tmp_path / "a.json") == schedule
