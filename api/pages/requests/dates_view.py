"""Dates to offer, in words: what each costs, and how long before or after the due date it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from api.decisions.offers import DiaryOffers
from api.pages.names import PlaceNames
from api.pages.words import KINDS, MODES, moment_short
from scheduler.domain.conference import Conference
from scheduler.offers.results import Offer
from scheduler.wording import children_of, count_of

UNSAID = ("late", "wait", "tight", "stability")
"""Rules whose cost the page shows in another way: by the order of the dates, by the days to spare, and by the present date."""
WORDS = {
    "continuity": "{chair} is not the family's own.",
    "caseload": "Takes {chair} above the cap.",
    "friday": "A Friday.",
    "holiday_school": "In the school holidays.",
    "holiday_other": "In the school holidays.",
    "other_site": "Not at the office nearest the family.",
    "virtual_fallback": "Held virtually for want of a room.",
    "site_change": "{chair} changes offices that day.",
    "reserve_chair": "{chair} is a reserve.",
    "hold_missing": "Uses a slot that is kept free.",
    "partner_clash": "Another conference of the area begins then.",
}
"""What a person on the phone needs to know of each rule's cost. A rule that is not listed has its own sentence."""


@dataclass(frozen=True)
class DateRow:
    """A date that can be booked; ``slot`` names it in a form."""

    slot: str
    button: str
    when: str
    place: str
    chair: str
    minute_taker: str
    spare: str
    remarks: Sequence[str]
    is_first: bool


@dataclass(frozen=True)
class DatesView:
    """Dates for a conference: those in time, and those after its due date."""

    reference: str
    summary: str
    in_time: Sequence[DateRow]
    late: Sequence[DateRow]
    reason: str | None
    cures: Sequence[str]
    due: str
    replaces: int | None


def dates_view(found: DiaryOffers, value: Conference, due: dt.date, left: int, names: PlaceNames, today: dt.date) -> DatesView:
    """Return the dates of an answer; ``left`` are the working days from today to the due date, negative if it is over."""
    rows = [
        (offer, _row(offer, names, today, is_best=n == 0 and found.proven, is_first=n == 0))
        for n, offer in enumerate(found.offers)
    ]
    remaining = f"{count_of(left, 'working day')} left" if left >= 0 else f"overdue by {count_of(-left, 'working day')}"
    school = f" ({value.school_age} of school age)" if value.school_age else ""
    return DatesView(
        reference=value.id,
        summary=(
            f"{KINDS[value.kind]}, {children_of(value.children)}{school}, {names.site(value.site)}, {MODES[value.mode].lower()}. "
            f"Due by {_long(due)}, {remaining}."
        ),
        in_time=[row for offer, row in rows if offer.working_days_to_spare >= 0],
        late=[row for offer, row in rows if offer.working_days_to_spare < 0],
        reason=found.reason,
        cures=[cure.text for cure in found.cures],
        due=_long(due),
        replaces=found.replaces,
    )


def slot_of(offer: Offer) -> str:
    """Return an offer's start, room, chair and held slots as one text, which a form sends back."""
    booking = offer.booking
    return "|".join((f"{booking.start:%Y-%m-%dT%H:%M}", booking.room or "", booking.chair, ",".join(offer.withdrawn_holds)))


def _row(offer: Offer, names: PlaceNames, today: dt.date, *, is_best: bool, is_first: bool) -> DateRow:
    booking, spare = offer.booking, offer.working_days_to_spare
    chair = names.chair(booking.chair)
    costs = [cost for cost in offer.costs if cost.amount > 0 and cost.rule not in UNSAID]
    said = [WORDS.get(cost.rule, cost.text).format(chair=chair) for cost in costs]
    best = ["Best." if is_best else "Best found."] if is_first else []
    return DateRow(
        slot=slot_of(offer),
        button=f"{booking.start:%a} {booking.start.day} {booking.start:%H:%M}",
        when=moment_short(booking.start, today),
        place=names.room(booking.room),
        chair=chair,
        minute_taker=names.minute_taker(booking.minute_taker),
        spare=str(spare) if spare >= 0 else f"Late by {count_of(-spare, 'working day')}",
        remarks=[*best, *(said or ["Nothing against it."])],
        is_first=is_first,
    )


def _long(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"
