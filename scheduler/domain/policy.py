"""The service's settings (contract, section 2)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from scheduler.domain.conference import Mode
from scheduler.domain.identifiers import alike
from scheduler.domain.preferences import PREFERENCE_NAMES, PREFERENCES, VERSION_1, PreferenceName
from scheduler.domain.values import Text, TimeOfDay, Value, Whole, quoted

Months = Annotated[int, Field(strict=True, ge=0, le=120)]

if TYPE_CHECKING:
    SwitchedOff: TypeAlias = str
else:
    SwitchedOff = Literal[("R4", "R5", "R6", "R7", "R8", *PREFERENCE_NAMES)]
"""A rule that a policy can switch off: a preference, or a hard rule that the contract makes optional."""


def _virtual_fallback(entry: Any) -> Any:
    if isinstance(entry, bool) or entry == "hybrid":
        return entry
    message = '{entry} is not one of the choices. Enter true, false or "hybrid": only hybrid conferences may be held virtually.'
    raise PydanticCustomError("virtual_fallback", message, {"entry": quoted(entry)})


VirtualFallback = Annotated[bool | Literal["hybrid"], BeforeValidator(_virtual_fallback)]
"""The conferences in a room that may be held virtually instead: all, none, or only hybrid ones."""


class Clock(Value):
    """The length of each kind's statutory clock."""

    initial_days: Annotated[Whole, Field(le=1000)] = 15
    transfer_days: Annotated[Whole, Field(le=1000)] = 15
    first_review_months: Months = 3
    review_months: Months = 6
    pre_birth_weeks: Annotated[Whole, Field(le=520)] = 12


class Stability(Value):
    """The cost of each change to a published booking."""

    date: Whole = 5
    time: Whole = 3
    chair: Whole = 3
    site: Whole = 2
    room: Whole = 1


if TYPE_CHECKING:

    class Weights(Value):
        """The cost of one unit of each preference: a field for each row of ``PREFERENCES``."""

        def __init__(self, **weights: int) -> None: ...
        def __getattr__(self, preference: str) -> int: ...

else:
    Weights = create_model(
        "Weights",
        __base__=Value,
        __doc__="The cost of one unit of each preference.",
        __module__=__name__,
        **{preference.name: (Whole, preference.weight) for preference in PREFERENCES},
    )
    Weights.ADDED = frozenset(PREFERENCE_NAMES).difference(VERSION_1)


class Plausible(Value):
    """Limits beyond which a value is legal but implausible, and gets a remark (contract, section 8).

    Lengths are minutes, starts are local times of day.
    """

    min_minutes: Whole = 30
    max_minutes: Whole = 300
    first_start: TimeOfDay = dt.time(8)
    last_start: TimeOfDay = dt.time(18)
    max_children: Whole = 15


class Policy(Value):
    """The service's settings; ``pre_meet`` and ``reset`` are minutes, ``…_days`` working days.

    ``off`` lists the rules that are switched off: a preference then costs nothing, and a hard rule is
    neither posted nor checked.
    """

    clock: Clock = Clock()
    notice_days: Annotated[Whole, Field(le=1000)] = 5
    review_early_days: Annotated[Whole, Field(le=1000)] = 20
    pre_meet: Annotated[Whole, Field(le=720)] = 30
    reset: Annotated[Whole, Field(le=720)] = 15
    caseload_cap: Whole = 85
    virtual_fallback: VirtualFallback = True
    late_base: Whole = 10
    tight_days: Whole = 3
    stability: Stability = Stability()
    weights: Weights = Weights()
    off: tuple[SwitchedOff, ...] = ()
    move_notice_days: Annotated[Whole, Field(le=1000)] = 5
    placeholders: tuple[Text, ...] = ("TBC", "TBA", "n/a", "none", "unknown", "duty", "0", "-", "?")
    plausible: Plausible = Plausible()

    ADDED = frozenset({"move_notice_days", "placeholders", "plausible"})

    def is_placeholder(self, social_worker: str) -> bool:
        """True if the entry names nobody yet: it is alike to a placeholder such as ``TBC`` (contract, section 8)."""
        return alike(social_worker) in {alike(entry) for entry in self.placeholders}

    def weight(self, preference: PreferenceName) -> int:
        """Return what one unit of the preference costs in this run: 0 if it is switched off."""
        return 0 if preference in self.off else int(getattr(self.weights, preference))

    def may_be_virtual(self, mode: Mode) -> bool:
        """True if a conference of this mode is virtual, or may be held virtually if no room is free (contract, R2)."""
        if self.virtual_fallback == "hybrid":
            return mode is not Mode.IN_PERSON
        return mode is Mode.VIRTUAL or self.virtual_fallback
