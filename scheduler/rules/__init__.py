"""The rules, in the contract's order.

The rule of the preference ``other_site`` is ``OtherSiteRule`` in ``other_site.py``; it is in force as soon as
``scheduler/domain/preferences.py`` has its row. In the same way ``TIERS`` in ``scheduler/domain/schedule.py`` lists the tiers, in
their order. A hard rule is added to ``BOOKING_RULES`` in
``published.py``, unless it forbids only changes of what is published, as R8 and R9 do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TypeVar

from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.schedule import TIERS
from scheduler.rules.base import PreferenceRule, Rule
from scheduler.rules.frozen import FrozenRule
from scheduler.rules.locks import LocksRule
from scheduler.rules.published import BOOKING_RULES

AnyRule = TypeVar("AnyRule", bound=Rule)

HARD_RULES: tuple[Rule, ...] = (*BOOKING_RULES, LocksRule(), FrozenRule())
"""R1 to R9: no schedule breaks any of them."""


def _rule(name: str, of: type[AnyRule]) -> AnyRule:
    """Return the rule of a tier or preference, from the module of its name."""
    class_name = "".join(word.capitalize() for word in name.split("_")) + "Rule"
    rule = getattr(import_module(f"{__name__}.{name}"), class_name)()
    assert isinstance(rule, of)
    return rule


TIER_RULES: tuple[Rule, ...] = tuple(_rule(tier, Rule) for tier in TIERS if tier != "preferences")  # type: ignore[type-abstract]
"""T1 to T5, each a tier of its own."""

PREFERENCE_RULES: tuple[PreferenceRule, ...] = tuple(_rule(name, PreferenceRule) for name in PREFERENCE_NAMES)  # type: ignore[type-abstract]
"""The units that T6 adds up, each times its weight."""

RULES: tuple[Rule, ...] = HARD_RULES + TIER_RULES + PREFERENCE_RULES
