"""Routes for absences and room closures, one by one. They are stored in the chairs, minute takers and rooms."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from api.diary.absences import queries as absences
from api.diary.absences import workflow
from api.diary.absences.queries import Away, Lists
from api.diary.conflicts.queries import BrokenBooking
from api.diary.conflicts.repair_offer import RepairOffer, repair_of_broken
from api.http.etags import IfMatch, etag, expect
from api.http.paging import Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.values import Identifier, Period, Value

AfterId = Annotated[str, Query(max_length=300, description="Go on after this id: the `next` of the page before.")]


class Absence(Period):
    """Whole days on which a chair or a minute taker is absent, both ends included."""

    chair: Identifier | None = None
    minute_taker: Identifier | None = None

    @model_validator(mode="after")
    def _of_one(self) -> "Absence":
        if (self.chair is None) == (self.minute_taker is None):
            raise PydanticCustomError("of_one", "Enter either a chair or a minute_taker.")
        return self


class AbsenceItem(Absence):
    """An absence with its id."""

    id: str


class AbsencePage(Value):
    """A page of absences by id; ``next`` is the id after which the next page begins, null on the last page."""

    items: list[AbsenceItem]
    next: str | None


class AbsenceSeen(AbsenceItem):
    """An absence, with that person's conferences and held slots in its days, which need to be moved.

    ``broken_bookings`` are those that break a rule because of an absence just entered, and ``repair`` is what would mend them.
    """

    affected: list[str]
    broken_bookings: tuple[BrokenBooking, ...] = ()
    repair: RepairOffer | None = None


class Closure(Period):
    """Whole days on which a room can't be used, both ends included."""

    room: Identifier


class ClosureItem(Closure):
    """A closure with its id."""

    id: str


class ClosurePage(Value):
    """A page of closures by id; ``next`` is the id after which the next page begins, null on the last page."""

    items: list[ClosureItem]
    next: str | None


class ClosureSeen(ClosureItem):
    """A closure, with that room's conferences and held slots in its days, which need to be moved.

    ``broken_bookings`` are those that break a rule because of a closure just entered, and ``repair`` is what would mend them.
    """

    affected: list[str]
    broken_bookings: tuple[BrokenBooking, ...] = ()
    repair: RepairOffer | None = None


def periods_router(
    lists: Lists, path: str, new: type[Period], page_model: type[Value], seen: type[Value], example: dict[str, str]
) -> APIRouter:
    """Return the routes for absences, or for closures."""
    noun = workflow.NOUNS[lists.field]
    router = APIRouter(prefix=f"/{path}", tags=[path], route_class=WritingRoute, responses=ERRORS)
    reads, changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
    new_model: Any = new

    @router.get("", response_model=page_model, dependencies=[reads], summary=f"List every {noun}")
    def listed(connection: Reading, after: AfterId = "", most: Most = 100) -> Any:
        periods = [away for away in absences.list_periods(connection, lists) if away.id > after]
        page = [_item(lists, away) for away in periods[:most]]
        return {"items": page, "next": page[-1]["id"] if len(periods) > most else None}

    @router.get("/{id:path}", response_model=seen, dependencies=[reads], summary=f"One {noun}")
    def one(connection: Reading, response: Response, id: str) -> Any:
        return _shown(connection, lists, workflow.require(connection, lists, id), response)

    @router.post(
        "",
        response_model=seen,
        status_code=HTTPStatus.CREATED,
        dependencies=[changes],
        openapi_extra=request_example(example),
        summary=f"Add a {noun}",
    )
    def add(connection: Writing, now: Now, response: Response, value: new_model) -> Any:
        of, whose = next((of, getattr(value, of)) for of in lists.registers if getattr(value, of) is not None)
        entered = workflow.enter(connection, of, whose, Period(first=value.first, last=value.last), now)
        response.headers["Location"] = resource_path(path, entered.away.id)
        repair = repair_of_broken(connection, entered.broken, now)
        return {**_shown(connection, lists, entered.away, response), "broken_bookings": entered.broken, "repair": repair}

    @router.delete("/{id:path}", status_code=HTTPStatus.NO_CONTENT, dependencies=[changes], summary=f"Remove a {noun}")
    def remove(connection: Writing, now: Now, id: str, if_match: IfMatch = None) -> None:
        away = workflow.require(connection, lists, id)
        expect(away.version, if_match)
        workflow.remove(connection, away, now)

    return router


def _item(lists: Lists, away: Away) -> dict[str, Any]:
    whose = {of: away.whose if of == away.of else None for of in lists.registers}
    return {"id": away.id, **whose, "first": away.period.first, "last": away.period.last}


def _shown(connection: Connection, lists: Lists, away: Away, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = etag(away.version)
    affected = [stored.booking.conference for stored in workflow.affected(connection, away)]
    return {**_item(lists, away), "affected": affected}


ROUTERS = (
    periods_router(
        absences.ABSENCES,
        "absences",
        Absence,
        AbsencePage,
        AbsenceSeen,
        {"chair": "C1", "first": "2026-12-21", "last": "2026-12-31"},
    ),
    periods_router(
        absences.CLOSURES,
        "room-closures",
        Closure,
        ClosurePage,
        ClosureSeen,
        {"room": "AYL-1", "first": "2026-12-07", "last": "2026-12-11"},
    ),
)
