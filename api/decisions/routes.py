"""Routes for daily decisions: offers of slots."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.decisions import workflow
from api.decisions.requests import OfferRequest
from api.decisions.workflow import DiaryOffers
from api.http.etags import etag
from api.http.limits import LimitedRoute
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Reading

questions = APIRouter(tags=["decisions"], route_class=LimitedRoute, responses=ERRORS)
ROUTERS = (questions,)
_reads = needs(Permission.READ_DIARY)
_NEW: dict[str, Any] = {
    "id": "CPC-0101", "kind": "initial", "children": 2, "site": "WYC", "trigger": "2027-01-04", "social_worker": "SW-12",
}  # fmt: skip


@questions.post(
    "/offers",
    response_model=DiaryOffers,
    dependencies=[_reads],
    openapi_extra=request_example({"new": _NEW, "filter": {"weekdays": ["tue", "thu"], "mode": "room"}, "top": 3}),
    summary="Offer slots for a conference",
)
def offer(connection: Reading, now: Now, response: Response, request: OfferRequest) -> Any:
    """Return the best slots in the present diary without moving anybody, one for each day, with the cost of each.

    Nothing is written. The offers are ordered by what the whole diary then costs, and the first is proven best. If no slot is
    in time, the answer says why.
    """
    found = workflow.offers(connection, request, now)
    response.headers["ETag"] = etag(found.version)
    return found
