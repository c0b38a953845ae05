"""The route for conflicts: everything booked from today on that breaks a rule today."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.diary.conflicts import queries as conflicts
from api.diary.conflicts.queries import BrokenBooking
from api.http.paging import Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.transaction import Now, Reading

router = APIRouter(prefix="/conflicts", tags=["bookings"], responses=ERRORS)
Skip = Annotated[int, Query(ge=0, le=2**31 - 1, description="The number of items to leave out: the `next` of the page before.")]


class ConflictPage(BaseModel):
    """A page of conflicts by start; ``next`` is the ``after`` of the next page, null on the last page; ``total`` counts all."""

    items: list[BrokenBooking]
    next: int | None
    total: int


@router.get("", dependencies=[needs(Permission.READ_DIARY)], summary="Bookings that break a rule today")
def listed(connection: Reading, now: Now, after: Skip = 0, most: Most = 100) -> ConflictPage:
    """Return each booking from today on with each rule that it breaks with the current data, by start.

    A plan mends these, or leaves them unplaced, and lists them among its exceptions.
    """
    bookings = conflicts.broken(connection, now)
    until = after + most
    return ConflictPage(items=bookings[after:until], next=until if len(bookings) > until else None, total=len(bookings))
