"""What holds for every rule, and for the list of them."""

import re
from typing import Any, get_args

import pytest

from scheduler.domain.policy import Policy, SwitchedOff
from scheduler.domain.preferences import PREFERENCE_NAMES
from scheduler.domain.schedule import TIERS
from scheduler.rules import HARD_RULES, PREFERENCE_RULES, RULES, TIER_RULES
from scheduler.rules.base import Rule


def test_they_are_listed_in_the_contracts_order() -> None:
    assert [rule.name for rule in HARD_RULES] == [f"R{n}" for n in range(1, 10)]
    assert tuple(rule.name for rule in TIER_RULES) == TIERS[:-1]
    assert tuple(rule.name for rule in PREFERENCE_RULES) == PREFERENCE_NAMES
    assert RULES == HARD_RULES + TIER_RULES + PREFERENCE_RULES


def test_each_costs_in_its_tier_and_hard_rules_in_none() -> None:
    assert {rule.tier for rule in HARD_RULES} == {None}
    assert all(rule.tier == rule.name for rule in TIER_RULES)
    assert {rule.tier for rule in PREFERENCE_RULES} == {"preferences"}


def test_each_has_its_own_title() -> None:
    assert len({rule.title for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_says_what_it_asks_for_in_sentences(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*[^ ]\.", rule.says(Policy()))


@pytest.mark.parametrize(
    ("name", "policy", "number"),
    [
        ("R1", {"pre_meet": 77}, "77 minutes before"),
        ("R2", {"reset": 77}, "77 minutes after"),
        ("R3", {"pre_meet": 1}, "1 minute before"),
        ("late", {"late_base": 77}, "each of its children, 77 and"),
        ("stability", {"stability": {"site": 77}}, "77 if its site does"),
        ("caseload", {"caseload_cap": 77}, "77 for a full-time chair"),
        ("tight", {"tight_days": 77}, "fewer than 77 working days"),
        *((name, {"weights": {name: 77}}, "77.") for name in PREFERENCE_NAMES),
        *((name, {"off": [name]}, " 0.") for name in PREFERENCE_NAMES),
    ],
)
def test_the_sentence_has_the_policys_numbers(name: str, policy: dict[str, Any], number: str) -> None:
    rule = next(rule for rule in RULES if rule.name == name)
    assert number in rule.says(Policy.model_validate(policy))


def test_each_that_the_contract_lets_go_can_be_switched_off() -> None:
    off = Policy.model_validate({"off": list(get_args(SwitchedOff))})
    assert {rule.name for rule in RULES if not rule.is_on(off)} == {"R4", "R5", "R6", "R7", "R8", *PREFERENCE_NAMES}
    assert all(rule.is_on(Policy()) for rule in RULES)
