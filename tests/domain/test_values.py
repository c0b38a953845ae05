import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scheduler.domain.values import Date, Identifier, Interval, Moment, Period, Text, TimeOfDay, Whole, days, monday_of, quoted


def interval(start: str, end: str) -> Interval:
    return Interval.model_validate({"start": f"2027-03-01T{start}", "end": f"2027-03-01T{end}"})


def period(first: str, last: str) -> Period:
    return Period.model_validate({"first": first, "last": last})


@pytest.mark.parametrize(
    ("kind", "entry", "expected"),
    [
        (Date, "2028-02-29", dt.date(2028, 2, 29)),
        (Date, dt.date(2028, 2, 29), dt.date(2028, 2, 29)),
        (Moment, "2027-03-28T01:30", dt.datetime(2027, 3, 28, 1, 30)),
        (Moment, "2026-10-25T01:30:00", dt.datetime(2026, 10, 25, 1, 30)),
        (TimeOfDay, "09:05", dt.time(9, 5)),
        (TimeOfDay, "23:59:00", dt.time(23, 59)),
        (Identifier, "CPC-0101", "CPC-0101"),
        (Identifier, "x", "x"),
        (Identifier, "two words", "two words"),
        (Text, "", ""),
        (Whole, 0, 0),
    ],
)
def test_what_the_contract_writes_is_read(kind: Any, entry: Any, expected: Any) -> None:
    assert TypeAdapter(kind).validate_python(entry) == expected


@pytest.mark.parametrize(
    "entry", ["2027-02-29", "2027-3-1", "01/03/2027", "20270301", "2027-W09-1", "", 20270301, 1.5, None, [], True]
)
def test_anything_else_is_no_date(entry: Any) -> None:
    with pytest.raises(ValidationError, match=r"is not a date\. Enter a date such as 2026-12-01\."):
        TypeAdapter(Date).validate_python(entry)


@pytest.mark.parametrize("entry", ["1899-12-31", "2200-01-01", dt.datetime(2027, 3, 1, 10)])
def test_dates_out_of_all_reason_and_moments_are_no_dates(entry: Any) -> None:
    with pytest.raises(ValidationError, match="is not a date"):
        TypeAdapter(Date).validate_python(entry)


@pytest.mark.parametrize(
    "entry",
    [
        "2027-03-01",
        "2027-03-01 10:00",
        "2027-03-01T10",
        "2027-03-01T10:00Z",
        "2027-03-01T10:00:30",
        "2027-03-01T24:30",
        "2027-W09-1T10:00",
        1,
        None,
    ],
)
def test_anything_else_is_no_moment(entry: Any) -> None:
    with pytest.raises(ValidationError, match="is not a date and local time"):
        TypeAdapter(Moment).validate_python(entry)


@pytest.mark.parametrize("entry", ["9:00", "1000", "10.30", "25:00", "10:00:30", "10:00Z", dt.time(10, 0, 0, 1), 10, None])
def test_anything_else_is_no_time_of_day(entry: Any) -> None:
    with pytest.raises(ValidationError, match="is not a time of day"):
        TypeAdapter(TimeOfDay).validate_python(entry)


@pytest.mark.parametrize("entry", ["", " ", " x", "x ", "x\n", "two\nlines", "x" * 201, 7, None, "\ud800"])
def test_anything_else_is_no_id(entry: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Identifier).validate_python(entry)


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 12, 31)))
def test_dates_and_moments_and_times_come_back_from_json(entry: dt.datetime) -> None:
    moment = entry.replace(second=0, microsecond=0)
    for kind, value in ((Moment, moment), (Date, moment.date()), (TimeOfDay, moment.time())):
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        assert adapter.validate_python(adapter.dump_python(value, mode="json")) == value


def test_moments_are_written_to_the_minute() -> None:
    assert interval("09:00", "10:30").model_dump(mode="json") == {"start": "2027-03-01T09:00", "end": "2027-03-01T10:30"}


def test_a_period_has_both_its_ends() -> None:
    march = period("2027-03-01", "2027-03-31")
    assert [dt.date(2027, 2, 28) in march, dt.date(2027, 3, 1) in march, dt.date(2027, 3, 31) in march] == [False, True, True]
    assert days(period("2028-02-28", "2028-03-01")) == [dt.date(2028, 2, 28), dt.date(2028, 2, 29), dt.date(2028, 3, 1)]


def test_intervals_that_touch_do_not_overlap() -> None:
    morning = interval("09:00", "12:00")
    assert [morning.overlaps(interval(*times)) for times in (("12:00", "13:00"), ("08:00", "09:00"), ("11:59", "13:00"))] == [
        False,
        False,
        True,
    ]


HOURS = st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True).map(sorted)


@given(HOURS, HOURS)
def test_overlap_is_a_shared_hour_whichever_is_asked(one: list[int], other: list[int]) -> None:
    first, second = (interval(f"{start:02}:00", f"{end:02}:00") for start, end in (one, other))
    shared = set(range(*one)) & set(range(*other))
    assert first.overlaps(second) == second.overlaps(first) == bool(shared)


@pytest.mark.parametrize(
    ("day", "monday"), [("2027-03-01", "2027-03-01"), ("2027-03-07", "2027-03-01"), ("2027-01-01", "2026-12-28")]
)
def test_the_monday_of_a_week(day: str, monday: str) -> None:
    assert monday_of(dt.date.fromisoformat(day)) == dt.date.fromisoformat(monday)


def test_what_was_found_is_quoted_and_kept_short() -> None:
    assert (quoted("ninety"), quoted(90), quoted(None)) == ("'ninety'", "90", "null")
    assert (quoted(True), quoted(False)) == ("true", "false")
    assert quoted("x" * 100) == "'" + "x" * 56 + "..."


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"),
    [
        (TimeOfDay, ["10:00", "10:00:00"], ["10:00Z", "1000", "10:00:00.5"]),
        (Moment, ["2026-12-01T10:00", "2026-12-01T10:00:00"], ["2026-12-01T10:00Z", "2026-12-01 10:00", "2026-12-01"]),
    ],
)
def test_times_are_described_as_they_are_read(kind: Any, accepted: list[str], refused: list[str]) -> None:
    adapter = TypeAdapter(kind)
    pattern = re.compile(adapter.json_schema()["pattern"])
    for text in accepted:
        assert pattern.search(text)
        adapter.validate_python(text)
    for text in refused:
        assert not pattern.search(text)
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
