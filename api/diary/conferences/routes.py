"""Conferences: asked for, changed, and what happens to them until the next one of the family is due."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_by_hand
from api.diary.bookings.routes import BookingItem, ChangeReason, WhyChanged
from api.diary.conferences import queries as conferences
from api.diary.conferences import workflow as life
from api.diary.conferences.follow_up import Outcome, Reason
from api.diary.conferences.queries import LONG_AGO, ConferenceState, StoredConference
from api.errors import invalid, not_found
from api.http.etags import IfMatch, etag, expect
from api.http.paging import After, Most, page_model
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from scheduler.domain.conference import Conference, ConferenceKind, one_of
from scheduler.domain.values import Date, Identifier, Value, Whole
from scheduler.wording import count_of, date_in_words

router = APIRouter(prefix="/conferences", tags=["conferences"], route_class=WritingRoute, responses=ERRORS)
_reads, _changes = needs(Permission.READ_DIARY), needs(Permission.CHANGE_DIARY)


class OutcomeRecorded(BaseModel):
    """What came of a conference, on which day and with whom; ``children`` are those on a plan afterwards."""

    outcome: Outcome
    held_on: dt.date
    children: int
    chair: str
    reason: Reason | None


class ConferenceView(BaseModel):
    """A conference as the contract writes it, and what the service knows of it.

    ``due`` and ``earliest`` are by its clock; where no clock says how early it may be, there is no ``earliest``. It ``follows``
    another of the same family; ``remarks`` say what to see to.
    """

    conference: Conference
    state: ConferenceState
    due: dt.date
    earliest: dt.date | None
    follows: str | None
    outcome: OutcomeRecorded | None
    booking: BookingItem | None
    remarks: list[str]


class Followed(BaseModel):
    """A conference after something has happened to it, and the ``next`` one of the family, if that came of it or changed."""

    conference: ConferenceView
    next: ConferenceView | None


class HistoryItem(BaseModel):
    """One entry of a conference's history; ``detail`` holds what was before."""

    number: int
    at: AwareDatetime
    actor: str
    event: str
    reason: str | None
    detail: dict[str, Any]


class ConferenceFilter(Value):
    """Which conferences are asked for; ``due_from`` and ``due_to`` are both included."""

    state: ConferenceState | None = None
    kind: ConferenceKind | None = None
    site: Identifier | None = None
    chair: Identifier | None = None
    due_from: Date | None = None
    due_to: Date | None = None
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="Go on after this place: the `next` of the page before.")] = 0
    most: Annotated[int, Field(ge=1, le=500, description="How many at most.")] = 100


class NewOutcome(Value):
    """What came of a conference. ``held_on`` is the booking's day, and ``children`` all, where they are left out."""

    outcome: Annotated[Outcome, one_of(Outcome)]
    held_on: Date | None = None
    children: Whole | None = None
    reason: WhyChanged | None = None


class Birth(Value):
    """The day on which a child was born."""

    date: Date


class Transfer(Value):
    """The day on which this council was notified."""

    notified: Date


ConferencePage = page_model(ConferenceView)
HistoryPage = page_model(HistoryItem)
_EXAMPLE: dict[str, Any] = {
    "id": "CPC-0101", "kind": "initial", "children": 2, "school_age": 1, "site": "WYC",
    "trigger": "2027-01-04", "requested": "2027-01-06", "social_worker": "SW-12",
}  # fmt: skip


@router.get("", response_model=ConferencePage, dependencies=[_reads], summary="List conferences")
def listed(connection: Reading, wanted: Annotated[ConferenceFilter, Query()]) -> Any:
    """Conferences in the order in which they came."""
    found = conferences.listed(connection, **dict(wanted) | {"most": wanted.most + 1})
    page = found[: wanted.most]
    return {"items": _views(connection, page), "next": page[-1].position if len(found) > wanted.most else None}


@router.get("/{id:path}/history", response_model=HistoryPage, dependencies=[_reads], summary="What has happened to a conference")
def history(connection: Reading, id: str, after: After = 0, most: Most = 100) -> Any:
    """Who did what, when and why, the first entry first."""
    _found(connection, id)
    rows = conferences.history(connection, [id], after=after, most=most + 1)
    items = [{name: getattr(row, name) for name in HistoryItem.model_fields} for row in rows[:most]]
    return {"items": items, "next": items[-1]["number"] if len(rows) > most else None}


@router.get("/{id:path}", response_model=ConferenceView, dependencies=[_reads], summary="One conference")
def one(connection: Reading, response: Response, id: str) -> Any:
    """A conference with its booking."""
    return _shown(connection, response, id)


