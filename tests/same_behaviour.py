"""Compare this tree's behaviour with an older revision's: ``python -m tests.same_behaviour REVISION``.

It compares the OpenAPI document (references resolved; schema names, titles, summaries, descriptions and operation ids ignored),
the bookings, tiers and work units of stored problems planned with one worker and a work limit, and the exit codes of commands.
It prints each difference, and exits with 1 if there is one. The older revision runs in a worktree of its own, with this
interpreter and its installed packages.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.paths import ROOT

PROBLEMS = (
    "tests/data/examples/march.json",
    "tests/data/examples/june.json",
    "tests/data/examples/march.replan.json",
    "fixtures/january-2027.xlsx",
    "benchmarks/instances/week/week-of-2027-01-18.json",
    "benchmarks/instances/month/report-2022-05.json",
    "benchmarks/instances/month/report-2022-08.json",
    "benchmarks/instances/month/replanning.json",
    "benchmarks/instances/month/many-holds.json",
)
COMMANDS = (
    ("check", "tests/data/examples/march.json", "tests/data/examples/march.schedule.json"),
    ("check", "tests/data/examples/march.json", "tests/data/examples/march.broken.schedule.json"),
    ("check", "tests/data/examples/march.json", "tests/data/examples/june.json"),
    ("check", "tests/data/examples/absent.json", "tests/data/examples/march.schedule.json"),
    ("plan", "tests/data/examples/march.schedule.json"),
    ("plan", "tests/data/examples/march.json", "--workers", "0"),
    ("plan", "tests/data/examples/march.json", "--out", "absent-folder/out.json"),
    ("convert", "tests/data/examples/march.json", "out.txt"),
    ("whatif", "tests/data/examples/march.json", "tests/data/examples/march.schedule.json"),
    ("value", "tests/data/examples/absent.json"),
    ("unknown",),
    ("--version",),
)
IGNORED = ("title", "summary", "description", "operationId")

PROGRAM = """
import json, sys
from pathlib import Path
from benchmarks import guard
from scheduler.files import read_problem_file

def planned(path):
    schedules = []
    plan = guard.plan
    guard.plan = lambda *given, **named: schedules.append(plan(*given, **named)) or schedules[0]
    work = guard.effort(read_problem_file(Path(path))).work
    guard.plan = plan
    schedule = schedules[0].model_dump(mode="json")
    return {"work": work, "bookings": schedule["bookings"], "tiers": schedule["tiers"]}

def described():
    from api.app import create_app
    from api.settings import Settings
    return create_app(Settings(data=Path(sys.argv[1]), demo=False, plan_processes=0)).openapi()

print(json.dumps({"openapi": described(), "plans": {path: planned(path) for path in sys.argv[2:]}}))
"""
"""Runs in both trees, so it uses only names that both have."""


def main() -> int:
    """Print every difference between the two trees; return 1 if there is one, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.same_behaviour", description=__doc__)
    parser.add_argument("revision", help="the older revision, such as a tag or a commit")
    revision = parser.parse_args().revision
    with tempfile.TemporaryDirectory() as folder:
        older = Path(folder) / "older"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", older, revision], cwd=ROOT, check=True)
        try:
            result = list(differences(behaviour(older), behaviour(ROOT)))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", older], cwd=ROOT, check=True)
    print(
        *(result or [f"The OpenAPI document, {len(PROBLEMS)} plans and {len(COMMANDS)} exit codes are as they were."]), sep="\n"
    )
    return 1 if result else 0


def behaviour(tree: Path) -> dict[str, Any]:
    """Return what the tree's code does: its resolved OpenAPI document, its plans, and the exit code of each command."""
    with tempfile.TemporaryDirectory() as folder:
        result = json.loads(_python(tree, "-c", PROGRAM, folder, *PROBLEMS).stdout)
        codes = {" ".join(command): _scheduler(tree, command, folder) for command in COMMANDS}
    return {"openapi": resolved(result["openapi"]), "plans": result["plans"], "exit codes": codes}


def differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Yield a line for each place in which two JSON values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({**before, **after}):
            yield from differences(before.get(key), after.get(key), f"{place}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{place}/{number}")
    elif before != after:
        yield f"{place}: {json.dumps(before)[:300]} became {json.dumps(after)[:300]}"


def resolved(document: dict[str, Any]) -> Any:
    """Return an OpenAPI document's paths with every reference replaced by its schema, and all names and texts left out."""
    return _resolved(document["paths"], document["components"]["schemas"], is_name_map=True)


def _resolved(part: Any, schemas: dict[str, Any], *, is_name_map: bool = False, within: tuple[str, ...] = ()) -> Any:
    if isinstance(part, list):
        return [_resolved(item, schemas, within=within) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        name = part["$ref"].rpartition("/")[2]
        return "recursive" if name in within else _resolved(schemas[name], schemas, within=(*within, name))
    stored = part if is_name_map else {key: value for key, value in part.items() if key not in IGNORED}
    stored = {
        key: value for key, value in stored.items() if is_name_map or key != "mapping"
    }  # of a discriminator, by schema name
    return {
        key: value if key in ("example", "examples", "default", "const", "enum") and not is_name_map
        else _resolved(value, schemas, is_name_map=key in ("properties", "paths"), within=within)
        for key, value in stored.items()
    }  # fmt: skip


def _scheduler(tree: Path, command: tuple[str, ...], folder: str) -> int:
    arguments = [str(tree / part) if "/" in part and (tree / part).parent.exists() else part for part in command]
    return _python(tree, "-m", "scheduler", *arguments, cwd=folder, check=False).returncode


def _python(tree: Path, *arguments: str, cwd: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd or tree, env=environment, capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise SystemExit(f"{tree}: {done.stderr}")
    return done


if __name__ == "__main__":
    sys.exit(main())
