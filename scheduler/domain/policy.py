"""Every number that is a setting (contract, section 2)."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from scheduler.domain.values import Value, Whole

Months = Annotated[int, Field(strict=True, ge=0, le=120)]

Preference = Literal[
    "friday", "holiday_school", "holiday_other", "other_site", "virtual_fallback", "wait", "tight",
    "site_change", "reserve_chair", "hold_missing", "partner_clash",
]  # fmt: skip
PREFERENCE_NAMES: tuple[Preference, ...] = get_args(Preference)
SwitchedOff = Literal["R4", "R5", "R6", "R7", "R8", Preference]


class Clock(Value):
    """How long each kind's clock runs."""

    initial_days: Annotated[Whole, Field(le=1000)] = 15
    transfer_days: Annotated[Whole, Field(le=1000)] = 15
    first_review_months: Months = 3
    review_months: Months = 6
    pre_birth_weeks: Annotated[Whole, Field(le=520)] = 12


class Stability(Value):
    """What each change to a published booking costs."""

    date: Whole = 5
    time: Whole = 3
    chair: Whole = 3
    site: Whole = 2
    room: Whole = 1


class Weights(Value):
    """What one unit of each preference costs."""

    friday: Whole = 40
    holiday_school: Whole = 30
    holiday_other: Whole = 10
    other_site: Whole = 50
    virtual_fallback: Whole = 60
    wait: Whole = 2
    tight: Whole = 10
    site_change: Whole = 20
    reserve_chair: Whole = 80
    hold_missing: Whole = 80
    partner_clash: Whole = 10


class Policy(Value):
    """The service's own settings; ``pre_meet`` and ``reset`` are minutes, ``…_days`` working days.

    ``off`` lists the rules that are switched off: a preference then weighs nothing, a hard rule is
    neither posted nor checked.
    """

    clock: Clock = Clock()
    notice_days: Annotated[Whole, Field(le=1000)] = 5
    review_early_days: Annotated[Whole, Field(le=1000)] = 20
    pre_meet: Annotated[Whole, Field(le=720)] = 30
    reset: Annotated[Whole, Field(le=720)] = 15
    caseload_cap: Whole = 85
    virtual_fallback: bool = Field(default=True, strict=True)
    late_base: Whole = 10
    tight_days: Whole = 3
    stability: Stability = Stability()
    weights: Weights = Weights()
    off: tuple[SwitchedOff, ...] = ()

    def weight(self, preference: Preference) -> int:
        """What one unit of the preference costs in this run: 0 where it is switched off."""
        return 0 if preference in self.off else int(getattr(self.weights, preference))
