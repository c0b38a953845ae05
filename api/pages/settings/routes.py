"""Pages of settings: every rule as a sentence, and the history of changes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.conflicts.queries import BrokenBooking
from api.diary.service import queries as documents
from api.diary.service.workflow import store, store_and_compare
from api.errors import conflict
from api.http.permissions import Permission, needs
from api.http.transaction import Now, Writing
from api.pages.forms import NO_PROBLEMS, Problems, Typed, TypedForm, shown_again
from api.pages.mending import hits_of_broken
from api.pages.names import place_names
from api.pages.rendering import page, redirect
from api.pages.routing import FormRoute, PageReading, PageRoute
from api.pages.settings.entry import as_json, at, text_of, typed_of, values_of
from api.pages.settings.sentences import AFTER, FALLBACKS, OFF, POLICY, RULES, SECTIONS, SENTENCES
from api.pages.settings.tabs import ACTIVE, TABS
from api.pages.settings.view import change_rows, last_changes
from api.pages.versions import hold_to_version
from scheduler.wording import count_of

MOST_CHANGES, MOST_LISTED = 200, 50
pages = APIRouter(route_class=PageRoute, include_in_schema=False)
forms = APIRouter(route_class=FormRoute, include_in_schema=False)
ROUTERS = (pages, forms)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)


@pages.get("/settings", dependencies=[_reads])
def rules(request: Request, connection: PageReading, now: Now, saved: bool = False) -> Response:
    """Show every rule as a sentence with its number."""
    return _rules(request, connection, typed_of(_stored(connection)[0]), NO_PROBLEMS, now, is_saved=saved)


@forms.post("/settings", dependencies=[_changes])
def save(request: Request, connection: Writing, now: Now, typed: Typed) -> Response:
    """Save the rules. If bookings break a rule because of that, list these first, and save when it is sent again."""
    broken: list[BrokenBooking] = []
    with shown_again(lambda after, problems: _rules(request, after, typed, problems, now, broken=broken)):
        present, version = _stored(connection)
        hold_to_version("A rule", version, typed)
        values = values_of(typed, present)
        store(connection, AFTER, values[AFTER], now)
        broken += store_and_compare(connection, POLICY, values[POLICY], now)[1]
        if broken and not typed["anyway"]:
            number = len({one.number for one in broken})
            message = f"{count_of(number, 'booking')} would break this. Nothing was saved. See which below."
            raise conflict("would-break", message)
    return redirect("/settings?saved=yes")


@pages.get("/settings/history", dependencies=[_reads])
def history(
    request: Request, connection: PageReading, now: Now, before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """Show who changed which setting when, latest first."""
    found = documents.changes(connection, before=before, most=MOST_LISTED + 1)
    return page(
        request,
        "settings_history.html",
        "What was changed",
        active=ACTIVE,
        tabs=TABS,
        rows=change_rows(found[:MOST_LISTED], local_day(now)),
        following=found[MOST_LISTED - 1].number if len(found) > MOST_LISTED else None,
    )


def _stored(connection: Connection) -> tuple[dict[str, Any], str]:
    """Return the documents with rules as JSON, and the versions of both."""
    found = {name: documents.get(connection, name) for name in (POLICY, AFTER)}
    return {name: as_json(name, value) for name, (value, _) in found.items()}, "-".join(str(one[1]) for one in found.values())


def _rules(
    request: Request,
    connection: Connection,
    typed: TypedForm,
    problems: Problems,
    now: dt.datetime,
    *,
    broken: list[BrokenBooking] | None = None,
    is_saved: bool = False,
) -> Response:
    (values, version), today = _stored(connection), local_day(now)
    changes = [one for name in (POLICY, AFTER) for one in documents.changes_of(connection, name, most=MOST_CHANGES)]
    texts = {sentence.path: text_of(sentence, at(values, sentence.path)) for sentence in SENTENCES}
    names = place_names(connection)
    return page(
        request,
        "settings.html",
        "Settings",
        active=ACTIVE,
        problems=problems,
        tabs=TABS,
        fields=[*texts, OFF],
        sections=SECTIONS,
        typed=typed,
        version=version,
        theirs=texts if problems.status == 409 and not broken else {},
        changed=last_changes(changes),
        fallbacks=FALLBACKS,
        rules=RULES,
        off=OFF,
        hits=hits_of_broken(broken or [], names, today),
        is_saved=is_saved,
        chair_title=names.chair_title,
    )
