"""Runs the ``curl`` commands of ``docs/service.md``, with another port, against a server."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from scheduler.files import read_problem_file
from tests.api.support.services import ROOT, running

FIRST_COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"


def test_a_month_is_planned_compared_and_published_with_curl(tmp_path: Path) -> None:
    block = FIRST_COMMANDS.search((ROOT / "docs" / "service.md").read_text(encoding="utf-8"))
    assert block is not None
    commands = block[1]
    assert commands.startswith(f"service={ADDRESS}\n")
    with running(tmp_path, data=tmp_path / "data", plan_seconds=120) as server:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands.replace(ADDRESS, server.url).replace("@fixtures/", f"@{ROOT}/fixtures/")],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
    assert (done.returncode, done.stderr) == (0, "")

    plan, difference, publication = (
        json.loads((tmp_path / f"{name}.json").read_text()) for name in ("plan", "diff", "publication")
    )
    assert plan["state"] == "done"
    assert [(tier["name"], tier["value"]) for tier in plan["result"]["tiers"]][:1] == [("unplaced", 0)]
    new, month = difference["conferences"]["new"], read_problem_file(tmp_path / "january.xlsx")
    assert {one["conference"] for one in new} == month.conference_by_id.keys() == month.published_by_id.keys()
    assert (publication["number"], publication["plan"]) == (1, plan["id"])
    assert {one["conference"] for one in new} < {one["conference"] for one in publication["bookings"]}
    late = {one["conference"] for one in publication["bookings"] if one["exception"]}
    assert (
        late
        == {one["conference"] for one in difference["exceptions_needed"]}
        == {one["conference"] for one in plan["result"]["late"]}
    )
    whatif = json.loads((tmp_path / "whatif.json").read_text())
    assert [one["name"] for one in whatif["comparison"]["scenarios"]] == ["C3 leaves"]
    assert (tmp_path / "whatif.xlsx").read_bytes().startswith(b"PK")
    assert "event: done" in done.stdout
    assert "2027-01-12T10:00" in done.stdout
    assert (tmp_path / "timeliness.csv").read_text(encoding="utf-8-sig").startswith("Month,")
