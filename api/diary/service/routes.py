"""Routes for documents, such as the policy or the terms: read and replace them as a whole."""

from typing import Any

from fastapi import APIRouter, Response

from api.diary.service import queries as documents
from api.diary.service.queries import Document
from api.diary.service.workflow import store, store_and_compare
from api.http.etags import IfMatch, etag, expect
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Reading, Writing, WritingRoute

BREAKING = ("policy", "bank_holidays", "closures", "travel", "virtual_starts", "apart")
"""Documents whose change may break bookings."""
BROKEN_BOOKINGS = "Broken-Bookings"
"""The header with the numbers of the bookings that break a rule because of a change, since a list has no field for them."""


def document_router(document: Document) -> APIRouter:
    """Return the routes of one document."""
    path = document.name.replace("_", "-")
    router = APIRouter(prefix=f"/{path}", tags=["service"], route_class=WritingRoute, responses=ERRORS)
    type_: Any = document.type

    @router.get("", response_model=type_, dependencies=[needs(Permission.READ_DIARY)], summary=f"Read {document.says}")
    def get(connection: Reading, response: Response) -> Any:
        value, version = documents.get(connection, document.name)
        response.headers["ETag"] = etag(version)
        return value

    if document.has_own_put:
        return router

    @router.put(
        "",
        response_model=type_,
        dependencies=[needs(Permission.CHANGE_SERVICE)],
        openapi_extra=request_example(document.example),
        summary=f"Change {document.says}",
    )
    def put(connection: Writing, now: Now, response: Response, value: type_, if_match: IfMatch = None) -> Any:
        expect(documents.get(connection, document.name)[1], if_match)
        if document.name in BREAKING:
            version, broken = store_and_compare(connection, document.name, value, now)
            response.headers[BROKEN_BOOKINGS] = ", ".join(str(number) for number in sorted({one.number for one in broken}))
        else:
            version = store(connection, document.name, value, now)
        response.headers["ETag"] = etag(version)
        return value

    return router


ROUTERS = tuple(document_router(document) for document in documents.DOCUMENTS)
