import pytest

from fixtures.tiny import tiny
from scheduler.domain.schedule import TIERS, Tier
from scheduler.sweeps.task import solve, task_of
from scheduler.whatif.comparison.verdicts import Difference, Verdict, differences
from scheduler.whatif.marginal_value.units import Market
from scheduler.whatif.marginal_value.worth import Worth, at_best_of, one_way, worth


def tiers(*pairs: tuple[int, int]) -> tuple[Tier, ...]:
    """Tiers of values and bounds; what isn't given is 0, and proven."""
    filled = (*pairs, *[(0, 0)] * (len(TIERS) - len(pairs)))
    return tuple(Tier(name=n, value=v, bound=b, proven=v == b) for n, (v, b) in zip(TIERS, filled, strict=True))


def told(found: tuple[Difference, ...]) -> list[tuple[int | None, int | None, str]]:
    return [(difference.least, difference.most, difference.verdict.value) for difference in found]


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
def test_after_the_first_tier_that_is_not_proven_nothing_is_known(of_tiers: tuple[Tier, ...], best: tuple[int, ...]):
    assert at_best_of(of_tiers) == best


def test_more_is_never_worse_in_the_first_tier_that_may_differ_and_less_never_better():
    base = tiers((0, 0), (9, 4))
    found = differences(base, tiers((0, 0), (8, 3)))
    assert told(found) == [EQUAL, (-6, 4, "open"), *[UNKNOWN] * 4]
    assert told(one_way(found, is_less=False)) == [EQUAL, (-6, 0, "open"), *[UNKNOWN] * 4]
    assert told(one_way(found, is_less=True)) == [EQUAL, (0, 4, "open"), *[UNKNOWN] * 4]


def test_where_it_can_only_be_worse_but_must_not_be_it_is_equal():
    found = differences(tiers((0, 0), (4, 4)), tiers((0, 0), (6, 4)))
    assert told(found)[1] == (0, 2, "open")
    assert told(one_way(found, is_less=False)) == [EQUAL, EQUAL, *[UNKNOWN] * 4]


def test_a_later_tier_may_pay_for_an_earlier_one():
    found = differences(tiers((0, 0), (9, 9), (0, 0), (3, 3)), tiers((0, 0), (4, 4), (0, 0), (5, 5)))
    assert told(one_way(found, is_less=False)) == told(found) == [EQUAL, (-5, -5, "better"), EQUAL, (2, 2, "worse"), EQUAL, EQUAL]


@pytest.fixture(scope="module")
def room_at_aylesbury() -> Worth:
    """One more room where the tiny problem lacks one, solved."""
    name = "room-slot AYL 2027-01-13 10:00"
    offer = next(offer for group in Market(tiny()).groups for offer in group.offers if offer.scenario.name == name)
    base = solve(task_of(tiny())).schedule
    assert base is not None
    found = worth(tiny(), base, offer, solve(task_of(offer.scenario.applied(tiny()))))
    assert found is not None
    return found


def test_what_an_offer_is_worth(room_at_aylesbury: Worth):
    found = room_at_aylesbury
    assert found.tiers == tiers((0, 0), (24, 24), (0, 0), (3, 3), (2, 2), (70, 70))
    assert told(found.differences) == [*[EQUAL] * 5, (-40, -40, "better")]
    assert (found.judgement.verdict, found.judgement.tier, found.is_nobody_later) == (Verdict.BETTER, "preferences", True)
    assert found.facts == ("1 fewer conference at another site",)
    assert [(booking.start.isoformat(), booking.room) for booking in found.uses] == [("2027-01-13T10:00:00", "extra-AYL-copy-1")]
    assert Worth.model_validate_json(found.model_dump_json(by_alias=True)) == found


@pytest.mark.parametrize(
    ("first", "is_nobody_later"), [((-3, "better"), True), ((0, "equal"), True), ((2, "worse"), False), ((None, "open"), False)]
)
def test_whether_nobody_is_later(first: tuple[int | None, str], is_nobody_later: bool, room_at_aylesbury: Worth):
    found = room_at_aylesbury
    late = Difference(tier="late", least=first[0], most=first[0], verdict=Verdict(first[1]))
    changed = found.model_copy(update={"differences": (found.differences[0], late, *found.differences[2:])})
    assert changed.is_nobody_later is is_nobody_later
