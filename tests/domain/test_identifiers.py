from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.faults import InputError, checked, read_problem
from scheduler.domain.identifiers import alike, one_alike, shown
from tests.builders import chair, conference, tiny_data


@pytest.mark.parametrize(
    "other",
    [
        "cpc-0101",
        "CPC\u20110101",
        "CPC\u20130101",
        "CPC\u22120101",
        "CPC-0101\u200b",
        "\ufeffCPC-0101",
        "CPC\u00ad-0101",
        "\uff23\uff30\uff23-0101",
        "CPC-\u0660101".replace("\u0660", "\uff10"),
        "CPC-01\u206001",
        "CPC-0101\ufe0f",
        "CPC-0101\U000e0020",
    ],
)
def test_what_looks_the_same_is_alike(other: str) -> None:
    assert alike(other) == alike("CPC-0101") == "cpc-0101"


@pytest.mark.parametrize("other", ["CPC-0102", "CPC0101", "CPC_0101", "CPC-0101a", "CPC-O101"])
def test_what_looks_different_is_not(other: str) -> None:
    assert alike(other) != alike("CPC-0101")


def test_white_space_is_folded() -> None:
    assert {alike(text) for text in ("A\u00a0 1", "A\t1", "A\u20031", " a 1 ")} == {"a 1"}


@given(st.text())
def test_the_form_for_comparison_is_its_own(text: str) -> None:
    assert alike(alike(text)) == alike(text)


def test_what_cannot_be_seen_is_shown() -> None:
    assert shown("Z-01\u200b") == "'Z-01{U+200B}'"
    assert shown("A\u00a01") == "'A{U+00A0}1'"
    assert shown("Z-01") == "'Z-01'"


def test_the_known_one_that_is_alike_is_found() -> None:
    assert one_alike("wyc ", ["AYL", "WYC"]) == "WYC"
    assert one_alike("WYX", ["AYL", "WYC"]) is None


def faults(**changes: Any) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_problem(tiny_data(**changes))
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"conferences": [conference("Z-01"), conference("B"), conference("z-01")]},
            [
                "conferences[2].id: 'z-01' is too similar to 'Z-01', the id of conferences[0]. "
                "Give each its own id, or delete one."
            ],
        ),
        (
            {"conferences": [conference("Z-01"), conference("Z-01\u200b")]},
            [
                "conferences[1].id: 'Z-01{U+200B}' is too similar to 'Z-01', the id of conferences[0]. "
                "Give each its own id, or delete one."
            ],
        ),
        (
            {"chairs": [chair("C\u20131"), chair("C-1")]},
            ["chairs[1].id: 'C-1' is too similar to 'C\u20131', the id of chairs[0]. Give each its own id, or delete one."],
        ),
        (
            {"conferences": [conference("A", site="ayl")]},
            ["conferences[0].site: there is no site 'ayl'. Did you mean 'AYL'? Enter an id that is listed under sites."],
        ),
        (
            {"conferences": [conference("A", chair="C1\u200b")]},
            ["conferences[0].chair: there is no chair 'C1{U+200B}'. Did you mean 'C1'? Enter an id that is listed under chairs."],
        ),
    ],
)
def test_alike_ids_and_references_are_faults(changes: dict[str, Any], expected: list[str]) -> None:
    assert faults(**changes) == expected


def test_ids_of_two_lists_may_be_alike() -> None:
    read_problem(tiny_data(conferences=[conference("c1")]))


def test_stored_ids_may_be_alike() -> None:
    one = read_problem(tiny_data())
    both = (one.conferences[0], one.conferences[0].model_copy(update={"id": "a"}))
    problem = one.model_copy(update={"conferences": both})
    assert checked(problem) is problem


FAMILIES = [conference("A", family="F-1"), conference("B", family="F-2"), conference("C", family="f-1"), conference("D")]


@pytest.mark.parametrize("pair", [["A", "B"], ["F-1", "F-2"], ["F-1", "B"], ["f-1", "D"], ["D", "F-2"]])
def test_conferences_and_families_are_kept_apart(pair: list[str]) -> None:
    assert read_problem(tiny_data(conferences=FAMILIES, apart=[pair])).apart == (tuple(pair),)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (["A", "C"], "apart[0]: 'A' and 'C' belong to one family, 'F-1'. Enter two of different families."),
        (["A", "F-1"], "apart[0]: 'A' and 'F-1' belong to one family, 'F-1'. Enter two of different families."),
        (
            ["A", "F-9"],
            "apart[0][1]: there is no conference or family 'F-9'. Did you mean 'F-2'? "
            "Enter an id that is listed under conferences.",
        ),
        (
            ["a", "B"],
            "apart[0][0]: there is no conference or family 'a'. Did you mean 'A'? Enter an id that is listed under conferences.",
        ),
    ],
)
def test_a_pair_that_makes_no_sense_is_a_fault(pair: list[str], expected: str) -> None:
    assert faults(conferences=FAMILIES, apart=[pair]) == [expected]


def test_a_name_that_is_a_conference_and_a_family_is_a_fault() -> None:
    both = [conference("A", family="B"), conference("B", family="F-2"), conference("C")]
    assert faults(conferences=both, apart=[["C", "B"]]) == [
        "apart[0][1]: 'B' is the id of a conference and also a family. Give the family another reference."
    ]
