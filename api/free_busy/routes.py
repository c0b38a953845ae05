"""Routes of chairs' own calendars, uploaded as a file or fetched from a link, and of their conflicts with the diary."""

import datetime as dt
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from api.clock import LONDON, local_day
from api.errors import InvalidError
from api.free_busy import conflicts as busy_conflicts
from api.free_busy import queries as busy_calendars
from api.free_busy import workflow
from api.free_busy.busy_times import BusyTimes
from api.free_busy.coverage import covered_days
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import busy_times_apart
from api.free_busy.queries import CalendarSource, StoredCalendar, stale_before
from api.http.days import check_order
from api.http.etags import IfMatch, etag, expect
from api.http.paging import After, Most, page_of
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.state import now_of
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.http.uploads import UploadRoute
from api.settings import Settings
from scheduler.domain.values import Date, Identifier, Interval, Moment, Value

MAX_LINK_CHARACTERS = 2000
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
    """A chair's calendar: its source (only the host of a link is shown) and its last reading.

    ``good_at`` is the time of the last successful reading, ``tried_at`` of the last attempt, and ``error`` the reason if that
    attempt failed. A link is fetched next at ``next_at``. It is ``stale`` if it has not been read for too long; the busy times
    of the last successful reading stay in force. ``notes`` list the assumptions made in reading it.
    """

    chair: Identifier
    source: CalendarSource | None
    host: str | None
    changed_at: AwareDatetime | None
    good_at: AwareDatetime | None
    tried_at: AwareDatetime | None
    next_at: AwareDatetime | None
    stale: bool
    error: str | None
    notes: list[str]


class BusyCalendar(BusyCalendarItem):
    """A chair's calendar with its busy times, and nothing else of its content."""

    intervals: list[Interval]


class BusyCalendarPage(BaseModel):
    """A page of chairs' calendars; ``next`` is the place after which the next page begins, or null on the last page."""

    items: list[BusyCalendarItem]
    next: int | None


class NewLink(Value):
    """The link at which a chair's calendar is published. It is a secret, and is never shown again."""

    link: str = Field(repr=False, max_length=MAX_LINK_CHARACTERS)

    @model_validator(mode="before")
    @classmethod
    def _without_quotes(cls, sent: Any) -> Any:
        """Raise an error that does not quote the link; pydantic's own errors quote the value."""
        link = sent.get("link") if isinstance(sent, dict) else None
        if isinstance(link, str) and link.isascii() and len(link) <= MAX_LINK_CHARACTERS:
            return sent
        message = "Send an object with the field link: the calendar's link, of at most {most} ASCII characters."
        raise PydanticCustomError("link", message, {"most": MAX_LINK_CHARACTERS})


class BusyConflict(BaseModel):
    """An active booking whose chair is ``busy`` then. For a hold, ``conference`` is the hold's reference."""

    number: int
    conference: Identifier
    held: bool
    chair: Identifier
    arrival: Moment
    start: Moment
    end: Moment
    busy: list[Interval]


class BusyConflictPage(BaseModel):
    """A page of conflicts by start; ``next`` is the booking after which the next page begins, or null on the last page."""

    items: list[BusyConflict]
    next: int | None


class BusyFileRoute(UploadRoute):
    """A route that reads an uploaded calendar."""

    @staticmethod
    def read(request: Request, content: bytes) -> BusyTimes:
        """Return the busy times in the file. Raise InvalidError if it can't be read."""
        try:
            return busy_times_apart(content, covered_days(local_day(now_of(request))))
        except CalendarRefused as error:
            raise InvalidError("calendar-refused", str(error)) from None


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
    stale: Annotated[bool | None, Query(description="Only the calendars that are stale, or only those that are not.")] = None,
    after: After = 0,
    most: Most = 100,
) -> Any:
    """Return the calendars in the order of chairs. ``source`` is null for a chair without a calendar."""
    calendars = busy_calendars.listed(connection, stale_before_, is_stale=stale, after=after, most=most + 1)
    return page_of(calendars, most, _item, lambda calendar: calendar.position)


@router.get(CHAIR, response_model=BusyCalendar, dependencies=[_reads], summary="One chair's calendar")
def one(
    connection: Reading,
    response: Response,
    stale: Stale,
    id: str,
    first: Annotated[Date | None, Query(description="Busy times from this day on.")] = None,
    last: Annotated[Date | None, Query(description="Busy times up to this day.")] = None,
) -> Any:
    """Return the busy times that touch the days, or all. The ETag changes with changes by people, not with each reading."""
    if first is not None and last is not None:
        check_order(first, last)
    return _shown(connection, response, id, stale, first, last)


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
    """Replace the chair's calendar, or link, by an iCalendar file. Only its busy times are stored."""
    _expected(connection, id, stale, if_match)
    busy_calendars.store_file(connection, id, read, now)
    return _shown(connection, response, id, stale)


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
    """Set the link. It is fetched soon, and then regularly. The stored busy times stay until it has been read."""
    _expected(connection, id, stale, if_match)
    workflow.set_link(connection, id, new.link, _settings(request).calendar_hosts, now)
    return _shown(connection, response, id, stale)


@router.post(
    f"{CHAIR}/refresh",
    response_model=BusyCalendar,
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[_changes],
    summary="Fetch a chair's calendar now",
)
def refresh(connection: Writing, now: Now, response: Response, stale: Stale, id: str, if_match: IfMatch = None) -> Any:
    """Fetch the link now, ahead of its time. ``tried_at`` changes when that is done."""
    workflow.refresh(connection, _expected(connection, id, stale, if_match), now)
    return _shown(connection, response, id, stale)


@router.delete(CHAIR, status_code=HTTPStatus.NO_CONTENT, dependencies=[_changes], summary="Remove a chair's calendar")
def remove(connection: Writing, now: Now, stale: Stale, id: str, if_match: IfMatch = None) -> None:
    """Remove the calendar's link and its busy times."""
    workflow.remove(connection, _expected(connection, id, stale, if_match), now)


@conflicts.get("", response_model=BusyConflictPage, dependencies=[_reads], summary="List bookings whose chair is busy")
def conflicts_listed(connection: Reading, now: Now, after: After = 0, most: Most = 100) -> Any:
    """Return the conflicts from now on, by start. To resolve one, move the booking, or ask the chair.

    A busy time equal to the people time of one of the chair's conferences is no conflict, because it shows that conference.
    """
    conflicts = busy_conflicts.conflicts(connection, now.astimezone(LONDON).replace(tzinfo=None), after=after)
    return page_of(conflicts, most, asdict, lambda conflict_: conflict_.number)


def _expected(connection: Connection, chair: str, stale: dt.datetime, if_match: str | None) -> StoredCalendar:
    stored = workflow.require(connection, chair, stale)
    expect(stored.version, if_match)
    return stored


def _shown(
    connection: Connection,
    response: Response,
    chair: str,
    stale: dt.datetime,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> BusyCalendar:
    stored = workflow.require(connection, chair, stale)
    response.headers["ETag"] = etag(stored.version)
    return BusyCalendar(**_item(stored), intervals=busy_calendars.intervals(connection, first, last, chair).get(chair, []))


def _item(stored: StoredCalendar) -> dict[str, Any]:
    fields = {name: getattr(stored, name) for name in BusyCalendarItem.model_fields if name != "next_at"}
    return fields | {"next_at": stored.due_at, "notes": list(stored.notes)}
