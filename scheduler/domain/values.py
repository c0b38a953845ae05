"""The basic values: dates, times, periods, identifiers, and the frozen base model."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from scheduler.domain.bounded import with_bounded_faults

YEARS = range(1900, 2200)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-9]{2}(:00)?")
MOMENT = re.compile(f"{DATE.pattern}T{TIME_OF_DAY.pattern}")
MIDNIGHT_AFTER = re.compile(f"({DATE.pattern})T24:00(:00)?")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ADDED: ClassVar[frozenset[str]] = frozenset()
    """Fields that version 1.1 of the contract added. The canonical JSON leaves them out while they have their default."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return pydantic's schema, in which a validation reports a bounded number of faults."""
        return with_bounded_faults(handler(source))


def _date(entry: Any) -> dt.date:
    day = entry
    try:
        if isinstance(entry, str) and DATE.fullmatch(entry):
            day = dt.date.fromisoformat(entry)
    except ValueError:
        pass
    if isinstance(day, dt.date) and not isinstance(day, dt.datetime) and day.year in YEARS:
        return day
    raise PydanticCustomError("date", "{entry} is not a date. Enter a date such as 2026-12-01.", {"entry": quoted(entry)})


def _moment(entry: Any) -> dt.datetime:
    moment = entry
    try:
        if isinstance(entry, str) and MOMENT.fullmatch(entry):
            moment = dt.datetime.fromisoformat(entry)
    except ValueError:
        pass
    if (
        isinstance(moment, dt.datetime)
        and moment.tzinfo is None
        and moment.second == moment.microsecond == 0
        and moment.year in YEARS
    ):
        return moment
    raise PydanticCustomError(
        "moment",
        "{entry} is not a date and local time. Enter one such as 2026-12-01T10:00.",
        {"entry": quoted(entry)},
    )


def _end_moment(entry: Any) -> dt.datetime:
    """Return the end of a range: ``2026-12-01T24:00`` is the next day's 00:00."""
    if isinstance(entry, str) and (midnight := MIDNIGHT_AFTER.fullmatch(entry)):
        try:
            return _moment(dt.datetime.fromisoformat(f"{midnight[1]}T00:00") + dt.timedelta(days=1))
        except (ValueError, OverflowError):
            pass  # the day doesn't exist; the error below reports it
    return _moment(entry)


def _time_of_day(entry: Any) -> dt.time:
    time = entry
    try:
        if isinstance(entry, str) and TIME_OF_DAY.fullmatch(entry):
            time = dt.time.fromisoformat(entry)
    except ValueError:
        pass
    if isinstance(time, dt.time) and time.tzinfo is None and time.second == time.microsecond == 0:
        return time
    raise PydanticCustomError("time_of_day", "{entry} is not a time of day. Enter one such as 10:00.", {"entry": quoted(entry)})


def quoted(entry: Any) -> str:
    """Return an entry as error messages show it: at most 60 characters, strings in quotes; true, false and null as in JSON."""
    if entry is None or isinstance(entry, bool):
        return json.dumps(entry)
    text = repr(entry) if isinstance(entry, str) else str(entry)
    return text if len(text) <= 60 else text[:57] + "..."


def written_moment(moment: dt.datetime) -> str:
    """Return a local wall-clock moment in the contract's format, to the minute."""
    return moment.strftime("%Y-%m-%dT%H:%M")


Date = Annotated[dt.date, BeforeValidator(_date)]
Moment = Annotated[
    dt.datetime,
    BeforeValidator(_moment),
    PlainSerializer(written_moment, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{MOMENT.pattern}$", "examples": ["2026-12-01T10:00"]}),
]
EndMoment = Annotated[
    dt.datetime,
    BeforeValidator(_end_moment),
    PlainSerializer(written_moment, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{MOMENT.pattern}$", "examples": ["2026-12-01T12:00"]}),
]
"""The end of a range: a moment, or 24:00 of the day before."""
TimeOfDay = Annotated[
    dt.time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda time: time.strftime("%H:%M"), when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{TIME_OF_DAY.pattern}$", "examples": ["10:00"]}),
]
Identifier = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Pair = Annotated[
    tuple[Identifier, Identifier],
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
]
Text = Annotated[str, StringConstraints(strict=True, max_length=1000)]
Whole = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Positive = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class Period(Value):
    """Whole days, both ends included."""

    first: Date
    last: Date

    @model_validator(mode="after")
    def _forwards(self) -> Period:
        if self.first > self.last:
            raise PydanticCustomError(
                "backwards",
                "the range runs backwards: {first} is after {last}. Enter a first day on or before the last.",
                {"first": str(self.first), "last": str(self.last)},
            )
        return self

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


class Interval(Value):
    """Local wall-clock time from start up to, not including, end."""

    start: Moment
    end: EndMoment

    @model_validator(mode="after")
    def _forwards(self) -> Interval:
        check_moments_forwards(self.start, self.end)
        return self

    def overlaps(self, other: Interval) -> bool:
        """True if the two share any moment. Intervals that only touch don't overlap."""
        return self.start < other.end and other.start < self.end


def check_moments_forwards(start: dt.datetime, end: dt.datetime) -> None:
    """Raise PydanticCustomError unless the start is before the end."""
    if start >= end:
        raise PydanticCustomError(
            "backwards",
            "the range runs backwards: {start} is not before {end}. Enter a start before the end.",
            {"start": written_moment(start), "end": written_moment(end)},
        )


def days(period: Period) -> list[dt.date]:
    """Return every day of the period, in order."""
    return [period.first + dt.timedelta(days=n) for n in range((period.last - period.first).days + 1)]


def is_friday(day: dt.date) -> bool:
    """True if the day is a Friday."""
    return WEEKDAYS[day.weekday()] == "fri"


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of the day's week (Monday to Sunday)."""
    return day - dt.timedelta(days=day.weekday())


def sunday_of(day: dt.date) -> dt.date:
    """Return the Sunday of the day's week (Monday to Sunday)."""
    return monday_of(day) + dt.timedelta(days=6)
