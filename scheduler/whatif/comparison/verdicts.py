"""What is certain of a scenario against the base, tier by tier: of the best that each can be, not only of what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from scheduler.domain.policy import Policy
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.schedule import Tier, TierName
from scheduler.domain.values import Value
from scheduler.wording import TIER_IN_WORDS, number


class Verdict(StrEnum):
    """What is proven; ``open`` where nothing is."""

    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"
    OPEN = "open"


class Difference(Value):
    """One tier of a scenario less that of the base, each at its best: it lies from ``least`` to ``most``.

    None where nothing is known, since one of them has an earlier tier that isn't proven. ``recounted`` says that the scenario
    counts the tier otherwise than the base, by other prices or another cap, so that the same schedule may have another value.
    """

    tier: TierName
    least: int | None
    most: int | None
    verdict: Verdict
    recounted: bool = False

    @property
    def matters(self) -> bool:
        """Whether there is anything to say of it: the tier may differ, and is not merely unknown."""
        return self.least is not None and self.verdict != Verdict.EQUAL

    @property
    def text(self) -> str:
        """The same in a few words."""
        return self._certain + _otherwise(self.tier, recounted=self.recounted and self.least is not None)

    @property
    def _certain(self) -> str:
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
    """A scenario against the base by the first tier that is not proven equal, ``tier``; None where all are."""

    verdict: Verdict
    tier: TierName | None
    recounted: bool = False

    @property
    def text(self) -> str:
        """The same in a few words."""
        if self.tier is None:
            return "proven as good"
        title = TIER_IN_WORDS[self.tier] + _otherwise(self.tier, recounted=self.recounted)
        return f"not proven: {title}" if self.verdict == Verdict.OPEN else f"proven {self.verdict}: {title}"


def recounted_tiers(base: Policy, scenario: Policy) -> frozenset[TierName]:
    """The tiers that two policies count otherwise: at other prices, or with another cap."""
    repriced = any(base.weight(preference) != scenario.weight(preference) for preference in PREFERENCE_NAMES)
    found: dict[TierName, bool] = {"caseload": base.caseload_cap != scenario.caseload_cap, "preferences": repriced}
    return frozenset(tier for tier, is_recounted in found.items() if is_recounted)


def differences(
    base: Sequence[Tier], scenario: Sequence[Tier], *, is_same: bool = False, recounted: Collection[TierName] = ()
) -> tuple[Difference, ...]:
    """What is certain of each tier, both schedules' tiers given in the contract's order.

    A tier's best lies from its bound to its value, but only if every earlier tier is as good as it can be: otherwise the best of
    that one might cost this one anything. Of the same problem (``is_same``) everything is equal, proven or not.
    """
    if is_same:
        return tuple(_difference(tier.name, 0, 0) for tier in base)
    found: list[Difference] = []
    known = True
    for before, after in zip(base, scenario, strict=True):
        if known:
            least, most = after.bound - before.value, after.value - before.bound
            found.append(_difference(before.name, least, most, recounted=before.name in recounted))
        else:
            found.append(Difference(tier=before.name, least=None, most=None, verdict=Verdict.OPEN))
        known = known and before.proven and after.proven
    return tuple(found)


def judgement(found: Iterable[Difference]) -> Judgement:
    """Which is better by the tiers in their order: the first that isn't proven equal decides."""
    first = next((difference for difference in found if difference.verdict != Verdict.EQUAL), None)
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


def _otherwise(tier: TierName, *, recounted: bool) -> str:
    if not recounted:
        return ""
    return " (with another cap)" if tier == "caseload" else " (at other prices)"


def _by(amount: int) -> str:
    if amount == 0:
        return "equal"
    return f"{number(abs(amount))} {'better' if amount < 0 else 'worse'}"
