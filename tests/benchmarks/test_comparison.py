"""Ratios, medians and growth from made-up runs."""

from __future__ import annotations

import pytest

from benchmarks.comparison import Comparison, Ratio, median
from benchmarks.peers.protocol import Found
from benchmarks.records import Reached, Record, contradictions, gap, reached, within_reach
from tests.benchmarks.made_up import BEST, cut_short, record, searched


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [(BEST, 0.0), ((0, 10, 0, 2, 5, 1010), 0.01), ((0, 11, 0, 2, 5, 900), 0.1), ((1, 10, 0, 2, 5, 1000), 1.0), ((0, 10), None)],
)
def test_a_gap_is_that_of_the_worst_tier(tiers: tuple[int, ...], expected: float | None) -> None:
    assert gap(tiers, BEST) == expected


def test_within_reach_is_the_first_schedule_within_one_per_cent() -> None:
    assert within_reach(searched("timefold", (1, 1500), (4, 1010), (9, 1001)), BEST) == 4
    assert within_reach(searched("timefold", (1, 1500), (4, 1011)), BEST) is None
    assert within_reach(record(history=(Found(2, BEST[:3]), Found(3, BEST))), BEST) == 3


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (record("highs", seconds=7.0), Reached(7.0)),
        (cut_short("highs"), Reached(60.0, exact=False)),
        (record("highs", ending="overran", seconds=120.0, proven_seconds=None), Reached(60.0, exact=False)),
        (record("highs", ending="out of memory", proven_seconds=None), Reached(10.0, exact=False)),
        (record("highs", ending="crashed", proven_seconds=None), None),
        (record("timefold", ending="unavailable", proven_seconds=None), None),
        (searched("timefold", (1, 1500), (30, 1010)), Reached(30)),
        (searched("timefold", (1, 1500)), Reached(60.0, exact=False)),
        (searched("greedy", (0.1, 1500), seconds=0.1), None),
    ],
)
def test_when_a_goal_was_reached(run: Record, expected: Reached | None) -> None:
    assert reached(run, BEST) == expected


def test_ratios_are_of_one_instance_and_at_least_where_a_peer_was_cut_short() -> None:
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
    found = {(i, peer): comparison.ratio("month", i, peer) for i in ("march", "april") for peer in comparison.labels("month")}
    assert found == {
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
def test_a_median_is_exact_only_where_nothing_unknown_could_move_it(ratios: list[Ratio | None], expected: Ratio | None) -> None:
    assert median(ratios) == expected


def test_growth_is_the_exponent_between_sizes() -> None:
    sizes = (("week", 25, 1.0), ("month", 100, 8.0), ("quarter", 400, 64.0))
    runs = tuple(record(size=size, conferences=n, seconds=seconds) for size, n, seconds in sizes)
    found = Comparison(runs).growth()
    assert found == (pytest.approx(1.5), pytest.approx(1 / 125))
    assert Comparison(runs[:1]).growth() is None
    assert Comparison((runs[0], cut_short("ours", size="year", conferences=1200))).growth() is None


def test_phases_are_shares_of_all_our_runs_of_a_size() -> None:
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


def test_a_proof_that_another_schedule_refutes_is_told() -> None:
    better = (0, 10, 0, 2, 4, 2000)
    assert contradictions([record(), record("highs", tiers=better, tiers_proven=0)]) == [
        f"month/march: ours calls {BEST} proven; highs has {better}."
    ]
    assert contradictions([record(tiers_proven=4), record("highs", tiers=better, tiers_proven=5)]) == []
