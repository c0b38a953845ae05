"""The calls to make after a publication, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from api.clock import LONDON
from api.pages.names import PlaceNames
from api.pages.words import moment_short
from api.publishing.calls import Call, Entry
from scheduler.wording import in_a_row


@dataclass(frozen=True)
class CallRow:
    """A call: its conference, where it was and is now, who needs to be rung, and when and by whom it was made."""

    reference: str
    before: str
    now: str
    people_to_ring: str
    made: str
    changed_since: bool


@dataclass(frozen=True)
class CallsView:
    """The calls by social worker, how many were made, and how many there are."""

    groups: Sequence[tuple[str, Sequence[CallRow]]]
    made: int
    total: int


def calls_view(calls: Sequence[Call], booked: Mapping[str, Mapping[str, Any]], names: PlaceNames, today: dt.date) -> CallsView:
    """Return the calls in groups; ``booked`` is the present booking of each conference that has one."""
    groups = [
        (f"Social worker {worker}" if worker else "No social worker entered", [_row(one, booked, names, today) for one in some])
        for worker, some in groupby(calls, key=lambda one: one.social_worker)
    ]
    return CallsView(groups, sum(one.made_at is not None for one in calls), len(calls))


def _row(call: Call, booked: Mapping[str, Mapping[str, Any]], names: PlaceNames, today: dt.date) -> CallRow:
    before, after, present = call.before, call.after, booked.get(call.conference)
    parts = ("start", "room", "chair")
    is_as_published = (
        present is None
        if after is None
        else (present is not None and [present[name] for name in parts] == [after[name] for name in parts])
    )
    made = "" if call.made_at is None else f"{moment_short(call.made_at.astimezone(LONDON), today)}, by {call.made_by}"
    now = "Waits for a date again" if after is None else _place(after, names, today)
    return CallRow(call.conference, _place(before, names, today), now, _people_to_ring(call, names), made, not is_as_published)


def _people_to_ring(call: Call, names: PlaceNames) -> str:
    """Return who needs to be rung: the family, by its social worker, and each chair who had or gets the conference."""
    chairs = list(dict.fromkeys(names.chair(one["chair"]) for one in (call.before, call.after) if one is not None))
    return in_a_row(["the family", *([call.social_worker] if call.social_worker else []), *chairs])


def _place(one: Entry, names: PlaceNames, today: dt.date) -> str:
    return names.slot(dt.datetime.fromisoformat(one["start"]), one["room"], one["chair"], today)
