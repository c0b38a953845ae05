"""Hostile calendars: each is read correctly, noted or refused with a clear message, with little work."""

from __future__ import annotations

import gzip
import io
import re
import resource
import zipfile

import pytest

from api.free_busy.busy_times import BusyTimes
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from scheduler.domain.values import Interval
from tests.api.free_busy.calendars import PERIOD, calendar, event, meeting

MAX_CPU_SECONDS = 5.0
"""Work of the child. A busy machine makes it wait, and does not make it work more."""
SECONDS_OF_A_HANG = 60.0
LIMIT = 4.0
"""The time limit of the service in seconds."""
START = "DTSTART;TZID=Europe/London:20270104T100000"
HOUR = f"{START}\nDURATION:PT1H"
MEETING = meeting("20270104T100000", "20270104T110000")
TEN_TO_ELEVEN = (Interval.model_validate({"start": "2027-01-04T10:00", "end": "2027-01-04T11:00"}),)
NEXT_DAY = Interval.model_validate({"start": "2027-01-05T10:00", "end": "2027-01-05T11:00"})
TOO_LONG = r"takes longer than 4 seconds to read"
UNSUPPORTED = "The event of 4 January 2027 at 10:00 is read only for its first time: its repetition rule {} is not supported."
NOT_READ = "The event of 4 January 2027 at 10:00 is not read: {}."
CORRECT_IT = "Correct it in the calendar, or delete it there."
DAMAGED = r"It is damaged"
UNREADABLE_ZONE = r"time zone 'Bomb', which is unknown, and describes it in a way that can't be read"


def beside_a_meeting(lines: str) -> bytes:
    """Return a calendar with a good event, and an event with these lines."""
    return calendar(event(lines), meeting("20270105T100000", "20270105T110000"))


def repeating(rule: str, start: str = START) -> bytes:
    return calendar(event(f"{start}\nDURATION:PT1H\nRRULE:{rule}"))


def zone(change: str, name: str = "Bomb") -> str:
    standard = f"BEGIN:STANDARD\n{change}\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0000\nEND:STANDARD"
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{standard}\nEND:VTIMEZONE"


