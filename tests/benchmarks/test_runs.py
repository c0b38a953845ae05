"""Runs in processes, what a refused or missing peer comes to, suites' files, the national pool, and pictures."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import benchmarks.peers
from benchmarks.one_run import run_of
from benchmarks.peers import PEERS, peer_named
from benchmarks.peers.protocol import Found, Run, UnavailableError
from benchmarks.plots import plotted
from benchmarks.processes import _ending, run_apart
from benchmarks.results import Result, written
from benchmarks.suites import SUITES, Task
from benchmarks.two_at_a_time import Planned, national
from fixtures.generate import HERE as FIXTURES
from fixtures.tiny import tiny
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, Schedule
from tests.benchmarks.made_up import cut_short, record, searched

TINY = FIXTURES / "tiny.json"
(YEAR,) = Task("year", (), ()).paths()
BEST = (0, 24, 0, 3, 2, 110)
HERE = "tests.benchmarks.test_runs"


def wrong(problem: Problem, seconds: float) -> Run:
    """A peer that books everything twice over in one room, and is proud of it."""
    bookings = [
        Booking(conference=c.id, start="2027-03-06T10:00", end="2027-03-06T11:45", room=None, chair=problem.chairs[0].id)
        for c in problem.conferences
    ]
    return Run(Schedule(bookings=tuple(bookings)), (Found(1.0, (0,) * 6),), proven_seconds=1.0, tiers_proven=6)


def missing(problem: Problem, seconds: float) -> Run:
    raise UnavailableError("Java is not installed. Install Java 17.")


@pytest.fixture
def odd_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {"wrong": f"{HERE}:wrong", "missing": f"{HERE}:missing", "nowhere": "benchmarks.nowhere:at_all"}
    monkeypatch.setattr(benchmarks.peers, "PEERS", {**PEERS, **odd})


@pytest.mark.usefixtures("odd_peers")
def test_a_schedule_that_the_checker_refuses_counts_as_none() -> None:
    found = run_of("wrong", tiny(), 9.0)
    assert (found.ending, found.tiers, found.bounds, found.history) == ("refused", (), (), ())
    assert (found.tiers_proven, found.proven_seconds) == (0, None)
    assert found.reason.split(" ", 2)[1:] == ["breaches:", found.reason.split(" ", 2)[2]]
    assert "R1" in found.reason


@pytest.mark.usefixtures("odd_peers")
def test_a_peer_that_is_not_installed_says_what_to_do() -> None:
    assert run_of("missing", tiny(), 9.0).reason == "Java is not installed. Install Java 17."
    assert run_of("nowhere", tiny(), 9.0).reason == "nowhere can't run: No module named 'benchmarks.nowhere'."
    assert {run_of(peer, tiny(), 9.0).ending for peer in ("missing", "nowhere")} == {"unavailable"}


def test_a_run_in_a_process_of_its_own_gives_its_record() -> None:
    found = run_apart("greedy", TINY, 5, 30.0)
    assert (found.ending, found.reason) == ("came back", "")
    assert (found.size, found.instance, found.conferences) == ("fixtures", "tiny", 5)
    assert found.tiers == found.history[-1].tiers >= BEST
    assert found.mebibytes > 0
    told = run_apart("lp_limit", TINY, 5, 30.0, BEST)
    assert told.figures["bound"] == BEST[-1]


def test_a_run_that_ends_with_an_error_says_its_last_words() -> None:
    found = run_apart("lp_limit", TINY, 5, 30.0)
    assert (found.ending, found.size, found.instance, found.conferences) == ("crashed", "fixtures", "tiny", 5)
    assert found.reason.endswith("TypeError: lp_limit() missing 1 required keyword-only argument: 'tiers'")


def test_a_run_ends_with_who_measures() -> None:
    command = [sys.executable, "-m", "benchmarks.one_run", "ours", str(YEAR), "600", os.devnull]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as run:
        assert run.stdin is not None
        run.stdin.close()
        assert run.wait(60) == 1


@pytest.mark.parametrize(
    ("code", "said", "is_late", "ending"),
    [
        (-signal.SIGKILL, "", False, "out of memory"),
        (1, "MemoryError", True, "out of memory"),
        (-signal.SIGSEGV, "", False, "crashed"),
        (-signal.SIGSEGV, "", True, "overran"),
        (1, "TypeError: no", False, "crashed"),
    ],
)
def test_what_ends_a_run_is_told_apart(code: int, said: str, is_late: bool, ending: str) -> None:
    assert _ending(code, said, is_late=is_late) == ending


def test_every_instance_and_peer_of_the_suites_is_there() -> None:
    tasks = [task for suite in SUITES.values() for task in suite.tasks]
    assert all(list(task.paths()) for task in tasks)
    assert {peer for task in tasks for peer, _ in task.limits} == set(PEERS)
    assert len(list(Task("national", (), ()).paths())) == 153
    assert len(list(SUITES["full"].tasks[1].paths())) == 20


def test_an_instance_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"month/never\.json: there is no such instance"):
        list(Task("month", ("never",), ()).paths())


def test_peers_are_found_by_their_names() -> None:
    assert [peer_named(name).__name__ for name in PEERS if name != "timefold"] == [n for n in PEERS if n != "timefold"]


def test_the_pool_plans_every_authority(tmp_path: Path) -> None:
    found = national([TINY, TINY, TINY], 30.0)
    assert (found.processes, len(found.in_pool), len(found.alone), found.proven) == (2, 3, 3, 3)
    alone = tuple(Planned(seconds, proven) for seconds, proven in ((1.0, True), (1.0, False), (2.0, True)))
    in_pool = (Planned(2.0, True), Planned(9.0, True), Planned(4.0, True))
    made_up = replace(found, pooled_seconds=3.0, in_pool=in_pool, alone=alone)
    assert (made_up.ratio, made_up.slowdown) == (1.5, 2.0)


def test_pictures_are_the_same_bytes_for_the_same_result(tmp_path: Path) -> None:
    records = (
        record(),
        cut_short("highs"),
        searched("timefold", (1, 1500), (4, 1005)),
        searched("greedy"),
        record(instance="april"),
        record(size="week", conferences=25, seconds=1.0),
    )
    path = written(Result("2027-03-01", "default", {}, "", records), tmp_path)
    pictures = list(plotted(path))
    assert [picture.name for picture in pictures] == [
        "2027-03-01-default-quality-month.svg",
        "2027-03-01-default-quality-week.svg",
        "2027-03-01-default-growth.svg",
    ]
    drawn = [picture.read_bytes() for picture in pictures]
    assert [picture.read_bytes() for picture in plotted(path)] == drawn
    assert "grows with the power of" in drawn[-1].decode()


def test_there_is_no_picture_of_nothing(tmp_path: Path) -> None:
    assert list(plotted(written(Result("2027-03-01", "evening-national", {}, ""), tmp_path))) == []
