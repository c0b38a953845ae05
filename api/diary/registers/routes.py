"""Routes for registers: list, read, add, change and remove sites, rooms, chairs, minute takers and holds."""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Response
from pydantic import BaseModel, BeforeValidator, create_model
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.diary import snapshot
from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.diary.references import unknown_item
from api.diary.registers import queries as registers
from api.diary.registers.queries import Register, StoredItem
from api.errors import ConflictError, conflict, error_items, invalid
from api.http.etags import IfMatch, etag, expect
from api.http.paging import After, Most, page_model
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.faults import InputError
from scheduler.domain.identifiers import one_alike
from scheduler.domain.people import Chair
from scheduler.domain.suggestions import too_similar
from scheduler.domain.values import Identifier, Value

V = TypeVar("V", bound=Value)
OF_PROBLEMS = frozenset({"beside"})
"""Fields of items in problems that the registers neither store nor show."""


def register_router(register: Register[Any], path: str, example: dict[str, Any]) -> APIRouter:
    """Return the routes of one register."""
    model: Any = register.model
    router = APIRouter(prefix=f"/{path}", tags=[path], route_class=WritingRoute, responses=ERRORS)
    reads, changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_SERVICE)
    body = request_example(example)
    hidden = dict.fromkeys(OF_PROBLEMS & model.model_fields.keys(), True)

    @router.get(
        "",
        response_model=page_model(model),
        response_model_exclude={"items": {"__all__": hidden}},
        dependencies=[reads],
        summary=f"List every {register.name}",
    )
    def listed(connection: Reading, after: After = 0, most: Most = 100) -> Any:
        stored = registers.list_items(connection, register, after=after, most=most + 1)
        return {"items": [one.value for one in stored[:most]], "next": stored[most - 1].position if len(stored) > most else None}

    @router.get(
        "/{id:path}",
        response_model=model,
        response_model_exclude=hidden,
        dependencies=[reads],
        summary=f"One {register.name}",
    )
    def one(connection: Reading, response: Response, id: str) -> Any:
        stored = _require(connection, register, id)
        response.headers["ETag"] = etag(stored.version)
        return stored.value

    @router.post(
        "",
        response_model=model,
        response_model_exclude=hidden,
        status_code=201,
        dependencies=[changes],
        openapi_extra=body,
        summary=f"Add a {register.name}",
    )
    def add(connection: Writing, now: Now, response: Response, value: model) -> Any:
        if registers.find(connection, register, value.id) is not None:
            raise conflict(
                "id-taken", f"There is a {register.name} '{value.id}' already. Give this one another id, or change that one."
            )
        other = one_alike(value.id, (stored.id for stored in registers.values(connection, register)))
        if other is not None:
            raise invalid(f"{too_similar(value.id, other, register.name)} Otherwise enter another id.")
        _refuse_weeks(value)
        registers.add(connection, register, value.id, value, now)
        _hold_to_references(connection)
        response.headers["ETag"] = etag(1)
        response.headers["Location"] = resource_path(path, value.id)
        return value

    changed: Any = _with_broken_bookings(model)
    sent: Any = Annotated[model, BeforeValidator(_without_broken_bookings)]

    @router.put(
        "/{id:path}",
        response_model=changed,
        response_model_exclude=hidden,
        dependencies=[changes],
        openapi_extra=body,
        summary=f"Change a {register.name}",
    )
    def replace(connection: Writing, now: Now, response: Response, id: Identifier, value: sent, if_match: IfMatch = None) -> Any:
        expect(_require(connection, register, id).version, if_match)
        if value.id != id:
            raise invalid(f"This is {id}; an id can't be changed to '{value.id}'. Add a new {register.name} instead.")
        _refuse_weeks(value)
        before = conflicts.broken(connection, now)
        response.headers["ETag"] = etag(registers.replace(connection, register, id, value, now))
        _hold_to_references(connection)
        broken = conflicts.newly_broken(before, conflicts.broken(connection, now))
        return {**{name: getattr(value, name) for name in model.model_fields}, "broken_bookings": broken}

    @router.delete("/{id:path}", status_code=204, dependencies=[changes], summary=f"Remove a {register.name}")
    def remove(connection: Writing, id: str, if_match: IfMatch = None) -> None:
        expect(_require(connection, register, id).version, if_match)
        try:
            registers.remove(connection, register, id)
            _hold_to_references(connection)
        except (InputError, IntegrityError) as error:
            errors = error_items(error.faults) if isinstance(error, InputError) else []
            raise conflict("in-use", f"The {register.name} '{id}' is needed by others. Change these first.", errors) from None

    return router


def _with_broken_bookings(model: type[BaseModel]) -> type[BaseModel]:
    """Return the model of a changed item, with the bookings that break a rule because of the change."""
    fields: Any = {"broken_bookings": (list[BrokenBooking], [])}
    said = f"{model.__name__} after a change. ``broken_bookings`` are those that break a rule because of it."
    shown: type[BaseModel] = create_model(f"Changed{model.__name__}", __base__=model, __doc__=said, **fields)
    return shown


def _without_broken_bookings(sent: Any) -> Any:
    """Return a request's item without the fields of responses, so that a response can be edited and sent back."""
    return {name: value for name, value in sent.items() if name != "broken_bookings"} if isinstance(sent, dict) else sent


def _refuse_weeks(value: Value) -> None:
    """Raise InvalidError if a chair lists bookings beside a plan's days: each plan lists those of the diary itself."""
    if isinstance(value, Chair) and value.beside:
        raise invalid("beside is for problem files: the service lists the bookings beside a plan's days itself. Leave it out.")


def _require(connection: Connection, register: Register[V], identifier: str) -> StoredItem[V]:
    stored = registers.find(connection, register, identifier)
    if stored is None:
        raise unknown_item(connection, register, identifier)
    return stored


def _hold_to_references(connection: Connection) -> None:
    """Raise InputError if a reference is broken, or ConflictError if there are items but no site."""
    if registers.count(connection, registers.SITES):  # an empty diary has no valid problem yet
        snapshot.frame_of(connection)
    elif any(registers.count(connection, register) for register in registers.ALL):
        raise ConflictError("no-site", "There is no site yet. Add a site first.")


ROUTERS = (
    register_router(registers.SITES, "sites", {"id": "AYL", "name": "Aylesbury"}),
    register_router(
        registers.ROOMS,
        "rooms",
        {"id": "AYL-1", "site": "AYL", "name": "Room 1", "starts": ["10:00", "14:00"], "hybrid_from": "2022-09-01"},
    ),
    register_router(
        registers.CHAIRS, "chairs", {"id": "C1", "name": "Advisor 1", "base": "AYL", "caseload": 80, "max_per_day": 2}
    ),
    register_router(
        registers.MINUTE_TAKERS, "minute-takers", {"id": "M1", "name": "Minute taker 1", "sites": ["AYL"], "max_per_day": 1}
    ),
    register_router(registers.HOLDS, "holds", {"id": "H-1", "site": "AYL", "week": "2027-01-11", "count": 2}),
)
