"""The README of the rules lists every preference. To regenerate the table: python -m tests.rules.test_readme."""

from pathlib import Path

import scheduler.rules
from scheduler.domain.policy import Policy
from scheduler.domain.preferences import PREFERENCES
from scheduler.rules import PREFERENCE_RULES

README = Path(scheduler.rules.__path__[0]) / "README.md"
START, END = "<!-- preferences: start -->\n", "<!-- preferences: end -->\n"


def table() -> str:
    """Return the table of preferences with their usual weights."""
    says = {rule.name: rule.says(Policy()) for rule in PREFERENCE_RULES}
    rows = [f"| `{one.name}` | {one.weight} | {says[one.name]} |\n" for one in PREFERENCES]
    return "".join(["| Preference | Weight | Rule |\n| --- | ---: | --- |\n", *rows])


def with_table(text: str) -> str:
    """Return the README's text with the table of today's preferences."""
    before, rest = text.split(START)
    return before + START + table() + END + rest.split(END)[1]


def test_the_readme_lists_every_preference() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_table(text), "Run .venv/bin/python -m tests.rules.test_readme to regenerate the table."


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
