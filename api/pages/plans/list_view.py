"""Plans and publications in lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.clock import LONDON
from api.jobs.queue import JobState
from api.pages.plans.days import name_of
from api.pages.words import day_short, moment_short
from api.publishing.calls import CallCount
from api.publishing.plan_list import ListedPlan
from api.publishing.review import PublicationSummary

DRAFT = "Draft: nobody has been told"
STATES = {
    JobState.QUEUED: "Waits for its turn",
    JobState.RUNNING: "Being planned",
    JobState.DONE: DRAFT,
    JobState.CANCELLED: "Stopped, without a schedule",
    JobState.FAILED: "Failed. The diary has not changed",
}


@dataclass(frozen=True)
class PlanRow:
    """A plan: its address, its days, when it was asked for, and its state."""

    id: str
    days: str
    asked: str
    state: str
    is_draft: bool


@dataclass(frozen=True)
class PublicationRow:
    """A publication: its days, when it was published, its bookings, and how many of its calls were made."""

    number: int
    days: str
    published: str
    booked: int
    calls: str


def plan_row(one: ListedPlan, today: dt.date) -> PlanRow:
    """Return the row of a plan."""
    days = f"{'Repair: ' if one.is_repair else ''}{name_of(one.days)}"
    asked = moment_short(one.job.created_at.astimezone(LONDON), today)
    return PlanRow(one.job.id, days, asked, state_of(one, today), one.is_draft)


def state_of(one: ListedPlan, today: dt.date) -> str:
    """Return a plan's state in words."""
    if one.publication is not None:
        return f"Published as publication {one.publication}"
    if one.withdrawn_at is not None:
        return f"Thrown away on {day_short(one.withdrawn_at.astimezone(LONDON).date(), today)}"
    if one.made_at is not None:
        return DRAFT
    return STATES[one.job.state]


def publication_rows(some: Sequence[PublicationSummary], counts: Sequence[CallCount], today: dt.date) -> list[PublicationRow]:
    """Return the rows of publications, with the counts of their calls."""
    by_number: Mapping[int, CallCount] = {one.publication: one for one in counts}
    return [
        PublicationRow(
            one.number,
            name_of(one.horizon),
            moment_short(one.published_at.astimezone(LONDON), today),
            one.booked,
            calls_in_words(by_number.get(one.number)),
        )
        for one in some
    ]


def calls_in_words(count: CallCount | None) -> str:
    """Return how many calls were made."""
    return "Nobody to ring" if count is None else f"{count.made} of {count.total} rung"
