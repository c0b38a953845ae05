from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import feeds
from api.busy.reading import BusyTimes, busy_times
from api.busy.refused import CalendarRefused
from api.feeds import Detail, Entry, Feed, FeedOf, FeedSettings
from scheduler.domain.conference import Kind, Mode
from scheduler.domain.values import Interval
from tests.api.busy.calendars import PERIOD, calendar, event, meeting

LONDON = ZoneInfo("Europe/London")
FLOATING = "Times without a time zone are taken as Europe/London."

OUTLOOK = r"""BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:PUBLISH
X-CALSTART:20270104T090000Z
X-WR-RELCALID:{0000002E-4F44-1A0D-8A5F-5C1A9B2C2F11}
X-WR-CALNAME:Calendar
BEGIN:VTIMEZONE
TZID:GMT Standard Time
BEGIN:STANDARD
DTSTART:16011028T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0100
TZOFFSETTO:-0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:-0000
TZOFFSETTO:+0100
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
CLASS:PUBLIC
CREATED:20261120T101500Z
DESCRIPTION:Agenda\, and what follows:\n\n
 it goes on
DTEND;TZID="GMT Standard Time":20270104T103000
DTSTAMP:20261120T101500Z
DTSTART;TZID="GMT Standard Time":20270104T093000
PRIORITY:5
RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO
EXDATE;TZID="GMT Standard Time":20270111T093000
SEQUENCE:0
SUMMARY;LANGUAGE=en-gb:Team meeting
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000A0
X-ALT-DESC;FMTTYPE=text/html:<html><body>It's: "here"</body></html>
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-IMPORTANCE:1
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID="GMT Standard Time":20270118T140000
DTEND;TZID="GMT Standard Time":20270118T150000
RECURRENCE-ID;TZID="GMT Standard Time":20270118T093000
SEQUENCE:1
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000A0
X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270201
DTEND;VALUE=DATE:20270206
SUMMARY:Leave
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000B0
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270208
DTEND;VALUE=DATE:20270209
TRANSP:OPAQUE
UID:040000008200E00074C5B7101A82E00800000000C0
X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270210
DTEND;VALUE=DATE:20270211
TRANSP:TRANSPARENT
UID:040000008200E00074C5B7101A82E00800000000D0
X-MICROSOFT-CDO-BUSYSTATUS:FREE
END:VEVENT
END:VCALENDAR
"""
GOOGLE = r"""BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:advisor@example.org
X-WR-TIMEZONE:Europe/London
BEGIN:VEVENT
DTSTART:20270604T090000Z
DTEND:20270604T100000Z
DTSTAMP:20261120T101500Z
UID:5abc@google.com
CREATED:20261120T101500Z
LAST-MODIFIED:20261120T101500Z
SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:Supervision
TRANSP:OPAQUE
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN="a:b;c
 ";X-NUM-GUESTS=0:mailto:a@example.org
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/London:20270325T140000
DTEND;TZID=Europe/London:20270325T150000
RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20270408T225959Z;BYDAY=TH
DTSTAMP:20261120T101500Z
UID:6abc@google.com
SEQUENCE:0
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/London:20270401T140000
DTEND;TZID=Europe/London:20270401T150000
RECURRENCE-ID;TZID=Europe/London:20270401T140000
UID:6abc@google.com
SEQUENCE:1
STATUS:CANCELLED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
APPLE = r"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//macOS 15.1//EN
CALSCALE:GREGORIAN
X-APPLE-CALENDAR-COLOR:#1BADF8
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETFROM:+0200
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
CREATED:20261120T101500Z
UID:7C1E4A8B-0001
DTSTART;TZID=Europe/Paris:20270705T100000
DURATION:PT1H30M
SUMMARY:By train
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="1, Some
 where":geo:51.8,-0.8
DTSTAMP:20261120T101500Z
SEQUENCE:0
END:VEVENT
BEGIN:VEVENT
UID:7C1E4A8B-0002
DTSTART;VALUE=DATE:16040309
RRULE:FREQ=YEARLY
SUMMARY:A birthday
TRANSP:TRANSPARENT
X-APPLE-OMIT-YEAR:1604
END:VEVENT
BEGIN:VEVENT
UID:7C1E4A8B-0003
DTSTART:20270706T120000
DTEND:20270706T130000
END:VEVENT
END:VCALENDAR
"""
CUSTOM_ZONE = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE"""


def intervals(*spans: str) -> tuple[Interval, ...]:
    """Intervals as ``2027-01-04T10:00 11:00``, or with a whole moment as the end."""
    made = []
    for span in spans:
        start, end = span.split()
        made.append(Interval.model_validate({"start": start, "end": end if "T" in end else f"{start[:11]}{end}"}))
    return tuple(made)


def read(*parts: str, lines: str = "") -> tuple[Interval, ...]:
    return busy_times(calendar(*parts, lines=lines), PERIOD).intervals


def test_what_outlook_exports() -> None:
    expected = ("2027-01-04T09:30 10:30", "2027-01-18T14:00 15:00", "2027-02-01T00:00 2027-02-06T00:00")
    assert busy_times(OUTLOOK.encode(), PERIOD) == BusyTimes(intervals(*expected), ())


def test_what_google_publishes() -> None:
    expected = ("2027-03-25T14:00 15:00", "2027-04-08T14:00 15:00", "2027-06-04T10:00 11:00")
    assert busy_times(GOOGLE.replace("\n", "\r\n").encode(), PERIOD) == BusyTimes(intervals(*expected), ())


def test_what_apple_exports() -> None:
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
def test_what_counts_as_busy(lines: str, is_busy: bool) -> None:
    found = read(meeting("20270104T100000", "20270104T110000", lines))
    assert found == (intervals("2027-01-04T10:00 11:00") if is_busy else ())


@pytest.mark.parametrize(
    ("zone", "expected", "notes"),
    [
        ("Europe/London", "10:00 11:00", ()),
        ("Europe/Paris", "09:00 10:00", ()),
        ("America/New_York", "15:00 16:00", ()),
        ("GMT Standard Time", "10:00 11:00", ("Times in the time zone 'GMT Standard Time' are taken as Europe/London.",)),
        (
            '"(UTC) Dublin, Edinburgh, Lisbon, London"',
            "10:00 11:00",
            ("Times in the time zone '(UTC) Dublin, Edinburgh, Lisbon, London' are taken as Europe/London.",),
        ),
        (
            '"(UTC+00:00) Dublin, Edinburgh, Lisbon, London"',
            "10:00 11:00",
            ("Times in the time zone '(UTC+00:00) Dublin, Edinburgh, Lisbon, London' are taken as Europe/London.",),
        ),
        (
            "W. Europe Standard Time",
            "09:00 10:00",
            ("Times in the time zone 'W. Europe Standard Time' are taken as Europe/Berlin.",),
        ),
        ("tzone://Microsoft/Utc", "11:00 12:00", ("Times in the time zone 'tzone://Microsoft/Utc' are taken as UTC.",)),
        (
            "/freeassociation.sourceforge.net/Europe/Paris",
            "09:00 10:00",
            ("Times in the time zone '/freeassociation.sourceforge.net/Europe/Paris' are taken as Europe/Paris.",),
        ),
    ],
)
def test_names_of_time_zones_without_a_description(zone: str, expected: str, notes: tuple[str, ...]) -> None:
    found = busy_times(calendar(event(f"DTSTART;TZID={zone}:20270604T100000\nDURATION:PT1H")), PERIOD)
    assert found == BusyTimes(intervals(f"2027-06-04T{expected}"), notes)


def test_a_time_zone_that_the_calendar_describes_itself() -> None:
    told = [event(f"DTSTART;TZID=Customized Time Zone:2027{day}T100000\nDURATION:PT1H") for day in ("0104", "0604")]
    expected = BusyTimes(intervals("2027-01-04T09:00 10:00", "2027-06-04T09:00 10:00"), ())
    assert busy_times(calendar(CUSTOM_ZONE, *told), PERIOD) == expected
    assert busy_times(calendar(*told, CUSTOM_ZONE), PERIOD) == expected


def test_what_another_calendar_described_is_forgotten() -> None:
    told = event("DTSTART;TZID=Customized Time Zone:20270104T100000\nDURATION:PT1H")
    later = CUSTOM_ZONE.replace("+0100", "+0500").replace("+0200", "+0500")
    assert busy_times(calendar(CUSTOM_ZONE, told), PERIOD).intervals == intervals("2027-01-04T09:00 10:00")
    assert busy_times(calendar(later, told), PERIOD).intervals == intervals("2027-01-04T05:00 06:00")
    with pytest.raises(
        CalendarRefused, match="time zone 'Customized Time Zone', which is not known, and does not say what it is"
    ):
        busy_times(calendar(told), PERIOD)


def test_times_without_a_zone_are_in_the_one_that_the_calendar_names() -> None:
    told = event("DTSTART:20270604T100000\nDURATION:PT1H")
    assert busy_times(calendar(told, lines="X-WR-TIMEZONE:Europe/Paris"), PERIOD) == BusyTimes(
        intervals("2027-06-04T09:00 10:00"), ()
    )
    assert busy_times(calendar(told), PERIOD) == BusyTimes(intervals("2027-06-04T10:00 11:00"), (FLOATING,))


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
def test_what_repeats(lines: str, expected: list[str]) -> None:
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
def test_exceptions_of_what_repeats(exception: str, expected: list[str]) -> None:
    assert read(MONDAYS, exception) == intervals(*expected)
    assert read(exception, MONDAYS) == intervals(*expected)


def test_of_an_event_told_again_the_latest_version_holds() -> None:
    old = meeting("20270104T100000", "20270104T110000", "UID:M\nSEQUENCE:1")
    new = meeting("20270204T100000", "20270204T110000", "UID:M\nSEQUENCE:2")
    assert read(old, new, old) == intervals("2027-02-04T10:00 11:00")


def test_events_that_share_an_id_by_mistake_are_all_busy() -> None:
    told = [meeting(f"202701{day:02}T100000", f"202701{day:02}T110000", "UID:M") for day in (4, 5, 6)]
    assert read(*told) == intervals("2027-01-04T10:00 11:00", "2027-01-05T10:00 11:00", "2027-01-06T10:00 11:00")


def test_what_overlaps_becomes_one_and_what_touches_does_not() -> None:
    told = [("100000", "110000"), ("103000", "120000"), ("120000", "130000"), ("120000", "130000"), ("150000", "150000")]
    found = busy_times(calendar(*(meeting(f"20270104T{start}", f"20270104T{end}") for start, end in told)), PERIOD)
    assert found == BusyTimes(
        intervals("2027-01-04T10:00 12:00", "2027-01-04T12:00 13:00"), ("No time is taken for 1 event without a length.",)
    )


def test_an_event_without_a_beginning_takes_no_time() -> None:
    assert busy_times(calendar(event("UID:A\nDTEND:20270104T100000Z"), event("UID:B")), PERIOD) == BusyTimes(
        (), ("No time is taken for 2 events without a beginning.",)
    )


def test_seconds_count_as_whole_minutes() -> None:
    assert read(meeting("20270104T100030", "20270104T105901")) == intervals("2027-01-04T10:00 11:00")


def test_free_busy_lists() -> None:
    told = (
        "BEGIN:VFREEBUSY\nFREEBUSY:20270604T090000Z/PT1H,20270605T090000Z/20270605T100000Z\n"
        "FREEBUSY;FBTYPE=FREE:20270606T090000Z/PT1H\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20270607T090000Z/PT1H\nEND:VFREEBUSY"
    )
    expected = ("2027-06-04T10:00 11:00", "2027-06-05T10:00 11:00", "2027-06-07T10:00 11:00")
    assert busy_times(calendar(told), PERIOD) == BusyTimes(intervals(*expected), ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_text(encoding: str) -> None:
    assert busy_times(GOOGLE.encode(encoding), PERIOD) == busy_times(GOOGLE.encode(), PERIOD)


def test_lines_that_are_folded_within_a_character() -> None:
    told = calendar(meeting("20270104T100000", "20270104T110000", "SUMMARY:Caf\u00e9")).replace(b"\xc3\xa9", b"\xc3\r\n \xa9")
    assert busy_times(told, PERIOD).intervals == intervals("2027-01-04T10:00 11:00")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_ends_of_lines(newline: str) -> None:
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
def test_over_the_changes_of_the_clocks(lines: str, expected: list[str]) -> None:
    assert read(event(lines)) == intervals(*expected)


LINES = sorted({line for told in (OUTLOOK, GOOGLE, APPLE) for line in told.splitlines()})


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A real calendar of which lines were taken away, put elsewhere, cut or changed."""
    lines = draw(st.sampled_from([OUTLOOK, GOOGLE, APPLE])).splitlines()
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                del lines[at : at + draw(st.integers(1, 3))]
            case 1:
                lines.insert(at, draw(st.sampled_from(LINES)))
            case 2:
                lines[at] = lines[at][: draw(st.integers(0, 40))]
            case _:
                lines[at] = lines[at].partition(":")[0] + ":" + draw(st.text(max_size=20))
    return "\n".join(lines).encode(errors="replace")


