"""What may change about the policy: the caseload that is agreed, and rules switched off, on, or priced otherwise."""

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
from scheduler.whatif.changes.base import ChangeBase, Key, remade, replaced
from scheduler.wording import children_of

_TITLES = {rule.name: rule.title for rule in RULES}


def _with_policy(problem: Problem, **fields: Any) -> Problem:
    return replaced(problem, policy=remade(problem.policy, **fields))


def _switched(problem: Problem, off: set[SwitchedOff]) -> Problem:
    return _with_policy(problem, off=tuple(sorted(off)))


class CaseloadCap(ChangeBase):
    """Another number of children that a full-time chair may hold before it costs (contract, T5)."""

    change: Literal["caseload_cap"] = "caseload_cap"
    cap: Whole

    @override
    def applied(self, problem: Problem) -> Problem:
        """With this cap."""
        return _with_policy(problem, caseload_cap=self.cap)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: The caseload cap is 90 children instead of 85."""
        return f"The caseload cap is {children_of(self.cap)} instead of {problem.policy.caseload_cap}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The cap."""
        return frozenset({("caseload_cap",)})


class RuleOff(ChangeBase):
    """A rule that is switched off: a preference then weighs nothing, and R4 to R8 are not kept (contract, section 2)."""

    change: Literal["rule_off"] = "rule_off"
    rule: SwitchedOff

    @override
    def applied(self, problem: Problem) -> Problem:
        """With the rule among those that are off."""
        return _switched(problem, {*problem.policy.off, self.rule})

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: The rule R4, 'No time to travel', is switched off."""
        return f"The rule {self.rule}, '{_TITLES[self.rule]}', is switched off."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A rule that is off."""
        if self.rule in problem.policy.off:
            yield Fault(("rule",), f"{self.rule} is off in this plan already. Take the change out.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The rule."""
        return frozenset({("rule", self.rule)})


class RuleOn(ChangeBase):
    """A rule that the problem switches off, and that is kept or priced after all."""

    change: Literal["rule_on"] = "rule_on"
    rule: SwitchedOff

    @override
    def applied(self, problem: Problem) -> Problem:
        """Without the rule among those that are off."""
        return _switched(problem, {*problem.policy.off} - {self.rule})

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: The rule R4, 'No time to travel', is switched on."""
        return f"The rule {self.rule}, '{_TITLES[self.rule]}', is switched on."

    @override
    def faults(self, problem: Problem) -> Iterator[Fault]:
        """A rule that is on."""
        if self.rule not in problem.policy.off:
            yield Fault(("rule",), f"{self.rule} is on in this plan already. Take the change out.")

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The rule."""
        return frozenset({("rule", self.rule)})


class Weight(ChangeBase):
    """Another price for one unit of a preference (contract, T6). One that the problem switches off then counts again."""

    change: Literal["weight"] = "weight"
    preference: PreferenceName
    weight: Whole

    @override
    def applied(self, problem: Problem) -> Problem:
        """With this price, and the preference not among what is off."""
        off = tuple(name for name in problem.policy.off if name != self.preference)
        return _with_policy(problem, weights=remade(problem.policy.weights, **{self.preference: self.weight}), off=off)

    @override
    def sentence(self, problem: Problem) -> str:
        """Such as: The preference friday, 'On a Friday', costs 80 instead of 40."""
        before = problem.policy.weight(self.preference)
        return f"The preference {self.preference}, '{_TITLES[self.preference]}', costs {self.weight} instead of {before}."

    @override
    def touches(self, problem: Problem) -> frozenset[Key]:
        """The preference."""
        return frozenset({("rule", self.preference)})
