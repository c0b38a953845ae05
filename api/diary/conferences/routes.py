"""Routes for conferences: request and change them, and record their outcomes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from api.diary import snapshot
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_by_hand
from api.diary.bookings.schemas import BookingItem, ChangeReason, WhyChanged
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
    """A conference's outcome, with its day and chair; ``children`` counts those on a plan afterwards."""

    outcome: Outcome
    held_on: dt.date
    children: int
    chair: str
    reason: Reason | None


class ConferenceView(BaseModel):
    """A conference with its state.

    Its clock gives ``due`` and ``earliest``, which is null if the clock sets no first day. ``follows`` is the family's previous
    conference; ``remarks`` list what needs attention.
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
    """A changed conference, and the family's ``next`` one if it is new or has changed too."""

    conference: ConferenceView
    next: ConferenceView | None


class HistoryItem(BaseModel):
    """An entry of a conference's history; ``detail`` includes the earlier values."""

    number: int
    at: AwareDatetime
    actor: str
    event: str
    reason: str | None
    detail: dict[str, Any]


class ConferenceFilter(Value):
    """A query for conferences; ``due_from`` and ``due_to`` are both included."""

    state: ConferenceState | None = None
    kind: ConferenceKind | None = None
    site: Identifier | None = None
    chair: Identifier | None = None
    due_from: Date | None = None
    due_to: Date | None = None
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="The `next` of the page before.")] = 0
    most: Annotated[int, Field(ge=1, le=500, description="The most conferences on the page.")] = 100


class NewOutcome(Value):
    """A conference's outcome. The defaults are the booking's day for ``held_on`` and all of them for ``children``."""

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
    """Return conferences in the order in which they were stored."""
    found = conferences.list_conferences(connection, **dict(wanted) | {"most": wanted.most + 1})
    page = found[: wanted.most]
    return {"items": _views(connection, page), "next": page[-1].position if len(found) > wanted.most else None}


@router.get("/{id:path}/history", response_model=HistoryPage, dependencies=[_reads], summary="The history of a conference")
def history(connection: Reading, id: str, after: After = 0, most: Most = 100) -> Any:
    """Return who did what, when and why, oldest entry first."""
    _found(connection, id)
    rows = conferences.history(connection, [id], after=after, most=most + 1)
    items = [{name: getattr(row, name) for name in HistoryItem.model_fields} for row in rows[:most]]
    return {"items": items, "next": items[-1]["number"] if len(rows) > most else None}


@router.get("/{id:path}", response_model=ConferenceView, dependencies=[_reads], summary="One conference")
def one(connection: Reading, response: Response, id: str) -> Any:
    """Return a conference with its booking."""
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
    """Store a new conference, to be booked by hand or by a plan."""
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
    """Change a conference that has not been held yet. If it is booked, the booking must still keep every rule."""
    stored = _current(connection, id, if_match)
    if value.id != id:
        raise invalid(f"This is {id}; an id can't be changed to '{value.id}'. Add a new conference instead.")
    snapshot.hold_to_references(connection, value)
    booking_by_hand.change_conference(connection, stored, value, now)
    return _shown(connection, response, id)


@router.post(
    "/{id:path}/cancel",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"reason": Reason.NO_LONGER_NEEDED}),
    summary="Cancel a conference",
)
def cancel(connection: Writing, now: Now, response: Response, id: str, why: ChangeReason, if_match: IfMatch = None) -> Any:
    """Cancel a conference. To hold it on another day, move or cancel its booking instead."""
    life.cancel(connection, _current(connection, id, if_match), why.reason, now)
    return _shown(connection, response, id)


@router.post(
    "/{id:path}/outcome",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"outcome": "plan made", "children": 2}),
    summary="Record the outcome of a conference",
)
def outcome(connection: Writing, now: Now, response: Response, id: str, new: NewOutcome, if_match: IfMatch = None) -> Any:
    """Record an outcome, and request what follows: the next review of a plan, or another attempt if it was inquorate."""
    stored = _current(connection, id, if_match)
    following = life.outcome(connection, stored, new.outcome, now, held_on=new.held_on, children=new.children, reason=new.reason)
    return _followed(connection, response, id, following)


@router.post(
    "/{id:path}/birth",
    response_model=Followed,
    dependencies=[_changes],
    openapi_extra=request_example({"date": "2027-01-11"}),
    summary="Record a birth after a pre-birth conference",
)
def birth(connection: Writing, now: Now, response: Response, id: str, born: Birth, if_match: IfMatch = None) -> Any:
    """Reset the due date of the family's open first review from the birth."""
    review = life.birth(connection, _current(connection, id, if_match), born.date, now)
    return _followed(connection, response, id, None if review == id else review)


@router.post(
    "/{id:path}/transfer",
    response_model=ConferenceView,
    dependencies=[_changes],
    openapi_extra=request_example({"notified": "2027-01-11"}),
    summary="Record a transfer in",
)
def transfer(connection: Writing, now: Now, response: Response, id: str, new: Transfer, if_match: IfMatch = None) -> Any:
    """Make the conference a transfer-in, whose clock runs from the notification."""
    life.transfer(connection, _current(connection, id, if_match), new.notified, now)
    return _shown(connection, response, id)


def _found(connection: Connection, identifier: str) -> StoredConference:
    stored = conferences.find(connection, identifier)
    if stored is None:
        raise not_found("conference", identifier)
    return stored


def _current(connection: Connection, identifier: str, if_match: str | None) -> StoredConference:
    stored = _found(connection, identifier)
    expect(stored.version, if_match)
    return stored


def _followed(connection: Connection, response: Response, identifier: str, following: str | None) -> dict[str, Any]:
    after = None if following is None else _views(connection, [_found(connection, following)])[0]
    return {"conference": _shown(connection, response, identifier), "next": after}


def _shown(connection: Connection, response: Response, identifier: str) -> dict[str, Any]:
    """Return a conference as the API shows it, and set the response's ETag."""
    stored = _found(connection, identifier)
    response.headers["ETag"] = etag(stored.version)
    return _views(connection, [stored])[0]


def _views(connection: Connection, found: list[StoredConference]) -> list[dict[str, Any]]:
    booked = bookings.items_of_conferences(connection, (stored.value.id for stored in found))
    return [_view(stored, booked.get(stored.value.id)) for stored in found]


def _view(stored: StoredConference, booking: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "conference": stored.value,
        "state": stored.state,
        "due": stored.due,
        "earliest": None if stored.earliest == LONG_AGO else stored.earliest,
        "follows": stored.follows,
        "outcome": stored.outcome,
        "booking": booking,
        "remarks": _remarks(stored, booking),
    }


def _remarks(stored: StoredConference, booking: dict[str, Any] | None) -> list[str]:
    """Return a remark if the conference is still to be held and is late without an exception."""
    if booking is None or stored.state is not ConferenceState.BOOKED or not booking["late"] or booking["exception"] is not None:
        return []
    late = count_of(booking["late"], "working day")
    return [
        f"It is booked {late} after its due date, {date_in_words(stored.due)}, and no exception is recorded. "
        "Move the booking to an earlier day, or cancel it and book it with an exception."
    ]
