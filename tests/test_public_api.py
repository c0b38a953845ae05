from __future__ import annotations

import ast
import doctest
import inspect
import subprocess
import sys

import pytest

import scheduler
from tests.cli.running import ENVIRONMENT
from tests.paths import ROOT

HEAVY = {"matplotlib", "numpy", "ortools", "pandas", "rich", "scipy", "typer", "xlsxwriter"}


def loaded_after(program: str) -> set[str]:
    """The packages of HEAVY that a program loads."""
    program += "\nimport sys\nprint(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("name", scheduler.__all__)
def test_each_public_name_is_importable_and_documented(name: str):
    result = getattr(scheduler, name)
    assert result.__name__ == name
    assert result.__doc__
    assert result.__doc__.strip()
    assert result.__module__ == scheduler._MODULES[name], "the table names the module that defines it"


def test_type_checkers_and_the_program_see_the_same_names():
    tree = ast.parse(inspect.getsource(scheduler))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed == scheduler._MODULES
    assert sorted(typed) == sorted(scheduler.__all__)
    assert set(scheduler.__all__) <= set(dir(scheduler))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'scheduler' has no attribute 'forecast'"):
        _ = scheduler.forecast  # type: ignore[attr-defined]  # the test is that it is missing


@pytest.mark.parametrize(
    "program",
    ["import scheduler", "import scheduler.domain.problem, scheduler.domain.schedule", "from scheduler import Problem, Schedule"],
)
def test_importing_the_package_or_its_domain_loads_nothing_heavy(program: str):
    assert loaded_after(program) == set()


def test_only_planning_loads_the_solver():
    assert "ortools" not in loaded_after("from scheduler import check, compare, marginal_value, offer, variants")


def test_the_example_plans_and_checks_a_problem(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(scheduler) == doctest.TestResults(failed=0, attempted=5)
