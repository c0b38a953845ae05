import pytest

from benchmarks.offering import Times, fair_slowdown, slowdown


@pytest.mark.parametrize(
    ("workers", "cores", "median", "tail"), [(2, 2, 1.5, 2.0), (1, 2, 1.0, 1.0), (2, 4, 1.0, 1.0), (4, 2, 2.5, 3.0)]
)
def test_a_thread_gets_its_share_of_the_cores_and_waits_longest_on_the_fullest(
    workers: int, cores: int, median: float, tail: float
) -> None:
    assert fair_slowdown(workers, cores) == {"median": median, "p95": tail}


def test_slowdowns_compare_medians_with_medians_and_tails_with_tails() -> None:
    assert slowdown((1.0, 1.0, 2.0), (1.5, 1.5, 4.0)) == {"median": 1.5, "p95": 2.0}


def test_the_figures_state_http_as_a_multiple_of_the_engine() -> None:
    assert Times(http=(0.2, 0.3, 0.9), engine=(0.1, 0.2, 0.3)).as_json() == {
        "requests": 3,
        "http_seconds": {"median": 0.3, "p95": 0.9},
        "engine_seconds": {"median": 0.2, "p95": 0.3},
        "times_engine": {"median": 1.5, "p95": 3.0},
    }
