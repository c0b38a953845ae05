"""The Timefold peer: its problem data, its environment, and the agreement of its score with the contract."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.protocol import UnavailableError
from benchmarks.timefold import environment
from benchmarks.timefold.peer import timefold
from benchmarks.timefold.problem_data import Plain, problem_data
from benchmarks.timefold.teams import Team, teams_of
from fixtures.generate import HERE as FIXTURES
from scheduler.checker import check
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import TIERS, Schedule
from scheduler.files import read_problem_file
from scheduler.measure import measure
from scheduler.model.bookings import bookings_of
from scheduler.model.build import build_programme
from scheduler.model.candidates import Candidates
from tests.builders import conference, minute_taker, room, tiny_problem
from tests.paths import EXAMPLES
from tests.random_problems import random_problem

SECONDS = 20.0
needs_timefold = pytest.mark.skipif(
    not environment.is_ready(), reason="Timefold's environment is missing. Install Java 17 or later and run `make timefold`."
)


@pytest.mark.slow
@needs_timefold
@pytest.mark.parametrize("path", [FIXTURES / "tiny.json", EXAMPLES / "march.replan.json"], ids=lambda path: path.stem)
def test_its_schedule_passes_the_checker_and_its_score_agrees(path: Path) -> None:
    problem = read_problem_file(path)
    run = timefold(problem, SECONDS)
    assert run.schedule is not None
    report = check(problem, run.schedule)
    assert (report.violations, tuple(report.measure.tiers.values())) == ((), run.history[-1].tiers)
    tiers = [result.tiers for result in run.history]
    assert tiers == sorted(set(tiers), reverse=True)
    assert set(run.figures) == {"build_seconds", "start_seconds"}


@pytest.mark.slow
@needs_timefold
def test_it_finds_the_optimum_of_the_tiny_problem() -> None:
    assert timefold(read_problem_file(FIXTURES / "tiny.json"), SECONDS).history[-1].tiers == (0, 24, 0, 3, 2, 110)


def test_without_java_it_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not environment.is_ready()
    with pytest.raises(UnavailableError, match=r"^Timefold needs Java 17 or later: `java` is not on the path. Install a JDK\.$"):
        timefold(tiny_problem(), SECONDS)


def test_an_old_java_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(UnavailableError, match=r'java is older or unknown \(openjdk version "11\.0\.2" 2019-01-15\)\.$'):
        environment.ready()


def test_a_service_past_midnight_is_not_supported() -> None:
    night = tiny_problem(rooms=[room(starts=["22:30"])], conferences=[conference(mode="hybrid")])
    with pytest.raises(ValueError, match="on another day"):
        problem_data(build_programme(night))


def test_teams_are_the_unions_of_choices() -> None:
    """M1 records at Aylesbury and virtually, M2 everywhere: so Wycombe has M2 alone, and all places have both."""
    takers = [minute_taker("M1", sites=["AYL"], max_per_day=1), minute_taker("M2", max_per_day=1)]
    day = {"first": "2027-03-15", "last": "2027-03-15"}
    candidates = build_programme(tiny_problem(horizon=day, minute_takers=takers)).candidates
    aylesbury, wycombe, nowhere = 0, 1, -1
    assert teams_of(candidates) == [
        Team(2, frozenset((time, site) for time in (0, 1) for site in (aylesbury, wycombe, nowhere))),
        Team(1, frozenset((time, wycombe) for time in (0, 1))),
    ]


def test_a_minute_taker_with_two_bookings_a_day_has_one_at_a_time() -> None:
    day = {"first": "2027-03-15", "last": "2027-03-15"}
    candidates = build_programme(tiny_problem(horizon=day, minute_takers=[minute_taker("M1", max_per_day=2)])).candidates
    everywhere = (0, 1, -1)
    assert teams_of(candidates) == [
        Team(2, frozenset((time, site) for time in (0, 1) for site in everywhere)),
        Team(1, frozenset((0, site) for site in everywhere)),
        Team(1, frozenset((1, site) for site in everywhere)),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_the_costs_of_a_single_booking_match_the_contract(seed: int) -> None:
    problem, candidates, plain = random_problem_within_days(seed)
    number = {booking["name"]: n for n, booking in enumerate(plain["bookings"])}
    for position in random.Random(seed).sample(range(len(candidates)), min(len(candidates), 20)):
        schedule = Schedule(bookings=bookings_of(candidates, np.array([position])))
        (only,) = schedule.bookings
        slot, chair = int(candidates.slot[position]), int(candidates.chair[position])
        assert list(measure(problem, schedule).tiers.values()) == costs_with(plain, number[only.conference], slot, chair)


def random_problem_within_days(seed: int) -> tuple[Problem, Candidates, Plain]:
    """Build the first random problem whose bookings end before midnight, its candidates, and Timefold's data of it."""
    rng = random.Random(seed)
    while True:
        problem = random_problem(rng)
        builder = build_programme(problem)
        with contextlib.suppress(ValueError):  # a booking could reach into the next day, which Timefold's model excludes
            return problem, builder.candidates, problem_data(builder)


def costs_with(plain: Plain, only: int, slot: int, chair: int) -> list[int]:
    """Return the cost of each tier by Timefold's data, with ``only`` as the one booking."""
    booking = plain["bookings"][only]
    others = [other["missing"] for n, other in enumerate(plain["bookings"]) if n != only]
    slot_costs = {tier: dict(zip(booking["slots"], costs, strict=True)) for tier, costs in booking["slot_costs"].items()}
    chair_costs = {tier: dict(zip(booking["chairs"], costs, strict=True)) for tier, costs in booking["chair_costs"].items()}
    above_cap = max(0, booking["new_children"] - plain["chairs"][chair]["children_left"])
    return [
        constant
        + sum(missing[tier] for missing in others)
        + slot_costs[tier][slot]
        + chair_costs[tier][chair]
        + (above_cap if tier == "caseload" else 0)
        for tier, constant in zip(TIERS, plain["constants"], strict=True)
    ]
