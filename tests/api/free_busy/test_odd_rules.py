"""Repetition rules as programs write them against the standard: read if their meaning is plain, and else named in a note."""

from __future__ import annotations

import pytest

from api.free_busy.busy_times import BusyTimes
from tests.api.free_busy.calendars import event
from tests.api.free_busy.test_busy_times import intervals
from tests.api.free_busy.test_odd_calendars import CORRECT_IT, GOOD, HOUR, TEN_TO_ELEVEN, THE_GOOD_ONE, read

TIMED = "The event of 12 January 2027 at 10:00"
A_WEEK_LATER = "2027-01-19T10:00 11:00"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY; COUNT=2",
        "FREQ = WEEKLY ; COUNT = 2 ",
        "freq=weekly;count=2",
        "FREQ=WEEKLY;COUNT=2;",
        ";FREQ=WEEKLY;;COUNT=2",
        "RSCALE=GREGORIAN;FREQ=WEEKLY;COUNT=2;SKIP=OMIT",
        "FREQ=WEEKLY;COUNT=2;X-RELATIVE=1",
        "COUNT=2;FREQ=WEEKLY",
    ],
)
@pytest.mark.parametrize("before", ["", "SUMMARY:A. Person\n"])
def test_a_rule_with_a_plain_meaning_is_read(rule: str, before: str) -> None:
    found = read(event(f"{HOUR}\n{before}RRULE:{rule}"), GOOD)
    assert found == BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE, A_WEEK_LATER), ())


@pytest.mark.parametrize(
    "rule", ["RSCALE=CHINESE;FREQ=YEARLY", "FREQ=WEEKLY;COUNT=2;SKIP=FORWARD", "FREQ=WEEKLY;BYEASTER=0", "FREQ=FORTNIGHTLY"]
)
def test_of_a_rule_without_a_plain_meaning_the_first_time_is_busy(rule: str) -> None:
    found = read(event(f"{HOUR}\nRRULE:{rule}"), GOOD)
    note = f"{TIMED} is read only for its first time: its repetition rule '{rule}' is not supported. {CORRECT_IT}"
    assert found == BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE), (note,))


@pytest.mark.parametrize("value", ["FREQ=WEEKLY;COUNT=1", "FREQ=WEEKLY; COUNT=1"])
def test_rules_for_exceptions_are_noted_and_free_nothing(value: str) -> None:
    found = read(event(f"{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=2\nEXRULE:{value}"), GOOD)
    note = f"{TIMED} is read without its EXRULE: rules for exceptions are not supported. {CORRECT_IT}"
    assert found == BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE, A_WEEK_LATER), (note,))


@pytest.mark.parametrize("value", ["20270119T100000Z/PT1H", "20270119T100000Z/20270119T110000Z"])
def test_an_excepted_period_is_noted_and_frees_nothing(value: str) -> None:
    found = read(event(f"{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=PERIOD:{value}"), GOOD)
    note = f"{TIMED} is read only in part: its EXDATE has a date or time that can't be read. {CORRECT_IT}"
    assert found == BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE, A_WEEK_LATER), (note,))
