"""Routes for the lateness of a conference: by how much it is late, why, and a reason that is added later."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from api.diary.bookings.schemas import WhyChanged
from api.diary.conferences import lateness
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import Reason
from api.diary.conferences.lateness import ReasonSource
from api.diary.conferences.queries import StoredConference
from api.diary.references import unknown_conference
from api.http.etags import IfMatch, etag, expect
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.values import Value

PATH = "/{id:path}/late-reason"

router = APIRouter(prefix="/conferences", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)


class GivenReasonView(BaseModel):
    """A reason and its source: the exception, the outcome, a later entry, or only the conference's history."""

    reason: Reason
    source: ReasonSource


class LatenessView(BaseModel):
    """How late a conference is, in working days after its own due date and after the statutory one, and why.

    ``day`` is when it was held or is booked, null if it has neither.
    """

    conference: str
    day: dt.date | None
    due: dt.date
    statutory_due: dt.date
    working_days_late: int
    working_days_late_by_statute: int
    reasons: list[GivenReasonView]


class NewLateReason(Value):
    """Why a conference is late; null takes back the reason that was added before."""

    reason: WhyChanged | None


@router.get(PATH, response_model=LatenessView, dependencies=[needs(Permission.READ_DIARY)], summary="How late a conference is")
def one(connection: Reading, response: Response, id: str) -> Any:
    """Return how late a conference is, and every reason given for it."""
    return _shown(connection, response, _require(connection, id))


@router.put(
    PATH,
    response_model=LatenessView,
    dependencies=[needs(Permission.CHANGE_DIARY)],
    openapi_extra=request_example({"reason": Reason.NO_ROOM}),
    summary="Record later why a conference is late",
)
def put(connection: Writing, now: Now, response: Response, id: str, new: NewLateReason, if_match: IfMatch = None) -> Any:
    """Record a reason beside those of the exception and the outcome. Reports show each distinct reason."""
    stored = _require(connection, id)
    expect(stored.version, if_match)
    lateness.record_reason(connection, stored, new.reason, now)
    return _shown(connection, response, _require(connection, id))


def _require(connection: Connection, identifier: str) -> StoredConference:
    stored = conferences.find(connection, identifier)
    if stored is None:
        raise unknown_conference(connection, identifier)
    return stored


def _shown(connection: Connection, response: Response, stored: StoredConference) -> dict[str, Any]:
    result, days = lateness.of_conference(connection, stored), conferences.calendar(connection)
    response.headers["ETag"] = etag(stored.version)
    return {
        "conference": stored.value.id,
        "day": result.day,
        "due": result.due,
        "statutory_due": result.statutory_due,
        "working_days_late": 0 if result.day is None else days.working_days(result.due, result.day),
        "working_days_late_by_statute": 0 if result.day is None else days.working_days(result.statutory_due, result.day),
        "reasons": [{"reason": given.reason, "source": given.source} for given in result.reasons],
    }
