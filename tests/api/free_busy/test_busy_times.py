from __future__ import annotations

import pytest

from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from scheduler.domain.values import Interval
from tests.api.free_busy.calendars import PERIOD, calendar, event, meeting
from tests.api.free_busy.exports import APPLE, CUSTOM_ZONE, GOOGLE, OUTLOOK

FLOATING = "Times without a time zone are read as Europe/London."


def intervals(*spans: str) -> tuple[Interval, ...]:
    """Return intervals from texts such as ``2027-01-04T10:00 11:00``; the end may have a date too."""
    spans_ = []
    for span in spans:
        start, end = span.split()
        spans_.append(Interval.model_validate({"start": start, "end": end if "T" in end else f"{start[:11]}{end}"}))
    return tuple(spans_)


def read(*parts: str, lines: str = "") -> tuple[Interval, ...]:
    return busy_times(calendar(*parts, lines=lines), PERIOD).intervals


def test_an_outlook_export_is_read() -> None:
    expected = ("2027-01-04T09:30 10:30", "2027-01-18T14:00 15:00", "2027-02-01T00:00 2027-02-06T00:00")
    assert busy_times(OUTLOOK.encode(), PERIOD) == BusyTimes(intervals(*expected), ())


def test_a_google_calendar_is_read() -> None:
    expected = ("2027-03-25T14:00 15:00", "2027-04-08T14:00 15:00", "2027-06-04T10:00 11:00")
    assert busy_times(GOOGLE.replace("\n", "\r\n").encode(), PERIOD) == BusyTimes(intervals(*expected), ())


def test_an_apple_export_is_read() -> None:
    expected = ("2027-07-05T09:00 10:30", "2027-07-06T12:00 13:00")
    assert busy_times(APPLE.encode(), PERIOD) == BusyTimes(intervals(*expected), (FLOATING,))


def test_an_empty_calendar_has_no_busy_times() -> None:
    assert busy_times(calendar(), PERIOD) == BusyTimes((), ())