@given(mangled())
def test_whatever_is_in_it_it_is_read_or_refused(content: bytes) -> None:
    try:
        found = busy_times(content, PERIOD)
    except CalendarRefused as refused:
        assert str(refused).endswith(".")
    else:
        assert all(one.start.date() in PERIOD for one in found.intervals)
        minutes(found.intervals)  # which are in order and apart


MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
FIRST = dt.datetime.combine(PERIOD.first, dt.time())
CHANGES = (dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2027, 10, 31))
ZONES = (dt.UTC, LONDON, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"))
moments = st.integers(0, 396 * 96 - 1).map(lambda quarter: FIRST + quarter * 15 * MINUTE)
lengths = st.integers(1, 40).map(lambda quarters: quarters * 15 * MINUTE)


def minutes(found: tuple[Interval, ...]) -> set[dt.datetime]:
    """Every minute of the intervals, which are in order and apart."""
    ends = [time for one in found for time in (one.start, one.end)]
    assert ends == sorted(ends)
    return {one.start + n * MINUTE for one in found for n in range(int((one.end - one.start) / MINUTE))}


def shown_by_clocks(start: dt.datetime, end: dt.datetime) -> set[dt.datetime]:
    """What clocks in London show from one instant to another, minute by minute."""
    return {(start + n * MINUTE).astimezone(LONDON).replace(tzinfo=None) for n in range(int((end - start) / MINUTE))}


@st.composite
def meetings(draw: st.DrawFn, around: tuple[dt.date, ...] = ()) -> tuple[icalendar.Event, set[dt.datetime]]:
    """An event in one of the zones, and the local minutes that it takes; on the night of one of these days, if any."""
    zone, length = draw(st.sampled_from(ZONES)), draw(lengths)
    if around:
        midnight = dt.datetime.combine(draw(st.sampled_from(around)), dt.time(), dt.UTC)
        start = (midnight + draw(st.integers(-6, 12)) * 15 * MINUTE).astimezone(zone)
    else:
        start = draw(moments).replace(tzinfo=dt.UTC).astimezone(zone)
    end = (start.astimezone(dt.UTC) + length).astimezone(zone)
    if start.fold or end.fold:  # which of two hours is meant can't be written but in UTC
        start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    made: Any = icalendar.Event()
    made.add("uid", str(draw(st.uuids())))
    made.add("dtstart", start)
    if start.tzinfo is dt.UTC and draw(st.booleans()):
        made.add("duration", length)
    else:
        made.add("dtend", end)
    if draw(st.integers(0, 4)) == 0:
        made.add(*draw(st.sampled_from([("status", "CANCELLED"), ("transp", "TRANSPARENT")])))
        return made, set()
    return made, shown_by_clocks(start.astimezone(dt.UTC), end.astimezone(dt.UTC))


def written(events: list[icalendar.Event]) -> bytes:
    made = icalendar.Calendar()
    for one in events:
        made.add_component(one)
    content: bytes = made.to_ical()
    return content


@given(st.lists(meetings(), max_size=8))
def test_events_read_back_as_the_union_of_their_times(told: list[tuple[icalendar.Event, set[dt.datetime]]]) -> None:
    found = minutes(busy_times(written([one for one, _ in told]), PERIOD).intervals)
    expected = {minute for _, taken in told for minute in taken if minute.date() in PERIOD}
    is_changing = {minute for minute in found | expected if minute.date() in CHANGES}
    assert found - is_changing == expected - is_changing
    assert expected <= found


@given(meetings(around=CHANGES))
def test_no_true_minute_is_free_where_the_clocks_change(told: tuple[icalendar.Event, set[dt.datetime]]) -> None:
    one, taken = told
    found = minutes(busy_times(written([one]), PERIOD).intervals)
    taken = {minute for minute in taken if minute.date() in PERIOD}
    assert taken <= found
    assert len(found - taken) <= 120  # what is covered besides is the hours that come twice or not at all


@given(
    start=moments.filter(lambda moment: moment.hour >= 3),
    length=st.integers(1, 16).map(lambda quarters: quarters * 15 * MINUTE),
    every=st.integers(1, 9),
    count=st.integers(1, 20),
    left_out=st.sets(st.integers(0, 19)),
    moved=st.dictionaries(st.integers(0, 19), st.integers(1, 5)),
)
def test_a_series_reads_back_with_its_exceptions(
    start: dt.datetime, length: dt.timedelta, every: int, count: int, left_out: set[int], moved: dict[int, int]
) -> None:
    starts = [start + n * every * DAY for n in range(count)]
    series: Any = icalendar.Event()
    series.add("uid", "S")
    series.add("dtstart", start.replace(tzinfo=LONDON))
    series.add("dtend", (start + length).replace(tzinfo=LONDON))
    series.add("rrule", {"FREQ": "DAILY", "INTERVAL": every, "COUNT": count})
    expected: set[dt.datetime] = set()
    told = [series]
    for n, begins in enumerate(starts):
        if n in left_out:
            series.add("exdate", begins.replace(tzinfo=LONDON))
            continue
        later = moved.get(n, 0) * 24 * 60 * MINUTE
        if later:
            exception: Any = icalendar.Event()
            exception.add("uid", "S")
            exception.add("recurrence-id", begins.replace(tzinfo=LONDON))
            exception.add("dtstart", (begins + later).replace(tzinfo=LONDON))
            exception.add("dtend", (begins + later + length).replace(tzinfo=LONDON))
            told.append(exception)
        expected |= {begins + later + n * MINUTE for n in range(int(length / MINUTE))}
    assert minutes(busy_times(written(told), PERIOD).intervals) == {minute for minute in expected if minute.date() in PERIOD}


FEED = Feed("6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11", FeedOf.CHAIR, "C1", Detail.REFERENCE)


@st.composite
def bookings(draw: st.DrawFn) -> Entry:
    """A booking of a chair, a held slot or a cancelled booking, each on a day of its own."""
    number = draw(st.integers(1, 180))
    arrival = FIRST + number * 2 * DAY + draw(st.integers(8 * 12, 15 * 12)) * 5 * MINUTE
    start = arrival + draw(st.sampled_from([0, 30])) * MINUTE
    end = start + draw(st.integers(15, 240)) * MINUTE
    return Entry(
        number=number,
        reference=f"CPC-{number}",
        held=draw(st.booleans()),
        cancelled=draw(st.booleans()),
        arrival=arrival,
        start=start,
        end=end,
        cleared=end + 15 * MINUTE,
        site="AYL",
        place="Room 1, Aylesbury",
        mode=Mode.HYBRID,
        kind=Kind.INITIAL,
        changed_at=dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC),
    )


@given(st.lists(bookings(), max_size=12, unique_by=lambda entry: entry.number), st.sampled_from(Detail))
def test_a_chairs_feed_reads_back_as_exactly_its_people_times(entries: list[Entry], detail: Detail) -> None:
    feed = Feed(FEED.id, FEED.of, FEED.subject, detail)
    content = feeds.calendar(feed, "Conferences: C1", entries, FeedSettings(), {"AYL": "Aylesbury"}, {})
    people_times = sorted((one.arrival, one.end) for one in entries if not one.held and not one.cancelled)
    expected = tuple(Interval(start=arrival, end=end) for arrival, end in people_times)
    assert busy_times(content, PERIOD) == BusyTimes(expected, ())
