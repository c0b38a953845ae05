from random import Random

import numpy as np
import pytest

from scheduler.grouping import at_one_moment, members, numbered, ranges, table


def as_pairs(columns: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return [(int(one), int(other)) for one, other in zip(*columns, strict=True)]


def as_sets(rows: np.ndarray, entries: np.ndarray) -> list[set[int]]:
    assert sorted(set(rows.tolist())) == list(range(len(set(rows.tolist()))))
    return [set(entries[rows == row].tolist()) for row in range(len(set(rows.tolist())))]


def test_combinations_are_numbered_in_order_with_first_positions() -> None:
    number, first = numbered(np.array([7, 3, 7, 3, 7]), np.array([-1, 4, -1, -1, 5]))
    assert (number.tolist(), first.tolist()) == ([2, 1, 2, 0, 3], [3, 1, 0, 4])


def test_no_entries_have_no_numbers() -> None:
    number, first = numbered(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert (number.tolist(), first.tolist()) == ([], [])


def test_a_table_may_have_no_rows_or_no_columns() -> None:
    assert table((1, 2), (1, 2, 3), lambda row, column: row < column).tolist() == [[False, True, True], [False, False, True]]
    assert table((), (1, 2), lambda row, column: True).shape == (0, 2)
    assert table((1, 2), (), lambda row, column: True).shape == (2, 0)


def test_every_integer_of_every_range_is_listed() -> None:
    assert as_pairs(ranges(np.array([5, 2, 9]), np.array([7, 2, 10]))) == [(0, 5), (0, 6), (2, 9)]


def test_a_backward_range_is_empty() -> None:
    assert as_pairs(ranges(np.array([5, 2]), np.array([3, 4]))) == [(1, 2), (1, 3)]


def test_members_of_the_requested_groups() -> None:
    assert as_pairs(members(np.array([4, 1, 4, 0]), np.array([4, 2, 0, 4]))) == [(0, 0), (0, 2), (2, 3), (3, 0), (3, 2)]


def overlapping_sets(*intervals: tuple[int, int, int]) -> list[set[int]]:
    """The overlapping sets of (group, start, end) intervals."""
    group, start, end = np.array(intervals, dtype=np.int64).reshape(-1, 3).T
    return as_sets(*at_one_moment(group, start, end))


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ((), []),
        (((0, 0, 10),), [{0}]),
        (((0, 0, 10), (0, 10, 20)), [{0}, {1}]),
        (((0, 0, 11), (0, 10, 20)), [{0, 1}]),
        (((0, 0, 11), (1, 10, 20)), [{0}, {1}]),
        (((0, 0, 10), (0, 5, 15), (0, 9, 20)), [{0, 1, 2}]),
        (((0, 0, 10), (0, 5, 15), (0, 10, 20)), [{0, 1}, {1, 2}]),
        (((0, 0, 30), (0, 0, 10), (0, 20, 30)), [{0, 1}, {0, 2}]),
        (((5, -50, -30), (5, -40, 0), (2, -50, 0)), [{2}, {0, 1}]),
    ],
    ids=["none", "one", "touching", "overlapping", "groups", "all", "a chain", "within", "before midnight"],
)
def test_sets_share_a_moment_and_are_maximal(intervals: tuple[tuple[int, int, int], ...], expected: list[set[int]]) -> None:
    assert overlapping_sets(*intervals) == expected


def test_two_intervals_overlap_if_and_only_if_a_set_has_both() -> None:
    for seed in range(200):
        random = Random(seed)
        intervals = [
            (random.randint(0, 2), start, start + random.randint(1, 9))
            for start in (random.randint(0, 20) for _ in range(random.randint(1, 12)))
        ]
        sets = overlapping_sets(*intervals)
        for n, (group, start, end) in enumerate(intervals):
            for m, (other_group, other_start, other_end) in enumerate(intervals):
                overlap = group == other_group and start < other_end and other_start < end
                assert overlap == any({n, m} <= one for one in sets), seed
        assert not any(one < other for one in sets for other in sets), seed
