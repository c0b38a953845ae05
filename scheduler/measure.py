"""The measure of a schedule: the value of each tier, and the count of each preference (contract, section 5)."""

from __future__ import annotations

from scheduler.domain.preferences import PREFERENCE_NAMES, PreferenceName
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, TierName
from scheduler.domain.values import Value
from scheduler.rules import PREFERENCE_RULES, TIER_RULES


class Measure(Value):
    """The value of each tier, and the units of each preference before weighting, in the contract's order."""

    tiers: dict[TierName, int]
    counts: dict[PreferenceName, int]


def measure(problem: Problem, schedule: Schedule) -> Measure:
    """Recompute every tier and preference from the schedule alone. A preference that is off is counted with weight 0."""
    units = {rule.name: sum(unit.amount for unit in rule.check(problem, schedule)) for rule in TIER_RULES + PREFERENCE_RULES}
    counts: dict[PreferenceName, int] = {name: units[name] for name in PREFERENCE_NAMES}
    tiers: dict[TierName, int] = {rule.tier: units[rule.name] for rule in TIER_RULES if rule.tier is not None}
    tiers["preferences"] = sum(problem.policy.weight(name) * count for name, count in counts.items())
    return Measure(tiers=tiers, counts=counts)
