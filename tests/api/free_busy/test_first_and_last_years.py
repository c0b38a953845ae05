"""Events from the first year or to the last one, which mean for ever: libraries overflow on them."""

from __future__ import annotations

import pytest

from api.free_busy.busy_times import BusyTimes, busy_times
from tests.api.free_busy.calendars import PERIOD, calendar, event
from tests.api.free_busy.test_busy_times import intervals

ALL_DAYS = "2026-10-01T00:00 2027-11-01T00:00"
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Honolulu")
HOUR = "DTSTART;TZID=Europe/London:20270105T100000\nDTEND;TZID=Europe/London:20270105T110000"
FOR_EVER = {
    "days": event("DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231"),
    "UTC": event("DTSTART:00010101T000000Z\nDTEND:99991231T235959Z"),
    "a list": "BEGIN:VFREEBUSY\nFREEBUSY:00010101T000000Z/99991231T235959Z\nEND:VFREEBUSY",
} | {zone: event(f"DTSTART;TZID={zone}:00010101T000000\nDTEND;TZID={zone}:99991231T235959") for zone in ZONES}


@pytest.mark.parametrize("zone", ("", *ZONES))
@pytest.mark.parametrize("name", FOR_EVER)
def test_an_event_of_all_years_is_busy_on_all_days(name: str, zone: str) -> None:
    content = calendar(FOR_EVER[name], lines=f"X-WR-TIMEZONE:{zone}" if zone else "X-NONE:1")
    assert busy_times(content, PERIOD) == BusyTimes(intervals(ALL_DAYS), ())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:20270105", "2026-10-01T00:00 2027-01-05T00:00"),
        ("DTSTART;VALUE=DATE:20270105\nDTEND;VALUE=DATE:99991231", "2027-01-05T00:00 2027-11-01T00:00"),
        ("DTSTART;VALUE=DATE:20270105\nDURATION:P2900000D", "2027-01-05T00:00 2027-11-01T00:00"),
        ("DTSTART;VALUE=DATE:20270105\nDURATION:P3900000D", "2027-01-05T00:00 2027-11-01T00:00"),
        ("DTSTART:20270105T100000Z\nDTEND;TZID=Pacific/Honolulu:99991231T235959", "2027-01-05T10:00 2027-11-01T00:00"),
        ("DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=YEARLY", "2027-01-01T00:00 2027-01-02T00:00"),
        ("DTSTART;VALUE=DATE:20270105\nRRULE:FREQ=YEARLY;UNTIL=99991231T235959Z", "2027-01-05T00:00 2027-01-06T00:00"),
        (f"{HOUR}\nRRULE:FREQ=YEARLY\nEXDATE;TZID=Pacific/Honolulu:99991231T230000", "2027-01-05T10:00 11:00"),
        (f"{HOUR}\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:99991231", "2027-01-05T10:00 11:00"),
        (f"{HOUR}\nRDATE;TZID=Asia/Tokyo:00010101T000000", "2027-01-05T10:00 11:00"),
    ],
)
@pytest.mark.parametrize("zone", ("Europe/London", "Asia/Tokyo"))
def test_one_end_in_the_first_or_last_year_is_cut(lines: str, expected: str, zone: str) -> None:
    read = busy_times(calendar(event(lines), lines=f"X-WR-TIMEZONE:{zone}"), PERIOD)
    assert read == BusyTimes(intervals(expected), ())


def test_a_series_from_the_last_year_hides_no_other_event() -> None:
    last = event("DTSTART;VALUE=DATE:99991231\nDTEND;VALUE=DATE:99991231\nRRULE:FREQ=DAILY")
    assert busy_times(calendar(last, event(HOUR)), PERIOD) == BusyTimes(
        intervals("2027-01-05T10:00 11:00"),
        (
            "The event of 31 December 9999 is not read: its dates are out of range. "
            "Correct it in the calendar, or delete it there.",
        ),
    )
