"""Drafts for the tests: plans of the small service of ``builders.py`` with given bookings."""

from __future__ import annotations

import datetime as dt
import secrets
from http import HTTPStatus
from typing import Any

from sqlalchemy import insert, select
from starlette.testclient import TestClient

from api.database import tables
from api.database.session import Store
from api.diary.bookings import queries as bookings
from api.diary.conferences import queries as conferences
from api.diary.conferences.queries import ConferenceState
from api.diary.snapshot import problem_of
from api.jobs import problems
from api.planning import queries as plans
from api.planning.queries import StoredPlan
from scheduler.domain.conference import Conference
from scheduler.domain.problem import Problem
from scheduler.domain.schedule import Booking, PlanException, Schedule
from tests import builders
from tests.api.support.builders import NOW

FIRST, LAST = dt.date(2027, 1, 4), dt.date(2027, 1, 31)
HOLD = "HOLD-AYL-2027-01-18-1"


def placed(identifier: str, start: str, room: str | None, chair: str, minute_taker: str) -> Booking:
    """Return a booking in January 2027, with a ``start`` such as ``12T10:00``."""
    return builders.booking(identifier, f"2027-01-{start}", room=room, chair=chair, minute_taker=minute_taker)


CPC_1 = placed("CPC-1", "12T10:00", "AYL-1", "C1", "M1")
CPC_2 = placed("CPC-2", "12T10:00", "WYC-1", "C2", "M2")
CPC_3 = placed("CPC-3", "13T10:00", "AYL-1", "C1", "M1")
CPC_4 = placed("CPC-4", "14T10:00", "AMR-1", "C2", "M1")
HELD = placed(HOLD, "19T10:00", "AYL-1", "C3", "M1")
ALL = (CPC_1, CPC_2, CPC_3, CPC_4, HELD)
"""A plan of all bookings that the small service needs in January."""
HORIZON = {"first": "2027-01-04", "last": "2027-01-31"}
MOVED_2 = placed("CPC-2", "15T14:00", "AYL-1", "C3", "M1")
EXCEPTION = {"by": "manager", "reason": "no chair", "safety_plan_reviewed": True}
LATE_1 = placed("CPC-1", "26T10:00", "AYL-1", "C1", "M1")


def present(store: Store) -> Problem:
    """Return the problem of January from the current data."""
    with store.reading() as connection:
        return problem_of(connection, FIRST, LAST)


def draft(store: Store, *planned: Booking, unplaced: dict[str, str] | None = None) -> str:
    """Store a plan of January with these bookings, and return its id."""
    return keep(store, present(store), planned, unplaced or {})


def keep(
    store: Store,
    problem: Problem,
    planned: tuple[Booking, ...],
    unplaced: dict[str, str],
    exceptions: tuple[PlanException, ...] = (),
) -> str:
    """Store a plan of a problem, as a worker does, and return its id."""
    identifier = f"P-{secrets.token_hex(6)}"
    reasons = [{"conference": name, "reason": reason} for name, reason in unplaced.items()]
    schedule = Schedule.model_validate(
        {"problem": problem.digest, "bookings": planned, "unplaced": reasons, "exceptions": exceptions}
    )
    report: dict[str, Any] = {"violations": [], "measure": {}, "remarks": [], "late": []}
    with store.noting() as connection:
        add_job(store, identifier, "done", connection, problem)
        plans.add(connection, StoredPlan(identifier, problem, schedule, report, {}, 1, NOW))
    return identifier


def add_job(store: Store, identifier: str, state: str, connection: Any = None, problem: Problem | None = None) -> None:
    """Store a job in some state, without a plan."""
    if connection is None:
        with store.noting() as own:
            return add_job(store, identifier, state, own)
    request = {"first": str(FIRST), "last": str(LAST), "time_limit": 60, "seed": 1, "workers": 1}
    row = {"kind": "plan", "request": request, "state": state, "attempt": 1, "cancelled": False, "created_at": NOW}
    digest = None if problem is None else problems.add(connection, problem)
    connection.execute(insert(tables.jobs).values(id=identifier, problem=digest, **row))
    return None


