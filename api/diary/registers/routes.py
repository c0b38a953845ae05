"""Routes for registers: list, read, add, change and remove sites, rooms, chairs, minute takers and holds."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, BeforeValidator, create_model

from api.diary.conflicts.queries import BrokenBooking
from api.diary.registers import queries as registers
from api.diary.registers import workflow
from api.diary.registers.queries import Register
from api.http.etags import IfMatch, etag, expect
from api.http.paging import After, Most, page_model
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.values import Identifier

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
        stored = workflow.require(connection, register, id)
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
        workflow.add(connection, register, value, now)
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
        expect(workflow.require(connection, register, id).version, if_match)
        version, broken = workflow.replace(connection, register, id, value, now)
        response.headers["ETag"] = etag(version)
        return {**{name: getattr(value, name) for name in model.model_fields}, "broken_bookings": broken}

    @router.delete("/{id:path}", status_code=204, dependencies=[changes], summary=f"Remove a {register.name}")
    def remove(connection: Writing, id: str, if_match: IfMatch = None) -> None:
        expect(workflow.require(connection, register, id).version, if_match)
        workflow.remove(connection, register, id)

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
