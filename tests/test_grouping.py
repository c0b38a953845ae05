from random import Random

import numpy as np
import pytest

from scheduler.grouping import at_one_moment, members, numbered, ranges, table


def pairs(found: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return [(int(one), int(other)) for one, other in zip(*found, strict=True)]


def sets_of(rows: np.ndarray, entries: np.ndarray) -> list[set[int]]:
    assert sorted(set(rows.tolist())) == list(range(len(set(rows.tolist()))))
    return [set(entries[rows == row].tolist()) for row in range(len(set(rows.tolist())))]


def test_numbers_combinations_in_order_and_says_where_each_first_occurs() -> None:
    number, first = numbered(np.array([7, 3, 7, 3, 7]), np.array([-1, 4, -1, -1, 5]))
    assert (number.tolist(), first.tolist()) == ([2, 1, 2, 0, 3], [3, 1, 0, 4])


def test_numbers_nothing() -> None:
    number, first = numbered(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    assert (number.tolist(), first.tolist()) == ([], [])


def test_tables_what_holds_even_where_there_are_no_rows_or_columns() -> None:
    assert table((1, 2), (1, 2, 3), lambda row, column: row < column).tolist() == [[False, True, True], [False, False, True]]
    assert table((), (1, 2), lambda row, column: True).shape == (0, 2)
    assert table((1, 2), (), lambda row, column: True).shape == (2, 0)


def test_lists_every_number_of_every_range() -> None:
    assert pairs(ranges(np.array([5, 2, 9]), np.array([7, 2, 10]))) == [(0, 5), (0, 6), (2, 9)]


def test_a_backward_range_is_empty() -> None:
    assert pairs(ranges(np.array([5, 2]), np.array([3, 4]))) == [(1, 2), (1, 3)]


def test_finds_the_members_of_the_groups_that_are_wanted() -> None:
    assert pairs(members(np.array([4, 1, 4, 0]), np.array([4, 2, 0, 4]))) == [(0, 0), (0, 2), (2, 3), (3, 0), (3, 2)]


def at_once(*intervals: tuple[int, int, int]) -> list[set[int]]:
    group, start, end = np.array(intervals, dtype=np.int64).reshape(-1, 3).T
    return sets_of(*at_one_moment(group, start, end))


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
def test_sets_share_a_moment_and_none_lies_within_another(
    intervals: tuple[tuple[int, int, int], ...], expected: list[set[int]]
) -> None:
    assert at_once(*intervals) == expected


def test_two_intervals_overlap_exactly_if_some_set_holds_both() -> None:
    for seed in range(200):
        random = Random(seed)
        intervals = [
            (random.randint(0, 2), start, start + random.randint(1, 9))
            for start in (random.randint(0, 20) for _ in range(random.randint(1, 12)))
        ]
        sets = at_once(*intervals)
        for n, (group, start, end) in enumerate(intervals):
            for m, (other_group, other_start, other_end) in enumerate(intervals):
                overlap = group == other_group and start < other_end and other_start < end
                assert overlap == any({n, m} <= one for one in sets), seed
        assert not any(one < other for one in sets for other in sets), seed