@router.post(
    "",
    response_model=ConferenceView,
    status_code=201,
    dependencies=[_changes],
    openapi_extra=request_example(_EXAMPLE),
    summary="Request a conference",
)
def add(connection: Writing, now: Now, response: Response, value: Conference) -> Any:
    """A new conference, to be booked by hand or by a plan."""
    snapshot.hold_to_references(connection, value)
    life.request(connection, value, now)
    response.headers["Location"] = resource_path("conferences", value.id)
    return _shown(connection, response, value.id)


@router.put(
    "/{id:path}",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example(_EXAMPLE),
    summary="Change a conference",
)
def replace(connection: Writing, now: Now, response: Response, id: str, value: Conference, if_match: IfMatch = None) -> Any:
    """Another value for one that is not held yet; where it is booked, the booking must still keep every rule."""
    kept = _seen(connection, id, if_match)
    if value.id != id:
        raise invalid(f"This is {id}; an id can't be changed to '{value.id}'. Add a new conference instead.")
    snapshot.hold_to_references(connection, value)
    booking_by_hand.change_conference(connection, kept, value, now)
    return _shown(connection, response, id)


@router.post(
    "/{id:path}/cancel",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.NO_LONGER_NEEDED}),
    summary="Cancel a conference",
)
def cancel(connection: Writing, now: Now, response: Response, id: str, why: ChangeReason, if_match: IfMatch = None) -> Any:
    """It is not to be held at all; to hold it another day, move or cancel its booking."""
    life.cancel(connection, _seen(connection, id, if_match), why.reason, now)
    return _shown(connection, response, id)


@router.post(
    "/{id:path}/outcome",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"outcome": "plan made", "children": 2}),
    summary="Record what came of a conference",
)
def outcome(connection: Writing, now: Now, response: Response, id: str, told: NewOutcome, if_match: IfMatch = None) -> Any:
    """For a plan that is made or goes on, the next review is there at once; what was inquorate is to be booked again."""
    kept = _seen(connection, id, if_match)
    following = life.outcome(
        connection, kept, told.outcome, now, held_on=told.held_on, children=told.children, reason=told.reason
    )
    return _followed(connection, response, id, following)


@router.post(
    "/{id:path}/birth",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"date": "2027-01-11"}),
    summary="Record a birth after a pre-birth conference",
)
def birth(connection: Writing, now: Now, response: Response, id: str, born: Birth, if_match: IfMatch = None) -> Any:
    """The family's first review, which is still to be held, gets its due date from the birth."""
    review = life.birth(connection, _seen(connection, id, if_match), born.date, now)
    return _followed(connection, response, id, None if review == id else review)


@router.post(
    "/{id:path}/transfer",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"notified": "2027-01-11"}),
    summary="Record a transfer in",
)
def transfer(connection: Writing, now: Now, response: Response, id: str, told: Transfer, if_match: IfMatch = None) -> Any:
    """The conference becomes one of a family from another council; its clock runs from the notification."""
    life.transfer(connection, _seen(connection, id, if_match), told.notified, now)
    return _shown(connection, response, id)


def _found(connection: Connection, identifier: str) -> StoredConference:
    kept = conferences.found(connection, identifier)
    if kept is None:
        raise not_found("conference", identifier)
    return kept


def _seen(connection: Connection, identifier: str, if_match: str | None) -> StoredConference:
    kept = _found(connection, identifier)
    expect(kept.version, if_match)
    return kept


def _followed(connection: Connection, response: Response, identifier: str, following: str | None) -> dict[str, Any]:
    after = None if following is None else _views(connection, [_found(connection, following)])[0]
    return {"conference": _shown(connection, response, identifier), "next": after}


def _shown(connection: Connection, response: Response, identifier: str) -> dict[str, Any]:
    """A conference as it is told, with its ETag in the response's headers."""
    kept = _found(connection, identifier)
    response.headers["ETag"] = etag(kept.version)
    return _views(connection, [kept])[0]


def _views(connection: Connection, found: list[StoredConference]) -> list[dict[str, Any]]:
    booked = bookings.of_conferences(connection, (kept.value.id for kept in found))
    return [_view(kept, booked.get(kept.value.id)) for kept in found]


def _view(kept: StoredConference, booking: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "conference": kept.value,
        "state": kept.state,
        "due": kept.due,
        "earliest": None if kept.earliest == LONG_AGO else kept.earliest,
        "follows": kept.follows,
        "outcome": kept.outcome,
        "booking": booking,
        "remarks": _remarks(kept, booking),
    }


def _remarks(kept: StoredConference, booking: dict[str, Any] | None) -> list[str]:
    """What is late without an exception, and still to be held."""
    if booking is None or kept.state is not ConferenceState.BOOKED or not booking["late"] or booking["exception"] is not None:
        return []
    late = count_of(booking["late"], "working day")
    return [
        f"It is booked {late} after its due date, {date_in_words(kept.due)}, and no exception is recorded. "
        "Move the booking to an earlier day, or cancel it and book it with an exception."
    ]