def unsupported(rule: str, rule_shown: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return a calendar with an event that repeats by an unsupported rule, and the note on it."""
    return beside_a_meeting(f"{HOUR}\nRRULE:{rule}"), (f"{UNSUPPORTED.format(repr(rule_shown or rule))} {CORRECT_IT}",)


def not_read(lines: str, reason: str, name: str = "") -> tuple[bytes, tuple[str, ...]]:
    """Return a calendar with an event that can't be read, and the note on it."""
    named = NOT_READ.replace("The event of 4 January 2027 at 10:00", name) if name else NOT_READ
    return beside_a_meeting(lines), (f"{named.format(reason)} {CORRECT_IT}",)


def in_zone(*zones: str) -> bytes:
    return calendar(*zones, event("DTSTART;TZID=Bomb:20270104T100000\nDURATION:PT1H"))


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("calendar.ics", content)
    return packed.getvalue()


MANY = range(10_000)
QUOTE = '"'
HOURS = ",".join(map(str, range(24)))
READABLE = {
    "an endless description": calendar(event(f"{HOUR}\nDESCRIPTION:{'x' * 1_900_000}")),
    "a description of many folds": calendar(event(f"{HOUR}\nDESCRIPTION:" + "\n x" * 400_000)),
    "a million blank lines": MEETING.join(["BEGIN:VCALENDAR\n", "\n" * 1_000_000 + "\nEND:VCALENDAR"]).encode(),
    "a parameter that is never closed": calendar(event(f"{HOUR}\nATTENDEE;CN={QUOTE}{'a;' * 400_000}")),
    "a parameter of many quotes": calendar(event(f"{HOUR}\nSUMMARY;X={QUOTE * 1_000_001}:x")),
    "lines that are no properties": calendar(event(f"{HOUR}\n??? ::: ;;;\n{':' * 100_000}\n{'=' * 100_000}")),
    "alarms by the ten thousand": calendar(event(HOUR + "\nBEGIN:VALARM\nTRIGGER:-PT1M\nREPEAT:999999999\nEND:VALARM" * 10_000)),
    "other components by the ten thousand": calendar(*["BEGIN:VTODO\nRRULE:FREQ=SECONDLY\nEND:VTODO"] * 20_000, MEETING),
    "a bomb of a time zone that has a known name": calendar(zone("DTSTART:1\nRRULE:FREQ=SECONDLY", "Europe/London"), MEETING),
    "a bomb of a time zone that nothing uses": calendar(zone("DTSTART:1\nRRULE:FREQ=SECONDLY"), MEETING),
    "ten thousand old events": calendar(MEETING, *[meeting("20200104T100000", "20200104T110000", f"UID:{n}") for n in MANY]),
    "the last hour of all": calendar(MEETING, event("DTSTART;TZID=America/New_York:99991231T230000\nDURATION:P2D")),
    "a duration of thousands of years": calendar(MEETING, event("DTSTART:20280104T100000Z\nDTEND:99981231T000000Z")),
    "a COUNT of two billion": repeating("FREQ=YEARLY;COUNT=2147483647"),
    "an interval of a billion years": repeating("FREQ=YEARLY;INTERVAL=1000000000"),
    "exceptions by the thousand to one event": calendar(
        event(f"UID:M\n{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=1"),
        *[event(f"UID:M\n{HOUR}\nRECURRENCE-ID;TZID=Europe/London:20270104T100000\nSEQUENCE:{n}") for n in range(3000)],
    ),
    "one event ten thousand times": calendar(*[event(f"UID:M\nSEQUENCE:{n % 7}\n{HOUR}") for n in range(5000)]),
    "two beginnings that are the same": calendar(event(f"{START}\n{HOUR}")),
    "an alarm within an alarm": calendar(event(f"{HOUR}\nBEGIN:VALARM\nBEGIN:VALARM\nEND:VALARM\nEND:VALARM")),
    "half a surrogate in a title": calendar(event(f"{HOUR}\nSUMMARY:\\ud800 &#x0; %00")),
    "a title that would be a formula, a query and a script": calendar(
        event(f"{HOUR}\nSUMMARY:=cmd|' /C calc'!A0 '; DROP TABLE bookings;-- <script>alert(1)</script> ${{jndi:ldap://x}}")
    ),
}
NOTED = {
    "an end before the beginning": not_read(
        "DTSTART;TZID=Europe/London:20270104T100000\nDTEND;TZID=Europe/London:20270104T090000", "it ends before it begins"
    ),
    "a negative duration": not_read(f"{START}\nDURATION:-P1000D", "it ends before it begins"),
    "a duration beyond all years": not_read(f"{START}\nDURATION:P99999999999W", "its length can't be read"),
    "a day that does not exist": not_read(
        "DTSTART:20270230T100000Z", "its start can't be read", "The event with the start 20270230T100000Z"
    ),
    "a beginning that is a length": not_read("DTSTART:PT1H", "its start can't be read", "An event without a readable start"),
    "two different beginnings": not_read(
        "DTSTART:20270104T100000Z\nDTSTART:20270104T110000Z\nDURATION:PT1H",
        "it has two different values of DTSTART",
        "An event without a readable start",
    ),
    "a rule of another calendar": not_read(
        f"{HOUR}\nRRULE:RSCALE=CHINESE;FREQ=YEARLY", "it has dates or repetitions that can't be read"
    ),
    "every second": unsupported("FREQ=SECONDLY"),
    "every minute": unsupported("FREQ=MINUTELY;COUNT=999999999"),
    "every hour": unsupported("freq=hourly"),
    "every second in another way": unsupported(
        "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5;BYSECOND=1,2",
    ),
    "an interval of nothing": unsupported("FREQ=DAILY;INTERVAL=0"),
    "a rule without a frequency": unsupported("COUNT=5"),
    "30 February, sought for ever": (
        calendar(
            meeting("20270105T100000", "20270105T110000"), *[event(f"{HOUR}\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")] * 50
        ),
        (
            "The event of 4 January 2027 at 10:00 is read only for its first time: its repetition rule "
            f"'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30' never occurs. {CORRECT_IT}",
        ),
    ),
}
REFUSED = {
    "nothing": (b"", r"^The file is empty"),
    "white space": (b" \r\n\t\r\n" * 1000, r"^The file is empty"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in: it expires</body></html>", r"^This is a web page, not a calendar"),
    "a web page with an event in it": (b"\n\n <html>\nBEGIN:VCALENDAR\nEND:VCALENDAR\n</html>", r"^This is a web page"),
    "JSON": (b'{"error": "not found"}', r"^This is not a calendar"),
    "a contact": (b"BEGIN:VCARD\nVERSION:4.0\nEND:VCARD\n", r"^This is not a calendar"),
    "a zip archive": (zipped(calendar(MEETING)), r"^This is an archive"),
    "gzip": (gzip.compress(calendar(MEETING)), r"^This is an archive"),
    "three megabytes": (
        calendar(event(f"{HOUR}\nDESCRIPTION:{'x' * 3_000_000}")),
        r"^The calendar has 2\.9 MB\. Export 2 MB",
    ),
    "NUL characters": (calendar(event(f"{HOUR}\nSUMMARY:a\0b")), r"^This has NUL characters"),
    "UTF-16 without a mark": (calendar(MEETING).decode().encode("utf-16-le"), r"^This has NUL characters"),
    "half of UTF-16": (calendar(MEETING).decode().encode("utf-16")[:-1], r"^This begins as UTF-16 text, but is not"),
    "UTF-7": (b"+AEIARQBHAEkATg-:VCALENDAR\r\n", r"^This is not a calendar"),
    "random bytes": (bytes(range(1, 256)) * 1000, r"^This is not a calendar"),
    "random bytes in a calendar": (b"BEGIN:VCALENDAR\n" + bytes(range(1, 256)) * 1000, r"^The calendar is incomplete"),
    "an event that never ends": (
        calendar(MEETING).replace(b"END:VEVENT\r\nEND:VCALENDAR\r\n", b""),
        r"^The calendar is incomplete",
    ),
    "a calendar that never ends": (calendar(MEETING).replace(b"END:VCALENDAR\r\n", b""), r"^The calendar is incomplete"),
    "an end before its beginning": (b"END:VEVENT\nBEGIN:VCALENDAR\nEND:VCALENDAR\n", r"^This is not a calendar"),
    "ends that are crossed": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n", r"but ends as another\. " + DAMAGED),
    "a thousand parts inside each other": (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 1000, r"more than 8 deep\. " + DAMAGED),
    "an event within an event": (calendar(event(f"{HOUR}\n{MEETING}")), r"a VEVENT inside a VEVENT.+" + DAMAGED),
    "a calendar within a calendar": (calendar("BEGIN:VCALENDAR\nEND:VCALENDAR"), r"a VCALENDAR inside a VCALENDAR.+" + DAMAGED),
    "parts by the hundred thousand": (calendar(*["BEGIN:X\nEND:X"] * 110_000), r"more than 100000 parts"),
    "events by the ten thousand": (calendar(*[event("DTSTART:20270104")] * 20_000), r"20000 events; the limit is 10000"),
    "dates by the ten thousand": (
        calendar(event(f"{HOUR}\n" + "\n".join(["RDATE:20270104T100000Z" + ",20270104T100000Z" * 4000] * 6))),
        r"dates; the limit is 20000",
    ),
    "dates in an endless line": (
        calendar(event(f"{HOUR}\nRDATE:" + "20270104T100000Z," * 80_000)),
        r"^The calendar has a RDATE of 1360001 characters",
    ),
    "every day since 1601, a thousand times": (
        calendar(*[event("DTSTART:16010101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY")] * 1000),
        TOO_LONG + r"|takes more memory to read than any should",
    ),
    "every hour of every day, hundreds of times": (
        calendar(*[event(f"{HOUR}\nRRULE:FREQ=DAILY;BYHOUR={HOURS}")] * 800),
        TOO_LONG + r"|events in these days; the limit is 20000",
    ),
    "a time zone that changes every second": (in_zone(zone("DTSTART:16010101T000000\nRRULE:FREQ=SECONDLY")), UNREADABLE_ZONE),
    "a time zone that changes every day": (in_zone(zone("DTSTART:16010101T000000\nRRULE:FREQ=DAILY")), UNREADABLE_ZONE),
    "a time zone of a thousand changes": (
        in_zone(zone("DTSTART:16010101T000000\n" + "RDATE:20270104T000000\n" * 1000 + "RDATE:20270105T000000")),
        r"changes of one time zone",
    ),
    "a time zone that is years off": (in_zone(zone("DTSTART:16010101T000000").replace("+0000", "+9959")), UNREADABLE_ZONE),
    "a time zone of nothing": (in_zone("BEGIN:VTIMEZONE\nTZID:Bomb\nEND:VTIMEZONE"), UNREADABLE_ZONE),
    "a time zone that is a path": (
        calendar(event("DTSTART;TZID=../../etc/passwd:20270104T100000")),
        r"time zone '\.\./\.\./etc/passwd', which is unknown",
    ),
    "a time zone of the whole calendar that is a path": (
        calendar(MEETING, lines="X-WR-TIMEZONE:/etc/passwd"),
        r"time zone '/etc/passwd', which is unknown",
    ),
    "a time zone with an endless name": (calendar(event(f"DTSTART;TZID={'a/' * 40_000}:20270104T100000")), r"which is unknown"),
}
TIME_OUT_TOO = {"every day since 1601, a thousand times", "every hour of every day, hundreds of times"}
"""Cases that run into the time limit of four seconds, as another does that is not slow."""


def read(content: bytes, seconds: float = SECONDS_OF_A_HANG) -> BusyTimes:
    """Return what the child reads, which must take little work."""
    before = work_of_children()
    try:
        return busy_times_apart(content, PERIOD, seconds)
    finally:
        assert work_of_children() - before < MAX_CPU_SECONDS


def work_of_children() -> float:
    """Return the CPU seconds of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", READABLE)
def test_it_is_read_with_little_work(name: str) -> None:
    assert read(READABLE[name]) == BusyTimes(TEN_TO_ELEVEN, ())


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in TIME_OUT_TOO else name for name in REFUSED]
)
def test_it_is_refused_with_little_work(name: str) -> None:
    content, expected = REFUSED[name]
    with pytest.raises(CalendarRefused) as refused:
        read(content, LIMIT if name in TIME_OUT_TOO else SECONDS_OF_A_HANG)
    assert re.search(expected, str(refused.value))
    assert len(str(refused.value)) < 400  # at most three sentences, regardless of the content


def test_there_are_at_least_60_cases() -> None:
    assert len(READABLE) + len(NOTED) + len(REFUSED) >= 60
