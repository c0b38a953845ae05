from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.suggestions import closest, closest_id, did_you_mean, too_similar

ROOMS = {"AYL-1": "Oak", "AYL-2": "Elm", "WYC-1": "Elm", "AMR-1": ""}


@pytest.mark.parametrize(
    ("suggestion", "question"),
    [(None, ""), ("AYL", " Did you mean 'AYL'?"), ("AYL\u200b", " Did you mean 'AYL{U+200B}'?")],
)
def test_a_question_shows_its_suggestion_in_quotes(suggestion: str | None, question: str) -> None:
    assert did_you_mean(suggestion) == question


@pytest.mark.parametrize("entry", ["\u04211", "c\u0031\u200b", "CPC-\u041e1", "\u039c1"])
def test_an_id_with_letters_of_another_alphabet_is_suggested_with_a_remark(entry: str) -> None:
    known = {"C1", "CPC-O1", "M1"}
    suggestion = closest_id(entry, known)
    remark = "" if entry.startswith("c") else " It has letters of another alphabet."
    assert suggestion in known
    assert did_you_mean(suggestion, entry) == f"{remark} Did you mean '{suggestion}'?"


def test_a_new_identifier_that_is_alike_to_another_is_shown_with_it() -> None:
    assert too_similar("cpc-1", "CPC-1") == "'cpc-1' is too similar to 'CPC-1'. Did you mean that one?"
    assert too_similar("c1", "C1", "chair") == "'c1' is too similar to the chair 'C1'. Did you mean that one?"


@pytest.mark.parametrize(
    ("entry", "found"), [("Lenght", "Length"), ("Due", "Due"), ("Deu", "Due"), ("due", "Due"), ("Chair", None), ("", None)]
)
def test_the_closest_entry_is_found(entry: str, found: str | None) -> None:
    assert closest(entry, ("Length", "Due", "Site")) == found


def test_entries_are_compared_in_the_form_that_the_caller_chooses() -> None:
    assert closest("LENGHT", ("Length", "Due")) is None
    assert closest("LENGHT", ("Length", "Due"), str.casefold) == "Length"


def test_a_higher_cutoff_leaves_out_what_is_less_close() -> None:
    assert closest("Sito", ("Site",), cutoff=0.75) == "Site"
    assert closest("Sito", ("Site",), cutoff=0.76) is None


def test_of_two_equally_close_entries_none_is_clear() -> None:
    assert closest("CPC-3", ("CPC-1", "CPC-2")) in ("CPC-1", "CPC-2")
    assert closest("CPC-3", ("CPC-1", "CPC-2"), only_clear=True) is None
    assert closest("CPC-3", ("CPC-31", "CPC-2"), only_clear=True) == "CPC-31"


@pytest.mark.parametrize(
    ("entry", "found"),
    [("ayl\u20111", "AYL-1"), ("OAK", "AYL-1"), ("AMR1", "AMR-1"), ("Elm", None), ("Kitchen", None)],
)
def test_an_id_is_suggested_if_it_is_alike_or_named_so_or_closest(entry: str, found: str | None) -> None:
    assert closest_id(entry, ROOMS, ROOMS) == found


@given(entry=st.text(max_size=6), known=st.sets(st.text("AB-1", min_size=1, max_size=6), max_size=6), clear=st.booleans())
def test_a_suggestion_is_always_known(entry: str, known: set[str], clear: bool) -> None:
    assert closest_id(entry, known, only_clear=clear) in {None, *known}
    assert closest(entry, known, only_clear=clear) in {None, *known}