@pytest.mark.parametrize(
    ("lines", "is_busy"),
    [
        ("", True),
        ("TRANSP:OPAQUE", True),
        ("TRANSP:TRANSPARENT", False),
        ("STATUS:TENTATIVE", True),
        ("STATUS:CONFIRMED", True),
        ("STATUS:CANCELLED", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", True),
        ("transp:transparent", False),
    ],
)
def test_status_and_transparency_decide_whether_an_event_is_busy(lines: str, is_busy: bool) -> None:
    result = read(meeting("20270104T100000", "20270104T110000", lines))
    assert result == (intervals("2027-01-04T10:00 11:00") if is_busy else ())


@pytest.mark.parametrize(
    ("zone", "expected", "notes"),
    [
        ("Europe/London", "10:00 11:00", ()),
        ("Europe/Paris", "09:00 10:00", ()),
        ("America/New_York", "15:00 16:00", ()),
        ("GMT Standard Time", "10:00 11:00", ("Times in the time zone 'GMT Standard Time' are read as Europe/London.",)),
        (
            '"(UTC) Dublin, Edinburgh, Lisbon, London"',
            "10:00 11:00",
            ("Times in the time zone '(UTC) Dublin, Edinburgh, Lisbon, London' are read as Europe/London.",),
        ),
        (
            '"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"',
            "10:00 11:00",
            ("Times in the time zone '(UTC+00:00) Dublin, Edinburgh, Lisbon, London' are read as Europe/London.",),
        ),
        (
            "W. Europe Standard Time",
            "09:00 10:00",
            ("Times in the time zone 'W. Europe Standard Time' are read as Europe/Berlin.",),
        ),
        ("tzone://Microsoft/Utc", "11:00 12:00", ("Times in the time zone 'tzone://Microsoft/Utc' are read as UTC.",)),
        (
            "/freeassociation.sourceforge.net/Europe/Paris",
            "09:00 10:00",
            ("Times in the time zone '/freeassociation.sourceforge.net/Europe/Paris' are read as Europe/Paris.",),
        ),
    ],
)
def test_known_names_of_time_zones_need_no_description(zone: str, expected: str, notes: tuple[str, ...]) -> None:
    result = busy_times(calendar(event(f"DTSTART;TZID={zone}:20270604T100000\nDURATION:PT1H")), PERIOD)
    assert result == BusyTimes(intervals(f"2027-06-04T{expected}"), notes)


def test_a_described_time_zone_is_used() -> None:
    events = [event(f"DTSTART;TZID=Customized Time Zone:2027{day}T100000\nDURATION:PT1H") for day in ("0104", "0604")]
    expected = BusyTimes(intervals("2027-01-04T09:00 10:00", "2027-06-04T09:00 10:00"), ())
    assert busy_times(calendar(CUSTOM_ZONE, *events), PERIOD) == expected
    assert busy_times(calendar(*events, CUSTOM_ZONE), PERIOD) == expected


def test_the_time_zones_of_another_calendar_are_not_used() -> None:
    events = event("DTSTART;TZID=Customized Time Zone:20270104T100000\nDURATION:PT1H")
    later = CUSTOM_ZONE.replace("+0100", "+0500").replace("+0200", "+0500")
    assert busy_times(calendar(CUSTOM_ZONE, events), PERIOD).intervals == intervals("2027-01-04T09:00 10:00")
    assert busy_times(calendar(later, events), PERIOD).intervals == intervals("2027-01-04T05:00 06:00")
    with pytest.raises(CalendarRefused, match="time zone 'Customized Time Zone', which is unknown, and does not describe it"):
        busy_times(calendar(events), PERIOD)


def test_floating_times_are_in_the_calendars_time_zone() -> None:
    events = event("DTSTART:20270604T100000\nDURATION:PT1H")
    assert busy_times(calendar(events, lines="X-WR-TIMEZONE:Europe/Paris"), PERIOD) == BusyTimes(
        intervals("2027-06-04T09:00 10:00"), ()
    )
    assert busy_times(calendar(events), PERIOD) == BusyTimes(intervals("2027-06-04T10:00 11:00"), (FLOATING,))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20270104", ["2027-01-04T00:00 2027-01-05T00:00"]),
        ("DTSTART;TZID=Europe/London;VALUE=DATE:20270104", ["2027-01-04T00:00 2027-01-05T00:00"]),
        ("DTSTART;VALUE=DATE:20270104\nDTEND;VALUE=DATE:20270109", ["2027-01-04T00:00 2027-01-09T00:00"]),
        ("DTSTART;VALUE=DATE:20270104\nDURATION:P2D", ["2027-01-04T00:00 2027-01-06T00:00"]),
        ("DTSTART;VALUE=DATE:20260901\nDTEND;VALUE=DATE:20280101", ["2026-10-01T00:00 2027-11-01T00:00"]),
        ("DTSTART;VALUE=DATE:20270327\nDTEND;VALUE=DATE:20270329", ["2027-03-27T00:00 2027-03-29T00:00"]),
        ("DTSTART;VALUE=DATE:20261025\nDTEND;VALUE=DATE:20261026", ["2026-10-25T00:00 2026-10-26T00:00"]),
        (
            "DTSTART;VALUE=DATE:20270104\nRRULE:FREQ=WEEKLY;UNTIL=20270111",
            ["2027-01-04T00:00 2027-01-05T00:00", "2027-01-11T00:00 2027-01-12T00:00"],
        ),
        (
            "DTSTART;VALUE=DATE:20270104\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20270111",
            ["2027-01-04T00:00 2027-01-05T00:00", "2027-01-18T00:00 2027-01-19T00:00"],
        ),
    ],
)
def test_whole_days_are_local_days(lines: str, expected: list[str]) -> None:
    assert read(event(lines)) == intervals(*expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("RRULE:FREQ=DAILY;COUNT=2", ["2027-03-27T10:00 11:00", "2027-03-28T10:00 11:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20270328", ["2027-03-27T10:00 11:00", "2027-03-28T10:00 11:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20270328T090000Z", ["2027-03-27T10:00 11:00", "2027-03-28T10:00 11:00"]),
        ("RRULE:FREQ=DAILY;UNTIL=20270328T085959Z", ["2027-03-27T10:00 11:00"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=-1SA;COUNT=2", ["2027-03-27T10:00 11:00", "2027-04-24T10:00 11:00"]),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2", ["2027-03-27T10:00 11:00", "2027-04-10T10:00 11:00"]),
        ("RDATE;TZID=Europe/London:20270401T140000", ["2027-03-27T10:00 11:00", "2027-04-01T14:00 15:00"]),
        ("RDATE;VALUE=PERIOD:20270401T140000Z/PT3H", ["2027-03-27T10:00 11:00", "2027-04-01T15:00 18:00"]),
        (
            "RDATE:20270401T140000Z,20270402T140000Z\nEXDATE:20270401T140000Z",
            ["2027-03-27T10:00 11:00", "2027-04-02T15:00 16:00"],
        ),
        ("RRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20270328", ["2027-03-27T10:00 11:00", "2027-03-29T10:00 11:00"]),
    ],
)
def test_repeating_events_are_expanded(lines: str, expected: list[str]) -> None:
    assert read(meeting("20270327T100000", "20270327T110000", lines)) == intervals(*expected)


MONDAYS = meeting("20270104T100000", "20270104T110000", "UID:M\nRRULE:FREQ=WEEKLY;COUNT=4")


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        (
            meeting("20270112T150000", "20270112T170000", "UID:M\nRECURRENCE-ID;TZID=Europe/London:20270111T100000"),
            ["2027-01-04T10:00 11:00", "2027-01-12T15:00 17:00", "2027-01-18T10:00 11:00", "2027-01-25T10:00 11:00"],
        ),
        (
            meeting("20270111T100000", "20270111T110000", "UID:M\nSTATUS:CANCELLED\nRECURRENCE-ID:20270111T100000Z"),
            ["2027-01-04T10:00 11:00", "2027-01-18T10:00 11:00", "2027-01-25T10:00 11:00"],
        ),
        (
            meeting("20270111T100000", "20270111T110000", "UID:M\nTRANSP:TRANSPARENT\nRECURRENCE-ID:20270111T100000Z"),
            ["2027-01-04T10:00 11:00", "2027-01-18T10:00 11:00", "2027-01-25T10:00 11:00"],
        ),
        (
            meeting("20270111T130000", "20270111T140000", "UID:M\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270111T100000Z"),
            ["2027-01-04T10:00 11:00", "2027-01-11T13:00 14:00", "2027-01-18T13:00 14:00", "2027-01-25T13:00 14:00"],
        ),
    ],
)
def test_exceptions_replace_occurrences(exception: str, expected: list[str]) -> None:
    assert read(MONDAYS, exception) == intervals(*expected)
    assert read(exception, MONDAYS) == intervals(*expected)


