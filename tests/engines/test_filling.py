import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.engines.filling import Filling, completed, filled
from scheduler.model.programme import Programme
from tests.engines.small import array, keeps, made
from tests.engines.small_problems import cases

NOTHING = np.arange(0)


@st.composite
def programmes_of_rules(draw: st.DrawFn) -> Programme:
    """Rows as the rules post them: sums of candidates and counting columns, each up to a limit."""
    candidates, counting = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    rows = []
    for _ in range(draw(st.integers(0, 5))):
        own = draw(st.lists(st.integers(0, 3), min_size=candidates, max_size=candidates))
        relief = draw(st.lists(st.integers(-2, 1), min_size=counting, max_size=counting))
        rows.append((-math.inf, [*own, *relief], draw(st.integers(0, 4))))
    return made(rows, [*draw(st.lists(st.integers(1, 2), min_size=candidates, max_size=candidates)), *[2] * counting])


@settings(max_examples=200, deadline=None)
@given(programmes_of_rules(), st.data())
def test_whatever_is_added_every_row_holds(programme: Programme, data: st.DataObject) -> None:
    filling = Filling(programme)
    for column in data.draw(st.lists(st.integers(0, programme.columns - 1), max_size=10)):
        before = filling.point.copy()
        fits = column in filling.fitting(np.arange(programme.columns))
        if filling.add(column):
            assert fits
            assert filling.point[column] > before[column]
            assert (filling.point >= before).all()
        else:
            assert filling.point.tolist() == before.tolist()
        assert keeps(programme, filling.point)


def test_counting_columns_rise_with_what_needs_them() -> None:
    """Each candidate needs the counting column that is paid for in the last row, which can be had once."""
    programme = made([(-math.inf, [1, 1, -2, 0], 0), (-math.inf, [0, 0, 1, -1], 0), (-math.inf, [0, 0, 0, 1], 1)], [1, 1, 2, 2])
    filling = Filling(programme)
    assert filling.add(0)
    assert filling.point.tolist() == [1, 0, 1, 1]
    assert filling.add(1)
    assert filling.point.tolist() == [1, 1, 1, 1]
    assert not filling.add(1)


def test_a_row_with_a_lower_limit_is_never_undercut() -> None:
    filling = Filling(made([(-1, [-1, 0], math.inf)], [2, 1]))
    assert (filling.add(0), filling.add(0), filling.point.tolist()) == (True, False, [1, 0])


def test_what_cannot_be_added_does_not_fit() -> None:
    filling = Filling(made([(-math.inf, [1, 1, 0, 0], 1), (-math.inf, [0, 0, 1, -1], 0)], [1, 1, 1, 1]))
    assert filling.fitting(array(0, 1, 2)).tolist() == [0, 1, 2]
    filling.add(0)
    assert filling.fitting(array(1, 2)).tolist() == [2]
    assert filling.fitting(NOTHING).tolist() == []


def test_a_counting_column_rises_to_a_million_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A candidate with a million children: the column that counts those above the cap takes as many, or refuses."""
    children = 1_000_000
    filling = Filling(made([(-math.inf, [children, children, -1], 85)], [1, 1, 2 * children - 85]))
    steps = Counter[int]()
    move = filling._move

    def counted(column: int, step: int) -> None:
        steps[column] += 1
        move(column, step)

    monkeypatch.setattr(filling, "_move", counted)
    assert [filling.add(0), filling.add(1), filling.point.tolist()] == [True, True, [1, 1, 2 * children - 85]]
    assert steps == {0: 1, 1: 1, 2: 2}
    too_low = Filling(made([(-math.inf, [children, -1], 85)], [1, children - 86]))
    assert [too_low.add(0), too_low.point.tolist()] == [False, [0, 0]]


def test_what_earns_is_raised_afterwards_if_it_does_no_harm() -> None:
    """The last two columns are 1 only beside the first and the second candidate."""
    programme = made([(-math.inf, [-1, 0, 1, 0], 0), (-math.inf, [0, -1, 0, 1], 0)], [1, 1, 1, 1])
    assert completed(programme, array(0), NOTHING).tolist() == [1, 0, 0, 0]
    with_earnings = completed(programme, array(0), array(2))
    assert with_earnings.tolist() == [1, 0, 1, 0]


def test_problems_are_filled_as_far_as_anything_fits() -> None:
    for one in cases(30):
        chosen = filled(one.candidates, one.programme, np.arange(len(one.candidates)), one.locked)
        point = completed(one.programme, chosen, one.earning)
        assert keeps(one.programme, point)
        assert np.isin(one.locked, chosen).all()
        assert np.flatnonzero(point[: len(one.candidates)]).tolist() == sorted(chosen.tolist())
        again = filled(one.candidates, one.programme, np.arange(len(one.candidates)), chosen)
        assert sorted(again.tolist()) == sorted(chosen.tolist())


def test_the_best_of_each_request_is_taken_first() -> None:
    one = next(cases(1))
    number = len(one.candidates)
    for worth in (np.arange(number), -np.arange(number)):
        chosen = filled(one.candidates, one.programme, worth, one.locked, rounds=1)
        first = one.candidates.request[chosen].tolist()
        assert len(set(first)) >= 1
        fewest = min(
            set(first), key=lambda n: (n >= len(one.candidates.problem.conferences), len(one.candidates.of_request(n)), n)
        )
        own = one.candidates.of_request(fewest)
        fitting = Filling(one.programme).fitting(own)
        assert chosen[one.candidates.request[chosen] == fewest].tolist() == [fitting[np.argmin(worth[fitting])]]


def test_more_rounds_place_no_fewer() -> None:
    for one in cases(15):
        placed = [
            len(
                np.unique(
                    one.candidates.request[filled(one.candidates, one.programme, np.arange(len(one.candidates)), one.locked, n)]
                )
            )
            for n in (1, 12)
        ]
        conferences = len(one.candidates.problem.conferences)
        assert placed[0] <= placed[1] or conferences < placed[0]


def test_no_round_but_the_first_is_begun_once_time_is_up() -> None:
    for one in cases(15):
        number = len(one.candidates)
        for rounds in (1, 12):
            in_time = filled(one.candidates, one.programme, np.arange(number), one.locked, rounds=1)
            late = filled(one.candidates, one.programme, np.arange(number), one.locked, rounds, over=lambda: True)
            assert late.tolist() == in_time.tolist()
