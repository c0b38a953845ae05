import pytest

from fixtures.tiny import tiny
from scheduler.domain.schedule import TIERS, Tier
from scheduler.sweeps.task import solve, task_of
from scheduler.whatif.comparison.verdicts import Difference, Verdict, differences
from scheduler.whatif.marginal_value.units import Market
from scheduler.whatif.marginal_value.worth import Worth, lower_bound_of, one_way, worth


def tiers(*pairs: tuple[int, int]) -> tuple[Tier, ...]:
    """Build tiers from pairs of value and bound. Missing tiers are 0 and proven."""
    filled = (*pairs, *[(0, 0)] * (len(TIERS) - len(pairs)))
    return tuple(Tier(name=n, value=v, bound=b, proven=v == b) for n, (v, b) in zip(TIERS, filled, strict=True))


def summary(results: tuple[Difference, ...]) -> list[tuple[int | None, int | None, str]]:
    return [(difference.least, difference.most, difference.verdict.value) for difference in results]


UNKNOWN = (None, None, "open")
EQUAL = (0, 0, "equal")


@pytest.mark.parametrize(
    ("of_tiers", "best"),
    [
        (tiers((1, 1), (2, 2), (0, 0), (0, 0), (0, 0), (7, 7)), (1, 2, 0, 0, 0, 7)),
        (tiers((1, 1), (2, 2), (0, 0), (0, 0), (0, 0), (7, 5)), (1, 2, 0, 0, 0, 5)),
        (tiers((1, 1), (9, 4), (3, 3), (3, 3), (3, 3), (7, 7)), (1, 4, 0, 0, 0, 0)),
    ],
)
def test_the_lower_bound_ends_at_the_first_unproven_tier(of_tiers: tuple[Tier, ...], best: tuple[int, ...]):
    assert lower_bound_of(of_tiers) == best


def test_the_first_tier_that_may_differ_changes_one_way_only():
    base = tiers((0, 0), (9, 4))
    results = differences(base, tiers((0, 0), (8, 3)))
    assert summary(results) == [EQUAL, (-6, 4, "open"), *[UNKNOWN] * 4]
    assert summary(one_way(results, is_less=False)) == [EQUAL, (-6, 0, "open"), *[UNKNOWN] * 4]
    assert summary(one_way(results, is_less=True)) == [EQUAL, (0, 4, "open"), *[UNKNOWN] * 4]


def test_a_tier_that_could_only_be_worse_is_equal():
    results = differences(tiers((0, 0), (4, 4)), tiers((0, 0), (6, 4)))
    assert summary(results)[1] == (0, 2, "open")
    assert summary(one_way(results, is_less=False)) == [EQUAL, EQUAL, *[UNKNOWN] * 4]


def test_a_later_tier_can_pay_for_an_earlier_one():
    results = differences(tiers((0, 0), (9, 9), (0, 0), (3, 3)), tiers((0, 0), (4, 4), (0, 0), (5, 5)))
    assert (
        summary(one_way(results, is_less=False))
        == summary(results)
        == [EQUAL, (-5, -5, "better"), EQUAL, (2, 2, "worse"), EQUAL, EQUAL]
    )


@pytest.fixture(scope="module")
def room_at_aylesbury() -> Worth:
    """Solve the tiny problem with one more room at Aylesbury."""
    name = "room-slot AYL 2027-01-13 10:00"
    offer = next(offer for group in Market(tiny()).groups for offer in group.offers if offer.scenario.name == name)
    base = solve(task_of(tiny())).schedule
    assert base is not None
    result = worth(tiny(), base, offer, solve(task_of(offer.scenario.applied(tiny()))))
    assert result is not None
    return result


def test_the_worth_of_an_offer(room_at_aylesbury: Worth):
    result = room_at_aylesbury
    assert result.tiers == tiers((0, 0), (24, 24), (0, 0), (3, 3), (2, 2), (70, 70))
    assert summary(result.differences) == [*[EQUAL] * 5, (-40, -40, "better")]
    assert (result.judgement.verdict, result.judgement.tier, result.is_nobody_later) == (Verdict.BETTER, "preferences", True)
    assert result.facts == ("1 fewer conference at another site",)
    assert [(booking.start.isoformat(), booking.room) for booking in result.uses] == [("2027-01-13T10:00:00", "extra-AYL-copy-1")]
    assert Worth.model_validate_json(result.model_dump_json(by_alias=True)) == result


@pytest.mark.parametrize(
    ("first", "is_nobody_later"), [((-3, "better"), True), ((0, "equal"), True), ((2, "worse"), False), ((None, "open"), False)]
)
def test_is_nobody_later_needs_two_proven_tiers(first: tuple[int | None, str], is_nobody_later: bool, room_at_aylesbury: Worth):
    result = room_at_aylesbury
    late = Difference(tier="late", least=first[0], most=first[0], verdict=Verdict(first[1]))
    changed = result.model_copy(update={"differences": (result.differences[0], late, *result.differences[2:])})
    assert changed.is_nobody_later is is_nobody_later
