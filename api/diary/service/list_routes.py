"""Routes that add one closure, or one pair to keep apart, and show at once which bookings that breaks."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel

from api.diary.conflicts.queries import BrokenBooking
from api.diary.conflicts.repair_offer import RepairOffer, repair_of_broken
from api.diary.service import queries as documents
from api.diary.service.workflow import add_to_list
from api.errors import conflict
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Writing, WritingRoute
from scheduler.domain.faults import Fault, InputError
from scheduler.domain.identifiers import alike
from scheduler.domain.values import Date, Pair, Value

router = APIRouter(tags=["service"], route_class=WritingRoute, responses=ERRORS)
_changes = needs(Permission.CHANGE_SERVICE)


class ClosedDay(Value):
    """A working day on which nothing can be held."""

    day: Date


class ClosedDayAdded(BaseModel):
    """A closed day, with the bookings that break a rule because of it, and the ``repair`` that would mend them."""

    day: Date
    broken_bookings: list[BrokenBooking]
    repair: RepairOffer | None


class PairApart(Value):
    """Two families to keep apart, each by its reference or by one of its conferences."""

    pair: Pair


class PairApartAdded(BaseModel):
    """A pair to keep apart, with the bookings in which the two meet, and the ``repair`` that would mend them."""

    pair: Pair
    broken_bookings: list[BrokenBooking]
    repair: RepairOffer | None


@router.post(
    "/closures",
    status_code=HTTPStatus.CREATED,
    dependencies=[_changes],
    openapi_extra=request_example({"day": "2027-01-29"}),
    summary="Close the service on one more day",
)
def close(connection: Writing, now: Now, closed: ClosedDay) -> ClosedDayAdded:
    """Add a day to the closures."""
    broken = add_to_list(connection, "closures", closed.day, now)
    return ClosedDayAdded(day=closed.day, broken_bookings=broken, repair=repair_of_broken(connection, broken, now))


@router.post(
    "/apart",
    status_code=HTTPStatus.CREATED,
    dependencies=[_changes],
    openapi_extra=request_example({"pair": ["CPC-0101", "CPC-0107"]}),
    summary="Keep two more families apart",
)
def keep_apart(connection: Writing, now: Now, apart: PairApart) -> PairApartAdded:
    """Add a pair to those kept apart. All conferences of both families are kept apart from now on, later ones too."""
    present = documents.get(connection, "apart")[0]
    if frozenset(map(alike, apart.pair)) in {frozenset(map(alike, pair)) for pair in present}:
        raise conflict("there-already", "That is entered already.")
    try:
        broken = add_to_list(connection, "apart", apart.pair, now)
    except InputError as error:
        raise InputError([_in_pair(fault, len(present)) for fault in error.faults]) from None
    return PairApartAdded(pair=apart.pair, broken_bookings=broken, repair=repair_of_broken(connection, broken, now))


def _in_pair(fault: Fault, position: int) -> Fault:
    """Return a fault of the pair at a position of the list with its place in the request, which has this pair alone."""
    return Fault(("pair", *fault.place[1:]), fault.message) if fault.place[:1] == (position,) else fault