def test_the_latest_version_of_an_event_counts() -> None:
    old = meeting("20270104T100000", "20270104T110000", "UID:M\nSEQUENCE:1")
    new = meeting("20270204T100000", "20270204T110000", "UID:M\nSEQUENCE:2")
    assert read(old, new, old) == intervals("2027-02-04T10:00 11:00")


def test_different_events_with_the_same_id_are_all_busy() -> None:
    events = [meeting(f"202701{day:02}T100000", f"202701{day:02}T110000", "UID:M") for day in (4, 5, 6)]
    assert read(*events) == intervals("2027-01-04T10:00 11:00", "2027-01-05T10:00 11:00", "2027-01-06T10:00 11:00")


def test_overlapping_events_are_merged_and_touching_ones_are_not() -> None:
    events = [("100000", "110000"), ("103000", "120000"), ("120000", "130000"), ("120000", "130000"), ("150000", "150000")]
    result = busy_times(calendar(*(meeting(f"20270104T{start}", f"20270104T{end}") for start, end in events)), PERIOD)
    assert result == BusyTimes(
        intervals("2027-01-04T10:00 12:00", "2027-01-04T12:00 13:00"), ("No busy time for 1 event without a length.",)
    )


def test_an_event_without_a_start_is_ignored() -> None:
    assert busy_times(calendar(event("UID:A\nDTEND:20270104T100000Z"), event("UID:B")), PERIOD) == BusyTimes(
        (), ("No busy time for 2 events without a start.",)
    )


def test_seconds_are_rounded_outwards_to_minutes() -> None:
    assert read(meeting("20270104T100030", "20270104T105901")) == intervals("2027-01-04T10:00 11:00")


