from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from api.free_busy.intervals import without
from scheduler.domain.values import Interval

MIDNIGHT = dt.datetime(2027, 1, 12)
MINUTE = dt.timedelta(minutes=1)


def time(start: int, end: int) -> Interval:
    """Return the interval between two minutes of the day."""
    return Interval(start=MIDNIGHT + start * MINUTE, end=MIDNIGHT + end * MINUTE)


times = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda ends: ends[0] < ends[1]).map(lambda ends: time(*ends))


def minutes(times: tuple[Interval, ...] | list[Interval]) -> set[dt.datetime]:
    return {one.start + n * MINUTE for one in times for n in range((one.end - one.start) // MINUTE)}


def test_taken_times_are_cut_out() -> None:
    busy = (time(0, 10), time(20, 30), time(40, 50))
    assert without(busy, [time(5, 25), time(42, 44)]) == (time(0, 5), time(25, 30), time(40, 42), time(44, 50))
    assert without(busy, [time(10, 20), time(30, 40)]) == busy


@given(st.lists(times, max_size=6), st.lists(times, max_size=6))
def test_each_minute_remains_unless_it_is_taken(busy: list[Interval], taken: list[Interval]) -> None:
    left = without(busy, taken)
    assert minutes(left) == minutes(busy) - minutes(taken)
    assert all(Interval.model_validate(one.model_dump()) == one for one in left)
