from scheduler.whatif.changes.policy import CaseloadCap, RuleOff, RuleOn, Weight
from tests.whatif.change_builders import faults, service


def test_the_caseload_cap_changes() -> None:
    assert CaseloadCap(cap=90).applied(service()) == service(policy={"caseload_cap": 90})
    assert CaseloadCap(cap=90).sentence(service()) == "The caseload cap is 90 children instead of 85."
    assert CaseloadCap(cap=1).sentence(service()) == "The caseload cap is 1 child instead of 85."
    assert faults(CaseloadCap(cap=0)) == []


def test_rules_are_switched_off_in_any_order() -> None:
    off = RuleOff(rule="R4").applied(RuleOff(rule="friday").applied(service()))
    assert off == service(policy={"off": ["R4", "friday"]})
    assert off == RuleOff(rule="friday").applied(RuleOff(rule="R4").applied(service()))
    assert RuleOff(rule="R4").sentence(service()) == "The rule R4, 'No time to travel', is switched off."
    assert faults(RuleOff(rule="R4")) == []
    assert faults(RuleOff(rule="R4"), off) == ["rule: R4 is already off in this plan. Remove the change."]


def test_a_rule_is_switched_on() -> None:
    off = service(policy={"off": ["R4", "friday"]})
    assert RuleOn(rule="friday").applied(off) == service(policy={"off": ["R4"]})
    assert RuleOn(rule="friday").sentence(off) == "The rule friday, 'On a Friday', is switched on."
    assert faults(RuleOn(rule="friday"), off) == []
    assert faults(RuleOn(rule="friday")) == ["rule: friday is already on in this plan. Remove the change."]


def test_a_preference_gets_a_new_weight() -> None:
    weight = Weight(preference="friday", weight=80)
    assert weight.applied(service()) == service(policy={"weights": {"friday": 80}})
    assert weight.sentence(service()) == "The preference friday, 'On a Friday', costs 80 instead of 40."
    assert faults(weight) == []


def test_a_new_weight_switches_a_preference_on() -> None:
    off, weight = service(policy={"off": ["R4", "friday"]}), Weight(preference="friday", weight=80)
    assert weight.applied(off) == service(policy={"off": ["R4"], "weights": {"friday": 80}})
    assert weight.sentence(off) == "The preference friday, 'On a Friday', costs 80 instead of 0."
    assert faults(weight, off) == []
