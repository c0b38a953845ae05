"""A preference is a row of the table, a rule and a test of the rule: none is there without the others."""

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import scheduler.rules
from scheduler.domain.preferences import PREFERENCE_NAMES, PREFERENCES
from scheduler.rules import PREFERENCE_RULES
from scheduler.rules.base import PreferenceRule

MODULES = [f"scheduler.rules.{module.name}" for module in pkgutil.iter_modules(scheduler.rules.__path__)]


def rules_in(module: str) -> list[type[PreferenceRule]]:
    """Return the preferences' rules that a module defines."""
    classes = vars(import_module(module)).values()
    return [
        result
        for result in classes
        if inspect.isclass(result)
        and issubclass(result, PreferenceRule)
        and result.__module__ == module
        and not inspect.isabstract(result)
        and result is not PreferenceRule
    ]


@pytest.mark.parametrize("name", PREFERENCE_NAMES)
def test_each_row_has_its_rule_and_its_test(name: str) -> None:
    assert [rule.name for rule in rules_in(f"scheduler.rules.{name}")] == [name]
    assert Path(__file__).with_name(f"test_{name}.py").exists()


def test_each_rule_of_a_preference_has_its_row() -> None:
    result = {rule.name: module for module in MODULES for rule in rules_in(module)}
    assert result == {name: f"scheduler.rules.{name}" for name in PREFERENCE_NAMES}


def test_the_rules_are_in_the_order_of_the_rows() -> None:
    assert tuple(rule.name for rule in PREFERENCE_RULES) == tuple(preference.name for preference in PREFERENCES)
