"""What is aimed at: the best that all tiers could be, if every bound could be had at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduler.domain.schedule import TierName
from scheduler.engines.budget import Budget
from scheduler.engines.handovers import handovers
from scheduler.engines.highs_process import Highs
from scheduler.engines.least import BY_CONFERENCE, Least
from scheduler.engines.part import Cap
from scheduler.engines.relaxed import Relaxations, Relaxed, tier_cap
from scheduler.grouping import Ints
from scheduler.model.programme import Programme


@dataclass(frozen=True)
class Aim:
    """What the first five tiers could be at best, what columns and caps that leaves, and the last tier's relaxation on these."""

    values: tuple[int, ...]
    columns: Ints
    caps: list[Cap]
    last: Relaxed


class _OutOfTimeError(Exception):
    """A relaxation took longer than it may: whether its aim can be had isn't known, and lower ones would take longer still."""


@dataclass(frozen=True)
class Aiming:
    """Looks for the best aim where every conference is placed that has a candidate; ``unplaced`` is what the others cost."""

    highs: Highs
    least: Least
    relaxations: Relaxations
    columns: Ints
    unplaced: int
    budget: Budget
    seed: int

    @cached_property
    def programme(self) -> Programme:
        """The programme in which they are placed."""
        return self.least.with_all_placed(self.columns)

    def highest(self) -> Aim | None:
        """The bounds of all tiers, each if those before it can be had; as many as possible at what conferences cost alone.

        None where there is none, and as soon as a relaxation takes half of the time that is left.
        """
        try:
            return self._highest()
        except _OutOfTimeError:
            return None

    def _highest(self) -> Aim | None:
        for at_least in range(len(BY_CONFERENCE), -1, -1):
            if 0 < at_least < len(BY_CONFERENCE) and not self.programme.costs[BY_CONFERENCE[at_least]].any():
                continue  # the same as aiming one tier lower
            for by_chair in (True, False) if at_least < len(BY_CONFERENCE) else (False,):
                aim = self._with(at_least, by_chair)
                if aim is not None or self.budget.over:
                    return aim
        return None

    def _with(self, at_least: int, by_chair: bool) -> Aim | None:
        """The aim whose first tiers, so many of them, are at their least; None where the relaxations say it can't be.

        ``by_chair`` takes for continuity what each chair's own conferences show, not the relaxation of all.
        """
        columns, caps, values = self.columns, list[Cap](), [self.unplaced]
        for number, tier in enumerate(BY_CONFERENCE):
            least = self.least.total(tier, columns)
            values.append(least)
            usable = columns
            if tier == "continuity" and by_chair:
                of_chairs = handovers(self.highs, self.least, columns, self.budget.share(0.5), self.seed)
                if of_chairs is None or (at_least == number and of_chairs.least == least):
                    return None
                values[-1] = of_chairs.least
                usable = of_chairs.within(of_chairs.least)
            elif number >= at_least and self.programme.costs[tier].any():
                found = self._relaxed(tier, columns, caps)
                if found is None:
                    return None
                values[-1] = max(least, found.bound.value)
                usable = columns[found.bound.within(values[-1])]
            columns = np.intersect1d(usable, self.least.cheapest(tier, columns, values[-1] - least), assume_unique=True)
            if values[-1] > least:
                caps = [*caps, Cap(self.programme.costs[tier], values[-1] - self.programme.constants[tier])]
        return self._with_caseload(values, columns, caps)

    def _with_caseload(self, values: list[int], columns: Ints, caps: list[Cap]) -> Aim | None:
        """The aim with these earlier tiers, at the caseload that its own rows allow, or else at its relaxation's.

        Where only the caseload is out of reach, nothing is gained by aiming lower before it, where relaxations are much larger.
        """
        floor = self.relaxations.caseload_floor(columns, self.programme)
        aim = self._at((*values, floor), columns, caps)
        if aim is not None or self.budget.over:
            return aim
        found = self._relaxed("caseload", columns, caps)
        if found is None or found.bound.value <= floor:
            return None
        least = found.bound.value
        return self._at((*values, least), columns[found.bound.within(least)], caps)

    def _at(self, values: tuple[int, ...], columns: Ints, caps: list[Cap]) -> Aim | None:
        caps = [*caps, *tier_cap("caseload", values[-1], self.programme)]
        last = self._relaxed("preferences", columns, caps)
        return None if last is None else Aim(values, columns, caps, last)

    def _relaxed(self, tier: TierName, columns: Ints, caps: list[Cap]) -> Relaxed | None:
        """A tier's relaxation; None where it has no solution."""
        budget = self.budget.share(0.5)
        found = self.relaxations.of(tier, columns, caps, self.programme, budget)
        if found is None and budget.over:
            raise _OutOfTimeError
        return found
