"""What somebody enters to publish a draft: who allows late conferences and short notice, and why."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from api.diary.bookings.placing import Recorded
from api.diary.bookings.schemas import NoticeWaiver, RecordedException
from api.diary.conferences.follow_up import Reason
from api.errors import ErrorItem, invalid
from api.pages.forms import TypedForm
from api.publishing.review import DraftDifference
from scheduler.domain.values import Identifier
from scheduler.wording import count_of

IDENTIFIER = TypeAdapter[str](Identifier)


def field_of(what: str, reference: str) -> str:
    """Return the name of a conference's field, which is also its id on the page."""
    return f"{what}-{quote(reference, safe='')}"


def fields_of(difference: DraftDifference) -> tuple[str, ...]:
    """Return the fields that a draft's form has."""
    late = [field_of(what, one.conference) for one in difference.exceptions_needed for what in ("reason", "safety")]
    return ("by", "why", *late)


def allowances_of(difference: DraftDifference, typed: TypedForm) -> tuple[list[tuple[str, Recorded]], list[tuple[str, Recorded]]]:
    """Return the exceptions and waivers of the form, by conference. Raise InvalidError with everything that is missing."""
    faults = list(_faults(difference, typed))
    if faults:
        late = len({one.where.partition("-")[2] for one in faults if "-" in one.where})
        detail = f"{count_of(late, 'late conference')} not yet allowed." if late else "The form has faults."
        raise invalid(detail, faults)
    exceptions: list[tuple[str, Recorded]] = []
    for one in difference.exceptions_needed:
        reason = Reason(typed[field_of("reason", one.conference)])
        given = RecordedException(by=typed["by"], reason=reason, safety_plan_reviewed=True)
        exceptions.append((one.conference, given.model_dump(mode="json")))
    waivers = [
        (one.conference, NoticeWaiver(by=typed["by"], why=typed["why"]).model_dump(mode="json"))
        for one in difference.waivers_needed
    ]
    return exceptions, waivers


def _faults(difference: DraftDifference, typed: TypedForm) -> Iterator[ErrorItem]:
    if (difference.exceptions_needed or difference.waivers_needed) and not _is_identifier(typed["by"]):
        yield ErrorItem(where="by", message="Enter who allows it, such as manager.")
    for one in difference.exceptions_needed:
        if typed[field_of("reason", one.conference)] not in list(Reason):
            yield ErrorItem(where=field_of("reason", one.conference), message=f"Choose why {one.conference} may be late.")
        if typed[field_of("safety", one.conference)] != "yes":
            message = f"{one.conference} needs its children's safety plan reviewed. Tick it once that is done."
            yield ErrorItem(where=field_of("safety", one.conference), message=message)
    if difference.waivers_needed and not _is_identifier(typed["why"]):
        yield ErrorItem(where="why", message="Enter why short notice is right, such as: agreed with the families.")


def _is_identifier(text: str) -> bool:
    try:
        IDENTIFIER.validate_python(text)
    except ValidationError:
        return False
    return True
