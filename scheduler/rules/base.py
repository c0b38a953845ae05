"""What a rule is: one small unit that the model posts, the checker recomputes, and the pages say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from scheduler.domain.policy import Policy
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Schedule, TierName, Violation
from scheduler.grouping import Mask

if TYPE_CHECKING:
    from scheduler.model.candidates import Candidates
    from scheduler.model.draft import ProgrammeBuilder


class Rule(ABC):
    """One rule of the contract, and everything about it.

    ``forbids`` and ``post`` tell the model; ``check`` recomputes the rule from a schedule alone. The two
    share nothing but the domain, and a test holds them against each other.
    """

    name: ClassVar[str]
    """The contract's name: ``R3``, ``late``, ``friday``."""
    title: ClassVar[str]
    """What a breach is called in the pages."""
    tier: ClassVar[TierName | None] = None
    """The tier in which a breach costs; None for a hard rule."""
    rests_on: ClassVar[tuple[str, ...]] = ()
    """The rules on which ``post`` rests to say exactly what ``check`` finds, besides one booking a conference (R1)."""

    def is_on(self, policy: Policy) -> bool:
        """Whether the policy leaves the rule in force."""
        return self.name not in policy.off

    @abstractmethod
    def says(self, policy: Policy) -> str:
        """The rule in a plain sentence, with the policy's numbers."""

    def forbids(self, candidates: Candidates) -> Mask | None:
        """Which candidates the rule excludes on their own, whatever else is booked; None for none."""
        return None

    def post(self, draft: ProgrammeBuilder) -> None:  # noqa: B027 - most rules forbid single candidates only
        """Add to the draft what the rule forbids between candidates, and what it makes them cost."""

    @abstractmethod
    def check(self, problem: Problem, schedule: Schedule) -> list[Violation]:
        """Every breach in the schedule; for a tier or preference, its units, whose amounts add up."""
