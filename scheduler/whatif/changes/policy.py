"""Changes of the policy: the caseload cap, rules switched off or on, and weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from typing_extensions import override

from scheduler.domain.faults import Fault
from scheduler.domain.policy import SwitchedOff
from scheduler.domain.preferences import PreferenceName
from scheduler.domain.problem import Problem
from scheduler.domain.values import Whole
from scheduler.rules import RULES
from scheduler.whatif.changes.base import ChangeBase, Key, with_fields, with_problem_fields
from scheduler.wording import children_of

_TITLES = {rule.name: rule.title for rule in RULES}


def _with_policy(problem: Problem, **fields: Any) -> Problem:
    return with_problem_fields(problem, policy=with_fields(problem.policy, **fields))


def _with_rules_off(problem: Problem, off: set[SwitchedOff]) -> Problem:
    return _with_policy(problem, off=tuple(sorted(off)))


class CaseloadCap(ChangeBase):
    """A new caseload cap: how many children a full-time chair can hold before it costs (contract, T5)."""

    change: Literal["caseload_cap"] = "caseload_cap"
    cap: Whole

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the new cap."""
        return _with_policy(problem, caseload_cap=self.cap)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "The caseload cap is 90 children instead of 85."."""
        return f"The caseload cap is {children_of(self.cap)} instead of {problem.policy.caseload_cap}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the cap."""
        return frozenset({("caseload_cap",)})


class RuleOff(ChangeBase):
    """A rule to switch off: a preference then has no weight, and R4 to R8 are not enforced (contract, section 2)."""

    change: Literal["rule_off"] = "rule_off"
    rule: SwitchedOff

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the rule off."""
        return _with_rules_off(problem, {*problem.policy.off, self.rule})

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "The rule R4, 'No time to travel', is switched off."."""
        return f"The rule {self.rule}, '{_TITLES[self.rule]}', is switched off."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the rule is off already."""
        if self.rule in problem.policy.off:
            yield Fault(("rule",), f"{self.rule} is already off in this plan. Remove the change.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the rule."""
        return frozenset({("rule", self.rule)})


class RuleOn(ChangeBase):
    """A rule to switch on again that the problem switches off."""

    change: Literal["rule_on"] = "rule_on"
    rule: SwitchedOff

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with the rule on."""
        return _with_rules_off(problem, {*problem.policy.off} - {self.rule})

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "The rule R4, 'No time to travel', is switched on."."""
        return f"The rule {self.rule}, '{_TITLES[self.rule]}', is switched on."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """Yield a fault if the rule is on already."""
        if self.rule not in problem.policy.off:
            yield Fault(("rule",), f"{self.rule} is already on in this plan. Remove the change.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the rule."""
        return frozenset({("rule", self.rule)})


class Weight(ChangeBase):
    """A new weight for one unit of a preference (contract, T6). It also switches the preference on."""

    change: Literal["weight"] = "weight"
    preference: PreferenceName
    weight: Whole

    @override
    def applied(self, problem: Problem) -> Problem:
        """Return the problem with this weight and the preference on."""
        off = tuple(name for name in problem.policy.off if name != self.preference)
        return _with_policy(problem, weights=with_fields(problem.policy.weights, **{self.preference: self.weight}), off=off)

    @override
    def sentence(self, problem: Problem) -> str:
        """Return, for example, "The preference friday, 'On a Friday', costs 80 instead of 40."."""
        before = problem.policy.weight(self.preference)
        return f"The preference {self.preference}, '{_TITLES[self.preference]}', costs {self.weight} instead of {before}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """Return the key of the preference."""
        return frozenset({("rule", self.preference)})
