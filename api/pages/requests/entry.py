"""The form of a request: from what is typed to a conference, with a sentence for each fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from pydantic import ValidationError

from api.errors import ErrorItem, error_items, invalid
from api.pages.entries import NearestYear, date_of, reference_of, whole_of
from api.pages.forms import TypedForm
from scheduler.domain.calendar import ONE_DAY
from scheduler.domain.conference import Conference, ConferenceKind, Mode
from scheduler.domain.faults import faults_of
from scheduler.domain.values import Interval
from scheduler.wording import children_of, date_in_words


@dataclass(frozen=True)
class RequestKind:
    """A kind of request: the text of its link, and its question about the day from which its clock runs."""

    kind: ConferenceKind
    link: str
    asks: str
    hint: str
    missing: str
    nearest: NearestYear = NearestYear.PAST


KINDS = (
    RequestKind(
        ConferenceKind.INITIAL,
        "Initial",
        "Strategy discussion held on",
        "Such as 7/1.",
        "Enter when the strategy discussion was held, such as 7/1",
    ),
    RequestKind(
        ConferenceKind.TRANSFER_IN,
        "Transfer-in",
        "Told by the other council on",
        "Such as 7/1.",
        "Enter when the other council told this one, such as 7/1",
    ),
    RequestKind(
        ConferenceKind.PRE_BIRTH,
        "Pre-birth",
        "Expected date of birth",
        "Such as 7/6.",
        "Enter the expected date of birth, such as 7/6",
        NearestYear.COMING,
    ),
    RequestKind(
        ConferenceKind.REVIEW,
        "Review",
        "Last conference held on",
        "Such as 7/1.",
        "Enter when the last conference was held, such as 7/1",
    ),
)
BY_KIND = {one.kind: one for one in KINDS}
FIELDS = (
    "reference", "trigger", "children", "school_age", "site", "mode", "social_worker",
    "unavailable", "not_chairs", "minutes", "earliest", "accessible",
)  # fmt: skip
"""The fields of the form, in its order. An error in another one is in the summary only."""
FIELD_OF = {"id": "reference"}
"""The form's field for a field of a conference that has another name."""


@dataclass
class _Faults:
    """The faults found so far."""

    items: list[ErrorItem] = field(default_factory=list)

    def add(self, where: str, message: str) -> None:
        self.items.append(ErrorItem(where=where, message=message))


def kind_of(text: str) -> RequestKind:
    """Return the kind of a request that an address names; an initial conference unless it names another."""
    return next((one for one in KINDS if one.kind == text), KINDS[0])


def conference_of(typed: TypedForm, today: dt.date) -> Conference:
    """Return the conference that a form requests. Raise InvalidError with a sentence for each fault, by field."""
    kind, faults = kind_of(typed["kind"]), _Faults()
    trigger = date_of(typed["trigger"], today, kind.nearest)
    if trigger is None:
        faults.add("trigger", f"'{typed['trigger']}' is not a date. {kind.missing}." if typed["trigger"] else kind.missing)
    elif kind.nearest is NearestYear.PAST and trigger > today:
        faults.add("trigger", f"{date_in_words(trigger)} is still to come. {kind.missing}.")
    if not typed["reference"]:
        faults.add("reference", "Enter the reference from the case system, such as CPC-0133")
    children, school_age = _children(typed, faults)
    if not typed["site"]:
        faults.add("site", "Choose the office nearest the family")
    minutes = whole_of(typed["minutes"]) if typed["minutes"] else None
    if typed["minutes"] and not minutes:
        faults.add("minutes", f"'{typed['minutes']}' is not a number of minutes. Enter a number such as 90.")
    earliest = date_of(typed["earliest"], today, NearestYear.COMING) if typed["earliest"] else None
    if typed["earliest"] and earliest is None:
        faults.add("earliest", f"'{typed['earliest']}' is not a date. Enter a date such as 18/1.")
    unavailable = _days(typed, today, faults)
    data = {
        "id": reference_of(typed["reference"], "CPC"),
        "kind": kind.kind,
        "children": children,
        "school_age": school_age,
        "site": typed["site"],
        "trigger": trigger,
        "requested": today,
        "earliest": earliest,
        "mode": typed["mode"] or Mode.HYBRID,
        "accessible": bool(typed["accessible"]),
        "social_worker": reference_of(typed["social_worker"], "SW") or None,
        "not_chairs": typed.every("not_chairs"),
        "unavailable": unavailable,
        **({"minutes": minutes} if minutes else {}),
    }
    if faults.items:
        raise invalid("The form has faults.", sorted(faults.items, key=lambda one: FIELDS.index(one.where)))
    try:
        return Conference.model_validate(data)
    except ValidationError as error:
        raise invalid("The form has faults.", by_field(error_items(faults_of(error, Conference)))) from None


def by_field(items: list[ErrorItem]) -> list[ErrorItem]:
    """Return faults of a conference with the form's fields as their places."""
    return [ErrorItem(where=FIELD_OF.get(one.where, one.where), message=one.message) for one in items]


def _children(typed: TypedForm, faults: _Faults) -> tuple[int | None, int]:
    children, school_age = whole_of(typed["children"]), whole_of(typed["school_age"] or "0")
    if not children:
        faults.add("children", "Enter how many children there are, such as 2")
    if school_age is None:
        faults.add("school_age", "Enter how many of the children are of school age, such as 1")
    elif children and school_age > children:
        faults.add("school_age", f"Of school age cannot be more than the {children_of(children)}")
    return children, school_age or 0


def _days(typed: TypedForm, today: dt.date, faults: _Faults) -> tuple[Interval, ...]:
    """Return the days on which the family cannot come, typed with commas between them."""
    found = []
    for text in filter(None, (part.strip() for part in typed["unavailable"].split(","))):
        day = date_of(text, today, NearestYear.COMING)
        if day is None:
            faults.add("unavailable", f"'{text}' is not a date. Enter dates such as 18/1, 20/1.")
        else:
            start = dt.datetime.combine(day, dt.time())
            found.append(Interval(start=start, end=start + ONE_DAY))
    return tuple(found)
