from dataclasses import replace

import numpy as np

from scheduler.engines import cp_sat
from scheduler.engines.cuts.presence import MANY, presence_rows, request_of_columns
from scheduler.engines.cuts.rows import Rows
from scheduler.engines.part import Part
from scheduler.grouping import Ints
from tests.builders import chair, conference, room, tiny_problem
from tests.engines.small import array, made, whole
from tests.engines.small_problems import Case, case_of, cases

STAY = whole(
    made(
        [
            (-np.inf, [1, 1, 0, 0, 1, 0, -1, 0], 0),  # one moment of a stay, with its presence as column 6
            (-np.inf, [0, 0, 1, 1, 0, 0, -1, 0], 0),  # another moment
            (-np.inf, [0, 0, 0, 0, 0, 1, 0, -1], 0),  # another stay
            (-np.inf, [1, 1, 1, 0, 0, 0, 0, 0], 1),  # the first conference is booked once
        ],
        [1] * 8,
    )
)
"""Columns 0 to 2 of a first conference, 3 of a second, and 4 and 5 of a third."""


def whole_part(one: Case) -> Part:
    return whole(one.programme)


def dense(rows: Rows) -> list[list[int]]:
    assert not rows.most.any()
    return rows.matrix.toarray().tolist()


def test_columns_of_one_conference_at_several_moments_are_summed() -> None:
    assert dense(presence_rows(STAY, array(0, 0, 0, 1, 2, 2, MANY, MANY))) == [[1, 1, 1, 0, 0, 0, -1, 0]]


def test_what_may_be_booked_several_times_has_no_row() -> None:
    assert dense(presence_rows(STAY, array(MANY, MANY, MANY, 1, 2, 2, MANY, MANY))) == []


def test_a_presence_that_counts_above_one_has_no_row() -> None:
    top = np.where(np.arange(8) == 6, 2.0, 1.0)
    assert dense(presence_rows(replace(STAY, top=top), array(0, 0, 0, 1, 2, 2, MANY, MANY))) == []


def test_only_a_group_of_several_slots_is_booked_many_times() -> None:
    one = case_of(
        tiny_problem(
            rooms=[room("AYL-1", starts=["10:00", "14:00"])],
            chairs=[chair("C1")],
            conferences=[conference("A", kind="review", due="2027-03-12", site="AYL", chair="C1")],
            holds=[{"site": "AYL", "week": "2027-03-01", "count": 2}],
        )
    )
    assert one is not None
    request = request_of_columns(whole_part(one), one.candidates)
    number = len(one.candidates)
    assert set(request[:number].tolist()) == {0, MANY}
    assert (request[number:] == MANY).all()


def most_excess(part: Part, row: Ints, most: int) -> int:
    """By how much a whole solution can break a row at most."""
    result = cp_sat.search(replace(part, costs=-row, constant=0))
    assert result.finished
    assert result.point is not None
    return int(row @ result.point) - most


def test_no_whole_solution_of_a_problem_breaks_a_row() -> None:
    number = 0
    for one in cases(40):
        part = whole_part(one)
        rows = presence_rows(part, request_of_columns(part, one.candidates))
        for row, most in zip(rows.matrix.toarray()[:10], rows.most[:10].tolist(), strict=True):
            assert most_excess(part, row, most) <= 0
            number += 1
    assert number > 100
