"""A result as JSON, as Markdown and in the terminal, from sample records."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.national_pool import National, Planned
from benchmarks.results import Result, as_json, as_markdown, records_in, write_result
from benchmarks.tables import rich_table, sheets
from tests.benchmarks.sample_records import cut_short, record, searched

RESULT = Result(
    taken="2027-03-01",
    suite="default",
    machine={"processors": 2},
    commit="abc",
    records=(
        record(figures={"building_seconds": 6.0, "proving_seconds": 4.0}),
        record("lp_limit", seconds=4.0, tiers=(), bounds=(), history=(), tiers_proven=0),
        cut_short("highs"),
        searched("timefold", ending="refused", reason="1 breaches: R2 A|B"),
    ),
    national=National(2, 5.0, (Planned(5.0, True), Planned(5.0, False)), (Planned(4.0, True), Planned(6.0, True))),
    complete=True,
)

MARKDOWN = """\
# Suite default, 2027-03-01

Commit abc; processors 2.

Each peer has a goal: a proof of all tiers; for greedy and Timefold, a schedule with every tier at most 1% above the
best of any peer; for lp_limit, its relaxation. *Times ours* is a peer's seconds to its goal, divided by our seconds to ours,
both measured in this run. *≥* means that the peer was cut short at its limit.

![growth.svg](growth.svg)

## Targets

| target | found | holds |
| --- | --- | --- |
| a month is proven at least 20 times as fast as by plain HiGHS (median) | ≥ 6 times | no |
| a month takes at most 4 times as long as building its model and one relaxation (median) | 2.5 times; at most 2.5 | yes |
| a month is proven before Timefold has its first schedule within 1% | 0 of 0 months; it failed in 1 | no |
| every quarter is proven within 8 times the median month | not measured | – |
| a year takes at most 610 s and 6 GiB, with the last tier within 1% of its bound and the others proven | not measured | – |
| time to proof grows at most with the power 1.5 of the number of conferences | not measured | – |
| planned two at a time, all authorities take at most 1.1 times half as long | 1.00 times; 1 of 2 proven, each 1.25 times | no |

## Where our time goes: shares of all threads' time, presolve within each

| size | building | relaxing | searching | proving | giving up | checking |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| month | 60% | 0% | 0% | 40% | 0% | 0% |

## Medians by size

| size | peer | goal after (s) | times ours | instances |
| --- | --- | ---: | ---: | ---: |
| month | ours | 10 | 1 | 1 |
| month | lp_limit | 4 | 0.4 | 1 |
| month | highs | ≥ 60 | ≥ 6 | 1 |
| month | timefold 60 s | ≥ 60 | ≥ 6 | 1 |

## month/march, 100 conferences

| peer | goal after (s) | times ours | tiers proven | above the best | tiers | MiB | remark |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
| ours | 10.00 | 1 | 6 of 6 | 0.00% | 0 10 0 2 5 1000 | 512 |  |
| lp_limit | 4.00 | 0.4 | – | – | – | 512 |  |
| highs | more than 60 | ≥ 6 | 5 of 6 | 0.00% | 0 10 0 2 5 1000 | 512 |  |
| timefold 60 s | more than 60 | ≥ 6 | – | – | – | 512 | 1 breaches: R2 A\\|B |
"""


def test_the_result_as_markdown() -> None:
    assert as_markdown(RESULT, ["growth.svg"]) == MARKDOWN


def test_the_result_as_json() -> None:
    figures = as_json(RESULT)
    runs = figures.pop("runs")
    targets = figures.pop("targets")
    assert figures == {
        "taken": "2027-03-01",
        "suite": "default",
        "commit": "abc",
        "machine": {"processors": 2},
        "complete": True,
        "warnings": [],
        "medians": {
            "month": {
                "ours": {"seconds": {"value": 10.0, "at_least": False}, "times_ours": {"value": 1.0, "at_least": False}},
                "lp_limit": {"seconds": {"value": 4.0, "at_least": False}, "times_ours": {"value": 0.4, "at_least": False}},
                "highs": {"seconds": {"value": 60.0, "at_least": True}, "times_ours": {"value": 6.0, "at_least": True}},
                "timefold 60 s": {"seconds": {"value": 60.0, "at_least": True}, "times_ours": {"value": 6.0, "at_least": True}},
            }
        },
        "growth_exponent": None,
        "phases": {
            "month": {"building": 0.6, "relaxing": 0.0, "searching": 0.0, "proving": 0.4, "giving_up": 0.0, "checking": 0.0}
        },
        "national": {
            "ratio": 1.0,
            "slowdown": 1.25,
            "proven": 1,
            "processes": 2,
            "pooled_seconds": 5.0,
            "in_pool": ({"seconds": 5.0, "proven": True}, {"seconds": 5.0, "proven": False}),
            "alone": ({"seconds": 4.0, "proven": True}, {"seconds": 6.0, "proven": True}),
        },
    }
    assert isinstance(targets, list)
    assert [target["holds"] for target in targets] == [False, True, False, None, None, None, False]
    assert isinstance(runs, list)
    assert runs[2] == {
        "size": "month",
        "instance": "march",
        "conferences": 100,
        "peer": "highs",
        "limit": 60.0,
        "seconds": 60.0,
        "ending": "came back",
        "reason": "",
        "tiers": (0, 10, 0, 2, 5, 1000),
        "bounds": (0, 10, 0, 2, 5, 900),
        "tiers_proven": 5,
        "proven_seconds": None,
        "history": ({"seconds": 60.0, "tiers": (0, 10, 0, 2, 5, 1000)},),
        "mebibytes": 512,
        "figures": {},
        "best": (0, 10, 0, 2, 5, 1000),
        "times_ours": {"value": 6.0, "at_least": True},
    }


def test_the_runs_of_a_written_result_can_be_read_back(tmp_path: Path) -> None:
    path = write_result(RESULT, tmp_path / "results")
    assert path == tmp_path / "results" / "2027-03-01-default.json"
    assert records_in(path) == RESULT.records
    assert json.loads(path.read_text())["commit"] == "abc"
    assert [other.name for other in path.parent.iterdir()] == [path.name]


def test_an_incomplete_result_carries_a_warning() -> None:
    cut = Result("2027-03-01", "default", {}, "")
    assert cut.warnings == ["Only part of the suite has run."]
    assert "**Only part of the suite has run.**" in as_markdown(cut, [])
    assert "Commit unknown" in as_markdown(cut, [])


@pytest.mark.parametrize("width", [60, 150])
def test_the_terminal_shows_every_sheet(width: int) -> None:
    shown = io.StringIO()
    console = Console(width=width, file=shown)
    for sheet in sheets(RESULT.comparison, RESULT.targets):
        console.print(rich_table(sheet))
    for title in ("month/march, 100 conferences", "Medians by size", "Where our time goes", "Targets"):
        assert title in shown.getvalue()
