"""Ratios, medians and growth from sample records."""

from __future__ import annotations

import pytest

from benchmarks.comparison import Comparison, Ratio, median
from benchmarks.peers.protocol import Improvement
from benchmarks.records import Record, TimeToGoal, contradictions, gap, time_to_goal, time_within
from tests.benchmarks.sample_records import BEST, cut_short, record, searched


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [(BEST, 0.0), ((0, 10, 0, 2, 5, 1010), 0.01), ((0, 11, 0, 2, 5, 900), 0.1), ((1, 10, 0, 2, 5, 1000), 1.0), ((0, 10), None)],
)
def test_the_gap_is_that_of_the_worst_tier(tiers: tuple[int, ...], expected: float | None) -> None:
    assert gap(tiers, BEST) == expected


def test_the_time_within_1_per_cent_is_that_of_the_first_schedule() -> None:
    assert time_within(searched("timefold", (1, 1500), (4, 1010), (9, 1001)), BEST) == 4
    assert time_within(searched("timefold", (1, 1500), (4, 1011)), BEST) is None
    assert time_within(record(history=(Improvement(2, BEST[:3]), Improvement(3, BEST))), BEST) == 3


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (record("highs", seconds=7.0), TimeToGoal(7.0)),
        (cut_short("highs"), TimeToGoal(60.0, exact=False)),
        (record("highs", ending="overran", seconds=120.0, proven_seconds=None), TimeToGoal(60.0, exact=False)),
        (record("highs", ending="out of memory", proven_seconds=None), TimeToGoal(10.0, exact=False)),
        (record("highs", ending="crashed", proven_seconds=None), None),
        (record("timefold", ending="unavailable", proven_seconds=None), None),
        (searched("timefold", (1, 1500), (30, 1010)), TimeToGoal(30)),
        (searched("timefold", (1, 1500)), TimeToGoal(60.0, exact=False)),
        (searched("greedy", (0.1, 1500), seconds=0.1), None),
    ],
)
def test_the_time_to_a_goal(run: Record, expected: TimeToGoal | None) -> None:
    assert time_to_goal(run, BEST) == expected


def test_ratios_compare_one_instance_and_show_cut_short_peers() -> None:
    comparison = Comparison(
        (
            record(seconds=2.0),
            record("highs", seconds=50.0),
            cut_short("cp_sat_default"),
            searched("greedy", (0.1, 1500), seconds=0.1),
            cut_short("ours", "april"),
            record("highs", "april", seconds=50.0),
        )
    )
    ratios = {(i, peer): comparison.ratio("month", i, peer) for i in ("march", "april") for peer in comparison.labels("month")}
    assert ratios == {
        ("march", "ours"): Ratio(1.0),
        ("march", "highs"): Ratio(25.0),
        ("march", "cp_sat_default"): Ratio(30.0, at_least=True),
        ("march", "greedy"): None,
        ("april", "ours"): None,
        ("april", "highs"): None,
        ("april", "cp_sat_default"): None,
        ("april", "greedy"): None,
    }
    assert comparison.median_seconds("month", "ours") == Ratio(31.0, at_least=True)


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ([], None),
        ([None, Ratio(3)], Ratio(3)),
        ([Ratio(1), Ratio(2), Ratio(9, at_least=True)], Ratio(2)),
        ([Ratio(1, at_least=True), Ratio(2), Ratio(9)], Ratio(2, at_least=True)),
        ([Ratio(1), Ratio(9, at_least=True)], Ratio(5, at_least=True)),
    ],
)
def test_a_median_is_exact_unless_a_lower_limit_could_move_it(ratios: list[Ratio | None], expected: Ratio | None) -> None:
    assert median(ratios) == expected


def test_growth_is_the_exponent_between_sizes() -> None:
    sizes = (("week", 25, 1.0), ("month", 100, 8.0), ("quarter", 400, 64.0))
    runs = tuple(record(size=size, conferences=n, seconds=seconds) for size, n, seconds in sizes)
    growth = Comparison(runs).growth()
    assert growth == (pytest.approx(1.5), pytest.approx(1 / 125))
    assert Comparison(runs[:1]).growth() is None
    assert Comparison((runs[0], cut_short("ours", size="year", conferences=1200))).growth() is None


def test_phases_are_shares_of_our_time_over_all_runs_of_a_size() -> None:
    one, other = ({"building_seconds": 1.0, "proving_seconds": 2.0}, {"building_seconds": 1.0})
    comparison = Comparison((record(figures=one), record(instance="april", figures=other), record("highs", figures=one)))
    assert comparison.phases("month") == {
        "building": 0.5,
        "relaxing": 0.0,
        "searching": 0.0,
        "proving": 0.5,
        "giving_up": 0.0,
        "checking": 0.0,
    }
    assert Comparison((record(),)).phases("month") == {}


def test_a_proof_that_another_schedule_refutes_is_reported() -> None:
    better = (0, 10, 0, 2, 4, 2000)
    assert contradictions([record(), record("highs", tiers=better, tiers_proven=0)]) == [
        f"month/march: ours claims proof of {BEST}; highs has {better}."
    ]
    assert contradictions([record(tiers_proven=4), record("highs", tiers=better, tiers_proven=5)]) == []
