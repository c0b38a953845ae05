"""Pages to bring data in and out: upload, check, correct, save; the blank workbook; the export."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.clock import local_day
from api.database.trial import trial
from api.errors import ErrorItem, ServiceError, conflict, error_items
from api.exchange import workflow as exchange
from api.http import formats
from api.http.formats import Format
from api.http.permissions import Permission, needs
from api.http.problem_details import status_of
from api.http.state import store_of
from api.http.transaction import Now, Writing
from api.pages.bring_in.view import MOST_LISTED, fault_rows, faults_heading, number_of_rows, preview_view
from api.pages.downloads import download
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, problems_of, shown_again
from api.pages.names import place_names
from api.pages.periods import month_of, period_of, typed_day
from api.pages.prepared import CheckRoute, PreparedRoute
from api.pages.rendering import page, redirect
from api.pages.routing import PageReading, PageRoute, name_service
from api.pages.sent_files import FILE_CONTENT, MOST_BYTES_OF_A_FILE, uploaded_file
from scheduler.domain.faults import Fault, InputError
from scheduler.files.file_safety import MEGABYTE
from scheduler.wording import count_of


class SaveRoute(PreparedRoute):
    """A form whose file is read before the transaction begins."""

    @staticmethod
    def read(request: Request, typed: TypedForm) -> Any:  # noqa: ARG004 - the routes' common signature
        """Return the problem in the file, and the wording of its faults."""
        file = uploaded_file(typed)
        return formats.decode(file.content, file.format)


pages = APIRouter(route_class=PageRoute, include_in_schema=False)
checks = APIRouter(route_class=CheckRoute, include_in_schema=False)
saves = APIRouter(route_class=SaveRoute, include_in_schema=False)
ROUTERS = (pages, checks, saves)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
ACTIVE = "/import"


@pages.get("/import", dependencies=[_changes])
def upload_form(request: Request, _: PageReading) -> Response:
    """Show where to choose a file."""
    return _upload(request, NO_PROBLEMS)


@pages.get("/import/blank", dependencies=[_reads])
def blank() -> Response:
    """Return the blank workbook."""
    return download(formats.blank_workbook(), Format.XLSX, "blank-workbook")


@pages.get("/import/saved", dependencies=[_reads])
def saved(request: Request, _: PageReading, rows: Annotated[int, Query(ge=0, le=10**9)] = 0) -> Response:
    """Say that a file is saved, and what comes next."""
    return page(request, "import_saved.html", f"{count_of(rows, 'row')} saved", active=ACTIVE)


@checks.post("/import", dependencies=[_changes])
def check(request: Request, now: Now, typed: Typed) -> Response:
    """Check a file on a copy of the diary. Show what it would change, or what is wrong with it."""
    try:
        uploaded_file(typed)
    except ServiceError as error:
        with store_of(request).reading() as connection:
            name_service(request, connection)
        return _upload(request, problems_of(error, status_of(error)))
    return _preview(request, now, typed, NO_PROBLEMS)


@checks.post("/import/marked", dependencies=[_changes])
def marked(request: Request, now: Now, typed: Typed) -> Response:
    """Return a copy of the file in which each problem is marked."""
    file = uploaded_file(typed)
    try:
        formats.decode(file.content, file.format)
    except InputError as error:
        return download(formats.with_faults_marked(file.content, file.format, error.faults), Format.XLSX, "problems-marked")
    return _preview(request, now, typed, NO_PROBLEMS)


@saves.post("/import/save", dependencies=[_changes])
def save(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Save a file that was checked, unless the diary has changed since."""
    value, wording = request.state.read
    with shown_again(lambda _, problems: _preview(request, now, typed, problems)):
        if typed["state"] != exchange.state_of_diary(connection):
            message = (
                "The diary has changed since the file was checked. Nothing was saved. This is what the file would change now."
            )
            raise conflict("changed-meanwhile", message)
        imported = exchange.import_problem(connection, value, wording, now, typed.every("overwrite"))
    return redirect(f"/import/saved?rows={number_of_rows(imported)}")


@pages.get("/export", dependencies=[_reads])
def export(request: Request, connection: PageReading, now: Now) -> Response:
    """Show which days to export; or, once they are chosen, return the file."""
    typed = TypedForm(request.query_params.multi_items())
    if not typed:
        month = month_of(local_day(now))
        days = [("first", typed_day(month.first)), ("last", typed_day(month.last)), ("format", Format.XLSX.value)]
        return _export(request, TypedForm(days), NO_PROBLEMS)
    with shown_again(lambda _, problems: _export(request, typed, problems)):
        period = period_of(typed, local_day(now))
        format_ = Format(typed["format"]) if typed["format"] in list(Format) else Format.XLSX
        content = formats.encode(exchange.exported(connection, period), format_)
    suffix = "zip" if format_ is Format.CSV else format_.value
    return download(content, format_, f"diary-{period.first}-{period.last}", suffix)


def _upload(request: Request, problems: Problems) -> Response:
    most = MOST_BYTES_OF_A_FILE // MEGABYTE
    return page(request, "import.html", "Bring your data", active=ACTIVE, problems=problems, fields=("file",), most=most)


def _preview(request: Request, now: dt.datetime, typed: TypedForm, problems: Problems) -> Response:
    """Show what a file would change in the diary as it is now."""
    file, today = uploaded_file(typed), local_day(now)
    shared: dict[str, Any] = {"active": ACTIVE, "file": file.name, "packed": typed[FILE_CONTENT]}
    with trial(store_of(request)) as connection:
        name_service(request, connection)
        state = exchange.state_of_diary(connection)
        try:
            value, wording = formats.decode(file.content, file.format)
            imported = exchange.import_problem(connection, value, wording, now)
        except InputError as error:
            return _faults(request, error_items(error.faults), error.faults, shared)
        except ServiceError as error:
            return _faults(request, list(error.errors) or [ErrorItem(where="", message=error.detail)], (), shared)
        view = preview_view(file.name, imported, place_names(connection), today)
    return page(
        request,
        "import_preview.html",
        view.heading,
        problems=problems,
        view=view,
        state=state,
        overwrite=typed.every("overwrite"),
        **shared,
    )


def _faults(request: Request, errors: list[ErrorItem], faults: tuple[Fault, ...], shared: dict[str, Any]) -> Response:
    heading = faults_heading(shared["file"], errors)
    can_mark = bool(faults) and not str(shared["file"]).lower().endswith(".json")
    rows, more = fault_rows(errors), max(0, len(errors) - MOST_LISTED)
    return page(request, "import_faults.html", heading, status=422, rows=rows, more=more, can_mark=can_mark, **shared)


def _export(request: Request, typed: TypedForm, problems: Problems) -> Response:
    return page(request, "export.html", "Take data out", active=ACTIVE, problems=problems, fields=("first", "last"), typed=typed)
