import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.files.cell_text import escaped, held_down, joined_ids, released, split_ids, unescaped
from tests.files.problems import NASTY, NASTY_NAMES, identifiers

texts = st.text() | st.sampled_from(NASTY + NASTY_NAMES) | st.text("_x0041{U+}7BF'=\x07\n", max_size=20)


@given(texts)
def test_escaping_loses_nothing(text: str) -> None:
    assert unescaped(escaped(text)) == text


@given(texts)
def test_an_apostrophe_disarms_formulas_and_loses_nothing(text: str) -> None:
    assert released(held_down(text)) == text
    assert held_down(text)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


@given(st.lists(identifiers.map(escaped), max_size=5))
def test_joining_and_splitting_ids_loses_nothing(ids: list[str]) -> None:
    assert split_ids(joined_ids(ids)) == ids


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("-1", "'-1"), ("'quoted'", "''quoted'"), ("a=b", "a=b"), ("", "")],
)
def test_only_formulas_get_an_apostrophe(text: str, cell: str) -> None:
    assert held_down(text) == cell


def test_any_other_apostrophe_stays() -> None:
    assert released("'s-Hertogenbosch") == "'s-Hertogenbosch"


@pytest.mark.parametrize("text", ['"C1', '"C1" C2', 'C1, "C2'])
def test_unmatched_quotes_are_refused(text: str) -> None:
    assert split_ids(text) is None
