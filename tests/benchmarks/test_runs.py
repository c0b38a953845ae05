"""Runs in processes, refused and missing peers, the suites' files, the national pool, and plots."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import benchmarks.peers
from benchmarks.national_pool import Planned, national
from benchmarks.one_run import run_of
from benchmarks.peers import PEERS, peer_named
from benchmarks.peers.protocol import Improvement, Run, UnavailableError
from benchmarks.plots import write_plots
from benchmarks.processes import _ending, run_in_process
from benchmarks.results import Result, write_result
from benchmarks.suites import SUITES, Task
from fixtures.generate import HERE as FIXTURES
from fixtures.tiny import tiny
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from tests.benchmarks.sample_records import cut_short, record, searched

TINY = FIXTURES / "tiny.json"
(YEAR,) = Task("year", (), ()).paths()
BEST = (0, 24, 0, 3, 2, 110)
HERE = "tests.benchmarks.test_runs"


def wrong(problem: Problem, seconds: float) -> Run:
    """A peer that books every conference at the same time with the same chair, and claims a proof."""
    bookings = [
        Booking(conference=c.id, start="2027-03-06T10:00", end="2027-03-06T11:45", room=None, chair=problem.chairs[0].id)
        for c in problem.conferences
    ]
    return Run(Schedule(bookings=tuple(bookings)), (Improvement(1.0, (0,) * 6),), proven_seconds=1.0, tiers_proven=6)


def missing(problem: Problem, seconds: float) -> Run:
    raise UnavailableError("Java is not installed. Install Java 17.")


@pytest.fixture
def odd_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {"wrong": f"{HERE}:wrong", "missing": f"{HERE}:missing", "nowhere": "benchmarks.nowhere:at_all"}
    monkeypatch.setattr(benchmarks.peers, "PEERS", {**PEERS, **odd})


@pytest.mark.usefixtures("odd_peers")
def test_a_schedule_that_breaks_a_rule_is_dropped() -> None:
    result = run_of("wrong", tiny(), 9.0)
    assert (result.ending, result.tiers, result.bounds, result.history) == ("refused", (), (), ())
    assert (result.tiers_proven, result.proven_seconds) == (0, None)
    assert result.reason.split(" ", 2)[1:] == ["breaches:", result.reason.split(" ", 2)[2]]
    assert "R1" in result.reason


@pytest.mark.usefixtures("odd_peers")
def test_a_missing_peer_reports_what_to_install() -> None:
    assert run_of("missing", tiny(), 9.0).reason == "Java is not installed. Install Java 17."
    assert run_of("nowhere", tiny(), 9.0).reason == "nowhere can't run: No module named 'benchmarks.nowhere'."
    assert {run_of(peer, tiny(), 9.0).ending for peer in ("missing", "nowhere")} == {"unavailable"}


def test_a_run_in_its_own_process_returns_a_record() -> None:
    result = run_in_process("greedy", TINY, 5, 30.0)
    assert (result.ending, result.reason) == ("came back", "")
    assert (result.size, result.instance, result.conferences) == ("fixtures", "tiny", 5)
    assert result.tiers == result.history[-1].tiers >= BEST
    assert result.mebibytes > 0
    limit = run_in_process("lp_limit", TINY, 5, 30.0, BEST)
    assert limit.figures["bound"] == BEST[-1]


def test_a_crashed_run_reports_the_last_line_of_its_errors() -> None:
    result = run_in_process("lp_limit", TINY, 5, 30.0)
    assert (result.ending, result.size, result.instance, result.conferences) == ("crashed", "fixtures", "tiny", 5)
    assert result.reason.endswith("TypeError: lp_limit() missing 1 required keyword-only argument: 'tiers'")


def test_a_run_exits_with_its_parent() -> None:
    command = [sys.executable, "-m", "benchmarks.one_run", "ours", str(YEAR), "600", os.devnull]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as run:
        assert run.stdin is not None
        run.stdin.close()
        assert run.wait(60) == 1


@pytest.mark.parametrize(
    ("code", "errors", "is_late", "ending"),
    [
        (-signal.SIGKILL, "", False, "out of memory"),
        (1, "MemoryError", True, "out of memory"),
        (-signal.SIGSEGV, "", False, "crashed"),
        (-signal.SIGSEGV, "", True, "overran"),
        (1, "TypeError: no", False, "crashed"),
    ],
)
def test_how_a_failed_run_is_classified(code: int, errors: str, is_late: bool, ending: str) -> None:
    assert _ending(code, errors, is_late=is_late) == ending


def test_every_instance_and_peer_of_the_suites_exists() -> None:
    tasks = [task for suite in SUITES.values() for task in suite.tasks]
    assert all(list(task.paths()) for task in tasks)
    assert {peer for task in tasks for peer, _ in task.limits} == set(PEERS)
    assert len(list(Task("national", (), ()).paths())) == 153
    assert len(list(SUITES["full"].tasks[1].paths())) == 20


def test_a_missing_instance_is_reported() -> None:
    with pytest.raises(FileNotFoundError, match=r"month/never\.json: there is no such instance"):
        list(Task("month", ("never",), ()).paths())


def test_each_peer_is_a_function_of_its_name() -> None:
    assert [peer_named(name).__name__ for name in PEERS if name != "timefold"] == [n for n in PEERS if n != "timefold"]


def test_the_pool_plans_every_authority(tmp_path: Path) -> None:
    result = national([TINY, TINY, TINY], 30.0)
    assert (result.processes, len(result.in_pool), len(result.alone), result.proven) == (2, 3, 3, 3)
    alone = tuple(Planned(seconds, proven) for seconds, proven in ((1.0, True), (1.0, False), (2.0, True)))
    in_pool = (Planned(2.0, True), Planned(9.0, True), Planned(4.0, True))
    sample = replace(result, pooled_seconds=3.0, in_pool=in_pool, alone=alone)
    assert (sample.ratio, sample.slowdown) == (1.5, 2.0)


def test_plots_of_the_same_result_are_the_same_bytes(tmp_path: Path) -> None:
    records = (
        record(),
        cut_short("highs"),
        searched("timefold", (1, 1500), (4, 1005)),
        searched("greedy"),
        record(instance="april"),
        record(size="week", conferences=25, seconds=1.0),
    )
    path = write_result(Result("2027-03-01", "default", {}, "", records), tmp_path)
    plots = list(write_plots(path))
    assert [plot.name for plot in plots] == [
        "2027-03-01-default-quality-month.svg",
        "2027-03-01-default-quality-week.svg",
        "2027-03-01-default-growth.svg",
    ]
    drawn = [plot.read_bytes() for plot in plots]
    assert [plot.read_bytes() for plot in write_plots(path)] == drawn
    assert "grows with the power of" in drawn[-1].decode()


def test_an_empty_result_has_no_plots(tmp_path: Path) -> None:
    assert list(write_plots(write_result(Result("2027-03-01", "evening-national", {}, ""), tmp_path))) == []
