"""How notes name events whose start can't be read: by what is written there, unless it may be a person's name."""

from __future__ import annotations

import pytest

from api.free_busy.busy_times import BusyTimes
from tests.api.free_busy.calendars import event
from tests.api.free_busy.test_busy_times import intervals
from tests.api.free_busy.test_odd_calendars import CORRECT_IT, GOOD, THE_GOOD_ONE, read


@pytest.mark.parametrize(
    ("start", "named"),
    [
        ("20270230T100000Z", "The event with the start 20270230T100000Z"),
        ("2027-01-12", "The event with the start 2027-01-12"),
        ("12012027", "The event with the start 12012027"),
        ("Mr Smith", "An event without a readable start"),
        ("1", "An event without a readable start"),
    ],
)
def test_an_event_is_named_by_its_start(start: str, named: str) -> None:
    found = read(event(f"DTSTART:{start}\nDURATION:PT1H\nSUMMARY:A. Person"), GOOD)
    assert found == BusyTimes(intervals(THE_GOOD_ONE), (f"{named} is not read: its start can't be read. {CORRECT_IT}",))
