import numpy as np

from scheduler.engines.diving import dive
from scheduler.engines.highs_process import Highs
from tests.engines.small import keeps, no_limit, whole
from tests.engines.small_problems import cases


def test_a_dive_ends_at_a_solution_with_each_conference_on_one_day(highs: Highs) -> None:
    reached = 0
    for one in cases(12):
        part = whole(one.programme, "unplaced")
        start = highs.relaxation(part, no_limit())
        assert start is not None
        found = dive(highs, one.candidates, part, start, no_limit(), seed=1)
        if found is None:
            continue
        reached += 1
        smaller, values = found
        point = np.zeros(one.programme.columns, dtype=np.int64)
        point[smaller.columns] = values
        assert keeps(smaller, values)
        assert keeps(one.programme, point)
        assert part.constant + int(part.costs @ point) >= start.value - 1e-6
        own = smaller.columns[smaller.columns < len(one.candidates)]
        for n in range(len(one.candidates.problem.conferences)):
            of_conference = own[one.candidates.request[own] == n]
            surely = start.point[: len(one.candidates)][one.candidates.request == n].sum() > 1 - 1e-6
            assert not surely or len(np.unique(one.candidates.day[of_conference])) == 1
    assert reached >= 8


def test_a_dive_whose_budget_is_over_still_ends(highs: Highs) -> None:
    one = next(cases(1))
    part = whole(one.programme, "unplaced")
    start = highs.relaxation(part, no_limit())
    assert start is not None
    over = no_limit()
    over.stop.set()
    found = dive(highs, one.candidates, part, start, over, seed=1)
    assert found is None or keeps(found[0], found[1])
