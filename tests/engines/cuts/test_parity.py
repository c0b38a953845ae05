from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scheduler.engines.cuts.parity import even_combinations, packed, unpacked
from scheduler.grouping import Mask


@given(st.integers(0, 4).flatmap(lambda rows: st.integers(1, 150).flatmap(lambda columns: arrays(np.bool_, (rows, columns)))))
def test_packing_is_reversible(bits: Mask) -> None:
    assert (unpacked(packed(bits), bits.shape[1]) == bits).all()


@given(st.data())
def test_combinations_are_even_in_every_column_and_odd_in_their_limit(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    odd, limit = data.draw(arrays(np.bool_, (rows, columns))), data.draw(arrays(np.bool_, rows))
    slack = data.draw(arrays(np.float64, rows, elements=st.sampled_from([0.0, 0.25, 0.5])))
    members, together = even_combinations(odd, limit, slack, np.arange(columns), 0.99, slack)
    for chosen, of_sum in zip(unpacked(members, rows), together, strict=True):
        assert (odd[chosen].sum(axis=0) % 2 == 0).all()
        assert limit[chosen].sum() % 2 == 1
        assert of_sum >= slack[chosen].sum() - 1e-9


@given(st.data())
def test_a_combination_without_slack_is_found_if_there_is_one(data: st.DataObject) -> None:
    """The elimination is complete as long as no slack drops a row."""
    rows, columns = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 5))
    odd, limit = data.draw(arrays(np.bool_, (rows, columns))), data.draw(arrays(np.bool_, rows))
    members, _ = even_combinations(odd, limit, np.zeros(rows), np.arange(columns), 0.99, np.zeros(rows))
    choices = (np.array(chosen, dtype=np.bool_) for chosen in product([False, True], repeat=rows))
    is_there_one = any((odd[one].sum(axis=0) % 2 == 0).all() and limit[one].sum() % 2 for one in choices)
    assert bool(len(members)) == is_there_one
