"""Routes to import bank holidays and terms from a calendar or a CSV file, with a preview."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from api.clock import local_day
from api.diary.holidays import day_files
from api.diary.holidays.day_files import DaysChange, in_words
from api.diary.service import queries as documents
from api.diary.service.workflow import store
from api.errors import InvalidError
from api.free_busy.errors import CalendarRefused
from api.free_busy.isolated_reading import named_days_apart
from api.free_busy.named_days import DaysRead, NamedDays
from api.http.etags import IfMatch, etag, expect
from api.http.formats import ImportMode, table_in
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS, HttpError
from api.http.resources import request_example
from api.http.state import now_of
from api.http.transaction import Now, Writing, WritingRoute
from api.http.uploads import UploadRoute
from scheduler.domain.values import Date, Period

CALENDAR, CSV = "text/calendar", "text/csv"
EXAMPLES = {
    "bank_holidays": "date,name\r\n25/12/2026,Christmas Day\r\n28/12/2026,Boxing Day (substitute day)\r\n",
    "terms": "term,first,last\r\nAutumn 2,02/11/2026,18/12/2026\r\nSpring 1,05/01/2027,12/02/2027\r\n",
}


class DaysItem(BaseModel):
    """Consecutive days, both ends included, with their name in the file, and in words."""

    first: Date
    last: Date
    name: str
    says: str


class DaysLeftOut(DaysItem):
    """Days of the file that are not imported, and why."""

    why: str


class DaysBroughtIn(BaseModel):
    """What a file would change, or has changed if ``mode`` is commit. ``notes`` list further effects.

    ``missing`` are England's bank holidays, in the years of the file, that the file does not list.
    """

    mode: ImportMode
    added: list[DaysItem]
    removed: list[DaysItem]
    unchanged: list[DaysItem]
    left_out: list[DaysLeftOut]
    notes: list[str]
    missing: list[DaysItem] = []


class DayFileRoute(UploadRoute):
    """A route that reads the days in an uploaded calendar or CSV file."""

    @staticmethod
    def read(request: Request, content: bytes) -> DaysRead:
        """Return the days in the file. Raise HttpError, InvalidError or InputError if it can't be read."""
        sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent == CSV:
            return DaysRead(day_files.days_in_table(table_in(content, "days", day_files.WORDS)))
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


def _read(request: Request) -> DaysRead:
    read: DaysRead = request.state.read
    return read


DaysOfFile = Annotated[DaysRead, Depends(_read)]
Replace = Annotated[bool, Query(description="Also remove England's bank holidays that are known and not listed.")]
Try = Annotated[ImportMode, Query(description="Preview the changes, or commit them.")]
router = APIRouter(tags=["service"], route_class=DayFileRoute, responses=ERRORS)
by_hand = APIRouter(tags=["service"], route_class=WritingRoute, responses=ERRORS)
ROUTERS = (router, by_hand)
_changes = needs(Permission.CHANGE_SERVICE)


def _sending(name: str) -> dict[str, Any]:
    content = {CSV: {"schema": {"type": "string"}, "example": EXAMPLES[name]}, CALENDAR: {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}


@by_hand.put(
    "/bank-holidays",
    response_model=tuple[Date, ...] | None,
    dependencies=[_changes],
    openapi_extra=request_example(documents.BY_NAME["bank_holidays"].example),
    summary="Change the bank holidays; null means those of England",
)
def enter_bank_holidays(
    connection: Writing,
    now: Now,
    response: Response,
    value: tuple[Date, ...] | None,
    replace: Replace = False,
    if_match: IfMatch = None,
) -> Any:
    """Store these bank holidays. England's that are known and not among them stay, unless ``replace`` is true."""
    present, version = documents.get(connection, "bank_holidays")
    expect(version, if_match)
    if value is not None and not replace:
        value = day_files.with_englands(present, value, local_day(now))
    response.headers["ETag"] = etag(store(connection, "bank_holidays", value, now))
    return value


@router.post(
    "/bank-holidays/file",
    dependencies=[_changes],
    openapi_extra=_sending("bank_holidays"),
    summary="Import bank holidays from a calendar or a CSV file",
)
def bank_holidays(
    connection: Writing,
    now: Now,
    response: Response,
    read_days: DaysOfFile,
    mode: Try = ImportMode.PREVIEW,
    replace: Replace = False,
    if_match: IfMatch = None,
) -> DaysBroughtIn:
    """Replace the bank holidays from the file's first day to its last. To commit, send the ETag of the preview.

    England's that the file does not list stay, unless ``replace`` is true. Scotland's and Northern Ireland's are left out.
    """
    present, version = documents.get(connection, "bank_holidays")
    change = day_files.change_of_bank_holidays(present, read_days.days, local_day(now), replace=replace)
    response.headers["ETag"] = etag(version)
    if mode is ImportMode.COMMIT:
        expect(version, if_match)
        value = tuple(one.first for one in change.all)
        response.headers["ETag"] = etag(store(connection, "bank_holidays", value, now))
    return _imported(mode, change, read_days.notes)


@router.post(
    "/terms/file",
    dependencies=[_changes],
    openapi_extra=_sending("terms"),
    summary="Import school terms from a calendar or a CSV file",
)
def terms(
    connection: Writing,
    now: Now,
    response: Response,
    read_days: DaysOfFile,
    mode: Try = ImportMode.PREVIEW,
    if_match: IfMatch = None,
) -> DaysBroughtIn:
    """Replace the terms that overlap the file's days. To commit, send the ETag of the preview.

    Half-terms within a term are cut out of it.
    """
    present, version = documents.get(connection, "terms")
    change = day_files.change_of_terms(present, read_days.days)
    response.headers["ETag"] = etag(version)
    if mode is ImportMode.COMMIT:
        expect(version, if_match)
        value = tuple(Period(first=one.first, last=one.last) for one in change.all)
        response.headers["ETag"] = etag(store(connection, "terms", value, now))
    return _imported(mode, change, read_days.notes)


def _imported(mode: ImportMode, change: DaysChange, notes: tuple[str, ...]) -> DaysBroughtIn:
    return DaysBroughtIn(
        mode=mode,
        added=[DaysItem(**_item(one)) for one in change.added],
        removed=[DaysItem(**_item(one)) for one in change.removed],
        unchanged=[DaysItem(**_item(one)) for one in change.unchanged],
        left_out=[DaysLeftOut(**_item(one), why=why) for one, why in change.left_out],
        notes=[*notes, *change.notes],
        missing=[DaysItem(**_item(one)) for one in change.missing],
    )


def _item(days: NamedDays) -> dict[str, Any]:
    return {"first": days.first, "last": days.last, "name": days.name, "says": in_words(days)}
