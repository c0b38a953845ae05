"""What follows from an outcome, a birth or a transfer: pure functions from conference to conference."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum

from api.diary.service.clock_settings import ClockSettings
from scheduler.domain.calendar import ONE_DAY, Calendar
from scheduler.domain.clocks import months_after
from scheduler.domain.conference import Conference, ConferenceKind
from scheduler.domain.people import Chair
from scheduler.domain.policy import Policy

MOST_CHILDREN = 1_000_000
_MOST_OF_A_STEM = 180
_PARTS = re.compile(r"(?P<stem>.+?)(?:-R(?P<review>[0-9]{1,6}))?(?:-A(?P<attempt>[0-9]{1,6}))?", re.DOTALL)


class Reason(StrEnum):
    """Why a conference is late, moved, cancelled or inquorate."""

    REQUEST_LATE = "request late"
    ASSESSMENT_NOT_READY = "assessment not ready"
    FAMILY_ASKED = "family asked"
    SOCIAL_WORKER_CHANGED = "social worker changed"
    REPORT_MISSING = "report missing"
    INQUORATE = "inquorate"
    NO_ROOM = "no room"
    NO_CHAIR = "no chair"
    NO_LONGER_NEEDED = "no longer needed"
    ENTERED_WRONGLY = "entered wrongly"


class Outcome(StrEnum):
    """The outcome of a conference."""

    PLAN_MADE = "plan made"
    PLAN_CONTINUES = "plan continues"
    PLAN_ENDED = "plan ended"
    NO_PLAN = "no plan"
    INQUORATE = "inquorate"

    @property
    def leaves_a_plan(self) -> bool:
        """True if children are on a plan afterwards, so that a review follows."""
        return self in (Outcome.PLAN_MADE, Outcome.PLAN_CONTINUES)


class ConferenceEvent(StrEnum):
    """An event in a conference's history."""

    REQUESTED = "requested"
    CHANGED = "changed"
    BOOKED = "booked"
    MOVED = "moved"
    UNBOOKED = "booking cancelled"
    HELD = "held"
    INQUORATE = "inquorate"
    CANCELLED = "cancelled"
    BIRTH = "birth"
    TRANSFER = "transfer"
    LATE_REASON = "reason for lateness"
    CORRECTED = "outcome corrected"
    WITHDRAWN = "outcome withdrawn"
    WAIVED = "notice waived"
    HANDED_OVER = "handed over"
    LOCKED = "locks set"


def possible_outcomes(kind: ConferenceKind) -> tuple[Outcome, ...]:
    """Return the outcomes that a kind of conference can have: a review continues or ends a plan; others make one or none."""
    if kind.is_review:
        return (Outcome.PLAN_CONTINUES, Outcome.PLAN_ENDED, Outcome.INQUORATE)
    return (Outcome.PLAN_MADE, Outcome.NO_PLAN, Outcome.INQUORATE)


def chair_of_family(conference: Conference, held_by: Chair) -> str | None:
    """Return the family's chair from now on: its own, or else who held the conference, unless that was a reserve.

    Anybody but the family's own chair only covers, until a handover is recorded.
    """
    return conference.chair or (None if held_by.reserve else held_by.id)


def next_review(conference: Conference, identifier: str, held_on: dt.date, chair: str | None, children: int) -> Conference:
    """Return the review that follows from a plan for ``children``; its clock runs from the day of this conference."""
    return conference.model_copy(
        update={
            "id": identifier,
            "kind": ConferenceKind.REVIEW if conference.kind.is_review else ConferenceKind.FIRST_REVIEW,
            "children": children,
            "school_age": min(conference.school_age, children),
            "chair": chair,
            "trigger": held_on,
            "requested": None,
            "earliest": None,
            "due": None,
            "unavailable": (),
            "notice_waived": False,
        }
    )


def held_again(
    conference: Conference, identifier: str, inquorate_on: dt.date, calendar: Calendar, clocks: ClockSettings
) -> Conference:
    """Return the conference that replaces an inquorate one: a review keeps its due date, another kind is due within days."""
    changes: dict[str, object] = {"id": identifier, "earliest": inquorate_on + ONE_DAY, "notice_waived": False}
    if not conference.kind.is_review:
        changes["due"] = calendar.working_days_after(inquorate_on, clocks.rebook_days)
    return conference.model_copy(update=changes)


def derived_again(current: Conference, before: Conference, after: Conference) -> Conference:
    """Return a conference that follows from an outcome, once that is corrected.

    It was derived as ``before``, and would be derived as ``after``. What somebody has changed since stays.
    """
    changes = {
        name: getattr(after, name)
        for name in Conference.model_fields
        if getattr(before, name) != getattr(after, name) and getattr(current, name) == getattr(before, name)
    }
    changed = current.model_copy(update=changes)
    return changed.model_copy(update={"school_age": min(changed.school_age, changed.children)})


def after_birth(review: Conference, birth: dt.date, calendar: Calendar, policy: Policy, clocks: ClockSettings) -> Conference:
    """Return the first review with its due date after a birth: the set number of working days, or else the policy's months."""
    if clocks.birth_days is None:
        due = calendar.on_or_last_working_day_before(months_after(birth, policy.clock.first_review_months))
    else:
        due = calendar.working_days_after(birth, clocks.birth_days)
    return review.model_copy(update={"due": due})


def transferred_in(conference: Conference, notified: dt.date) -> Conference:
    """Return the conference as a transfer-in, whose clock runs from the notification."""
    return conference.model_copy(update={"kind": ConferenceKind.TRANSFER_IN, "trigger": notified, "due": None})


def on_plan(review: Conference) -> Counter[str]:
    """Return the children in the caseload of a review's chair; none if there is no plan yet, or no chair."""
    return Counter({review.chair: review.children}) if review.kind.is_review and review.chair is not None else Counter()


def caseload_changes(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Return the change of each chair's caseload, from the children they hold before to those afterwards."""
    changes = {chair: after.get(chair, 0) - before.get(chair, 0) for chair in {**before, **after}}
    return {chair: change for chair, change in changes.items() if change}


def with_caseload(chair: Chair, change: int) -> Chair:
    """Return the chair with a changed caseload, never below 0."""
    return chair.model_copy(update={"caseload": max(0, min(MOST_CHILDREN, chair.caseload + change))})


def review_identifier(identifier: str, is_taken: Callable[[str], bool]) -> str:
    """Return the next review's id: ``CPC-0101-R1`` after ``CPC-0101``, then ``CPC-0101-R2``."""
    stem, review, _ = _parts(identifier)
    return _free(f"{stem}-R", review + 1, is_taken)


def attempt_identifier(identifier: str, is_taken: Callable[[str], bool]) -> str:
    """Return the id of the next attempt: ``CPC-0101-A2`` after ``CPC-0101``, and ``CPC-0101-R1-A2`` after ``CPC-0101-R1``."""
    stem, review, attempt = _parts(identifier)
    return _free(f"{stem}-R{review}-A" if review else f"{stem}-A", max(attempt, 1) + 1, is_taken)


def _parts(identifier: str) -> tuple[str, int, int]:
    match = _PARTS.fullmatch(identifier)
    assert match is not None  # an id has at least one character
    return match["stem"][:_MOST_OF_A_STEM], int(match["review"] or 0), int(match["attempt"] or 0)


def _free(prefix: str, number: int, is_taken: Callable[[str], bool]) -> str:
    while is_taken(f"{prefix}{number}"):
        number += 1
    return f"{prefix}{number}"
