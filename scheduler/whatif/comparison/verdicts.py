"""Proven differences between a scenario's optimum and the base's, tier by tier."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from scheduler.domain.policy import Policy
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.schedule import Tier, TierName
from scheduler.domain.values import Value
from scheduler.wording import TIER_IN_WORDS, number


class Verdict(StrEnum):
    """A proven outcome; ``open`` if nothing is proven."""

    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"
    OPEN = "open"


class Difference(Value):
    """A tier's optimum in a scenario minus its optimum in the base: a number from ``least`` to ``most``.

    Both are None if nothing is known, because an earlier tier of either is not proven. ``recounted`` is true if the scenario
    counts the tier differently, with other weights or another cap, so that the same schedule can have another value.
    """

    tier: TierName
    least: int | None
    most: int | None
    verdict: Verdict
    recounted: bool = False

    @property
    def matters(self) -> bool:
        """True if the tier may differ and something is known about it."""
        return self.least is not None and self.verdict != Verdict.EQUAL

    @property
    def text(self) -> str:
        """Return the difference in a few words."""
        return self._range_in_words + _how_recounted(self.tier, recounted=self.recounted and self.least is not None)

    @property
    def _range_in_words(self) -> str:
        if self.least is None or self.most is None:
            return "not known, since an earlier tier is not proven"
        by = sorted((abs(self.least), abs(self.most)))
        amount = number(by[0]) if by[0] == by[1] else f"at least {number(by[0])}"
        match self.verdict:
            case Verdict.EQUAL:
                return "proven equal"
            case Verdict.BETTER | Verdict.WORSE:
                return f"proven {self.verdict} by {amount}"
            case Verdict.OPEN:
                return f"anything from {_by(self.least)} to {_by(self.most)}"


class Judgement(Value):
    """A scenario's verdict against the base. ``tier`` is the first that is not proven equal, or None if all are."""

    verdict: Verdict
    tier: TierName | None
    recounted: bool = False

    @property
    def text(self) -> str:
        """Return the judgement in a few words."""
        if self.tier is None:
            return "proven as good"
        title = TIER_IN_WORDS[self.tier] + _how_recounted(self.tier, recounted=self.recounted)
        return f"not proven: {title}" if self.verdict == Verdict.OPEN else f"proven {self.verdict}: {title}"


def recounted_tiers(base: Policy, scenario: Policy) -> frozenset[TierName]:
    """Return the tiers that two policies count differently, because of weights or the cap."""
    repriced = any(base.weight(preference) != scenario.weight(preference) for preference in PREFERENCE_NAMES)
    recounted: dict[TierName, bool] = {"caseload": base.caseload_cap != scenario.caseload_cap, "preferences": repriced}
    return frozenset(tier for tier, is_recounted in recounted.items() if is_recounted)


def differences(
    base: Sequence[Tier], scenario: Sequence[Tier], *, is_same: bool = False, recounted: Collection[TierName] = ()
) -> tuple[Difference, ...]:
    """Return the difference of each tier. Both schedules' tiers are in the contract's order.

    A tier's optimum is between its bound and its value only if every earlier tier is proven: an improvement of an earlier tier
    can cost this one any amount. If both are the same problem (``is_same``), every tier is equal, proven or not.
    """
    if is_same:
        return tuple(_difference(tier.name, 0, 0) for tier in base)
    results: list[Difference] = []
    known = True
    for before, after in zip(base, scenario, strict=True):
        if known:
            least, most = after.bound - before.value, after.value - before.bound
            results.append(_difference(before.name, least, most, recounted=before.name in recounted))
        else:
            results.append(Difference(tier=before.name, least=None, most=None, verdict=Verdict.OPEN))
        known = known and before.proven and after.proven
    return tuple(results)


def judgement(of_tiers: Iterable[Difference]) -> Judgement:
    """Return the verdict of the first tier that is not proven equal."""
    first = next((difference for difference in of_tiers if difference.verdict != Verdict.EQUAL), None)
    if first is None:
        return Judgement(verdict=Verdict.EQUAL, tier=None)
    return Judgement(verdict=first.verdict, tier=first.tier, recounted=first.recounted)


def _difference(tier: TierName, least: int, most: int, *, recounted: bool = False) -> Difference:
    if least == most == 0:
        verdict = Verdict.EQUAL
    elif most < 0:
        verdict = Verdict.BETTER
    elif least > 0:
        verdict = Verdict.WORSE
    else:
        verdict = Verdict.OPEN
    return Difference(tier=tier, least=least, most=most, verdict=verdict, recounted=recounted)


def _how_recounted(tier: TierName, *, recounted: bool) -> str:
    if not recounted:
        return ""
    return " (with another cap)" if tier == "caseload" else " (at other prices)"


def _by(amount: int) -> str:
    if amount == 0:
        return "equal"
    return f"{number(abs(amount))} {'better' if amount < 0 else 'worse'}"
