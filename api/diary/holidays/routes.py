"""Bank holidays and terms brought in from a calendar or a CSV file: only tried, or kept."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from api.clock import local_day
from api.diary.holidays import day_files
from api.diary.holidays.day_files import DaysChange, in_words
from api.diary.service import queries as documents
from api.diary.service.routes import keep
from api.errors import InvalidError
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import named_days_apart
from api.free_busy.named_days import NamedDays
from api.http.etags import IfMatch, etag, expect
from api.http.formats import ImportMode, table_in
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS, HttpError
from api.http.state import now_of
from api.http.transaction import Now, Writing
from api.http.uploads import UploadRoute
from scheduler.domain.values import Date, Period

CALENDAR, CSV = "text/calendar", "text/csv"
EXAMPLES = {
    "bank_holidays": "date,name\r\n25/12/2026,Christmas Day\r\n28/12/2026,Boxing Day (substitute day)\r\n",
    "terms": "term,first,last\r\nAutumn 2,02/11/2026,18/12/2026\r\nSpring 1,05/01/2027,12/02/2027\r\n",
}


class DaysItem(BaseModel):
    """Days in a row, both ends included, as they are called in the file, and in words."""

    first: Date
    last: Date
    name: str
    says: str


class DaysLeftOut(DaysItem):
    """Days of the file that are not taken, and why."""

    why: str


class DaysBroughtIn(BaseModel):
    """What a file would add, remove and leave as it is; where ``mode`` is commit, it has. ``notes`` say what else changes."""

    mode: ImportMode
    added: list[DaysItem]
    removed: list[DaysItem]
    unchanged: list[DaysItem]
    left_out: list[DaysLeftOut]
    notes: list[str]


class DayFileRoute(UploadRoute):
    """Reads the days in a file of either kind."""

    @staticmethod
    def read(request: Request, content: bytes) -> tuple[NamedDays, ...]:
        """The days in the file; ApiError or InputError where it is none."""
        sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent == CSV:
            return day_files.days_in_table(table_in(content, "days"))
        if sent != CALENDAR:
            raise HttpError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unknown-format",
                f"Send a calendar or a CSV file, and say which as Content-Type: {CALENDAR}, {CSV}.",
            )
        try:
            return named_days_apart(content, day_files.years_around(local_day(now_of(request))))
        except CalendarRefused as error:
            raise InvalidError("calendar-refused", str(error)) from None


def _read(request: Request) -> tuple[NamedDays, ...]:
    read: tuple[NamedDays, ...] = request.state.read
    return read


Found = Annotated[tuple[NamedDays, ...], Depends(_read)]
Try = Annotated[ImportMode, Query(description="Only tell what would happen, or let it happen.")]
router = APIRouter(tags=["service"], route_class=DayFileRoute, responses=ERRORS)
_changes = needs(Permission.CHANGE_SERVICE)


def _sending(name: str) -> dict[str, Any]:
    content = {CSV: {"schema": {"type": "string"}, "example": EXAMPLES[name]}, CALENDAR: {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/bank-holidays/file",
    dependencies=[_changes],
    openapi_extra=_sending("bank_holidays"),
    summary="Bring in bank holidays from a calendar or a CSV file",
)
def bank_holidays(
    connection: Writing, now: Now, response: Response, found: Found, mode: Try = ImportMode.PREVIEW, if_match: IfMatch = None
) -> DaysBroughtIn:
    """From its first day to its last the file holds; what lies outside stays. To keep it, send the ETag of its preview."""
    present, version = documents.get(connection, "bank_holidays")
    change = day_files.change_of_bank_holidays(present, found, local_day(now))
    response.headers["ETag"] = etag(version)
    if mode is ImportMode.COMMIT:
        expect(version, if_match)
        value = tuple(one.first for one in change.all)
        response.headers["ETag"] = etag(keep(connection, "bank_holidays", value, now))
    return _told(mode, change)


@router.post(
    "/terms/file",
    dependencies=[_changes],
    openapi_extra=_sending("terms"),
    summary="Bring in school terms from a calendar or a CSV file",
)
def terms(
    connection: Writing, now: Now, response: Response, found: Found, mode: Try = ImportMode.PREVIEW, if_match: IfMatch = None
) -> DaysBroughtIn:
    """They take the place of the terms that touch the days of the file. To keep it, send the ETag of its preview."""
    present, version = documents.get(connection, "terms")
    change = day_files.change_of_terms(present, found)
    response.headers["ETag"] = etag(version)
    if mode is ImportMode.COMMIT:
        expect(version, if_match)
        value = tuple(Period(first=one.first, last=one.last) for one in change.all)
        response.headers["ETag"] = etag(keep(connection, "terms", value, now))
    return _told(mode, change)


def _told(mode: ImportMode, change: DaysChange) -> DaysBroughtIn:
    return DaysBroughtIn(
        mode=mode,
        added=[DaysItem(**_item(one)) for one in change.added],
        removed=[DaysItem(**_item(one)) for one in change.removed],
        unchanged=[DaysItem(**_item(one)) for one in change.unchanged],
        left_out=[DaysLeftOut(**_item(one), why=why) for one, why in change.left_out],
        notes=list(change.notes),
    )


def _item(days: NamedDays) -> dict[str, Any]:
    return {"first": days.first, "last": days.last, "name": days.name, "says": in_words(days)}
