"""Texts with raw line breaks, whose lines look like properties."""

from __future__ import annotations

import pytest

from api.free_busy.busy_times import BusyTimes
from api.free_busy.errors import CalendarRefused
from tests.api.free_busy.calendars import event
from tests.api.free_busy.test_busy_times import intervals
from tests.api.free_busy.test_odd_calendars import CORRECT_IT, GOOD, HOUR, TEN_TO_ELEVEN, THE_GOOD_ONE, read


@pytest.mark.parametrize("name", ["DESCRIPTION", "SUMMARY", "LOCATION", "COMMENT", "X-ALT-DESC;FMTTYPE=text/html"])
@pytest.mark.parametrize(
    "text",
    [
        "End: 11:00 sharp",
        "END: noon",
        "End:",
        "Begin: 9:00",
        "BEGIN:noon",
        "Status: Cancelled",
        "STATUS: CANCELLED",
        "status:cancelled",
        "Transp: Transparent",
        "second line\nSTATUS:no",
        "Duration: one hour",
        "DURATION:one hour",
        "DTSTART: tomorrow",
        "RRULE: none",
        "https://example.org/a?b=c;d",
        "Note: see https://example.org",
        "END:VCALENDAR",
        "END:VALARM",
        "END:VEVENT",
        "END:VEVENT\nand more",
        "\n\n???;;;:::",
    ],
)
def test_text_with_line_breaks_is_never_a_property(name: str, text: str) -> None:
    expected = BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE), ())
    assert read(event(f"{name}:Agenda\n{text}\n{HOUR}\nSEQUENCE:1"), GOOD) == expected
    assert read(event(f"{HOUR}\n{name}:Agenda\n{text}"), GOOD) == expected
    assert read(event(f"{HOUR}\n{name}:Agenda\n{text}\nCLASS:PUBLIC\nSTATUS:CANCELLED"), GOOD) == BusyTimes(
        intervals(THE_GOOD_ONE), ()
    )


@pytest.mark.parametrize("name", ["DESCRIPTION", "SUMMARY"])
@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT",
        "Forwarded\nBEGIN:VEVENT\nDTSTART:20270301T100000Z\nDTEND:20270301T110000Z\nEND:VEVENT",
        "BEGIN:VEVENT\nDTSTART:20270301T100000Z\nDURATION:PT2H\nTRANSP:TRANSPARENT\nEND:VEVENT",
    ],
)
def test_an_event_within_a_text_is_text_and_is_noted(name: str, text: str) -> None:
    note = (
        "The event of 12 January 2027 at 10:00 is read as one event: BEGIN:VEVENT comes after a text, and may be part of it. "
        f"{CORRECT_IT}"
    )
    expected = BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE), (note,))
    assert read(event(f"{name}:Agenda\n{text}\n{HOUR}\nSEQUENCE:1"), GOOD) == expected
    assert read(event(f"{HOUR}\n{name}:Agenda\n{text}"), GOOD) == expected


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_an_event_is_busy_if_a_text_with_line_breaks_seems_to_free_it(line: str) -> None:
    note = (
        f"The event of 12 January 2027 at 10:00 is read as busy: {line} comes after a text, and may be part of it. {CORRECT_IT}"
    )
    name = line.partition(":")[0]
    text = f"DESCRIPTION:Agenda\nhow to put it:\n{line}"
    assert read(event(f"{HOUR}\n{text}")) == BusyTimes(intervals(TEN_TO_ELEVEN), (note,))
    assert read(event(f"{HOUR}\n{text}\nCLASS:PUBLIC\n{name}:BUSY")) == BusyTimes(intervals(TEN_TO_ELEVEN), ())
    assert read(event(f"{HOUR}\nDESCRIPTION:Agenda\n{line}")) == BusyTimes((), ())


def test_an_alarm_whose_text_has_line_breaks_is_skipped() -> None:
    alarm = "BEGIN:VALARM\nDESCRIPTION:Go\nEnd: soon\nSTATUS:CANCELLED\nEND:VALARM"
    assert read(event(f"{alarm}\n{HOUR}"), GOOD) == BusyTimes(intervals(TEN_TO_ELEVEN, THE_GOOD_ONE), ())


def test_damage_is_still_refused() -> None:
    for lines in (HOUR, f"{HOUR}\nDESCRIPTION:Agenda\nDTSTAMP:20270101T000000Z"):
        with pytest.raises(CalendarRefused, match="It is damaged"):
            read(f"BEGIN:VEVENT\n{lines}", GOOD)
