"""A draft as somebody reviews it: looked at, published as it was seen, or planned again around bookings that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from api.actor import NOBODY
from api.clock import local_day
from api.diary.bookings import queries as bookings
from api.diary.bookings import workflow as booking_workflow
from api.diary.bookings.placing import Recorded
from api.diary.bookings.queries import ALL_LOCKS
from api.errors import conflict
from api.publishing import drafts, workflow
from api.publishing import queries as publications
from api.publishing.draft import Draft, DraftDifference
from api.publishing.queries import PublicationSummary

__all__ = ["Draft", "DraftDifference", "PublicationSummary"]


def draft_of(connection: Connection, plan: str, now: dt.datetime) -> Draft:
    """Return what publishing a plan would change now. Raise NotFoundError, or ConflictError if it has no schedule."""
    return drafts.of_plan(connection, plan, local_day(now))


def publish(
    connection: Connection,
    plan: str,
    seen: str,
    exceptions: Sequence[tuple[str, Recorded]],
    waivers: Sequence[tuple[str, Recorded]],
    now: dt.datetime,
) -> int:
    """Publish a plan whose difference somebody has ``seen``, by its digest, and return the publication's number.

    Publishing it again changes nothing. Raise ConflictError if the difference is another by now, or there are obstacles, and
    the errors of ``workflow.publish``.
    """
    draft, before = draft_of(connection, plan, now), publications.latest_of_plan(connection, plan)
    if before is not None:
        if not draft.difference.is_none:
            detail = f"This plan was published as publication {before}, and bookings have changed since. Plan these days again."
            raise conflict("already-published", detail)
        return before
    workflow.refuse(draft)
    if draft.difference.digest != seen:
        detail = "What publishing would change is no longer what you saw. Nothing was published. Check it again below."
        raise conflict("changed-meanwhile", detail)
    return workflow.publish(connection, draft, exceptions, now, NOBODY, waivers)


def lock(connection: Connection, conferences: Iterable[str], now: dt.datetime) -> None:
    """Lock the bookings of these conferences where they are, so that plans keep their time, chair and room."""
    for name in conferences:
        booked = bookings.active_of(connection, name)
        if booked is None:
            raise conflict("not-booked", f"{name} has no booking any more. Take its tick off.")
        booking_workflow.set_locks(connection, booked, sorted(ALL_LOCKS), now)


def latest_publications(connection: Connection, most: int) -> list[PublicationSummary]:
    """Return the latest publications, latest first."""
    return publications.latest(connection, most)
