"""Chairs' own calendars: read from a file or from a link, and what stands in the diary while they say that a chair is busy."""

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from api.clock import LONDON, local_day
from api.errors import ErrorItem, InvalidError, conflict, invalid, not_found
from api.free_busy import conflicts as busy_times
from api.free_busy import queries as busy_calendars
from api.free_busy.busy_times import BusyTimes
from api.free_busy.coverage import covered
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from api.free_busy.links import place_of
from api.free_busy.queries import Source, StoredCalendar, stale_before
from api.http.etags import IfMatch, etag, expect
from api.http.paging import After, Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.state import now_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.http.uploads import UploadRoute
from api.settings import Settings
from scheduler.domain.values import Date, Identifier, Interval, Moment, Value

MOST_OF_A_LINK = 2000
EXAMPLE = "\r\n".join(
    (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        "BEGIN:VEVENT",
        "UID:1@example.org",
        "DTSTAMP:20270104T090000Z",
        "DTSTART;TZID=Europe/London:20270112T090000",
        "DTEND;TZID=Europe/London:20270112T120000",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
)
FILE_BODY = {"requestBody": {"required": True, "content": {"text/calendar": {"schema": {"type": "string"}, "example": EXAMPLE}}}}
CHAIR = "/{id:path}"


class BusyCalendarItem(BaseModel):
    """What is known of a chair's calendar: where it comes from (of a link no more than its host), and how it was read last.

    ``good_at`` is when it was last read, ``tried_at`` when that was last tried, ``error`` why it failed then. A link is fetched
    next at ``next_at``, and is ``stale`` where it has not been read for too long; the busy times of the last good reading stay.
    ``notes`` say what had to be assumed.
    """

    chair: Identifier
    source: Source | None
    host: str | None
    changed_at: AwareDatetime | None
    good_at: AwareDatetime | None
    tried_at: AwareDatetime | None
    next_at: AwareDatetime | None
    stale: bool
    error: str | None
    notes: list[str]


class BusyCalendar(BusyCalendarItem):
    """A chair's calendar with its busy times, and nothing else of what stands in it."""

    intervals: list[Interval]


class BusyCalendarPage(BaseModel):
    """A page of chairs' calendars; ``next`` is where the following one begins, null on the last."""

    items: list[BusyCalendarItem]
    next: int | None


class NewLink(Value):
    """The link under which a chair's calendar is published. It is a secret, and never told again."""

    link: str = Field(repr=False, max_length=MOST_OF_A_LINK)

    @model_validator(mode="before")
    @classmethod
    def _quoting_nothing(cls, sent: Any) -> Any:
        """The usual messages quote what they find, and that would be the link."""
        link = sent.get("link") if isinstance(sent, dict) else None
        if isinstance(link, str) and link.isascii() and len(link) <= MOST_OF_A_LINK:
            return sent
        message = "Send the calendar's link, of at most {most} plain characters, as the field link of an object."
        raise PydanticCustomError("link", message, {"most": MOST_OF_A_LINK})


class BusyConflict(BaseModel):
    """A booking that stands while its chair's calendar says ``busy``. Of a held slot ``conference`` is its own reference."""

    number: int
    conference: Identifier
    held: bool
    chair: Identifier
    arrival: Moment
    start: Moment
    end: Moment
    busy: list[Interval]


class BusyConflictPage(BaseModel):
    """A page of conflicts by start; ``next`` is the booking after which the following one begins, null on the last."""

    items: list[BusyConflict]
    next: int | None


class BusyFileRoute(UploadRoute):
    """Reads the calendar that is sent."""

    @staticmethod
    def read(request: Request, content: bytes) -> BusyTimes:
        """The busy times in the file. ApiError where they can't be read."""
        try:
            return busy_times_apart(content, covered(local_day(now_of(request))))
        except CalendarRefused as error:
            _refuse(error)


router = APIRouter(prefix="/busy-calendars", tags=["busy-calendars"], route_class=WritingRoute, responses=ERRORS)
of_files = APIRouter(prefix="/busy-calendars", tags=["busy-calendars"], route_class=BusyFileRoute, responses=ERRORS)
conflicts = APIRouter(prefix="/busy-conflicts", tags=["busy-calendars"], responses=ERRORS)
ROUTERS = (of_files, router, conflicts)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


def _stale_before(request: Request) -> dt.datetime:
    return stale_before(now_of(request), dt.timedelta(minutes=_settings(request).calendar_minutes))


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _read(request: Request) -> BusyTimes:
    read: BusyTimes = request.state.read
    return read


Stale = Annotated[dt.datetime, Depends(_stale_before)]


@router.get("", response_model=BusyCalendarPage, dependencies=[_reads], summary="List every chair's calendar")
def listed(
    connection: Reading,
    stale_before_: Stale,
    stale: Annotated[bool | None, Query(description="Only those that are stale, or only those that are not.")] = None,
    after: After = 0,
    most: Most = 100,
) -> Any:
    """In the order of chairs; ``source`` is null where a chair has none."""
    kept = busy_calendars.listed(connection, stale_before_, is_stale=stale, after=after, most=most + 1)
    items = [BusyCalendarItem(**_item(one)) for one in kept[:most]]
    return BusyCalendarPage(items=items, next=kept[most - 1].position if len(kept) > most else None)


@router.get(CHAIR, response_model=BusyCalendar, dependencies=[_reads], summary="One chair's calendar")
def one(
    connection: Reading,
    response: Response,
    stale: Stale,
    id: str,
    first: Annotated[Date | None, Query(description="Busy times from this day on.")] = None,
    last: Annotated[Date | None, Query(description="Busy times up to this day.")] = None,
) -> Any:
    """With the busy times that touch some days, or all. The ETag changes with what people change, not with each reading."""
    if first is not None and last is not None and first > last:
        raise invalid(f"The days run backwards: {first} is after {last}. Enter a first day on or before the last.")
    return _told(connection, response, id, stale, first, last)


@of_files.put(
    f"{CHAIR}/file",
    response_model=BusyCalendar,
    dependencies=[_changes],
    openapi_extra=FILE_BODY,
    summary="Upload a chair's calendar",
)
def upload(
    connection: Writing,
    now: Now,
    response: Response,
    stale: Stale,
    read: Annotated[BusyTimes, Depends(_read)],
    id: str,
    if_match: IfMatch = None,
) -> Any:
    """The iCalendar file takes the place of what was known, and of a link. Nothing but its busy times is kept."""
    _seen(connection, id, stale, if_match)
    busy_calendars.keep_file(connection, id, read, now)
    return _told(connection, response, id, stale)


@router.put(
    f"{CHAIR}/link",
    response_model=BusyCalendar,
    dependencies=[_changes],
    openapi_extra=request_example({"link": "https://outlook.office365.com/owa/calendar/0123456789/calendar.ics"}),
    summary="Set the link of a chair's calendar",
)
def set_link(
    connection: Writing,
    now: Now,
    request: Request,
    response: Response,
    stale: Stale,
    id: str,
    new: NewLink,
    if_match: IfMatch = None,
) -> Any:
    """It is fetched soon, and then again and again. What was known stays until it has been read."""
    _seen(connection, id, stale, if_match)
    try:
        place_of(new.link, _settings(request).calendar_hosts)
    except CalendarRefused as error:
        _refuse(error, "link")
    busy_calendars.keep_link(connection, id, new.link, now)
    return _told(connection, response, id, stale)


@router.post(
    f"{CHAIR}/refresh",
    response_model=BusyCalendar,
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[_changes],
    summary="Fetch a chair's calendar now",
)
def refresh(connection: Writing, now: Now, response: Response, stale: Stale, id: str, if_match: IfMatch = None) -> Any:
    """The link is fetched at once, and not when its turn comes; ``good_at`` tells when that is done."""
    if _seen(connection, id, stale, if_match).source is not Source.LINK:
        raise conflict("no-link", f"The calendar of {id} has no link to fetch. Set one, or upload a file.")
    busy_calendars.refresh(connection, id, now)
    return _told(connection, response, id, stale)


@router.delete(CHAIR, status_code=HTTPStatus.NO_CONTENT, dependencies=[_changes], summary="Remove a chair's calendar")
def remove(connection: Writing, now: Now, stale: Stale, id: str, if_match: IfMatch = None) -> None:
    """Its link and its busy times are forgotten."""
    if _seen(connection, id, stale, if_match).source is None:
        raise conflict("no-calendar", f"There is no calendar of {id} to remove.")
    busy_calendars.remove(connection, id, now)


@conflicts.get("", response_model=BusyConflictPage, dependencies=[_reads], summary="List what stands while its chair is busy")
def conflicts_listed(connection: Reading, now: Now, after: After = 0, most: Most = 100) -> Any:
    """From now on, by start. Nothing is done about them: move the booking, or ask the chair.

    A busy time that is just the people time of a conference of that chair is no conflict: it tells of that conference.
    """
    found = busy_times.conflicts(connection, now.astimezone(LONDON).replace(tzinfo=None), after=after)
    items = [BusyConflict.model_validate(one, from_attributes=True) for one in found[:most]]
    return BusyConflictPage(items=items, next=items[-1].number if len(found) > most else None)


def _seen(connection: Connection, chair: str, stale: dt.datetime, if_match: str | None) -> StoredCalendar:
    kept = _found(connection, chair, stale)
    expect(kept.version, if_match)
    return kept


def _found(connection: Connection, chair: str, stale: dt.datetime) -> StoredCalendar:
    kept = busy_calendars.found(connection, chair, stale)
    if kept is None:
        raise not_found("chair", chair)
    return kept


def _told(
    connection: Connection,
    response: Response,
    chair: str,
    stale: dt.datetime,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> BusyCalendar:
    kept = _found(connection, chair, stale)
    response.headers["ETag"] = etag(kept.version)
    return BusyCalendar(**_item(kept), intervals=busy_calendars.intervals(connection, first, last, chair).get(chair, []))


def _item(kept: StoredCalendar) -> dict[str, Any]:
    told = {name: getattr(kept, name) for name in BusyCalendarItem.model_fields if name != "next_at"}
    return told | {"next_at": kept.due_at, "notes": list(kept.notes)}


def _refuse(error: CalendarRefused, *where: str) -> NoReturn:
    wrong = [ErrorItem(where=one, message=str(error)) for one in where]
    raise InvalidError("calendar-refused", str(error), errors=wrong) from None
