"""The base classes of rules: a rule is posted to the model, recomputed by the checker, and put in words for people."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, TierName, Violation
from scheduler.grouping import Mask
from scheduler.rules.bookings import settled_in
from scheduler.rules.protocols import BuilderProtocol, CandidatesProtocol


class Rule(ABC):
    """One rule of the contract, and everything about it.

    ``forbids`` and ``post`` state the rule to the model; ``check`` recomputes it from a schedule alone. The two
    share only the domain, and a test compares them.
    """

    name: ClassVar[str]
    """The contract's name: ``R3``, ``late``, ``friday``."""
    title: ClassVar[str]
    """What reports call a breach."""
    tier: ClassVar[TierName | None] = None
    """The tier in which a breach costs; None for a hard rule."""
    rests_on: ClassVar[tuple[str, ...]] = ()
    """The rules that ``post`` assumes, besides one booking a conference (R1), to agree exactly with ``check``."""

    def is_on(self, policy: Policy) -> bool:
        """True if the policy leaves the rule in force."""
        return self.name not in policy.off

    @abstractmethod
    def says(self, policy: Policy) -> str:
        """Return the rule as a plain sentence, with the policy's numbers."""

    def forbids(self, candidates: CandidatesProtocol) -> Mask | None:
        """Return the candidates that the rule excludes regardless of other bookings; None for none."""
        return None

    def post(self, builder: BuilderProtocol) -> None:  # noqa: B027 - most rules forbid single candidates only
        """Add the rule's rows over candidates, and its costs of candidates."""

    @abstractmethod
    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return every breach in the schedule; of a tier or preference, its units, whose amounts add up."""

    def breaches(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Return the breaches that count: not those among past bookings alone, which are not checked (contract, section 8)."""
        violations = self.check(problem, schedule)
        if not problem.past:
            return violations
        settled = settled_in(problem, schedule)
        return [violation for violation in violations if not violation.bookings <= settled]


class PreferenceRule(Rule):
    """The rule of a preference: each unit costs the preference's weight (contract, T6)."""

    tier = "preferences"
