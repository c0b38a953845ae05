from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from api.diary.service.feed_settings import FeedSettings
from api.feeds import calendar as feed_calendar
from api.feeds.calendar import Detail, Entry, Fate, Feed, FeedOf, Origin
from api.free_busy.busy_times import BusyTimes, busy_times
from api.free_busy.errors import CalendarRefused
from scheduler.domain.conference import ConferenceKind, Mode
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Interval
from tests.api.free_busy.calendars import PERIOD
from tests.api.free_busy.exports import APPLE, GOOGLE, OUTLOOK

LONDON = ZoneInfo("Europe/London")

LINES = sorted({line for drawn in (OUTLOOK, GOOGLE, APPLE) for line in drawn.splitlines()})


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """Draw a real calendar with lines removed, inserted, cut or changed."""
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
def test_a_mangled_calendar_is_read_or_refused(content: bytes) -> None:
    try:
        result = busy_times(content, PERIOD)
    except CalendarRefused as refused:
        assert str(refused).endswith(".")
    else:
        assert all(one.start.date() in PERIOD for one in result.intervals)
        minutes(result.intervals)  # checks that they are ordered and don't overlap


MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
FIRST = dt.datetime.combine(PERIOD.first, dt.time())
CHANGES_IN_LONDON = (dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2027, 10, 31))
CHANGES_IN_NEW_YORK = (dt.date(2026, 11, 1), dt.date(2027, 3, 14), dt.date(2027, 11, 7))
CHANGES = CHANGES_IN_LONDON + CHANGES_IN_NEW_YORK
ZONES = (dt.UTC, LONDON, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"))
moments = st.integers(0, 396 * 96 - 1).map(lambda quarter: FIRST + quarter * 15 * MINUTE)
lengths = st.integers(1, 40).map(lambda quarters: quarters * 15 * MINUTE)


def minutes(result: tuple[Interval, ...]) -> set[dt.datetime]:
    """Return every minute of the intervals, which must be ordered and must not overlap."""
    ends = [time for one in result for time in (one.start, one.end)]
    assert ends == sorted(ends)
    return {one.start + n * MINUTE for one in result for n in range(int((one.end - one.start) / MINUTE))}


def shown_by_clocks(start: dt.datetime, end: dt.datetime) -> set[dt.datetime]:
    """Return the local minutes in London between two instants."""
    return {(start + n * MINUTE).astimezone(LONDON).replace(tzinfo=None) for n in range(int((end - start) / MINUTE))}


@st.composite
def meetings(draw: st.DrawFn, around: tuple[dt.date, ...] = ()) -> tuple[icalendar.Event, set[dt.datetime]]:
    """Draw an event in one of the zones, near one of the days ``around`` if given, and the local minutes that it takes."""
    zone, length = draw(st.sampled_from(ZONES)), draw(lengths)
    if around:
        midnight = dt.datetime.combine(draw(st.sampled_from(around)), dt.time(), dt.UTC)
        start = (midnight + draw(st.integers(-6, 32)) * 15 * MINUTE).astimezone(zone)
    else:
        start = draw(moments).replace(tzinfo=dt.UTC).astimezone(zone)
    end = (start.astimezone(dt.UTC) + length).astimezone(zone)
    if start.fold or end.fold:  # only UTC can express which of the two hours it is
        start, end = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
    built: Any = icalendar.Event()
    built.add("uid", str(draw(st.uuids())))
    built.add("dtstart", start)
    if start.tzinfo is dt.UTC and draw(st.booleans()):
        built.add("duration", length)
    else:
        built.add("dtend", end)
    if draw(st.integers(0, 4)) == 0:
        built.add(*draw(st.sampled_from([("status", "CANCELLED"), ("transp", "TRANSPARENT")])))
        return built, set()
    return built, shown_by_clocks(start.astimezone(dt.UTC), end.astimezone(dt.UTC))


def written(events: list[icalendar.Event]) -> bytes:
    built = icalendar.Calendar()
    for one in events:
        built.add_component(one)
    content: bytes = built.to_ical()
    return content


@given(st.lists(meetings(), max_size=8))
def test_events_read_back_as_the_union_of_their_times(drawn: list[tuple[icalendar.Event, set[dt.datetime]]]) -> None:
    result = minutes(busy_times(written([one for one, _ in drawn]), PERIOD).intervals)
    expected = {minute for _, taken in drawn for minute in taken if minute.date() in PERIOD}
    is_changing = {minute for minute in result | expected if minute.date() in CHANGES}
    assert result - is_changing == expected - is_changing
    assert expected <= result


@given(meetings(around=CHANGES))
def test_no_busy_minute_is_free_around_clock_changes(drawn: tuple[icalendar.Event, set[dt.datetime]]) -> None:
    one, taken = drawn
    result = minutes(busy_times(written([one]), PERIOD).intervals)
    taken = {minute for minute in taken if minute.date() in PERIOD}
    assert taken <= result
    assert len(result - taken) <= 120  # it may also cover the hours that occur twice or not at all


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
    drawn = [series]
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
            drawn.append(exception)
        expected |= {begins + later + n * MINUTE for n in range(int(length / MINUTE))}
    result = minutes(busy_times(written(drawn), PERIOD).intervals)
    expected = {minute for minute in expected if minute.date() in PERIOD}
    is_missing = {minute for minute in result ^ expected if minute.date() in CHANGES and minute.hour < 3}
    assert result - is_missing == expected - is_missing


FEED = Feed("6f1c2b1e-4a55-4f57-9a3e-3c1f0a9b7d11", FeedOf.CHAIR, "C1", Detail.REFERENCE)


@st.composite
def bookings(draw: st.DrawFn) -> Entry:
    """Draw a booking, a hold or a cancelled booking of a chair, each on a day of its own."""
    number = draw(st.integers(1, 180))
    arrival = FIRST + number * 2 * DAY + draw(st.integers(8 * 12, 15 * 12)) * 5 * MINUTE
    start = arrival + draw(st.sampled_from([0, 30])) * MINUTE
    end = start + draw(st.integers(15, 240)) * MINUTE
    return Entry(
        number=number,
        booking=Booking(conference=f"CPC-{number}", start=start, end=end, room="AYL-1", chair="C1", held=draw(st.booleans())),
        fate=draw(st.none() | st.sampled_from(Fate)),
        origin=draw(st.none() | st.sampled_from(Origin)),
        arrival=arrival,
        cleared=end + 15 * MINUTE,
        site="AYL",
        place="Room 1, Aylesbury",
        mode=Mode.HYBRID,
        kind=ConferenceKind.INITIAL,
        changed_at=dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC),
        changes=1,
    )


@given(st.lists(bookings(), max_size=12, unique_by=lambda entry: entry.number), st.sampled_from(Detail))
def test_a_chairs_feed_reads_back_as_its_people_times(entries: list[Entry], detail: Detail) -> None:
    feed = Feed(FEED.id, FEED.of, FEED.subject, detail)
    content = feed_calendar.calendar(feed, "Conferences: C1", entries, FeedSettings(), {"AYL": "Aylesbury"}, {}, "CPA")
    people_times = sorted((one.arrival, one.booking.end) for one in entries if not one.booking.held and one.fate is None)
    expected = tuple(Interval(start=arrival, end=end) for arrival, end in people_times)
    assert busy_times(content, PERIOD) == BusyTimes(expected, ())
