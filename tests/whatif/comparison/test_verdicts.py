from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.policy import Policy, Weights
from scheduler.domain.schedule import TIERS, Tier
from scheduler.whatif.comparison.verdicts import Difference, Judgement, Verdict, differences, judgement, recounted_tiers

Vector = tuple[int, ...]


def tiers(*values: int | tuple[int, int]) -> tuple[Tier, ...]:
    """Build the six tiers from proven values, or values with bounds. Missing tiers are 0 and proven."""
    pairs = [(value, value) if isinstance(value, int) else value for value in (*values, *[0] * (6 - len(values)))]
    return tuple(
        Tier(name=name, value=value, bound=bound, proven=bound == value)
        for name, (value, bound) in zip(TIERS, pairs, strict=True)
    )


@pytest.mark.parametrize(
    ("base", "scenario", "least", "most", "verdict", "text"),
    [
        (24, 24, 0, 0, Verdict.EQUAL, "proven equal"),
        (24, 0, -24, -24, Verdict.BETTER, "proven better by 24"),
        (0, 1500, 1500, 1500, Verdict.WORSE, "proven worse by 1,500"),
        ((24, 20), 10, -14, -10, Verdict.BETTER, "proven better by at least 10"),
        (24, (40, 30), 6, 16, Verdict.WORSE, "proven worse by at least 6"),
        ((24, 20), (40, 18), -6, 20, Verdict.OPEN, "anything from 6 better to 20 worse"),
        (24, (40, 24), 0, 16, Verdict.OPEN, "anything from equal to 16 worse"),
        ((24, 20), (24, 20), -4, 4, Verdict.OPEN, "anything from 4 better to 4 worse"),
    ],
)
def test_the_first_tier(
    base: int | tuple[int, int], scenario: int | tuple[int, int], least: int, most: int, verdict: Verdict, text: str
):
    results = differences(tiers(base), tiers(scenario))[0]
    assert results == Difference(tier="unplaced", least=least, most=most, verdict=verdict)
    assert results.text == text


def test_tiers_after_an_unproven_one_are_unknown():
    results = differences(tiers(0, (24, 20), 3), tiers(1, 24, 2))
    assert [(one.tier, one.least, one.most, one.verdict) for one in results] == [
        ("unplaced", 1, 1, Verdict.WORSE),
        ("late", 0, 4, Verdict.OPEN),
        *((tier, None, None, Verdict.OPEN) for tier in TIERS[2:]),
    ]
    assert results[2].text == "not known, since an earlier tier is not proven"
    assert [one.matters for one in results] == [True, True, False, False, False, False]


def test_the_same_problem_is_equal_even_if_nothing_is_proven():
    results = differences(tiers((3, 0), (5, 0)), tiers((3, 0), (5, 0)), is_same=True)
    assert {(one.least, one.most, one.verdict) for one in results} == {(0, 0, Verdict.EQUAL)}
    assert [one.tier for one in results] == list(TIERS)


@pytest.mark.parametrize(
    ("base", "scenario", "expected", "text"),
    [
        ((0, 24), (0, 24), Judgement(verdict=Verdict.EQUAL, tier=None), "proven as good"),
        ((0, 24), (0, 12, 9), Judgement(verdict=Verdict.BETTER, tier="late"), "proven better: Lateness"),
        (
            (0, 24, 1),
            (0, 24, 9),
            Judgement(verdict=Verdict.WORSE, tier="stability"),
            "proven worse: Changes to what is published",
        ),
        ((0, (24, 20)), (0, 22, 9), Judgement(verdict=Verdict.OPEN, tier="late"), "not proven: Lateness"),
    ],
)
def test_the_first_tier_that_differs_decides(base: Sequence[int], scenario: Sequence[int], expected: Judgement, text: str):
    judged = judgement(differences(tiers(*base), tiers(*scenario)))
    assert judged == expected
    assert judged.text == text


def test_tiers_counted_differently_say_so():
    base = Policy()
    assert recounted_tiers(base, base) == recounted_tiers(base, Policy(off=("R4",), late_base=9)) == set()
    recounted = recounted_tiers(base, Policy(weights=Weights(friday=0), caseload_cap=80))
    assert recounted == recounted_tiers(base, Policy(off=("friday",), caseload_cap=80)) == {"caseload", "preferences"}
    results = differences(tiers(0, 0, 0, 0, 2, 60), tiers(0, 0, 0, 0, 9, 0), recounted=recounted)
    assert [one.text for one in results[3:]] == [
        "proven equal", "proven worse by 7 (with another cap)", "proven better by 60 (at other prices)",
    ]  # fmt: skip
    assert judgement(results).text == "proven worse: Children above the caps (with another cap)"


@st.composite
def honest(draw: st.DrawFn) -> tuple[Vector, tuple[Tier, ...]]:
    """Draw the best of some vectors, and tiers with valid bounds for one of them."""
    vectors = draw(st.lists(st.tuples(*[st.integers(0, 3)] * 6), min_size=1, max_size=4))
    incumbent = draw(st.sampled_from(vectors))
    claimed: list[Tier] = []
    for n, name in enumerate(TIERS):
        # A bound is valid for schedules that equal the incumbent in the earlier tiers.
        lowest = min(vector[n] for vector in vectors if vector[:n] == incumbent[:n])
        bound = draw(st.integers(0, lowest))
        claimed.append(Tier(name=name, value=incumbent[n], bound=bound, proven=bound == incumbent[n]))
    return min(vectors), tuple(claimed)


@given(honest(), honest())
def test_verdicts_are_true_of_both_optima(base: tuple[Vector, tuple[Tier, ...]], other: tuple[Vector, tuple[Tier, ...]]):
    results = differences(base[1], other[1])
    true = [after - before for before, after in zip(base[0], other[0], strict=True)]
    for difference, amount in zip(results, true, strict=True):
        if difference.least is not None and difference.most is not None:
            assert difference.least <= amount <= difference.most
    judged = judgement(results)
    match judged.verdict:
        case Verdict.BETTER:
            assert other[0] < base[0]
        case Verdict.WORSE:
            assert other[0] > base[0]
        case Verdict.EQUAL:
            assert other[0] == base[0]
        case Verdict.OPEN:
            assert any(not tier.proven for tier in (*base[1], *other[1]))