def test_free_busy_lists_are_read() -> None:
    events = (
        "BEGIN:VFREEBUSY\nFREEBUSY:20270604T090000Z/PT1H,20270605T090000Z/20270605T100000Z\n"
        "FREEBUSY;FBTYPE=FREE:20270606T090000Z/PT1H\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20270607T090000Z/PT1H\nEND:VFREEBUSY"
    )
    expected = ("2027-06-04T10:00 11:00", "2027-06-05T10:00 11:00", "2027-06-07T10:00 11:00")
    assert busy_times(calendar(events), PERIOD) == BusyTimes(intervals(*expected), ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_utf_16_and_a_byte_order_mark_are_accepted(encoding: str) -> None:
    assert busy_times(GOOGLE.encode(encoding), PERIOD) == busy_times(GOOGLE.encode(), PERIOD)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
@pytest.mark.parametrize("text", ["Caf\u00e9", "Bj\u00f6rn's \u00a310", "\u00e9\u00e9\u00e9 \u00bd"])
def test_titles_in_the_code_page_of_windows_are_accepted(encoding: str, text: str) -> None:
    events = calendar(
        meeting("20270104T100000", "20270104T110000", f"SUMMARY:{text}"),
        meeting("20270105T100000", "20270105T110000", "SUMMARY:Caf\u00e9"),
    )
    mixed = events.replace(text.encode(), text.encode(encoding))
    assert busy_times(mixed, PERIOD) == BusyTimes(intervals("2027-01-04T10:00 11:00", "2027-01-05T10:00 11:00"), ())


def test_lines_folded_within_a_character_are_joined() -> None:
    events = calendar(meeting("20270104T100000", "20270104T110000", "SUMMARY:Caf\u00e9")).replace(b"\xc3\xa9", b"\xc3\r\n \xa9")
    assert busy_times(events, PERIOD).intervals == intervals("2027-01-04T10:00 11:00")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_all_line_endings_are_accepted(newline: str) -> None:
    assert busy_times(GOOGLE.replace("\n", newline).encode(), PERIOD) == busy_times(GOOGLE.encode(), PERIOD)


def test_several_calendars_in_a_file_are_read_together() -> None:
    assert len(busy_times((GOOGLE + APPLE + OUTLOOK).encode(), PERIOD).intervals) == 3 + 2 + 3


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # The clocks go from 2:00 back to 1:00 on 25 October 2026, and from 1:00 to 2:00 on 28 March 2027.
        ("DTSTART;TZID=Europe/London:20261025T003000\nDURATION:PT1H", ["2026-10-25T00:30 01:30"]),
        ("DTSTART;TZID=Europe/London:20261025T003000\nDURATION:PT2H", ["2026-10-25T00:30 02:30"]),
        ("DTSTART:20261025T003000Z\nDTEND:20261025T011500Z", ["2026-10-25T01:00 02:00"]),
        ("DTSTART:20261025T003000Z\nDTEND:20261025T010000Z", ["2026-10-25T01:30 02:00"]),
        ("DTSTART:20261025T010000Z\nDTEND:20261025T013000Z", ["2026-10-25T01:00 01:30"]),
        (
            "DTSTART;TZID=Europe/London:20261024T220000\nDTEND;TZID=Europe/London:20261025T060000",
            ["2026-10-24T22:00 2026-10-25T06:00"],
        ),
        ("DTSTART;TZID=Europe/London:20270328T003000\nDTEND;TZID=Europe/London:20270328T010000", ["2027-03-28T00:30 01:00"]),
        ("DTSTART;TZID=Europe/London:20270328T003000\nDURATION:PT1H", ["2027-03-28T00:30 02:30"]),
        ("DTSTART;TZID=Europe/London:20270328T013000\nDURATION:PT30M", ["2027-03-28T01:30 03:00"]),
        ("DTSTART:20270328T003000Z\nDTEND:20270328T013000Z", ["2027-03-28T00:30 02:30"]),
    ],
)
def test_events_across_clock_changes_cover_their_true_time(lines: str, expected: list[str]) -> None:
    assert read(event(lines)) == intervals(*expected)
