"""The smallest set of facts that forbids something, against trying every set."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.explanations.smallest import Facts, grown, minimum_hitting_set, smallest_forbidding

NUMBER = 6
SETS = st.lists(st.frozensets(st.integers(0, NUMBER - 1), min_size=1), min_size=1, max_size=6)


def subsets() -> list[Facts]:
    """Return every set of facts, the smallest first."""
    return [frozenset(one) for one in chain.from_iterable(combinations(range(NUMBER), size) for size in range(NUMBER + 1))]


@given(SETS)
def test_the_smallest_set_is_found_whatever_forbids(reasons: list[Facts]) -> None:
    """Each reason is a set of facts that forbids by itself."""
    asked: list[Facts] = []

    def forbid(facts: Facts) -> bool:
        asked.append(facts)
        return any(reason <= facts for reason in reasons)

    found = smallest_forbidding(forbid, NUMBER, frozenset(range(NUMBER)), [frozenset()])
    assert forbid(found)
    assert len(found) == min(map(len, reasons))


@given(SETS, st.integers(0, NUMBER))
def test_a_minimum_hitting_set_is_that_of_trying_every_set(sets: list[Facts], most: int) -> None:
    best = next(one for one in subsets() if all(one & other for other in sets))
    found = minimum_hitting_set(sets, most)
    if len(best) > most:
        assert found is None
    else:
        assert found is not None
        assert len(found) == len(best)
        assert all(found & one for one in sets)


@given(SETS, st.frozensets(st.integers(0, NUMBER - 1)))
def test_a_grown_set_allows_and_with_any_other_fact_forbids(reasons: list[Facts], first: Facts) -> None:
    def forbid(facts: Facts) -> bool:
        return any(reason <= facts for reason in reasons)

    if forbid(first):
        return
    others = [n for n in range(NUMBER) if n not in first]
    most = grown(forbid, first, others)
    assert first <= most
    assert not forbid(most)
    assert all(forbid(most | {n}) for n in others if n not in most)


def test_nothing_smaller_than_the_least_that_hits_is_tried() -> None:
    asked: list[Facts] = []

    def forbid(facts: Facts) -> bool:
        asked.append(facts)
        return len(facts) >= 3

    assert len(smallest_forbidding(forbid, 4, frozenset({0, 1, 2}), [frozenset({0, 1}), frozenset({2, 3})])) == 3
    assert all(len(facts) >= 2 for facts in asked)
