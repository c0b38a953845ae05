from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scheduler.domain.bounded import MOST_FAULTS, MOST_FIELDS
from scheduler.domain.faults import Fault, InputError, faults_of, first_faults, further_faults, read_problem
from scheduler.domain.suggestions import bounded_suggestions, closest, closest_id
from scheduler.domain.values import Date, Value

DAYS = {
    "version": 1,
    "horizon": {"first": "2026-12-01", "last": "2026-12-31"},
    "sites": [{"id": "AYL"}],
    "rooms": [],
    "chairs": [],
}


class Inner(Value):
    dates: tuple[Date, ...] = ()


class Outer(Value):
    inner: tuple[Inner, ...] = ()


def faults(raw: Any) -> list[Fault]:
    try:
        Outer.model_validate(raw)
    except ValidationError as error:
        return list(faults_of(error, Outer))
    return []


def test_a_long_list_reports_its_first_faults_and_counts_the_rest() -> None:
    whole = faults({"inner": [{}] * 150 + [{"dates": "x"}] * 250})
    message = "'x' is not a list. Enter a list, in square brackets."
    assert whole[:-1] == [Fault(("inner", 150 + n, "dates"), message) for n in range(MOST_FAULTS)]
    assert whole[-1] == further_faults(150)


def test_a_long_list_within_another_reports_its_first_faults_and_counts_the_rest() -> None:
    whole = faults({"inner": [{}, {"dates": ["2026-12-01"] * 100 + ["x"] * 1000}]})
    message = "'x' is not a date. Enter a date such as 2026-12-01."
    assert whole == [*(Fault(("inner", 1, "dates", 100 + n), message) for n in range(MOST_FAULTS)), further_faults(900)]


@given(valid=st.lists(st.booleans(), max_size=450))
def test_faults_are_counted_exactly_in_lists_of_any_length(valid: list[bool]) -> None:
    wrong = [n for n, is_valid in enumerate(valid) if not is_valid]
    whole = faults({"inner": [{} if is_valid else 1 for is_valid in valid]})
    listed = [fault.place for fault in whole if fault.place]
    assert listed == [("inner", n) for n in wrong[:MOST_FAULTS]]
    assert whole[len(listed) :] == ([further_faults(len(wrong) - MOST_FAULTS)] if len(wrong) > MOST_FAULTS else [])


@given(dates=st.lists(st.dates(), max_size=350).map(lambda days: [day.replace(year=2026, day=1).isoformat() for day in days]))
def test_a_valid_list_of_any_length_is_complete_and_in_order(dates: list[str]) -> None:
    assert Inner.model_validate({"dates": dates}).model_dump(mode="json") == {"dates": dates}


def test_an_object_of_too_many_fields_is_one_fault() -> None:
    assert faults({f"x{n}": 1 for n in range(MOST_FIELDS + 1)}) == [Fault((), "has 1001 fields. Enter 1000 or fewer.")]


def test_an_error_reports_a_hundred_faults_and_counts_the_rest() -> None:
    error = InputError([Fault(("x", n), "wrong") for n in range(1500)] + [further_faults(2000)])
    assert error.faults == (*(Fault(("x", n), "wrong") for n in range(MOST_FAULTS)), further_faults(3400))
    assert error.count == 3500
    assert str(error).splitlines()[-1] == "3,400 further faults are not listed. Correct these first."


def test_faults_that_are_counted_are_faults_of_the_whole_wherever_the_part_is() -> None:
    assert further_faults(1).within("problem", 3) == further_faults(1)
    assert str(further_faults(1)) == "1 further fault is not listed. Correct these first."
    assert first_faults([Fault(("a",), "wrong").within("problem")]) == (Fault(("problem", "a"), "wrong"),)


def test_a_problem_of_many_faulty_items_reports_the_first_and_counts_the_rest() -> None:
    with pytest.raises(InputError) as caught:
        read_problem(DAYS | {"conferences": [{}] * 300_000})
    assert (len(caught.value.faults), caught.value.count) == (MOST_FAULTS + 1, 1_500_000)


def test_references_are_compared_with_known_ids_only_for_the_first_faults() -> None:
    conference = {"kind": "initial", "children": 1, "trigger": "2026-12-01"}
    conferences = [conference | {"id": f"CPC-{n:05}", "site": f"AYLE{n}"} for n in range(3000)]
    with pytest.raises(InputError) as caught:
        read_problem(DAYS | {"sites": [{"id": f"AYL{n}"} for n in range(2000)], "conferences": conferences})
    assert (len(caught.value.faults), caught.value.count) == (MOST_FAULTS + 1, 3000)
    assert (
        caught.value.faults[5].message == "there is no site 'AYLE5'. Did you mean 'AYL5'? Enter an id that is listed under sites."
    )


def test_suggestions_are_looked_for_a_bounded_number_of_times() -> None:
    with bounded_suggestions(3):
        assert [closest("Lenght", ["Length"]) for _ in range(5)] == ["Length"] * 3 + [None] * 2
        with bounded_suggestions(3):
            assert closest_id("length", ["Length"]) is None
    assert closest("Lenght", ["Length"]) == "Length"


def test_a_long_text_is_compared_with_nothing() -> None:
    assert closest("x" * 61, ["x" * 60]) is None
    assert closest("x" * 60, ["x" * 61]) is None
    assert closest("x" * 60, ["x" * 59]) == "x" * 59


def test_a_misspelling_is_found_among_thousands_of_ids() -> None:
    known = [f"CPC-{n:05}" for n in range(20_000)]
    assert closest("CPC-102O34", known) == "CPC-10234"
    assert closest("CPX-15999", known) == "CPC-15999"