def publish(client: TestClient, plan: str, *exceptions: dict[str, Any]) -> Any:
    """Read a plan's difference, publish the plan, and return the response."""
    return _send_with_etag(client, f"/api/v1/plans/{plan}/diff", f"/api/v1/plans/{plan}/publish", exceptions)


def restore(client: TestClient, number: int, *exceptions: dict[str, Any]) -> Any:
    """Read the difference of a publication, restore it, and return the response."""
    path = f"/api/v1/publications/{number}"
    return _send_with_etag(client, f"{path}/diff", f"{path}/restore", exceptions)


def _send_with_etag(client: TestClient, look: str, do: str, exceptions: tuple[dict[str, Any], ...]) -> Any:
    seen = client.get(look)
    assert seen.status_code == 200, seen.text
    return client.post(do, json={"exceptions": list(exceptions)}, headers={"If-Match": seen.headers["ETag"]})


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table."""
    with store.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in tables.metadata.sorted_tables
        }


def shown(booking: Booking) -> dict[str, Any]:
    """Return a booking as the API shows it."""
    return booking.model_dump(mode="json")


def party(identifier: str, changes: int, published: int = 0) -> dict[str, Any]:
    return {"id": identifier, "changes": changes, "published": published}


def copied(booking: Booking, **more: Any) -> dict[str, Any]:
    """Return a booking as a publication shows it."""
    return shown(booking) | {"locks": [], "by_hand": False, "exception": None} | more


def publication(number: int, *copies: dict[str, Any], plan: str | None = None, restores: int | None = None) -> dict[str, Any]:
    return {
        "number": number,
        "plan": plan,
        "restores": restores,
        "horizon": HORIZON,
        "booked": len(copies),
        "actor": "nobody signed in",
        "published_at": "2027-01-04T09:00:00Z",
        "bookings": list(copies),
    }


def in_short(publication: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in publication.items() if name != "bookings"}


def details(kind: str, status: int, detail: str, *errors: tuple[str, str]) -> dict[str, Any]:
    body = {"type": f"/problems/{kind}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return body | ({"errors": [{"where": where, "message": message} for where, message in errors]} if errors else {})


def active_bookings(store: Store) -> dict[str, Booking]:
    with store.reading() as connection:
        result = bookings.select_bookings(connection, select(tables.bookings).where(tables.bookings.c.active))
    return {stored.booking.conference: stored.booking for stored in result}


def rows(store: Store, identifier: str) -> list[tuple[Any, ...]]:
    """Return a conference's bookings: number, whether it is active, how it ended, and its publication."""
    table = tables.bookings.c
    with store.reading() as connection:
        query = select(table.number, table.active, table.ended_by, table.publication).where(table.conference == identifier)
        return [tuple(row) for row in connection.execute(query.order_by(table.number))]


def states(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        result = connection.execute(select(tables.conferences.c.id, tables.conferences.c.state))
        return {row.id: row.state for row in result}


def history(store: Store, identifier: str) -> list[tuple[str, dict[str, Any]]]:
    with store.reading() as connection:
        return [(row.event, row.detail) for row in conferences.history(connection, [identifier])]


def change(store: Store, identifier: str, **changes: Any) -> None:
    """Change a stored conference, and its state if one is given."""
    state = {"state": changes.pop("state")} if "state" in changes else {}
    with store.writing() as connection:
        stored = conferences.find(connection, identifier)
        assert stored is not None
        value = Conference.model_validate(stored.value.model_dump() | changes)
        conferences.change(connection, value, NOW, **state)


def cancel(store: Store, identifier: str) -> None:
    with store.writing() as connection:
        stored = bookings.active_of(connection, identifier)
        if stored is not None:
            bookings.end(connection, [stored.number], bookings.Ending.CANCELLED, NOW)
    change(store, identifier, state=ConferenceState.CANCELLED)


def put(path: str, **changes: Any) -> Any:
    """Return a function that puts a change through the API."""

    def by_api(client: TestClient) -> None:
        result = client.get(f"/api/v1/{path}")
        value = result.json() | changes if changes else None
        assert client.put(f"/api/v1/{path}", json=value, headers={"If-Match": result.headers["ETag"]}).status_code == 200

    return by_api
