import numpy as np
import pytest

from scheduler.model.candidates import all_candidates
from scheduler.model.places import single_places
from scheduler.model.programme import Programme, ProgrammeBuilder
from tests.builders import tiny_problem

PROBLEM = tiny_problem(
    horizon={"first": "2027-03-01", "last": "2027-03-01"},
    rooms=[{"id": "AYL-1", "site": "AYL", "starts": ["10:00", "14:00"]}],
    virtual_starts=["10:00"],
)


@pytest.fixture
def builder() -> ProgrammeBuilder:
    """Of six candidates: one conference at two starts in the room, and virtually at one, each with two chairs."""
    return ProgrammeBuilder(all_candidates(PROBLEM, single_places(PROBLEM)))


def rows(programme: Programme) -> list[tuple[float, dict[int, int], float]]:
    """Each row's lower bound, coefficients and upper bound."""
    matrix = programme.matrix.toarray()
    return [
        (lower, {n: int(value) for n, value in enumerate(row) if value}, upper)
        for lower, row, upper in zip(programme.row_lower, matrix, programme.row_upper, strict=True)
    ]


def costs(programme: Programme, tier: str) -> tuple[int, dict[int, int]]:
    """A tier's constant, and its columns that cost."""
    return programme.constants[tier], {n: cost for n, cost in enumerate(programme.costs[tier].tolist()) if cost}


def array(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_of_nothing_posted_there_is_a_column_for_each_candidate_and_no_row(builder: ProgrammeBuilder) -> None:
    programme = builder.programme()
    assert (programme.columns, programme.matrix.shape, programme.upper.tolist()) == (6, (0, 6), [1] * 6)
    assert set(programme.constants.values()) == {0}
    assert all(not tier.any() for tier in programme.costs.values())


def test_rows_are_numbered_on_from_call_to_call(builder: ProgrammeBuilder) -> None:
    builder.limit(array(0, 0, 1), array(0, 1, 2), at_most=[1, 2])
    builder.limit(array(1), array(5), 3, at_least=-1, at_most=4, rows=2)
    builder.limit(array(), array(), at_most=1)
    assert rows(builder.programme()) == [
        (-np.inf, {0: 1, 1: 1}, 1),
        (-np.inf, {2: 1}, 2),
        (-1, {}, 4),
        (-1, {5: 3}, 4),
    ]


def test_columns_that_count_come_after_the_candidates(builder: ProgrammeBuilder) -> None:
    assert builder.count_columns(2).tolist() == [6, 7]
    assert builder.count_columns(2, [3, 4]).tolist() == [8, 9]
    assert builder.programme().upper.tolist() == [1] * 8 + [3, 4]


def test_costs_of_a_column_add_up(builder: ProgrammeBuilder) -> None:
    builder.pay("late", array(0, 0, 3), array(1, 2, 5))
    builder.pay("late", array(3), 4)
    builder.pay_always("late", 7)
    builder.pay_always("late", 1)
    assert costs(builder.programme(), "late") == (8, {0: 3, 3: 9})


def test_paying_above_a_limit_counts_the_excess(builder: ProgrammeBuilder) -> None:
    builder.pay_above("caseload", array(0, 0, 1), array(0, 1, 2), array(2, 3, 4), array(1, 9), 10)
    programme = builder.programme()
    assert rows(programme) == [(-np.inf, {0: 2, 1: 3, 6: -1}, 1), (-np.inf, {2: 4, 7: -1}, 9)]
    assert programme.upper[6:].tolist() == [4, 0]
    assert costs(programme, "caseload") == (0, {6: 10, 7: 10})


def test_paying_above_a_limit_already_passed_costs_from_the_start(builder: ProgrammeBuilder) -> None:
    builder.pay_above("caseload", array(0), array(0), 2, array(-3), 10)
    programme = builder.programme()
    assert rows(programme) == [(-np.inf, {0: 2, 6: -1}, 0)]
    assert programme.upper[6:].tolist() == [2]
    assert costs(programme, "caseload") == (30, {6: 10})


def test_groups_that_cannot_pass_their_limit_get_no_row(builder: ProgrammeBuilder) -> None:
    builder.limit_groups(array(0, 1, 2, 0), array(0, 1, 2, 3), array(1, 1, 0), array(2, 1, 1))
    assert rows(builder.programme()) == [(-np.inf, {0: 1, 3: 1}, 1), (-np.inf, {2: 1}, 0)]


def test_limits_at_one_moment_are_the_groups_own(builder: ProgrammeBuilder) -> None:
    builder.limit_together(array(0, 0, 1), array(0, 1, 2), array(0, 5, 5), array(6, 9, 9), most=[1, 2])
    builder.limit_together(array(), array(), array(), array())
    assert rows(builder.programme()) == [(-np.inf, {0: 1, 1: 1}, 1), (-np.inf, {2: 1}, 2)]


def test_presence_is_forced_by_any_of_the_group(builder: ProgrammeBuilder) -> None:
    columns = builder.presence_columns(array(0, 0, 1), array(0, 1, 2), array(0, 6, 0), array(6, 9, 9))
    assert columns.tolist() == [6, 7]
    assert rows(builder.programme()) == [
        (-np.inf, {0: 1, 6: -1}, 0),
        (-np.inf, {1: 1, 6: -1}, 0),
        (-np.inf, {2: 1, 7: -1}, 0),
    ]


def test_presence_of_nothing_is_nothing(builder: ProgrammeBuilder) -> None:
    assert builder.presence_columns(array(), array(), array(), array()).tolist() == []
    assert builder.programme().matrix.shape == (0, 6)
