"""Routes to compare and publish a plan, list publications, and restore an old publication as a new one."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection

from api.actor import NOBODY
from api.clock import local_day
from api.diary.bookings.schemas import NoticeWaiver, RecordedException
from api.errors import conflict, not_found
from api.http.etags import IfMatch, etag, expect, required_version
from api.http.paging import After, Most
from api.http.permissions import Permission, needs
from api.http.problem_details import ERRORS
from api.http.resources import request_example, resource_path
from api.http.transaction import Now, Reading, Writing, WritingRoute
from api.publishing import drafts
from api.publishing import queries as publications
from api.publishing import workflow as publishing
from api.publishing.draft import Draft, DraftDifference
from api.publishing.queries import PublicationSummary, flattened
from scheduler.domain.schedule import Booking
from scheduler.domain.values import Identifier, Period, Value

of_plans = APIRouter(prefix="/plans", tags=["plans"], route_class=WritingRoute, responses=ERRORS)
router = APIRouter(prefix="/publications", tags=["publications"], route_class=WritingRoute, responses=ERRORS)
reads, publishes = needs(Permission.READ_DIARY), needs(Permission.PUBLISH)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class LateException(RecordedException):
    """The exception of one late conference."""

    conference: Identifier


class ShortNoticeWaiver(NoticeWaiver):
    """The waiver of one conference at short notice."""

    conference: Identifier


class Publishing(Value):
    """An exception for each late booking without one, and a waiver for each at short notice.

    The plan's difference lists these as ``exceptions_needed`` and ``waivers_needed``.
    """

    exceptions: tuple[LateException, ...] = ()
    waivers: tuple[ShortNoticeWaiver, ...] = ()


class PublicationItem(BaseModel):
    """A publication of a ``plan``, or one that ``restores`` another. ``booked`` counts its bookings."""

    number: int
    plan: str | None
    restores: int | None
    horizon: Period
    booked: int
    actor: str
    published_at: AwareDatetime


class PublicationBooking(Booking):
    """A booking in a publication, with its locks, whether it was made by hand, and the exception that lets it be late."""

    locks: tuple[Literal["time", "chair", "room"], ...] = ()
    by_hand: bool = False
    exception: dict[str, Any] | None = None


class Publication(PublicationItem):
    """A publication, with every booking in its days at the time of publishing."""

    bookings: tuple[PublicationBooking, ...]


class PublicationPage(BaseModel):
    """A page of publications, oldest first. The next page begins after the number ``next``."""

    items: list[PublicationItem]
    next: int | None = None


_EXCEPTION = {"conference": "CPC-0133", "by": "manager", "reason": "request late", "safety_plan_reviewed": True}
_BODY = request_example({"exceptions": [_EXCEPTION]})


@of_plans.get("/{id}/diff", dependencies=[reads], summary="Show what publishing a plan would change, and for whom")
def plan_difference(connection: Reading, now: Now, response: Response, id: str) -> DraftDifference:
    """Compare the plan with the current bookings in its days. To publish it, send this ETag as If-Match."""
    return _shown(drafts.of_plan(connection, id, local_day(now)), response)


@of_plans.post(
    "/{id}/publish",
    status_code=HTTPStatus.CREATED,
    dependencies=[publishes],
    openapi_extra=_BODY,
    responses={200: {"description": "The plan is published already, and nothing has changed since.", "model": Publication}},
    summary="Publish a plan",
)
def publish(
    connection: Writing, now: Now, response: Response, id: str, sent: Publishing | None = None, if_match: IfMatch = None
) -> Publication:
    """Publish the plan if the data have not changed since it was made. Publishing it again changes nothing."""
    draft = drafts.of_plan(connection, id, local_day(now))
    required_version(if_match)
    before = publications.latest_of_plan(connection, id)
    if before is not None:
        if not draft.difference.is_none:
            raise conflict(
                "already-published",
                f"The plan '{id}' was published as {before}, and bookings have changed since. Make a new plan, or restore "
                f"publication {before}.",
            )
        response.status_code = HTTPStatus.OK
        return _stored(connection, before, response)
    return _published(connection, draft, sent, if_match, now, response)


@router.get("", dependencies=[reads], summary="List the publications, oldest first")
def listed(connection: Reading, after: After = 0, most: Most = 100) -> PublicationPage:
    """Return a page of publications, without their bookings."""
    results = publications.list_publications(connection, after=after, most=most + 1)
    page = [PublicationItem.model_validate(one, from_attributes=True) for one in results[:most]]
    return PublicationPage(items=page, next=page[-1].number if len(results) > most else None)


@router.get("/{number}", dependencies=[reads], summary="Get a publication with its bookings")
def one(connection: Reading, response: Response, number: Number) -> Publication:
    """Return a publication by its number."""
    return _stored(connection, number, response)


@router.get("/{number}/diff", dependencies=[reads], summary="Show what restoring a publication would change, and for whom")
def publication_difference(connection: Reading, now: Now, response: Response, number: Number) -> DraftDifference:
    """Compare the publication with the current bookings in its days. To restore it, send this ETag as If-Match."""
    return _shown(drafts.of_publication(connection, number, local_day(now)), response)


@router.post(
    "/{number}/restore",
    status_code=HTTPStatus.CREATED,
    dependencies=[publishes],
    openapi_extra=_BODY,
    summary="Restore an old publication as a new one",
)
def restore(
    connection: Writing, now: Now, response: Response, number: Number, sent: Publishing | None = None, if_match: IfMatch = None
) -> Publication:
    """Publish a publication's bookings again if the current data allow all of them. Later bookings by hand stay."""
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
    required_version(if_match)
    publishing.refuse(draft)  # before the ETag, because this error lists what has changed
    expect(draft.difference.digest, if_match)
    exceptions, waivers = (
        [(one.conference, one.model_dump(mode="json", exclude={"conference"})) for one in some]
        for some in ((sent.exceptions, sent.waivers) if sent else ((), ()))
    )
    number = publishing.publish(connection, draft, exceptions, now, NOBODY, waivers)
    response.headers["Location"] = resource_path("publications", number)
    return _stored(connection, number, response)


def _shown(draft: Draft, response: Response) -> DraftDifference:
    response.headers["ETag"] = etag(draft.difference.digest)
    return draft.difference


def _stored(connection: Connection, number: int, response: Response) -> Publication:
    stored = publications.find(connection, number)
    if stored is None:
        raise not_found("publication", number)
    response.headers["ETag"] = etag(number)
    return Publication.model_validate({**_summary(stored.summary), "bookings": list(map(flattened, stored.bookings))})


def _summary(summary: PublicationSummary) -> dict[str, Any]:
    return {name: getattr(summary, name) for name in PublicationItem.model_fields}
