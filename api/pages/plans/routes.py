"""Pages of plans: the list, the days to plan, how far a plan is, and its result."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.actor import NOBODY
from api.clock import local_day
from api.diary.conferences import queries as conferences
from api.diary.conflicts import queries as conflicts
from api.diary.registers import queries as registers
from api.errors import InvalidError
from api.http.permissions import Permission, needs
from api.http.resources import resource_path
from api.http.transaction import Now, Writing
from api.jobs import queue as jobs
from api.jobs.queue import Job, JobState
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.plans.ask_view import AskView, ask_view
from api.pages.plans.days import FIELDS, days_of, months_from, name_of, typed_days
from api.pages.plans.list_view import plan_row, publication_rows
from api.pages.plans.progress_view import progress_rows
from api.pages.plans.result_view import result_view
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.planning import queries as plans
from api.planning import workflow as planning
from api.planning.repairs import of_job
from api.planning.workflow import PlanRequest
from api.publishing import calls, plan_list, review
from scheduler.domain.faults import InputError
from scheduler.domain.values import Period
from scheduler.wording import period_in_words

MOST_PLANS, MOST_PUBLICATIONS, MOST_FAULTS = 20, 10, 20
ACTIVE = "/plans"
pages = APIRouter(prefix="/plans", route_class=PageRoute, include_in_schema=False)
forms = APIRouter(prefix="/plans", route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _plans = needs(Permission.READ_DIARY), needs(Permission.PLAN)


@pages.get("", dependencies=[_reads])
def listed(
    request: Request, connection: PageReading, now: Now, after: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """Show the plans, newest first, and the latest publications with their calls."""
    today, found = local_day(now), plan_list.listed(connection, after, MOST_PLANS + 1)
    publications = [] if after else review.latest_publications(connection, MOST_PUBLICATIONS)
    counts = calls.counts(connection, [one.number for one in publications])
    following = found[MOST_PLANS - 1].job.id if len(found) > MOST_PLANS else None
    return page(
        request,
        "plans.html",
        "Plans",
        active=ACTIVE,
        months=months_from(today),
        rows=[plan_row(one, today) for one in found[:MOST_PLANS]],
        publications=publication_rows(publications, counts, today),
        following=following,
    )


@pages.get("/new", dependencies=[_plans])
def new(request: Request, connection: PageReading, now: Now) -> Response:
    """Show what goes into a plan of the chosen days, by default next month's."""
    typed = TypedForm(request.query_params.multi_items())
    if not typed["first"] and not typed["last"]:
        days = months_from(local_day(now))[1][1]
        typed = typed_days(days)
    with shown_again(lambda after, problems: _new(request, after, now, typed, problems)):
        days_of(typed, local_day(now))
    return _new(request, connection, now, typed, NO_PROBLEMS)


@forms.post("/new", dependencies=[_plans])
def start(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Start planning, and lead to its progress."""
    with shown_again(lambda after, problems: _new(request, after, now, typed, problems)):
        days = days_of(typed, local_day(now))
        job = planning.begin(connection, PlanRequest(first=days.first, last=days.last), request.app.state.settings, now)
    return redirect(f"/plans/{job.id}")


@pages.get("/{id}", dependencies=[_reads])
def one(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show how far a plan is, or its result."""
    plan = plan_list.find(connection, id)
    if plan.made_at is not None:
        return _result(request, connection, now, plan)
    name = f"{'Repair of' if plan.is_repair else 'Plan of'} {name_of(plan.days)}"
    names = place_names(connection)
    return page(
        request,
        "plan_progress.html",
        name,
        active=ACTIVE,
        id=id,
        job=plan.job,
        days=plan.days,
        is_repair=plan.is_repair,
        before=plan_list.number_before(connection, plan.job) if plan.job.state == JobState.QUEUED else 0,
        rows=[] if plan.is_repair else progress_rows(jobs.events(connection, id), names.chair_title),
        events=f"{resource_path('plans', id)}/events",
    )


@forms.post("/{id}/cancel", dependencies=[_plans])
def cancel(connection: Writing, now: Now, id: str) -> Response:
    """Stop a plan, and keep the best schedule so far. One that has ended meanwhile is shown."""
    if not planning.require(connection, id).has_ended:
        planning.cancel(connection, id, now)
    return redirect(f"/plans/{id}")


@forms.post("/{id}/withdraw", dependencies=[_plans])
def withdraw(connection: Writing, now: Now, id: str) -> Response:
    """Throw a draft away, and lead back to the list."""
    plan_list.withdraw(connection, id, now, NOBODY)
    return redirect("/plans")


def _new(request: Request, connection: Connection, now: Now, typed: TypedForm, problems: Problems) -> Response:
    today = local_day(now)
    days, view, faults = _chosen(connection, now, typed)
    return page(
        request,
        "plan_new.html",
        "Choose the days to plan" if days is None else f"Plan {name_of(days)}",
        active=ACTIVE,
        problems=problems,
        fields=FIELDS,
        typed=typed if days is None else typed_days(days),
        days=days,
        days_in_words="" if days is None else period_in_words(days),
        view=view,
        faults=faults,
        months=[(name, offered, offered == days) for name, offered in months_from(today)],
    )


def _chosen(connection: Connection, now: Now, typed: TypedForm) -> tuple[Period | None, AskView | None, list[str]]:
    """Return the chosen days, what goes into their plan, and why there can be no plan; each is empty if it is not known."""
    try:
        days = days_of(typed, local_day(now))
    except InvalidError:  # each fault is shown beside its field
        return None, None, []
    if not registers.count(connection, registers.SITES):
        return days, None, ["The diary is empty. Bring your data first."]
    try:
        problem = planning.problem_of(connection, days, now)
    except InputError as error:
        return days, None, [fault.message for fault in error.faults[:MOST_FAULTS]]
    view = ask_view(problem, place_names(connection), conflicts.broken(connection, now))
    return days, view, []


def _result(request: Request, connection: Connection, now: Now, plan: plan_list.ListedPlan) -> Response:
    job, today, names = plan.job, local_day(now), place_names(connection)
    summary, schedule = plans.summary(connection, job.id), plans.schedule_of(connection, job.id)
    assert summary is not None and schedule is not None  # the plan has a schedule
    known = {one["conference"] for one in (*schedule["bookings"], *summary.report["late"])}
    stored = {one.value.id: one.value for one in conferences.of(connection, known)}
    return page(
        request,
        "plan_result.html",
        f"{'Repair of' if plan.is_repair else 'Draft for'} {name_of(plan.days)}",
        active=ACTIVE,
        id=job.id,
        plan=plan,
        row=plan_row(plan, today),
        is_stopped=job.state == JobState.CANCELLED,
        view=result_view(summary, schedule, stored, names, today, _changes(job)),
        chair_title=names.chair_title,
    )


def _changes(job: Job) -> list[dict[str, Any]]:
    repair = of_job(job)
    return [] if repair is None else repair.changes
