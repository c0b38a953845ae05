"""Calendars as programs write them against the standard. An event is read if its meaning is plain, and else named in a note."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from api.free_busy.reading_notes import MAX_EVENT_NOTES
from scheduler.domain.values import Period
from tests.api.free_busy.calendars import PERIOD, calendar, event, meeting
from tests.api.free_busy.test_busy_times import intervals

INPUTS = Path("tests/data/inputs/calendars")
DAYS_OF_THE_INPUTS = Period(first=dt.date(2026, 11, 1), last=dt.date(2027, 12, 31))
TEN_TO_ELEVEN, THE_GOOD_ONE = "2027-01-12T10:00 11:00", "2027-01-13T13:00 14:00"
RIGHT = {
    "allday-exdate-utc-summer": ["2027-06-08T00:00 2027-06-09T00:00", "2027-06-22T00:00 2027-06-23T00:00"],
    "allday-same": ["2027-01-12T00:00 2027-01-13T00:00"],
    "allday-until-utc-summer": [
        "2027-06-08T00:00 2027-06-09T00:00",
        "2027-06-15T00:00 2027-06-16T00:00",
        "2027-06-22T00:00 2027-06-23T00:00",
    ],
    "bad-exdate-empty": [TEN_TO_ELEVEN, THE_GOOD_ONE, "2027-01-19T10:00 11:00"],
    "bad-hourly-old": [THE_GOOD_ONE],
    "bad-start-24": ["2027-01-12T10:00 2027-01-13T00:00", THE_GOOD_ONE],
    "bad-text-end-line": [TEN_TO_ELEVEN, THE_GOOD_ONE],
    "bad-two-status": [TEN_TO_ELEVEN, THE_GOOD_ONE],
    "busy-oof-transparent": [TEN_TO_ELEVEN],
    "recid-date": ["2027-06-08T10:00 11:00", "2027-06-15T15:00 16:00", "2027-06-22T10:00 11:00"],
    "text-status-cancelled": [TEN_TO_ELEVEN],
    "tz-described-00-GMT": ["2027-06-15T10:00 11:00"],
    "tz-described-07-Greenwich_Standard_Time": ["2027-06-15T10:00 11:00"],
    "tz-no-offsetfrom": ["2027-01-12T09:00 10:00", THE_GOOD_ONE],
}


def test_every_input_has_its_right_answer() -> None:
    assert sorted(path.stem for path in INPUTS.glob("*.ics")) == sorted(RIGHT)


@pytest.mark.parametrize("name", RIGHT)
def test_an_input_is_read_as_it_is_meant(name: str) -> None:
    content = (INPUTS / f"{name}.ics").read_bytes()
    assert busy_times(content, DAYS_OF_THE_INPUTS) == BusyTimes(intervals(*RIGHT[name]), ())


GOOD = meeting("20270113T130000", "20270113T140000", "SUMMARY:Team")
START = "DTSTART;TZID=Europe/London:20270112T100000"
HOUR = f"{START}\nDTEND;TZID=Europe/London:20270112T110000"
CORRECT_IT = "Correct it in the calendar, or delete it there."


def read(*parts: str, lines: str = "") -> BusyTimes:
    return busy_times(calendar(*parts, lines=lines), PERIOD)


def change(kind: str, to: str, from_: str = "", month: int = 0, start: str = "20000326T010000") -> str:
    """Return a change of a time zone, each year on the last Sunday of a month if one is given."""
    rule = f"RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH={month}\n" if month else ""
    offset = f"TZOFFSETFROM:{from_}\n" if from_ else ""
    return f"BEGIN:{kind}\nDTSTART:{start}\n{rule}{offset}TZOFFSETTO:{to}\nEND:{kind}"


def zone(name: str, *changes: str) -> str:
    return "\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *changes, "END:VTIMEZONE"])


SUMMER_TIME = (
    change("STANDARD", "+0000", "+0100", month=10, start="20001029T020000"),
    change("DAYLIGHT", "+0100", "+0000", month=3),
)


@pytest.mark.parametrize("name", ["GMT", "UTC", "Etc/GMT", "Greenwich Standard Time", "Africa/Abidjan", "(UTC) London"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_description_outweighs_the_name_of_a_zone(name: str, quote: str) -> None:
    winter, summer = (event(f"DTSTART;TZID={quote}{name}{quote}:2027{day}T100000\nDURATION:PT1H") for day in ("0115", "0615"))
    assert read(zone(name, *SUMMER_TIME), winter, summer) == BusyTimes(
        intervals("2027-01-15T10:00 11:00", "2027-06-15T10:00 11:00"), ()
    )


def test_a_description_of_constant_time_outweighs_a_name_with_summer_time() -> None:
    described = zone("Europe/London", change("STANDARD", "+0000", "+0000"))
    summer = event("DTSTART;TZID=Europe/London:20270615T100000\nDURATION:PT1H")
    assert read(described, summer) == BusyTimes(intervals("2027-06-15T11:00 12:00"), ())
    assert read(summer) == BusyTimes(intervals("2027-06-15T10:00 11:00"), ())


def test_a_zone_known_by_name_is_used_if_its_description_can_not_be_read() -> None:
    summer = event("DTSTART;TZID=Europe/London:20270615T100000\nDURATION:PT1H")
    described = zone("Europe/London", "BEGIN:STANDARD\nDTSTART:never\nTZOFFSETTO:soon\nEND:STANDARD")
    assert read(described, summer) == BusyTimes(intervals("2027-06-15T10:00 11:00"), ())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("STANDARD", "+1000", start="16010101T000000")], ["2027-01-12T00:00 01:00", "2027-06-15T01:00 02:00"]),
        (
            [change("STANDARD", "+0100", month=10, start="16011028T030000"), change("DAYLIGHT", "+0200", month=3)],
            ["2027-01-12T09:00 10:00", "2027-06-15T09:00 10:00"],
        ),
        (
            [change("STANDARD", "+0100", "+0200", month=10), change("DAYLIGHT", "+0200", month=3)],
            ["2027-01-12T09:00 10:00", "2027-06-15T09:00 10:00"],
        ),
        (
            ["BEGIN:STANDARD\nTZOFFSETFROM:+0300\nEND:STANDARD"],
            ["2027-01-12T07:00 08:00", "2027-06-15T08:00 09:00"],
        ),
    ],
)
def test_a_zone_without_some_offsets_is_read_if_they_are_plain(changes: list[str], expected: list[str]) -> None:
    events = [event(f"DTSTART;TZID=(UTC) Office:{day}T100000\nDURATION:PT1H") for day in ("20270112", "20270615")]
    assert read(zone("(UTC) Office", *changes), *events) == BusyTimes(intervals(*expected), ())


def test_an_event_in_an_unknown_zone_is_noted_beside_others() -> None:
    odd = event("DTSTART;TZID=Nowhere:20270112T100000\nDURATION:PT1H")
    note = (
        "The event of 12 January 2027 at 10:00 is not read: its time zone 'Nowhere' is unknown, and the calendar does not "
        f"describe it in a readable way. {CORRECT_IT}"
    )
    assert read(odd, GOOD) == BusyTimes(intervals(THE_GOOD_ONE), (note,))
    with pytest.raises(CalendarRefused, match=r"^The calendar uses the time zone 'Nowhere', which is unknown"):
        read(odd, odd)


WHOLE_DAY = "2027-01-12T00:00 2027-01-13T00:00"


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20270112", "DTEND:20270112", "DURATION:P0D", "DURATION:PT0S", ""])
def test_a_whole_day_event_without_a_length_takes_its_day(end: str) -> None:
    assert read(event(f"DTSTART;VALUE=DATE:20270112\n{end}")) == BusyTimes(intervals(WHOLE_DAY), ())


def test_a_whole_day_series_without_a_length_takes_its_days() -> None:
    lines = "DTSTART;VALUE=DATE:20270112\nDTEND;VALUE=DATE:20270112\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert read(event(lines)) == BusyTimes(intervals(WHOLE_DAY, "2027-01-19T00:00 2027-01-20T00:00"), ())


def days(*days_: str) -> BusyTimes:
    """Return whole busy days."""
    ends = [dt.date.fromisoformat(day) + dt.timedelta(days=1) for day in days_]
    return BusyTimes(intervals(*(f"{day}T00:00 {end}T00:00" for day, end in zip(days_, ends, strict=True))), ())


SUMMER, WINTER = "DTSTART;VALUE=DATE:20270608", "DTSTART;VALUE=DATE:20270105"
SUMMER_DAYS, WINTER_DAYS = ("2027-06-08", "2027-06-15", "2027-06-22"), ("2027-01-05", "2027-01-12", "2027-01-19")


@pytest.mark.parametrize(
    ("start", "lines", "expected"),
    [
        (SUMMER, "RRULE:FREQ=WEEKLY;UNTIL=20270621T230000Z", SUMMER_DAYS),
        (SUMMER, "RRULE:FREQ=WEEKLY;UNTIL=20270621T225959Z", SUMMER_DAYS[:2]),
        (SUMMER, "RRULE:FREQ=WEEKLY;UNTIL=20270622T000000", SUMMER_DAYS),
        (SUMMER, "RRULE:FREQ=WEEKLY;UNTIL=20270622", SUMMER_DAYS),
        (WINTER, "RRULE:FREQ=WEEKLY;UNTIL=20270119T000000Z", WINTER_DAYS),
        (WINTER, "RRULE:FREQ=WEEKLY;UNTIL=20270118T235959Z", WINTER_DAYS[:2]),
        (SUMMER, "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270614T230000Z,20270621T230000Z", SUMMER_DAYS[:1]),
        (SUMMER, "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/London:20270615T000000", SUMMER_DAYS[::2]),
        (SUMMER, "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20270615T000000", SUMMER_DAYS[::2]),
        (WINTER, "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270112T000000Z", WINTER_DAYS[::2]),
        (SUMMER, "RDATE:20270614T230000Z,20270621T230000Z", SUMMER_DAYS),
    ],
)
def test_a_whole_day_series_may_have_its_days_as_instants(start: str, lines: str, expected: tuple[str, ...]) -> None:
    assert read(event(f"{start}\n{lines}")) == days(*expected)


def test_the_instants_of_days_are_meant_in_the_zone_of_the_calendar() -> None:
    series = event(f"{SUMMER}\nRRULE:FREQ=WEEKLY;UNTIL=20270621T220000Z\nEXDATE:20270614T220000Z")
    assert read(series, lines="X-WR-TIMEZONE:Europe/Berlin") == days(*SUMMER_DAYS[::2])


@pytest.mark.parametrize(
    ("start", "recurrence_id", "days_"),
    [
        (SUMMER, "RECURRENCE-ID:20270614T230000Z", SUMMER_DAYS),
        (SUMMER, "RECURRENCE-ID;VALUE=DATE:20270615", SUMMER_DAYS),
        (WINTER, "RECURRENCE-ID:20270112T000000Z", WINTER_DAYS),
    ],
)
def test_a_whole_day_exception_may_be_named_by_an_instant(start: str, recurrence_id: str, days_: tuple[str, ...]) -> None:
    series = event(f"UID:M\n{start}\nRRULE:FREQ=WEEKLY;COUNT=3")
    moved = event(f"UID:M\n{recurrence_id}\nDTSTART;VALUE=DATE:20270701")
    assert read(series, moved) == read(moved, series) == days(days_[0], days_[2], "2027-07-01")


@pytest.mark.parametrize(
    ("start", "exception", "times"),
    [
        ("DTSTART;TZID=Europe/London:20270608T100000", "20270615", ["2027-06-08T10:00 11:00", "2027-06-22T10:00 11:00"]),
        ("DTSTART:20270608T090000Z", "20270615", ["2027-06-08T10:00 11:00", "2027-06-22T10:00 11:00"]),
        ("DTSTART:20270608T100000", "20270615", ["2027-06-08T10:00 11:00", "2027-06-22T10:00 11:00"]),
        ("DTSTART:20270608T233000Z", "20270616", ["2027-06-09T00:30 01:30", "2027-06-23T00:30 01:30"]),
        ("DTSTART;TZID=America/New_York:20270608T210000", "20270615", ["2027-06-09T02:00 03:00", "2027-06-23T02:00 03:00"]),
    ],
)
def test_a_timed_exception_may_be_named_by_its_day(start: str, exception: str, times: list[str]) -> None:
    series = f"UID:M\n{start}\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"
    assert read(event(f"{series}\nEXDATE;VALUE=DATE:{exception}")).intervals == intervals(*times)
    moved = event(f"UID:M\nRECURRENCE-ID;VALUE=DATE:{exception}\nDTSTART:20270701T080000Z\nDURATION:PT1H")
    assert read(event(series), moved).intervals == intervals(*times, "2027-07-01T09:00 10:00")


@pytest.mark.parametrize("transparency", ["TRANSP:TRANSPARENT", "TRANSP:OPAQUE", ""])
@pytest.mark.parametrize(
    ("status", "is_busy"),
    [("OOF", True), ("BUSY", True), ("TENTATIVE", True), ("oof", True), ("WORKINGELSEWHERE", False), ("FREE", False)],
)
def test_outlooks_status_outweighs_transparency(transparency: str, status: str, is_busy: bool) -> None:
    lines = f"{HOUR}\n{transparency}\nX-MICROSOFT-CDO-BUSYSTATUS:{status}"
    assert read(event(lines)) == BusyTimes(intervals(TEN_TO_ELEVEN) if is_busy else (), ())
    assert read(event(f"{lines}\nSTATUS:CANCELLED")) == BusyTimes((), ())


@pytest.mark.parametrize("status", ["", "UNHEARD-OF"])
def test_transparency_decides_without_outlooks_status(status: str) -> None:
    lines = f"{HOUR}\nTRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:{status}"
    assert read(event(lines)) == BusyTimes((), ())


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (f"{HOUR}\nSTATUS:CONFIRMED\nSTATUS:CONFIRMED", [TEN_TO_ELEVEN]),
        (f"{HOUR}\nSTATUS:CANCELLED\nSTATUS:CANCELLED", []),
        (f"{HOUR}\nUID:a\nUID:b\nSEQUENCE:many\nSEQUENCE:1", [TEN_TO_ELEVEN]),
        (f"{HOUR}\n{START}", [TEN_TO_ELEVEN]),
        (f"{HOUR}\nEXDATE:\nRDATE:\nRRULE:\nRECURRENCE-ID:\nDURATION:", [TEN_TO_ELEVEN]),
        (f"{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;TZID=Europe/London:,20270119T100000,", [TEN_TO_ELEVEN]),
        (f"{HOUR}\nRRULE:FREQ=HOURLY;INTERVAL=3;COUNT=2", [TEN_TO_ELEVEN, "2027-01-12T13:00 14:00"]),
        (f"{HOUR}\nRRULE:FREQ=HOURLY;INTERVAL=3;UNTIL=20270112T130000Z", [TEN_TO_ELEVEN, "2027-01-12T13:00 14:00"]),
        (f"{HOUR}\nRRULE:FREQ=MINUTELY;INTERVAL=120;COUNT=2", [TEN_TO_ELEVEN, "2027-01-12T12:00 13:00"]),
        ("DTSTART;TZID=Europe/London:20270112T240000\nDURATION:PT1H", ["2027-01-13T00:00 01:00"]),
        ("DTSTART:20270114T240000Z\nDTEND:20270115T010000Z", ["2027-01-15T00:00 01:00"]),
        (f"{START}\nDTEND;TZID=Europe/London:20270112T240000", ["2027-01-12T10:00 2027-01-13T00:00"]),
        (f"{HOUR}\nRRULE:FREQ=DAILY;UNTIL=20270112T240000Z", [TEN_TO_ELEVEN]),
        (
            "DTSTART:20270113T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20270113T240000Z",
            ["2027-01-13T00:00 01:00"],
        ),
    ],
)
def test_an_odd_event_with_a_plain_meaning_is_read(lines: str, expected: list[str]) -> None:
    assert read(event(lines)) == BusyTimes(intervals(*expected), ())
    assert read(event(lines), GOOD).intervals == intervals(*sorted([*expected, THE_GOOD_ONE]))


TIMED, DAILY = "The event of 12 January 2027 at 10:00", "The event of 12 January 2027"


@pytest.mark.parametrize(
    ("lines", "expected", "note"),
    [
        (f"{START}\nDTEND;TZID=Europe/London:20270112T090000", [], f"{TIMED} is not read: it ends before it begins."),
        (f"{START}\nDTEND;TZID=Europe/London:20270112T253000", [], f"{TIMED} is not read: its end can't be read."),
        (f"{START}\nDTEND;TZID=Europe/London:20270112T243000", [], f"{TIMED} is not read: its end can't be read."),
        (f"{START}\nDURATION:an hour", [], f"{TIMED} is not read: its length can't be read."),
        (
            "DTSTART;VALUE=DATE:20270112\nDTEND;VALUE=DATE:20270111",
            [],
            f"{DAILY} is not read: it ends before it begins.",
        ),
        (
            f"{HOUR}\nDTEND;TZID=Europe/London:20270112T113000",
            [],
            f"{TIMED} is not read: it has two different values of DTEND.",
        ),
        (
            f"{HOUR}\nSTATUS:CONFIRMED\nSTATUS:CANCELLED",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read without its status: it has two different values of STATUS.",
        ),
        (
            f"{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=few",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read only for its first time: its RRULE can't be read.",
        ),
        (
            f"{HOUR}\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read only for its first time: its repetition rule 'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30' never occurs.",
        ),
        (
            f"{HOUR}\nRRULE:FREQ=MONTHLY;BYDAY=6MO",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read only for its first time: its repetition rule 'FREQ=MONTHLY;BYDAY=6MO' never occurs.",
        ),
        (
            f"{HOUR}\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;TZID=Europe/London:20270119T100000,soon",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read only in part: its EXDATE has a date or time that can't be read.",
        ),
        (
            f"{HOUR}\nRECURRENCE-ID:soon",
            [TEN_TO_ELEVEN],
            f"{TIMED} is read as an event of its own: its date in its series can't be read.",
        ),
    ],
)
def test_an_odd_event_without_a_plain_meaning_is_noted(lines: str, expected: list[str], note: str) -> None:
    result = read(event(f"{lines}\nSUMMARY:A. Person"), GOOD)
    assert result == BusyTimes(intervals(*expected, THE_GOOD_ONE), (f"{note} {CORRECT_IT}",))


def test_an_exception_that_can_not_be_read_hides_no_occurrence() -> None:
    series = meeting("20270112T100000", "20270112T110000", "UID:M\nRRULE:FREQ=WEEKLY;COUNT=2")
    moved = meeting("20270112T150000", "20270112T160000", "UID:M\nRECURRENCE-ID:soon\nSEQUENCE:9")
    result = read(series, moved)
    assert result.intervals == intervals(TEN_TO_ELEVEN, "2027-01-12T15:00 16:00", "2027-01-19T10:00 11:00")


def test_odd_events_outside_the_period_are_not_noted() -> None:
    odd = meeting("20200104T110000", "20200104T100000"), event("DTSTART:20200104T100000Z\nDURATION:soon\nDTEND:20200104T110000Z")
    assert read(odd[0], GOOD) == BusyTimes(intervals(THE_GOOD_ONE), ())


def test_the_number_of_notes_is_bounded() -> None:
    odd = [meeting(f"202701{day:02}T100000", f"202701{day:02}T090000") for day in range(1, 26)]
    notes = [
        f"The event of {day} January 2027 at 10:00 is not read: it ends before it begins. {CORRECT_IT}" for day in range(1, 26)
    ]
    expected = (*notes[:MAX_EVENT_NOTES], "15 more events are not read, or only in part.")
    assert read(*odd, GOOD) == BusyTimes(intervals("2027-01-13T13:00 14:00"), expected)


def test_a_free_busy_list_with_an_odd_time_is_read_without_it() -> None:
    busy = "BEGIN:VFREEBUSY\nDTSTART:20270101T000000Z\nFREEBUSY:20270112T100000Z/PT1H,soon/PT1H\nEND:VFREEBUSY"
    note = f"A free/busy list is read only in part: its FREEBUSY has a date or time that can't be read. {CORRECT_IT}"
    assert read(busy) == BusyTimes(intervals(TEN_TO_ELEVEN), (note,))
