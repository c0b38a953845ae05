"""Pages of what-ifs: ask, watch, compare, stop; and the value of one more."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.registers import queries as registers
from api.errors import ErrorItem, invalid
from api.http.formats import Format
from api.http.permissions import Permission, needs
from api.http.state import now_of, store_of
from api.http.transaction import Now, Writing
from api.jobs import queue as jobs
from api.jobs.queue import JobState
from api.pages.downloads import download
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.periods import month_of, period_of, typed_day
from api.pages.prepared import CheckRoute, PreparedRoute
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute, name_service
from api.pages.what_if.entry import CHAIR, KINDS, MOST_ROWS, Resources, field_names, rows_shown, scenarios_of
from api.pages.what_if.view import (
    EFFECTS,
    STATES,
    TIERS,
    comparison_view,
    progress_in_words,
    scenarios_in_words,
    value_view,
)
from api.pages.words import moment_short
from api.whatif import requests as whatif_requests
from api.whatif import sweeps
from api.whatif.requests import Study, ValueRequest, WhatifRequest
from api.whatif.sweeps import SweepKind
from api.whatif.views import comparison_json, comparison_of, require
from scheduler.domain.clocks import months_after
from scheduler.domain.faults import InputError
from scheduler.domain.values import Period
from scheduler.whatif.comparison.results import Comparison
from scheduler.whatif.marginal_value.search import Appraisal
from scheduler.wording import period_in_words

ACTIVE, MOST_LISTED, MOST_PLANS = "/what-if", 50, 20
_reads, _plans = needs(Permission.READ_DIARY), needs(Permission.PLAN)


class CompareRoute(PreparedRoute):
    """A form whose problems are built before the transaction begins, which can take seconds."""

    @staticmethod
    def read(request: Request, typed: TypedForm) -> Study:
        """Return the study of the form's scenarios."""
        today = local_day(now_of(request))
        with (
            shown_again(lambda after, problems: _form(request, after, typed, problems)),
            store_of(request).reading() as connection,
        ):
            days, resources = period_of(typed, today), _resources(connection)
            if not resources.sites:
                raise invalid("The diary has no offices, rooms and people yet. Bring your data first.")
            scenarios = scenarios_of(typed, days, today, resources)
            new = WhatifRequest(first=days.first, last=days.last, scenarios=scenarios)
            return _in_words(lambda: whatif_requests.whatif(connection, new, request.app.state.settings, today))


pages = APIRouter(route_class=PageRoute, include_in_schema=False)
checks = APIRouter(route_class=CheckRoute, include_in_schema=False)
compares = APIRouter(route_class=CompareRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, checks, compares, forms)


@pages.get("/what-if", dependencies=[_reads])
def listed(request: Request, connection: PageReading, now: Now) -> Response:
    """Show the comparisons so far, newest first, and the plans whose resources can be valued."""
    found, today = sweeps.list_sweeps(connection, SweepKind.WHATIF, most=MOST_LISTED), local_day(now)
    names = sweeps.names(connection, [one.id for one in found])
    rows = [(one.id, _days_of(one.request), *scenarios_in_words(one, names.get(one.id, []))) for one in found]
    plans = [
        {"value": job.id, "text": f"{_days_of(job.request)}, planned {moment_short(job.created_at, today)}"}
        for job in jobs.list_jobs(connection, most=MOST_PLANS)
        if job.state is JobState.DONE
    ]
    return page(request, "what_if.html", "What if?", active=ACTIVE, rows=rows, plans=plans)


@pages.get("/what-if/new", dependencies=[_plans])
def new_form(request: Request, connection: PageReading) -> Response:
    """Show the form of a comparison; the address can have its first entries."""
    return _form(request, connection, TypedForm(request.query_params.multi_items()), NO_PROBLEMS)


@checks.post("/what-if/add", dependencies=[_plans])
def add_row(request: Request, typed: Typed) -> Response:
    """Show the form again with one row more."""
    with store_of(request).reading() as connection:
        name_service(request, connection)
        return _form(request, connection, typed, NO_PROBLEMS, more=1)


@compares.post("/what-if/new", dependencies=[_plans])
def compare(request: Request, connection: Writing, now: Now) -> Response:
    """Start to plan the days as they are and with each scenario."""
    study: Study = request.state.read
    sweep = whatif_requests.begin(connection, SweepKind.WHATIF, study, request.app.state.settings, now)
    return redirect(f"/what-if/{sweep.id}")


