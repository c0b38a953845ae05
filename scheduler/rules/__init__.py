"""The rules, in the contract's order.

The rule of the preference ``other_site`` is ``OtherSiteRule`` in ``other_site.py``; it is in force as soon as
``scheduler/domain/preferences.py`` has its row. Any other rule is added to the tuples here.
"""

from __future__ import annotations

from importlib import import_module

from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.rules.base import PreferenceRule, Rule
from scheduler.rules.caseload import CaseloadRule
from scheduler.rules.continuity import ContinuityRule
from scheduler.rules.frozen import FrozenRule
from scheduler.rules.late import LateRule
from scheduler.rules.locks import LocksRule
from scheduler.rules.published import OF_BOOKINGS
from scheduler.rules.stability import StabilityRule
from scheduler.rules.unplaced import UnplacedRule

HARD_RULES: tuple[Rule, ...] = (*OF_BOOKINGS, LocksRule(), FrozenRule())
"""R1 to R9: no schedule breaks any of them."""

TIER_RULES: tuple[Rule, ...] = (UnplacedRule(), LateRule(), StabilityRule(), ContinuityRule(), CaseloadRule())
"""T1 to T5, each a tier of its own."""


def _preference_rule(name: str) -> PreferenceRule:
    """Return the rule of a preference, from the module of its name."""
    class_name = "".join(word.capitalize() for word in name.split("_")) + "Rule"
    rule: PreferenceRule = getattr(import_module(f"{__name__}.{name}"), class_name)()
    return rule


PREFERENCE_RULES: tuple[Rule, ...] = tuple(map(_preference_rule, PREFERENCE_NAMES))
"""The units that T6 adds up, each times its weight."""

RULES: tuple[Rule, ...] = HARD_RULES + TIER_RULES + PREFERENCE_RULES
