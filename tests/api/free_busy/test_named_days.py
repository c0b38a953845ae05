from __future__ import annotations

import datetime as dt

import pytest

from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import named_days_apart
from api.free_busy.named_days import DaysRead, NamedDays, named_days
from tests.api.free_busy.calendars import PERIOD, calendar, event


def named(first: str, last: str, name: str) -> NamedDays:
    return NamedDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last), name)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas Day",
            [("2026-12-25", "2026-12-25", "Christmas Day")],
        ),
        ("DTSTART;VALUE=DATE:20261225\nSUMMARY;LANGUAGE=en:a\\, b\\nc", [("2026-12-25", "2026-12-25", "a, b c")]),
        ("DTSTART;VALUE=DATE:20261102\nDTEND;VALUE=DATE:20261219", [("2026-11-02", "2026-12-18", "")]),
        (
            "DTSTART;TZID=Europe/London:20261102T090000\nDTEND;TZID=Europe/London:20261218T153000\nSUMMARY:Term",
            [("2026-11-02", "2026-12-18", "Term")],
        ),
        (
            "DTSTART:20270604T230000Z\nDTEND:20270605T230000Z\nSUMMARY:A day by UTC",
            [("2027-06-05", "2027-06-05", "A day by UTC")],
        ),
        ("DTSTART;VALUE=DATE:20261225\nTRANSP:TRANSPARENT\nSUMMARY:Free", [("2026-12-25", "2026-12-25", "Free")]),
        ("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED\nSUMMARY:Off", []),
        ("DTSTART;VALUE=DATE:20251225\nSUMMARY:Before", []),
        ("DTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Yearly", [("2026-12-25", "2026-12-25", "Yearly")]),
        (f"DTSTART;VALUE=DATE:20261225\nSUMMARY:{'x' * 500}", [("2026-12-25", "2026-12-25", "x" * 100)]),
    ],
)
def test_the_days_and_names_of_events_are_read(lines: str, expected: list[tuple[str, str, str]]) -> None:
    content = calendar(event(lines))
    assert named_days(content, PERIOD) == DaysRead(tuple(named(*one) for one in expected))
    assert named_days_apart(content, PERIOD) == named_days(content, PERIOD)


def test_days_that_can_not_be_read_are_noted() -> None:
    content = calendar(
        event("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261224\nSUMMARY:A. Person"),
        event("DTSTART;VALUE=DATE:20261228\nDTEND;VALUE=DATE:20261228\nSUMMARY:Boxing Day"),
    )
    note = "The event of 25 December 2026 is not read: it ends before it begins. Correct it in the calendar, or delete it there."
    assert named_days(content, PERIOD) == DaysRead((named("2026-12-28", "2026-12-28", "Boxing Day"),), (note,))
    assert named_days_apart(content, PERIOD) == named_days(content, PERIOD)


def test_a_file_that_is_no_calendar_is_refused() -> None:
    with pytest.raises(CalendarRefused, match=r"^This is a web page"):
        named_days_apart(b"<html>", PERIOD)
