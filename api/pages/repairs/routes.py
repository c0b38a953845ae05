"""Pages of repairs: which bookings cannot stay, which days to repair, and how many may move."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import repairing
from api.decisions.repairing import RepairAsked
from api.diary.conflicts import queries as conflicts
from api.errors import ErrorItem, invalid
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.entries import whole_of
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.plans.days import days_of, typed_days
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.today.view import broken_rows
from scheduler.domain.values import Period, monday_of
from scheduler.wording import count_of

FIELDS = ("first", "last", "max_moves")
MOST_MOVES = 1000
WEEKS = dt.timedelta(weeks=3, days=6)
pages = APIRouter(prefix="/repairs", route_class=PageRoute, include_in_schema=False)
forms = APIRouter(prefix="/repairs", route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_plans = needs(Permission.PLAN)


@pages.get("/new", dependencies=[_plans])
def new(request: Request, connection: PageReading, now: Now) -> Response:
    """Show the bookings that cannot stay, and the days to repair."""
    return _new(request, connection, now, TypedForm(request.query_params.multi_items()), NO_PROBLEMS)


@forms.post("/new", dependencies=[_plans])
def start(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Ask for a repair, and lead to its progress."""
    with shown_again(lambda after, problems: _new(request, after, now, typed, problems)):
        days, most = days_of(typed, local_day(now)), _most_moves(typed)
        asked = RepairAsked(first=days.first, last=days.last, max_moves=most)
        job = repairing.begin(connection, asked, request.app.state.settings, now)
    return redirect(f"/plans/{job.id}")


def _most_moves(typed: TypedForm) -> int | None:
    most = whole_of(typed["max_moves"])
    if typed["max_moves"] and (most is None or most > MOST_MOVES):
        message = f"Enter a whole number up to {MOST_MOVES}, or leave it empty."
        raise invalid(message, [ErrorItem(where="max_moves", message=message)])
    return most


def _new(request: Request, connection: Connection, now: Now, typed: TypedForm, problems: Problems) -> Response:
    today, names = local_day(now), place_names(connection)
    broken = conflicts.broken(connection, now)
    if not typed["first"] and not typed["last"]:
        days = _days([one.start.date() for one in broken], today)
        typed = TypedForm([*typed.pairs, *typed_days(days).pairs])
    number = len({one.number for one in broken})
    return page(
        request,
        "repair_new.html",
        f"Mend {count_of(number, 'booking')} that cannot stay" if number else "Repair the diary",
        active="/plans",
        problems=problems,
        fields=FIELDS,
        typed=typed,
        rows=broken_rows(broken, names, today),
        chair_title=names.chair_title,
    )


def _days(hit: list[dt.date], today: dt.date) -> Period:
    """Return the days to offer: from today, over whole weeks, to some weeks after the last booking that is hit."""
    return Period(first=today, last=monday_of(max([*hit, today])) + WEEKS)
