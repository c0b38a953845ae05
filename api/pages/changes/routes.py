"""Pages of a draft's changes: what publishing would do, publishing it, and planning again around bookings that stay."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.decisions import repairing
from api.decisions.repairing import RepairAsked
from api.errors import ErrorItem, invalid
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.changes.entry import allowances_of, fields_of
from api.pages.changes.view import changes_view
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.names import place_names
from api.pages.plans.days import name_of
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.words import REASONS
from api.planning import workflow as planning
from api.planning.repairs import of_job
from api.planning.workflow import PlanRequest
from api.publishing import plan_list, review

pages = APIRouter(prefix="/plans", route_class=PageRoute, include_in_schema=False)
forms = APIRouter(prefix="/plans", route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _plans, _publishes = needs(Permission.READ_DIARY), needs(Permission.PLAN), needs(Permission.PUBLISH)


@pages.get("/{id}/changes", dependencies=[_reads])
def changes(request: Request, connection: PageReading, now: Now, id: str) -> Response:
    """Show what publishing a draft would change."""
    plan = plan_list.find(connection, id)
    if plan.publication is not None or plan.made_at is None:
        return redirect(f"/plans/{id}")
    return _changes(request, connection, now, id, TypedForm(), NO_PROBLEMS)


@forms.post("/{id}/changes", dependencies=[_publishes])
def publish(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Publish the draft as it was seen, and lead to the calls to make."""
    with shown_again(lambda after, problems: _changes(request, after, now, id, typed, problems)):
        draft = review.draft_of(connection, id, now)
        exceptions, waivers = ([], []) if draft.refusal else allowances_of(draft.difference, typed)
        number = review.publish(connection, id, typed["seen"], exceptions, waivers, now)
    return redirect(f"/publications/{number}/calls")


@forms.post("/{id}/again", dependencies=[_plans])
def again(request: Request, connection: Writing, now: Now, id: str, typed: Typed) -> Response:
    """Lock the chosen bookings where they are, throw this draft away, and plan its days again."""
    job, settings = planning.require(connection, id), request.app.state.settings
    with shown_again(lambda after, problems: _changes(request, after, now, id, typed, problems)):
        kept = typed.every("keep")
        if not kept and not typed["afresh"]:
            message = "Tick the bookings to keep where they are."
            raise invalid(message, [ErrorItem(where="keep", message=message)])
        review.lock(connection, kept, now)
        days, repair = plan_list.find(connection, id).days, of_job(job)
        if repair is None:
            new = planning.begin(connection, PlanRequest(first=days.first, last=days.last), settings, now)
        else:
            asked = RepairAsked(
                first=days.first, last=days.last, changes=repair.changes, freeze_until=repair.freeze_until,
                max_moves=repair.max_moves, keep=tuple({*repair.keep, *kept}),
            )  # fmt: skip
            new = repairing.begin(connection, asked, settings, now)
    return redirect(f"/plans/{new.id}")


def _changes(request: Request, connection: Connection, now: Now, id: str, typed: TypedForm, problems: Problems) -> Response:
    draft, names = review.draft_of(connection, id, now), place_names(connection)
    return page(
        request,
        "plan_changes.html",
        "What publishing would change",
        active="/plans",
        problems=problems,
        fields=fields_of(draft.difference),
        id=id,
        days=name_of(draft.problem.horizon),
        view=changes_view(draft, names, local_day(now)),
        typed=typed,
        kept=typed.every("keep"),
        reasons=REASONS,
        chair_title=names.chair_title,
    )
