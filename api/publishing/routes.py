"""What publishing a plan would change, publishing it, and what was published; an old publication stands again as a new one."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from api.clock import local_day
from api.diary.bookings.routes import RecordedException
from api.errors import conflict, not_found
from api.http.etags import IfMatch, etag, expect, told
from api.http.paging import After, Most
from api.http.permissions import NOBODY, Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.publishing import drafts
from api.publishing import queries as publications
from api.publishing import workflow as publishing
from api.publishing.queries import BookingCopy, PublicationSummary
from api.publishing.workflow import Draft, DraftDifference
from scheduler.domain.values import Identifier, Period, Value

of_plans = APIRouter(prefix="/plans", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
router = APIRouter(prefix="/publications", tags=["publications"], route_class=WritingRoute, responses=ERRORS)
reads, publishes = needs(Permission.READ_DIARY), needs(Permission.PUBLISH)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class LateException(RecordedException):
    """The exception of one late conference."""

    conference: Identifier


class Publishing(Value):
    """An exception for each late booking that has none yet: the difference lists them as ``exceptions_needed``."""

    exceptions: tuple[LateException, ...] = ()


class PublicationItem(BaseModel):
    """A publication: of a plan, or one that ``restores`` another. ``booked`` counts what stood in its days then."""

    number: int
    plan: str | None
    restores: int | None
    horizon: Period
    booked: int
    actor: str
    published_at: AwareDatetime


class Publication(PublicationItem):
    """A publication, with all that stood in its days once it was published."""

    bookings: tuple[BookingCopy, ...]


class PublicationPage(BaseModel):
    """A page of the publications, the first first; ``next`` is where the following page begins."""

    items: list[PublicationItem]
    next: int | None = None


_EXCEPTION = {"conference": "CPC-0133", "by": "manager", "reason": "request late", "safety_plan_reviewed": True}
_BODY = request_example({"exceptions": [_EXCEPTION]})


@of_plans.get("/{id}/diff", dependencies=[reads], summary="What publishing a plan would change, and for whom")
def plan_difference(connection: Reading, now: Now, response: Response, id: str) -> DraftDifference:
    """The plan against what stands in its days now. Publish it with this ETag as If-Match."""
    return _shown(drafts.of_plan(connection, id, local_day(now)), response)


@of_plans.post(
    "/{id}/publish",
    status_code=HTTPStatus.CREATED,
    dependencies=[publishes],
    openapi_extra=_BODY,
    responses={200: {"description": "It was published before, and stands.", "model": Publication}},
    summary="Publish a plan",
)
def publish(
    connection: Writing, now: Now, response: Response, id: str, sent: Publishing | None = None, if_match: IfMatch = None
) -> Publication:
    """Let the plan stand, if the data are still those it was made of. Publishing it again changes nothing while it stands."""
    draft = drafts.of_plan(connection, id, local_day(now))
    told(if_match)
    before = publications.latest_of_plan(connection, id)
    if before is not None:
        if not draft.difference.is_none:
            raise conflict(
                "already-published",
                f"The plan '{id}' was published as {before}, and other bookings stand since. Make a new plan, or restore "
                f"publication {before}.",
            )
        response.status_code = HTTPStatus.OK
        return _told(connection, before, response)
    return _published(connection, draft, sent, if_match, now, response)


@router.get("", dependencies=[reads], summary="List the publications, the newest last")
def listed(connection: Reading, after: After = 0, most: Most = 100) -> PublicationPage:
    """A page of the publications, without their bookings."""
    found = publications.listed(connection, after=after, most=most + 1)
    page = [PublicationItem.model_validate(one, from_attributes=True) for one in found[:most]]
    return PublicationPage(items=page, next=page[-1].number if len(found) > most else None)


@router.get("/{number}", dependencies=[reads], summary="One publication, with its bookings")
def one(connection: Reading, response: Response, number: Number) -> Publication:
    """The publication, as it was when it was published."""
    return _told(connection, number, response)


@router.get("/{number}/diff", dependencies=[reads], summary="What restoring a publication would change, and for whom")
def publication_difference(connection: Reading, now: Now, response: Response, number: Number) -> DraftDifference:
    """The publication against what stands in its days now. Restore it with this ETag as If-Match."""
    return _shown(drafts.of_publication(connection, number, local_day(now)), response)


@router.post(
    "/{number}/restore",
    status_code=HTTPStatus.CREATED,
    dependencies=[publishes],
    openapi_extra=_BODY,
    summary="Let an old publication stand again, as a new one",
)
def restore(
    connection: Writing, now: Now, response: Response, number: Number, sent: Publishing | None = None, if_match: IfMatch = None
) -> Publication:
    """Let its bookings stand again, if the present data allow every one of them. What was booked by hand since stays."""
    draft = drafts.of_publication(connection, number, local_day(now))
    return _published(connection, draft, sent, if_match, now, response)


def _published(
    connection: Connection,
    draft: Draft,
    sent: Publishing | None,
    if_match: str | None,
    now: Any,
    response: Response,
) -> Publication:
    told(if_match)
    publishing.refuse(draft)  # it says what has changed, where the ETag would only say that something has
    expect(draft.difference.digest, if_match)
    exceptions = [
        (one.conference, one.model_dump(mode="json", exclude={"conference"})) for one in (sent.exceptions if sent else ())
    ]
    number = publishing.publish(connection, draft, exceptions, now, NOBODY)
    response.headers["Location"] = f"/api/v1{router.prefix}/{number}"
    return _told(connection, number, response)


def _shown(draft: Draft, response: Response) -> DraftDifference:
    response.headers["ETag"] = etag(draft.difference.digest)
    return draft.difference


def _told(connection: Connection, number: int, response: Response) -> Publication:
    kept = publications.found(connection, number)
    if kept is None:
        raise not_found("publication", number)
    response.headers["ETag"] = etag(number)
    return Publication.model_validate({**_in_short(kept.summary), "bookings": kept.bookings})


def _in_short(summary: PublicationSummary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in PublicationItem.model_fields}