@pages.get("/what-if/value/{plan}", dependencies=[_reads])
def value(request: Request, connection: PageReading, plan: str) -> Response:
    """Show what one more of each resource would change in a plan."""
    whatif_requests.require_plan(connection, plan)
    sweep = sweeps.latest_of_plan(connection, plan)
    if sweep is None:
        return redirect(ACTIVE)
    result = sweeps.result_of(connection, sweep.id)
    return page(
        request,
        "what_if_value.html",
        f"The value of one more: {_days_of(sweep.request)}",
        active=ACTIVE,
        plan=plan,
        state=STATES[sweep.state],
        error=sweep.error,
        has_ended=sweep.has_ended,
        progress=progress_in_words(sweeps.progress(connection, sweep.id)),
        view=None if result is None else value_view(Appraisal.model_validate(result), has_ended=sweep.has_ended),
    )


@forms.post("/what-if/value", dependencies=[_plans])
def begin_value(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Start to find the value of one more for a plan, unless it is known or in progress."""
    settings, plan = request.app.state.settings, typed["plan"]
    study = whatif_requests.value(connection, plan, ValueRequest(), settings)
    known = sweeps.latest_of_plan(connection, plan)
    if known is None or known.request != study.request or known.state in (JobState.CANCELLED, JobState.FAILED):
        whatif_requests.begin(connection, SweepKind.VALUE, study, settings, now, plan)
    return redirect(f"/what-if/value/{plan}")


@pages.get("/what-if/{id}", dependencies=[_reads])
def one(request: Request, connection: PageReading, id: str) -> Response:
    """Show a comparison: how far it is, and what is known so far."""
    sweep, parts = require(connection, id), sweeps.parts(connection, id)
    known = comparison_json(sweep, parts)
    return page(
        request,
        "what_if_one.html",
        f"What if? {_days_of(sweep.request)}",
        active=ACTIVE,
        id=id,
        state=STATES[sweep.state],
        error=sweep.error,
        failed=[(part.name, part.error) for part in parts if part.error],
        has_ended=sweep.has_ended,
        progress=progress_in_words(sweeps.progress(connection, id)),
        view=None if known is None else comparison_view(Comparison.model_validate(known)),
        tiers=list(TIERS.values()),
        effects=list(EFFECTS),
    )


@forms.post("/what-if/{id}/stop", dependencies=[_plans])
def stop(connection: Writing, now: Now, id: str) -> Response:
    """Stop a comparison, and keep what is known so far."""
    require(connection, id)
    sweeps.cancel(connection, id, now)
    return redirect(f"/what-if/{id}")


@pages.get("/what-if/{id}/workbook", dependencies=[_reads])
def workbook(connection: PageReading, id: str) -> Response:
    """Return a comparison as a workbook."""
    from scheduler.whatif.files.comparison_workbook import comparison_workbook  # noqa: PLC0415 - keep the start fast

    return download(comparison_workbook(comparison_of(connection, id)), Format.XLSX, f"what-if-{id}")


def _form(request: Request, connection: Connection, typed: TypedForm, problems: Problems, more: int = 0) -> Response:
    rows, usual, resources = rows_shown(typed), _usual(local_day(now_of(request))), _resources(connection)
    shown = min(MOST_ROWS, rows + more)
    days = [(name, typed_day(getattr(usual, name))) for name in ("first", "last") if name not in typed]
    return page(
        request,
        "what_if_new.html",
        "Compare what could be",
        active=ACTIVE,
        problems=problems,
        fields=field_names(shown),
        typed=TypedForm([*typed.pairs, *days]),
        rows=range(1, shown + 1),
        can_add=shown < MOST_ROWS,
        kinds={name: kind.label.replace(CHAIR, resources.chair_title) for name, kind in KINDS.items()},
        who=[
            ("Offices", [(f"site/{one.id}", one.label) for one in resources.sites]),
            ("Rooms", [(f"room/{one.id}", one.label) for one in resources.rooms]),
            (f"{resources.chair_title}s", [(f"chair/{one.id}", one.label) for one in resources.chairs]),
        ],
    )


def _resources(connection: Connection) -> Resources:
    return Resources(
        sites=registers.values(connection, registers.SITES),
        rooms=registers.values(connection, registers.ROOMS),
        chairs=registers.values(connection, registers.CHAIRS),
        minute_takers=registers.values(connection, registers.MINUTE_TAKERS),
        chair_title=place_names(connection).chair_title,
    )


def _usual(today: dt.date) -> Period:
    """Return the days that are planned unless others are typed: this month, or the next one from its 16th on."""
    return month_of(today if today.day <= 15 else months_after(today, 1))


def _days_of(request: dict[str, Any]) -> str:
    return period_in_words(Period.model_validate({"first": request["first"], "last": request["last"]}))


def _in_words(build: Any) -> Study:
    """Return a study. Raise InvalidError with the faults that the scenarios have together, such as a room that closes twice."""
    try:
        study: Study = build()
    except InputError as error:
        raise invalid("The form has faults.", [ErrorItem(where="", message=one.message) for one in error.faults]) from None
    return study
