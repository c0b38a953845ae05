"""The small values that everything else is made of: dates, times, periods, and the frozen base model."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

YEARS = range(1900, 2200)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME_OF_DAY = re.compile(r"[0-9]{2}:[0-9]{2}(:00)?")
MOMENT = re.compile(f"{DATE.pattern}T{TIME_OF_DAY.pattern}")
MIDNIGHT_AFTER = re.compile(f"({DATE.pattern})T24:00(:00)?")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ADDED: ClassVar[frozenset[str]] = frozenset()
    """Fields that version 1.1 of the contract added: left out of the canonical JSON while they have their default."""


def _date(found: Any) -> dt.date:
    day = found
    try:
        if isinstance(found, str) and DATE.fullmatch(found):
            day = dt.date.fromisoformat(found)
    except ValueError:
        pass
    if isinstance(day, dt.date) and not isinstance(day, dt.datetime) and day.year in YEARS:
        return day
    raise PydanticCustomError("date", "{found} is not a date. Enter a date such as 2026-12-01.", {"found": quoted(found)})


def _moment(found: Any) -> dt.datetime:
    moment = found
    try:
        if isinstance(found, str) and MOMENT.fullmatch(found):
            moment = dt.datetime.fromisoformat(found)
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
        "{found} is not a date and local time. Enter one such as 2026-12-01T10:00.",
        {"found": quoted(found)},
    )


def _end_moment(found: Any) -> dt.datetime:
    """Return the end of a range: ``2026-12-01T24:00`` is the next day's 00:00."""
    if isinstance(found, str) and (midnight := MIDNIGHT_AFTER.fullmatch(found)):
        try:
            return _moment(dt.datetime.fromisoformat(f"{midnight[1]}T00:00") + dt.timedelta(days=1))
        except (ValueError, OverflowError):
            pass  # there is no such day, which the error below says
    return _moment(found)


def _time_of_day(found: Any) -> dt.time:
    time = found
    try:
        if isinstance(found, str) and TIME_OF_DAY.fullmatch(found):
            time = dt.time.fromisoformat(found)
    except ValueError:
        pass
    if isinstance(time, dt.time) and time.tzinfo is None and time.second == time.microsecond == 0:
        return time
    raise PydanticCustomError("time_of_day", "{found} is not a time of day. Enter one such as 10:00.", {"found": quoted(found)})


def quoted(found: Any) -> str:
    """What was found, as an error message quotes it: short, and strings in quotes."""
    text = repr(found) if isinstance(found, str) else str(found)
    return text if len(text) <= 60 else text[:57] + "..."


def written_moment(moment: dt.datetime) -> str:
    """A local wall-clock moment as the contract writes it, to the minute."""
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
        if self.start >= self.end:
            raise PydanticCustomError(
                "backwards",
                "the range runs backwards: {start} is not before {end}. Enter a start before the end.",
                {"start": written_moment(self.start), "end": written_moment(self.end)},
            )
        return self

    def overlaps(self, other: Interval) -> bool:
        """Whether the two share any moment; touching ends do not."""
        return self.start < other.end and other.start < self.end


def days(period: Period) -> list[dt.date]:
    """Every day of the period, in order."""
    return [period.first + dt.timedelta(days=n) for n in range((period.last - period.first).days + 1)]


def is_friday(day: dt.date) -> bool:
    """True if the day is a Friday."""
    return WEEKDAYS[day.weekday()] == "fri"


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the week (Monday to Sunday) that the day is in."""
    return day - dt.timedelta(days=day.weekday())


def sunday_of(day: dt.date) -> dt.date:
    """The Sunday of the week (Monday to Sunday) that the day is in."""
    return monday_of(day) + dt.timedelta(days=6)
