"""Each import contract of ``pyproject.toml`` fails once it is broken on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.paths import ROOT

BREACHES = {
    "The scheduler's imports go one way: from the command line down to the domain": (
        "scheduler/domain/clocks.py",
        "import scheduler.planner",
    ),
    "The domain imports only itself and pydantic": ("scheduler/domain/clocks.py", "import numpy"),
    "Rules import neither the model, an engine nor a file format": (
        "scheduler/rules/friday.py",
        "import scheduler.model.programme",
    ),
    "File formats import no engine": ("scheduler/files/cells.py", "import ortools"),
    "Checking and measuring a schedule needs no solver and no model": ("scheduler/measure.py", "import scheduler.engines.bounds"),
    "Only the process of the cuts loads HiGHS's own binding": ("scheduler/engines/highs_process.py", "import highspy"),
    "The scheduler imports no service, fixture, test or benchmark": ("scheduler/planner.py", "import sqlalchemy"),
    "Fixtures import no test and no benchmark": ("fixtures/places.py", "import benchmarks"),
    "The service's imports go one way: from the app down to the errors": ("api/errors.py", "import api.app"),
    "Only the app imports routes": ("api/reports/routes.py", "import api.planning.routes"),
    "Nobody imports the internals of exchange, reports and what-if": ("api/feeds/queries.py", "import api.reports.queries"),
    "Nobody imports the internals of feeds": ("api/reports/queries.py", "import api.feeds.queries"),
    "Nobody imports the internals of free/busy calendars": ("api/diary/snapshot.py", "import api.free_busy.busy_times"),
    "Nobody imports the internals of publishing and planning": ("api/exchange/workflow.py", "import api.publishing.drafts"),
    "Nobody imports the internals of absences, holidays and the service's settings": (
        "api/exchange/workflow.py",
        "import api.diary.absences.queries",
    ),
    "The database, workflows, queries and jobs know no web framework": ("api/publishing/workflow.py", "import fastapi"),
    "The HTTP plumbing and the database know no capability": ("api/http/etags.py", "import api.diary.snapshot"),
    "Routes and pages leave the tables to the queries": ("api/pages/diary/routes.py", "import api.database.tables"),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages and their contracts."""
    folder = tmp_path_factory.mktemp("tree")
    for package in ("scheduler", "api", "fixtures"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for package in ("benchmarks", "tests"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").touch()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_each_contract_has_a_breach() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [contract["name"] for contract in contracts] == list(BREACHES)


@pytest.mark.parametrize("name", BREACHES)
def test_a_broken_contract_is_reported(tree: Path, name: str) -> None:
    path, line = BREACHES[name]
    source = (tree / path).read_text()
    (tree / path).write_text(f"{source}\n{line}\n")
    try:
        command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
        done = subprocess.run(
            [sys.executable, "-c", command, "--config", "pyproject.toml", "--no-cache"],
            cwd=tree,
            env={"PYTHONPATH": str(tree), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (tree / path).write_text(source)
    assert done.returncode == 1
    assert f"{name} BROKEN" in done.stdout
