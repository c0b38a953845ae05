"""Pages of days: school terms, bank holidays, and days on which nothing is held; each is listed, added and removed."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.holidays import workflow as holidays
from api.diary.service import queries as documents
from api.diary.service.workflow import add_to_list, store
from api.errors import ErrorItem, conflict, invalid, not_found
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.entries import NearestYear, date_of
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.mending import hits_of_bookings
from api.pages.names import place_names
from api.pages.people.entry import DAY, period_of
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.settings.tabs import ACTIVE, TABS
from api.pages.words import days_long
from scheduler.domain.values import Period
from scheduler.wording import date_in_words

PATH = "/settings/days"
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


@pages.get(PATH, dependencies=[_reads])
def listed(request: Request, connection: PageReading, now: Now, day: str = "", later: bool = False) -> Response:
    """Show terms, bank holidays and closures from today on. ``day`` has just been entered: its bookings are listed."""
    return _listed(request, connection, TypedForm(), NO_PROBLEMS, now, day, is_whole=later)


@forms.post(f"{PATH}/terms", dependencies=[_changes])
def add_term(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Add a term."""
    with shown_again(lambda after, problems: _listed(request, after, typed, problems, now)):
        period = period_of(typed, local_day(now), "term_first", "term_last")
        present = documents.get(connection, "terms")[0] or ()
        other = next((one for one in present if one.first <= period.last and period.first <= one.last), None)
        if other is not None:
            message = f"This overlaps the term {days_long(other)}. Enter other days, or remove that term first."
            raise invalid("The form has faults.", [ErrorItem(where="term_first", message=message)])
        store(connection, "terms", tuple(sorted((*present, period), key=lambda one: one.first)), now)
    return redirect(PATH)


@forms.post(f"{PATH}/closures", dependencies=[_changes])
def close(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Add a day on which nothing is held, and list its bookings."""
    with shown_again(lambda after, problems: _listed(request, after, typed, problems, now)):
        day = _day(typed, "closure", now)
        add_to_list(connection, "closures", day, now)
    return redirect(f"{PATH}?day={day}")


@forms.post(f"{PATH}/bank-holidays", dependencies=[_changes])
def add_holiday(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Add a bank holiday, and list its bookings."""
    with shown_again(lambda after, problems: _listed(request, after, typed, problems, now)):
        day = _day(typed, "holiday", now)
        holidays.add(connection, day, now, local_day(now))
    return redirect(f"{PATH}?day={day}")


@forms.post(f"{PATH}/remove", dependencies=[_changes])
def remove(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Remove a term, a bank holiday or a closure."""
    with shown_again(lambda after, problems: _listed(request, after, TypedForm(), problems, now)):
        what, _, days = typed["what"].partition(":")
        first, _, last = days.partition("/")
        try:
            period = Period(first=dt.date.fromisoformat(first), last=dt.date.fromisoformat(last or first))
        except ValueError:
            raise not_found("day", days) from None
        if what == "bank_holidays":
            holidays.remove(connection, period.first, now, local_day(now))
        else:
            _remove_from(connection, what, period if what == "terms" else period.first, now)
    return redirect(PATH)


@forms.post(f"{PATH}/englands", dependencies=[_changes])
def use_englands(connection: Writing, now: Now) -> Response:
    """Follow England's bank holidays again."""
    holidays.use_englands(connection, now)
    return redirect(PATH)


def _remove_from(connection: Connection, what: str, item: Period | dt.date, now: dt.datetime) -> None:
    if what not in ("terms", "closures"):
        raise not_found("list", what)
    present = documents.get(connection, what)[0] or ()
    if item not in present:
        raise conflict("not-there", "This is not entered any more. Somebody may have removed it meanwhile.")
    left = tuple(one for one in present if one != item)
    store(connection, what, left if left or what == "closures" else None, now)


def _listed(
    request: Request,
    connection: Connection,
    typed: TypedForm,
    problems: Problems,
    now: dt.datetime,
    day: str = "",
    *,
    is_whole: bool = False,
) -> Response:
    today, names = local_day(now), place_names(connection)
    until = dt.date.max if is_whole else dt.date(today.year + 1, 12, 31)
    entered = date_of(day, today, NearestYear.COMING) if day else None
    then = bookings.active_in(connection, entered, entered) if entered is not None and entered >= today else []
    in_force = holidays.in_force(connection, today)
    terms = documents.get(connection, "terms")[0]
    return page(
        request,
        "settings_days.html",
        "Terms and days off",
        active=ACTIVE,
        problems=problems,
        tabs=TABS,
        fields=("term_first", "term_last", "holiday", "closure"),
        typed=typed,
        entered="" if entered is None else date_in_words(entered),
        hits=hits_of_bookings(then, names, today),
        terms=None
        if terms is None
        else [(f"terms:{one.first}/{one.last}", days_long(one)) for one in terms if one.last >= today],
        holidays=_days("bank_holidays", in_force.days, today, until),
        is_englands=in_force.englands,
        closures=_days("closures", documents.get(connection, "closures")[0], today, until),
        has_later=any(one > until for one in in_force.days),
        chair_title=names.chair_title,
    )


def _days(what: str, days: object, today: dt.date, until: dt.date) -> list[tuple[str, str]]:
    """Return days from today on, each with the text that removes it."""
    assert isinstance(days, list | tuple)
    return [(f"{what}:{day}", date_in_words(day)) for day in sorted(days) if today <= day <= until]


def _day(typed: TypedForm, field: str, now: dt.datetime) -> dt.date:
    day = date_of(typed[field], local_day(now), NearestYear.COMING)
    if day is None:
        message = f"'{typed[field]}' is not a date. {DAY}" if typed[field] else DAY
        raise invalid("The form has faults.", [ErrorItem(where=field, message=message)])
    return day
