"""Routes for outcomes of conferences: record them one by one or many at once, correct and withdraw them."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from api.diary.bookings.schemas import WhyChanged
from api.diary.conferences import outcomes
from api.diary.conferences import queries as conferences
from api.diary.conferences.follow_up import Outcome
from api.diary.conferences.outcomes import OutcomeEntry
from api.diary.conferences.views import ConferenceView, Followed, current, followed, require_conference, shown, views
from api.diary.conflicts.repair_offer import RepairOffer, repair_for_waiting
from api.diary.references import unknown_conference
from api.errors import ErrorItem, InvalidError, ServiceError
from api.http.etags import IfMatch
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Writing, WritingRoute
from scheduler.domain.conference import one_of
from scheduler.domain.values import Date, Identifier, Value, Whole
from scheduler.wording import count_of

MOST_AT_ONCE = 200

router = APIRouter(prefix="/conferences", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)
of_many = APIRouter(prefix="/outcomes", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)
_changes = needs(Permission.CHANGE_DIARY)


class NewOutcome(Value):
    """A conference's outcome. The defaults are the booking's day for ``held_on`` and all of them for ``children``.

    If it was held on another day, its booking moves to that day.
    """

    outcome: Annotated[Outcome, one_of(Outcome)]
    held_on: Date | None = None
    children: Whole | None = None
    reason: WhyChanged | None = None

    @property
    def entry(self) -> OutcomeEntry:
        """Return the outcome as the workflow takes it."""
        return OutcomeEntry(self.outcome, self.held_on, self.children, self.reason)


class OutcomeOf(NewOutcome):
    """The outcome of one of several conferences."""

    conference: Identifier


class NewOutcomes(Value):
    """The outcomes of up to 200 conferences, recorded together or not at all."""

    outcomes: Annotated[tuple[OutcomeOf, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Correction(Value):
    """What to correct in a recorded outcome. Omitted fields stay; with another outcome, children and reason begin anew."""

    outcome: Annotated[Outcome, one_of(Outcome)] | None = None
    held_on: Date | None = None
    children: Whole | None = None
    reason: WhyChanged | None = None


class Recorded(Followed):
    """A conference with its outcome, and the family's ``next`` one. If it was inquorate, ``repair`` would book that."""

    repair: RepairOffer | None = None


class ManyFollowed(BaseModel):
    """Each conference with its outcome, in the order of the request, with the family's ``next`` one if there is one."""

    items: list[Followed]


@router.post(
    "/{id:path}/outcome",
    response_model=Recorded,
    dependencies=[_changes],
    openapi_extra=request_example({"outcome": "plan made", "children": 2}),
    summary="Record the outcome of a conference",
)
def record(connection: Writing, now: Now, response: Response, id: str, new: NewOutcome, if_match: IfMatch = None) -> Any:
    """Record an outcome, and request what follows: the next review of a plan, or another attempt if it was inquorate."""
    following = outcomes.record(connection, current(connection, id, if_match), new.entry, now)
    again = conferences.find(connection, following) if following is not None and new.outcome is Outcome.INQUORATE else None
    repair = None if again is None else repair_for_waiting(connection, again, now)
    return {**followed(connection, response, id, following, now), "repair": repair}


@router.post(
    "/{id:path}/correct-outcome",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"held_on": "2027-01-13"}),
    summary="Correct a recorded outcome",
)
def correct(connection: Writing, now: Now, response: Response, id: str, new: Correction, if_match: IfMatch = None) -> Any:
    """Correct an outcome, its day or its reason. What follows is derived again, unless the next conference has been held."""
    stored = current(connection, id, if_match)
    changes = {name: getattr(new, name) for name in new.model_fields_set if getattr(new, name) is not None or name == "reason"}
    following = outcomes.correct(connection, stored, outcomes.as_corrected(stored, changes), now)
    return followed(connection, response, id, following, now)


@router.post(
    "/{id:path}/withdraw-outcome",
    response_model=ConferenceView,
    dependencies=[_changes],
    summary="Withdraw an outcome that was recorded wrongly",
)
def withdraw(connection: Writing, now: Now, response: Response, id: str, if_match: IfMatch = None) -> Any:
    """Make the conference booked again, and cancel what follows from it, unless the next conference has been held."""
    outcomes.withdraw(connection, current(connection, id, if_match), now)
    return shown(connection, response, id, now)


@of_many.post(
    "",
    response_model=ManyFollowed,
    status_code=HTTPStatus.CREATED,
    dependencies=[_changes],
    openapi_extra=request_example({"outcomes": [{"conference": "CPC-0101", "outcome": "plan made", "children": 2}]}),
    summary="Record the outcomes of many conferences",
)
def record_many(connection: Writing, now: Now, new: NewOutcomes) -> Any:
    """Record all of these outcomes, or none if any is refused; each fault names the position of its outcome."""
    errors: list[ErrorItem] = []
    recorded: list[tuple[str, str | None]] = []
    for n, one in enumerate(new.outcomes):
        with connection.begin_nested() as savepoint:
            try:
                recorded.append((one.conference, _record_one(connection, one, now)))
            except ServiceError as error:
                savepoint.rollback()
                errors += _by_position(n, error)
    if errors:
        raise InvalidError("invalid", f"No outcome is recorded: {count_of(len(errors), 'fault')}.", errors)
    return {"items": [_followed(connection, name, following, now) for name, following in recorded]}


def _record_one(connection: Connection, one: OutcomeOf, now: dt.datetime) -> str | None:
    stored = conferences.find(connection, one.conference)
    if stored is None:
        raise unknown_conference(connection, one.conference)
    return outcomes.record(connection, stored, one.entry, now)


def _by_position(n: int, error: ServiceError) -> list[ErrorItem]:
    """Return the faults of one outcome of several, each with the position of the outcome."""
    place = f"outcomes[{n}]"
    own = [one for one in error.errors if one.where in OutcomeOf.model_fields]
    if own:
        return [ErrorItem(where=f"{place}.{one.where}", message=one.message) for one in own]
    return [ErrorItem(where=f"{place}.conference", message=error.detail)]


def _followed(connection: Connection, name: str, following: str | None, now: dt.datetime) -> dict[str, Any]:
    after = None if following is None else views(connection, [require_conference(connection, following)], now)[0]
    return {"conference": views(connection, [require_conference(connection, name)], now)[0], "next": after}
