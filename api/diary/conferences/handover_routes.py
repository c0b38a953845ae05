"""Routes for handovers: a proposal for all families of a chair, and the handover of one family."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.diary.conferences import handovers, workflow
from api.diary.conferences.handovers import HandoverProposal
from api.diary.conferences.views import ConferenceView, current, shown
from api.http.etags import IfMatch
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.values import Identifier, Value

of_chairs = APIRouter(prefix="/chairs", tags=["chairs"], route_class=WritingRoute, responses=ERRORS)
router = APIRouter(prefix="/conferences", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)


class Handover(Value):
    """The family's new chair."""

    chair: Identifier


@of_chairs.get(
    "/{id:path}/handover-proposal",
    dependencies=[needs(Permission.READ_DIARY)],
    summary="Who could take over the families of a chair",
)
def propose(connection: Reading, id: str) -> HandoverProposal:
    """Propose a chair for each open family of a chair, balanced by caseload. Nothing changes until a handover is recorded."""
    return handovers.proposal(connection, id)


@router.post(
    "/{id:path}/handover",
    response_model=ConferenceView,
    dependencies=[needs(Permission.CHANGE_DIARY)],
    openapi_extra=request_example({"chair": "C2"}),
    summary="Hand a family over to another chair",
)
def hand_over(connection: Writing, now: Now, response: Response, id: str, to: Handover, if_match: IfMatch = None) -> Any:
    """Make another chair the family's own: its children join that caseload, and later reviews go to that chair.

    A booking stays as it is; it is cover if somebody else chairs it.
    """
    workflow.hand_over(connection, current(connection, id, if_match), to.chair, now)
    return shown(connection, response, id, now)
